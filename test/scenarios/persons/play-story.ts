import type { UserConfig } from "../../../src/app/config/user-config.ts";
import { pcm16FromVolts, sineMix } from "../../hw-sim/audio/levels.ts";
import { type Bench, bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../hw-sim/bench/bench-phone.ts";
import { simAuthority } from "../../hw-sim/world/sim-certificate.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { checkAfter, type Played } from "./check-story.ts";
import { FAR_NUMBERS, TWINS } from "./far-manners.ts";
import { FarSide } from "./far-side.ts";
import { FAR_NAME, FAR_PASSWORD } from "./far-wire.ts";
import type { Act, Stage, Story, Wish } from "./story.ts";
import { isOfHardware, startTrouble } from "./troubles.ts";
import { StoryWatch } from "./watch-story.ts";

/** What came of a story. */
export interface Outcome {
  /** What must not be, in words; none where all is well. */
  readonly faults: readonly string[];
  /** SHA-256 of everything that happened. */
  readonly hash: string;
  /** How long it took in the world, ms. */
  readonly virtualMs: number;
}

const DIAL_TONES = ["dial-tone", "stutter-dial-tone", "second-dial-tone"];
/** What a far side that is slow to register may take, ms. */
const REGISTERED_MS = 30_000;

/**
 * Plays a story, and looks whether everything is as it was when all have hung up. `show` is given
 * what it was played on, at its end.
 */
export async function playStory(story: Story, show?: (lab: Bench) => void): Promise<Outcome> {
  let far: FarSide | undefined;
  const { stage, seed } = story;
  const faults: string[] = [];
  let lab: Bench | undefined;
  let watch: StoryWatch | undefined;
  try {
    lab = await bench({
      seed,
      phones: stage.lines.map(({ phone }) => phone),
      line: stage.lines.map(({ chip }) => ({ chip })),
      config: configOf(stage),
      files: { "ca.pem": simAuthority("lab") },
      network: stage.network,
      startUnregistered: true,
      prepare: async (place) => {
        place.names.set(FAR_NAME, [FAR_HOST]);
        far = await place.world.complete(FarSide.open(place, stage.server), 1000);
      },
    });
    if (far === undefined) throw new Error("the far side was not laid out");
    if (!far.isRegistrar) far.registers();
    watch = new StoryWatch(lab, stage);
    const hasTwins = story.acts.some((act) => act.kind === "person" && act.number === TWINS);
    const played: Played = { lab, far, stage, watch, hasTwins };
    await play(played, story.acts);
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  watch?.stop();
  if (lab === undefined) return { faults, hash: "", virtualMs: 0 };
  show?.(lab);
  faults.unshift(...(watch?.faults ?? []));
  return { faults, hash: lab.trace.sha256(), virtualMs: lab.world.clock.nowMs() };
}

function configOf({ country, server, lines, settings }: Stage): UserConfig {
  const isRegistrar = server !== "memory" && server !== "exchange";
  const secure = { transport: "tls", tls: { ca: "ca.pem" } } as const;
  const base: UserConfig = {
    country,
    lines: lines.map((_, at) => ({ number: String(101 + at), password: `own-secret-${at}` })),
    ...(isRegistrar
      ? {
          registrar: server === "tls" ? FAR_NAME : `${FAR_HOST}:5060`,
          domain: FAR_HOST,
          dialing: { digitMap: "xxx|112|911" },
          sip: server === "udp" ? {} : server === "tcp" ? { transport: "tcp" } : secure,
        }
      : {
          exchange: {
            transport: server === "memory" ? "memory" : "udp",
            extensions: FAR_NUMBERS.map((number) => ({ number, password: FAR_PASSWORD })),
          },
        }),
  };
  return settings.reduce((all, { config }) => merged(all, config), base);
}

/** One configuration laid over another, two floors deep. */
function merged(below: UserConfig, above: UserConfig): UserConfig {
  const { dialing, rtp, sip, exchange } = below;
  const hasExchange = below.registrar === undefined && above.exchange !== undefined;
  return {
    ...below,
    ...(hasExchange ? { exchange: { ...exchange, ...above.exchange } } : {}),
    dialing: { ...dialing, ...above.dialing },
    rtp: { ...rtp, ...above.rtp },
    sip: { ...sip, ...above.sip },
  };
}

async function play(played: Played, acts: readonly Act[]): Promise<void> {
  const { lab, watch } = played;
  const { world, box } = lab;
  const isIn = (): boolean =>
    box.status().every(({ registration }) => registration === "registered");
  if (!(await world.waitUntil(isIn, REGISTERED_MS))) watch.fault("the lines did not register");
  await watch.noteBase(played.far);
  const mends = new Set<() => void>();
  for (const act of acts) {
    await world.advance(act.pauseMs);
    switch (act.kind) {
      case "person":
        wish(lab, act);
        break;
      case "far-call":
        played.far.calls(act);
        break;
      case "far-word":
        played.far.says(act);
        break;
      case "trouble": {
        if (isOfHardware(act)) watch.hardwareInTrouble(act.line, act.forMs);
        else watch.networkInTrouble();
        const end = startTrouble({ ...played }, act);
        const mend = (): void => {
          if (mends.delete(mend)) end();
        };
        mends.add(mend);
        world.clock.at(world.clock.nowMs() + act.forMs, mend);
      }
    }
  }
  for (const mend of [...mends]) mend();
  await checkAfter(played);
}

/** What a person without a plan does, as the telephone then is. */
function wish(lab: Bench, act: Wish): void {
  const person = lab.phones[act.line - 1];
  if (person === undefined) return;
  const { phone } = person;
  if (!phone.isOffHook) {
    if (phone.isRinging ? act.answers : act.lifts) phone.lift();
  } else if (DIAL_TONES.includes(phone.hears ?? "")) {
    if (act.number === "") phone.hang();
    else phone.dial(act.number);
  } else doOtherwise(lab, person, act.otherwise);
}

function doOtherwise(lab: Bench, { phone }: BenchPhone, otherwise: Wish["otherwise"]): void {
  switch (otherwise.kind) {
    case "hang":
      phone.hang();
      return;
    case "wait":
      return;
    case "flash":
      phone.flash(otherwise.ms);
      return;
    case "dial":
      void phone.dial(otherwise.digits);
      return;
    case "say":
      void phone.say(lab.speech("chatter", otherwise.ms));
      return;
    case "tone":
      void phone.say(pcm16FromVolts(sineMix([otherwise.hz], -12, otherwise.ms)));
      return;
  }
}
