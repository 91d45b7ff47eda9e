import { BENCH_HOST, type Bench } from "../../hw-sim/bench/bench.ts";
import { FAR_HOST } from "../support/far-end.ts";
import type { FarSide } from "./far-side.ts";
import type { Pace } from "./slow-host.ts";
import type { Stage, Trouble } from "./story.ts";
import type { StoryLog } from "./story-log.ts";

/** What a trouble needs. */
export interface TroublePlace {
  readonly lab: Bench;
  readonly far: FarSide;
  readonly stage: Stage;
  /** How late messages between the planes are. */
  readonly pace: Pace;
  readonly log: StoryLog;
}

/** Whether a trouble is of a line's hardware or wires, which may be out of order for a while. */
export function isOfHardware({ trouble }: Trouble): boolean {
  return !NETWORK.includes(trouble);
}

const NETWORK: readonly Trouble["trouble"][] = [
  "registrar-down",
  "partition",
  "streams-reset",
  "bad-network",
  "network-changed",
  "names-silent",
  "clock-set",
  "restart",
  "reloaded",
  "reload-asked",
  "disk-full",
  "log-disk-full",
  "slow-worker",
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const nothing = (): void => {};

/** Makes the trouble; what is returned mends it. What the line has not got is no trouble. */
export function startTrouble(place: TroublePlace, { trouble, line, forMs }: Trouble): () => void {
  const { lab, far, stage } = place;
  const { network, board, names, world } = lab;
  const chip = stage.lines[line - 1]?.chip;
  const parts = board.lines[line - 1];
  const channel = parts?.names.pcmChannel ?? "";
  const hasSound = chip !== "serial-card" && parts !== undefined;
  switch (trouble) {
    case "registrar-down":
      far.wire.isDown = true;
      far.wire.closeStreams();
      return () => {
        far.wire.isDown = false;
      };
    case "partition":
      network.setPartition(BENCH_HOST, FAR_HOST, true);
      return () => network.setPartition(BENCH_HOST, FAR_HOST, false);
    case "streams-reset":
      network.resetStreams(BENCH_HOST);
      return nothing;
    case "bad-network":
      network.setConditions({ lossRatio: 0.5, reorderRatio: 0.3, jitterMs: 120 });
      return () =>
        network.setConditions({ lossRatio: 0, reorderRatio: 0, jitterMs: 0, ...stage.network });
    case "network-changed":
      lab.box.networkChanged("the network is another one");
      return nothing;
    case "names-silent":
      names.setSilent(true, 20_000);
      return () => names.setSilent(false);
    case "clock-set":
      // Days ahead or an hour back; a step that is noticed, or one that is not yet.
      world.stepWall(forMs > 1000 ? 3 * DAY_MS : -HOUR_MS);
      if (forMs > 2000) lab.box.networkChanged("the clock was set");
      return nothing;
    case "disk-full":
      lab.store.setFault("io");
      return () => lab.store.setFault(undefined);
    case "log-disk-full":
      place.log.setFull(true);
      return () => place.log.setFull(false);
    case "slow-worker":
      place.pace.delayMs = forMs > 1000 ? 400 : 30;
      return () => {
        place.pace.delayMs = 0;
      };
    case "late-edges":
      board.gpio.setLateness(forMs > 1000 ? 200 : 20);
      return () => board.gpio.setLateness(0);
    case "edges-stall":
      board.gpio.stallUntil(world.clock.nowMs() + Math.min(forMs, 400));
      return nothing;
    case "sound-gone":
      if (!hasSound) return nothing;
      board.pcm.unplug(channel);
      return () => board.pcm.refuse(channel, undefined);
    case "xrun":
      if (hasSound) board.pcm.loseFrames(channel, Math.ceil(forMs / 100));
      return nothing;
    case "sound-drifts":
      if (!hasSound) return nothing;
      board.pcm.setSkew(channel, 150);
      return () => board.pcm.setSkew(channel, 0);
    default:
      return chipTrouble(place, trouble, line);
  }
}

function chipTrouble(
  { lab, stage }: TroublePlace,
  trouble: Trouble["trouble"],
  line: number,
): () => void {
  const { board } = lab;
  const parts = board.lines[line - 1];
  const chip = stage.lines[line - 1]?.chip;
  if (parts === undefined) return nothing;
  const { names } = parts;
  const isCard = chip === "serial-card";
  const isModule = chip === "ag1171";
  switch (trouble) {
    case "cut":
      parts.loop.setCut(true);
      return () => parts.loop.setCut(false);
    case "leak":
      parts.loop.setLeak(400);
      return () => parts.loop.setLeak(undefined);
    case "serial-unplugged":
      if (!isCard) return nothing;
      board.serial.unplug(names.serial);
      return () => board.serial.plugIn(names.serial);
    case "card-reset":
      parts.card?.card.reset();
      return nothing;
    case "card-hangs":
      parts.card?.card.hang();
      return () => parts.card?.card.reset();
    case "garbage-on-serial":
      if (!isCard) return nothing;
      board.serial.injectGarbage(
        names.serial,
        Uint8Array.from({ length: 300 }, (_, at) => (at * 37) & 0xff),
      );
      return nothing;
    case "chip-reset":
      parts.si321x?.reset();
      return nothing;
    case "chip-silent":
      if (chip !== "si3210") return nothing;
      board.spi.stick(names.spi, 0);
      return () => board.spi.stick(names.spi, undefined);
    case "pin-gone":
      if (!isModule) return nothing;
      board.gpio.setFault(names.switchHook, "gone");
      return () => board.gpio.setFault(names.switchHook, undefined);
    case "brown-out":
      if (!isModule) return nothing;
      parts.module?.setPowered(false);
      return () => parts.module?.setPowered(true);
    default:
      return nothing;
  }
}
