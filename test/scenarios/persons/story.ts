import type { UserConfig } from "../../../src/app/config/user-config.ts";
import type { PhoneSpec } from "../../hw-sim/bench/phone-maker.ts";
import type { SimChipName } from "../../hw-sim/board/sim-line.ts";
import type { LinkConditions } from "../../hw-sim/world/link.ts";

/**
 * How the lines' SIP leaves the box: to the embedded exchange, or to a registrar far away, which
 * `names` have to be asked for: the first of its two addresses is silent.
 */
export type Server = "memory" | "exchange" | "udp" | "names" | "tcp" | "tls";

/** One setting of the box, by a name that a story can be told with. */
export interface Setting {
  readonly name: string;
  readonly config: UserConfig;
}

/** What a story is played on. */
export interface Stage {
  readonly lines: readonly { readonly phone: PhoneSpec; readonly chip: SimChipName }[];
  readonly country: string;
  readonly server: Server;
  readonly network: Partial<LinkConditions>;
  readonly settings: readonly Setting[];
}

/** What a person wants to do next; which part of it counts is as the telephone then is. */
export interface Wish {
  readonly kind: "person";
  /** The telephone, from 1. */
  readonly line: number;
  /** Whether it is lifted where it rings; where it does not. */
  readonly answers: boolean;
  readonly lifts: boolean;
  /** What is dialled where a dial tone is heard; "" hangs up. */
  readonly number: string;
  readonly otherwise:
    | { readonly kind: "hang" | "wait" }
    | { readonly kind: "flash"; readonly ms: number }
    | { readonly kind: "dial"; readonly digits: string }
    | { readonly kind: "say"; readonly ms: number }
    | { readonly kind: "tone"; readonly hz: number; readonly ms: number };
}

/** A call from outside. */
export interface FarCall {
  readonly kind: "far-call";
  readonly to: string;
  readonly manner: CallerManner;
  /** After so long unanswered it is given up. */
  readonly patienceMs: number;
  /** So long after the answer the far end hangs up. */
  readonly talksMs: number;
}

/** What is special about a call from outside. */
export const CALLER_MANNERS = [
  "plain",
  "no-offer",
  "anonymous",
  "holds",
  "vanishes",
  "silent-cancel",
  "twice",
  "bad-sdp",
  "refers",
  "updates",
  "replaces-nothing",
  "alert-info",
  "digits",
  "fax",
  "image",
  "moves-to-image",
  "video",
  "no-audio",
  "two-sounds",
  "encrypted",
  "may-encrypt",
  "ice",
  "answers-itself",
  "wants-too-much",
  "wants-reliable",
  "timed",
  "named",
  "no-ack",
  "cancels-late",
  "storms",
  "succeeds",
  "joins",
] as const;
/** One of them. */
export type CallerManner = (typeof CALLER_MANNERS)[number];

/** What the far side sends outside of calls. */
export const FAR_WORDS = [
  "options",
  "message",
  "mail",
  "no-mail",
  "check-sync",
  "refer",
  "stray-bye",
  "stray-cancel",
  "stray-200",
  "garbage",
  "subscribe",
  "half-ringing",
] as const;
/** A word from the far side. */
export interface FarWord {
  readonly kind: "far-word";
  readonly to: string;
  readonly word: (typeof FAR_WORDS)[number];
}

/** What goes wrong around the box, for a while. */
export const TROUBLES = [
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
  "serial-unplugged",
  "card-reset",
  "card-hangs",
  "garbage-on-serial",
  "chip-reset",
  "chip-silent",
  "sound-gone",
  "xrun",
  "sound-drifts",
  "pin-gone",
  "brown-out",
  "late-edges",
  "edges-stall",
  "cut",
  "leak",
] as const;
/** One of them. */
export interface Trouble {
  readonly kind: "trouble";
  readonly trouble: (typeof TROUBLES)[number];
  readonly line: number;
  readonly forMs: number;
}

/** What somebody at a third address does. */
export const STRANGER_WORDS = [
  "bye",
  "cancel",
  "reinvite",
  "update",
  "refer",
  "notify",
  "info",
  "prack",
  "ack",
  "subscribe",
  "calls",
  "message",
  "mail",
  "watches",
  "registers",
  "options",
  "answers",
  "sound",
  "rtcp-bye",
  "stun",
  "noise",
  "replays",
  "forges",
  "malforms",
  "media-flood",
] as const;
/** One of them, so many times. */
export interface StrangerAct {
  readonly kind: "stranger";
  readonly word: (typeof STRANGER_WORDS)[number];
  readonly to: string;
  readonly times: number;
}

/** What the far side has far too much of. */
export const FLOODS = ["calls", "watches", "bindings", "options", "texts", "mail"] as const;
/** One of them, so many times. */
export interface FloodAct {
  readonly kind: "flood";
  readonly flood: (typeof FLOODS)[number];
  readonly to: string;
  readonly times: number;
}

/** What stands beside a telephone. */
export const MACHINES = [
  "alarm-panel",
  "alarm-receiver",
  "fax-calls",
  "fax-answers",
  "fax-sends",
  "fax-receives",
] as const;
/** One of them begins to do what it is there for, until the end of the story. */
export interface MachineAct {
  readonly kind: "machine";
  readonly machine: (typeof MACHINES)[number];
  readonly line: number;
}

/** One thing of a story. */
export type Act = (Wish | FarCall | FarWord | StrangerAct | FloodAct | MachineAct | Trouble) & {
  /** How long nothing of the story happens before it. */
  readonly pauseMs: number;
};

/** People without a plan, a far side with manners of its own, and what goes wrong meanwhile. */
export interface Story {
  readonly seed: number;
  readonly stage: Stage;
  readonly acts: readonly Act[];
}

/** The story in words, a line an act, for whoever has to find out why it failed. */
export function tellStory({ seed, stage, acts }: Story): string {
  const lines = stage.lines.map(({ phone, chip }) => `${phoneName(phone)} on ${chip}`);
  const settings = stage.settings.map(({ name }) => name);
  return [
    `seed ${seed}: ${lines.join(", ")}; country ${stage.country}, server ${stage.server}`,
    `network ${JSON.stringify(stage.network)}; ${settings.join(", ") || "nothing set"}`,
    ...acts.map((act) => `  ${String(act.pauseMs).padStart(6)} ms later ${tellAct(act)}`),
  ].join("\n");
}

const phoneName = (phone: PhoneSpec): string => (typeof phone === "string" ? phone : phone.kind);

/** One act in words. */
function tellAct(act: Act): string {
  switch (act.kind) {
    case "person": {
      const { answers, lifts, number, otherwise } = act;
      const { kind, ...how } = otherwise;
      const more = Object.values(how).join(" ");
      const idle = `${answers ? "answers" : "lets it ring"}, ${lifts ? "lifts" : "rests"}`;
      const dials = number === "" ? "hangs up" : `dials ${number}`;
      return `${act.line}: ${idle}, at dial tone ${dials}, else ${kind} ${more}`.trimEnd();
    }
    case "far-call": {
      const { to, manner, patienceMs, talksMs } = act;
      return `far end calls ${to} (${manner}), waits ${patienceMs} ms, talks ${talksMs} ms`;
    }
    case "far-word":
      return `far end sends ${act.word} to ${act.to}`;
    case "stranger":
      return `a stranger sends ${act.word} to ${act.to}, ${act.times} times`;
    case "flood":
      return `far end floods ${act.to} with ${act.times} ${act.flood}`;
    case "machine":
      return `a machine begins at line ${act.line}: ${act.machine}`;
    case "trouble":
      return `trouble: ${act.trouble} at line ${act.line} for ${act.forMs} ms`;
  }
}
