import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PortError } from "../../src/base/port-fault.ts";
import { SerialCards } from "../../src/hal/drivers/index.ts";
import { openAlsaCard } from "../../src/hal/linux/alsa-card.ts";
import { type AlsaLibrary, loadAlsa } from "../../src/hal/linux/alsa-library.ts";
import { createPcm } from "../../src/hal/linux/alsa-pcm.ts";
import { openPipeCard } from "../../src/hal/linux/alsa-pipe.ts";
import { type Koffi, loadKoffi } from "../../src/hal/linux/koffi-binding.ts";
import { FakeAlsaUtils } from "../../src/hal/linux/testing/fake-alsa-utils.ts";
import { FakeSoundCard } from "../../src/hal/linux/testing/fake-sound-card.ts";
import { HandClock } from "../../src/hal/linux/testing/hand-clock.ts";
import type { Clock } from "../../src/hal/ports/clock.ts";
import type { PcmStream, PcmStreamEvents } from "../../src/hal/ports/pcm-stream.ts";
import { voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { createSimBoard } from "../hw-sim/board/sim-board.ts";
import { SimPcm } from "../hw-sim/board/sim-pcm.ts";
import type { Terminal } from "../hw-sim/loop/terminal.ts";
import { World } from "../hw-sim/world/world.ts";

/** What the line says in every rig, all the time. */
export const SAID = 3000;

/** A line's sound channel, and what is at its other end. */
export interface PcmRig {
  /** Opens the channel; `what` names another that is not there. */
  open(events: PcmStreamEvents, what?: "missing"): Promise<PcmStream>;
  /** Lets time go by. */
  run(ms: number): Promise<void>;
  /** What has reached the line so far, oldest first, in steps of the port. */
  played(): readonly number[];
  /** The device is pulled out. Absent where this rig cannot. */
  unplug?(): void;
  /** Samples are lost: the program was held up, or the card. Absent where this rig cannot. */
  lose?(): void;
  /** Whether its frames come by a clock of their own. */
  readonly isPaced: boolean;
  remove?(): void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The simulated board's sound device. */
export function simPcmRig(): PcmRig {
  const world = new World({ seed: 1 });
  const pcm = new SimPcm(world);
  const played: number[] = [];
  pcm.addChannel("line1", {
    beginFrame: (playout) => played.push(...playout),
    endFrame: (captured) => captured.fill(SAID),
    abandonFrame: () => {},
  });
  return {
    isPaced: true,
    open: (events, what) => world.complete(pcm.open(what ?? "line1", events), 1000),
    run: async (ms) => {
      world.runFor(ms);
      await turn();
    },
    played: () => played,
    unplug: () => pcm.unplug("line1"),
    lose: () => pcm.loseFrames("line1", 12),
  };
}

/** The clock of a program that can be held up: what falls due meanwhile is done afterwards. */
class HeldUpClock implements Clock {
  readonly #clock = new HandClock();
  #due: (() => void)[] | undefined;

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }

  at(atMs: number, run: () => void): { cancel(): void } {
    let isCancelled = false;
    const timer = this.#clock.at(atMs, () => {
      if (this.#due === undefined) run();
      else this.#due.push(() => (isCancelled ? undefined : run()));
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  holdUpFor(ms: number): void {
    this.#due = [];
    this.#clock.runFor(ms);
    const due = this.#due;
    this.#due = undefined;
    for (const run of due) run();
  }
}

/** The Linux adapter, on a card that stands in for the library's; of another rate where told. */
export function linuxPcmRig(rateHz: 8000 | 48_000): PcmRig {
  const clock = new HeldUpClock();
  const channels = rateHz === 8000 ? 1 : 2;
  const cards: FakeSoundCard[] = [];
  const pcm = createPcm({
    clock,
    openCard: async (name) => {
      if (name === "missing") {
        throw new PortError({ kind: "not-found", what: "sound card", advice: "look" });
      }
      const card = new FakeSoundCard(clock, { rateHz, channels, said: () => SAID });
      cards.push(card);
      return card;
    },
  });
  return {
    isPaced: true,
    open: (events, what) => pcm.open(what ?? "hw:0,0", events),
    run: (ms) => clock.advance(ms),
    played: () => {
      const all = cards.flatMap((card) => card.played);
      return all.filter((_, at) => at % (channels * (rateHz / 8000)) === 0);
    },
    unplug: () => {
      for (const card of cards) {
        card.fault = { kind: "gone", what: "sound card", advice: "plug it in" };
      }
    },
    // Longer than the card's buffer.
    lose: () => clock.holdUpFor(120),
  };
}

/** The Linux adapter on `arecord` and `aplay`, which are played by the tests. */
export function pipePcmRig(): PcmRig {
  const clock = new HeldUpClock();
  const utils = new FakeAlsaUtils(clock, SAID);
  const pcm = createPcm({
    clock,
    openCard: (name, channels) =>
      openPipeCard(name, channels, undefined, (program, args) => utils.start(program, args)),
  });
  return {
    isPaced: true,
    open: async (events, what) => {
      let isSettled = false;
      const opening = pcm.open(what ?? "hw:0,0", events).finally(() => {
        isSettled = true;
      });
      // It tries both programs, which takes time.
      opening.catch(() => {});
      while (!isSettled) await clock.advance(1);
      return opening;
    },
    run: (ms) => clock.advance(ms),
    played: () => {
      const every = utils.channels * (48_000 / 8000);
      return utils.played.filter((_, at) => at % every === 0);
    },
    unplug: () => utils.unplug(),
    lose: () => clock.holdUpFor(120),
  };
}

/** The library itself with the file plugin as its device; undefined where it is not there. */
export async function loadSound(): Promise<{ koffi: Koffi; alsa: AlsaLibrary } | undefined> {
  try {
    const koffi = await loadKoffi("test");
    return { koffi, alsa: loadAlsa(koffi) };
  } catch {
    return undefined;
  }
}

/** The Linux adapter on ALSA's library. Its file plugin has no clock: something is always there. */
export function alsaPcmRig({ koffi, alsa }: { koffi: Koffi; alsa: AlsaLibrary }): PcmRig {
  const folder = mkdtempSync(join(tmpdir(), "tipring-pcm-"));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file("said.raw"), new Uint8Array(new Int16Array(80_000).fill(SAID).buffer));
  writeFileSync(
    file("asoundrc"),
    `pcm.hole { type null }
pcm.wire {
  type asym
  playback.pcm { type file slave.pcm hole format raw file "${file("played.raw")}" }
  capture.pcm { type file slave.pcm hole format raw file /dev/null infile "${file("said.raw")}" }
}
`,
  );
  // The library reads the C environment, which is not process.env in a worker thread.
  koffi.load(null).func("int setenv(const char *k, const char *v, int o)")(
    "ALSA_CONFIG_PATH",
    file("asoundrc"),
    1,
  );
  const clock = new HandClock();
  const pcm = createPcm({
    clock,
    openCard: async (name, channels) => openAlsaCard(alsa, name, channels),
  });
  return {
    isPaced: false,
    open: (events, what) => pcm.open(what ?? "wire", events),
    run: (ms) => clock.advance(ms),
    played: () => {
      const bytes = readFileSync(file("played.raw"));
      return [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A telephone that says one voltage, and writes down what it hears. */
class Steady implements Terminal {
  readonly offHookOhms = 300;
  readonly offHookVolts = 0;
  readonly ren = 1;
  readonly heard: number[] = [];
  readonly #voltsPerStep = voltsFromPcm16(Int16Array.of(1))[0] ?? 1;

  onLoopState(): void {}

  transmit(out: Float64Array): void {
    out.fill(SAID * this.#voltsPerStep);
  }

  receive(heard: Float64Array): void {
    for (const volts of heard) this.heard.push(Math.round(volts / this.#voltsPerStep) - SAID);
  }
}

/** The audio of a serial line card, by its driver. */
export function cardPcmRig(): PcmRig {
  const world = new World({ seed: 1 });
  const loop = { ohms: 0, lossDb: 0, noiseDbm0: undefined, echoTaps: [] };
  const board = createSimBoard(world, { lines: [{ chip: "serial-card", loop }] });
  const telephone = new Steady();
  board.lines[0]?.attach(telephone).setClosed(true);
  world.runFor(50);
  const cards = new SerialCards({
    serial: board.serial,
    clock: world.clock,
    random: world.random("host"),
  });
  return {
    isPaced: true,
    open: async (events, what) => {
      const opening = cards.open(
        { device: what ?? "card1", line: 1 },
        { onLoop: () => {}, onWatermark: () => {}, onFault: (fault) => events.onFault(fault) },
        events,
      );
      const opened = await world.complete(opening, 20_000);
      const { audio } = opened;
      if (audio === undefined) throw new Error("a line with audio");
      return {
        frameSamples: audio.frameSamples,
        start: () => audio.start(),
        stop: () => audio.stop(),
        close: () => opened.close(),
      };
    },
    run: async (ms) => {
      for (let left = ms; left > 0; left -= 5) {
        world.runFor(5);
        await turn();
      }
    },
    played: () => telephone.heard,
    unplug: () => board.serial.unplug("card1"),
  };
}
