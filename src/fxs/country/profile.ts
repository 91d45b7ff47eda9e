import type { Impedance } from "../../base/impedance.ts";
import type { CallerIdScheme } from "../caller-id/schemes.ts";
import type { DtmfOptions } from "../dtmf/detector.ts";
import type { PulseDigitMap } from "../line/pulse-digits.ts";
import type { ToneTable } from "../tones/tone.ts";

/** Where a group of values comes from, and whether somebody checked it against a standard. */
export interface Sourced {
  readonly source: string;
  readonly verified: boolean;
  /** Which values of a verified group the check did not cover: no text at hand tells them. */
  readonly unverified?: readonly string[];
  /**
   * Which values of the group are not from `source`: the country took them over from its family
   * (tones by their name, others by their key). They are not verified.
   */
  readonly inherited?: readonly string[];
}

/** A ringing cadence, ms: on, off, on, off … and from the start again. */
export type RingCadenceMs = readonly number[];

/**
 * What differs from country to country at a telephone line. Plain data: it crosses threads.
 *
 * Values that are not `verified` are defaults to begin with; `resolveCountry` overrides any.
 */
export interface CountryProfile {
  /** Lower case; two letters of ISO 3166-1, but for `uk` (Great Britain) and `us-old`. */
  readonly code: string;
  readonly name: string;
  readonly tones: Sourced & { readonly table: ToneTable };
  readonly ringing: Sourced & {
    readonly frequencyHz: number;
    /** Of the ringing voltage; a card that cannot vary it leaves it. */
    readonly shape: "sine" | "trapezoid";
    /** Open-circuit volts, effective; a card that cannot vary it leaves it. */
    readonly voltsRms: number;
    readonly cadenceMs: RingCadenceMs;
    /** Distinctive cadences by name, as a `ring` command may ask for them. */
    readonly distinctive: Readonly<Record<string, RingCadenceMs>>;
  };
  readonly hook: Sourced & {
    /** A closed loop this long is off-hook. */
    readonly offHookMinMs: number;
    /** An open loop this long is on-hook, unless the flash window ends later. */
    readonly onHookMinMs: number;
  };
  /** A break from `minMs` up to, not with, `maxMs` is a hook flash. */
  readonly flash: Sourced & { readonly minMs: number; readonly maxMs: number };
  readonly pulse: Sourced & {
    /** A break from `breakMinMs` up to, not with, `breakMaxMs` is a dial pulse. */
    readonly breakMinMs: number;
    readonly breakMaxMs: number;
    /** A make this long after a pulse ends the digit. */
    readonly interDigitMs: number;
    readonly digitMap: PulseDigitMap;
  };
  /** What of touch-tones is taken for a digit. */
  readonly dtmf: Sourced & Required<DtmfOptions>;
  readonly callerId: Sourced & CallerIdScheme;
  /** What the line tells a telephone of how the call stands. */
  readonly supervision: Sourced & {
    /** Whether the battery turns round when the far end answers, and back at the end. */
    readonly answerReversal: boolean;
    /** How long the battery is away when the far end has gone, ms; 0 for not at all. */
    readonly openLoopMs: number;
    readonly metering: MeteringConfig;
  };
  /** How the line ends for sound. */
  readonly line: Sourced & {
    /** The two-wire impedance, for cards that have several. */
    readonly impedance: Impedance;
    /** How much louder voices come to the telephone and go from it, dB, unless the line says. */
    readonly toPhoneDb: number;
    readonly fromPhoneDb: number;
  };
  readonly emergency: Sourced & {
    readonly numbers: readonly string[];
    /**
     * Those of them that subscribers' numbers begin with (2611 in India): dialled after a pause, as
     * any number that may go on, where the others are dialled at once.
     */
    readonly shared: readonly string[];
  };
}

/**
 * Hook timing shared by the profiles. Off-hook: contacts bounce up to 20 ms, steady hook filters in
 * public drivers take 15–50 ms. Pulses: the windows accept 8–12 pulses a second at 50–80 % break
 * and 16–22 at 60–68 %, whose breaks are 27–100 ms and whose makes are at most 63 ms; between
 * digits there are 250 ms at the least (NEC NEAX2000: 256; Zyxel IES-1248: 250).
 */
export const COMMON_HOOK = {
  offHookMinMs: 30,
  // DAHDI takes breaks from 15 ms up as pulses
  breakMinMs: 15,
  // 8 pulses a second at 80 % break are 100 ms; 20 ms to spare
  breakMaxMs: 120,
  // between the longest make and the shortest gap of the above
  interDigitMs: 200,
} as const;

/** The pulse group that the profiles have in common, without its source. */
export const COMMON_PULSE = {
  breakMinMs: COMMON_HOOK.breakMinMs,
  breakMaxMs: COMMON_HOOK.breakMaxMs,
  interDigitMs: COMMON_HOOK.interDigitMs,
  digitMap: "normal",
} as const;

/** The ringing voltage that the profiles have in common, without its source. */
export const COMMON_RINGING = {
  // Linksys: trapezoid by default, and sine as the cure for sets that do not ring
  shape: "sine",
  // 45 effective into a load: Mediatrix, Si3210 at 5 REN; 60 to 65 open: Silvertel
  voltsRms: 60,
} as const;

/**
 * Supervision that the profiles have in common, without its source: the far end's going is told by
 * an open loop (250–900 ms are found, 500 is typical), its answer by nothing.
 */
export const COMMON_SUPERVISION = {
  answerReversal: false,
  openLoopMs: 500,
  // Yeastar: 12 kHz; TBR and national papers have 16 kHz elsewhere: not at hand
  metering: {
    frequencyHz: 12_000,
    pulseMs: 120,
    pauseMs: 180,
    everyMs: 0,
    byServer: false,
    unitPrice: 0,
  },
} as const;

/** Levels of voices that the profiles have in common: no national plan's relative levels. */
export const COMMON_LEVELS = { toPhoneDb: 0, fromPhoneDb: 0 } as const;

/** Distinctive cadences that vendors share: Cisco SPA's Bellcore-r1 to r8. */
export const BELLCORE_CADENCES = {
  "bellcore-r1": [2000, 4000],
  "bellcore-r2": [800, 400, 800, 4000],
  "bellcore-r3": [400, 200, 400, 200, 800, 4000],
  "bellcore-r4": [300, 200, 1000, 200, 300, 4000],
  "bellcore-r5": [500, 500],
  "bellcore-r6": [200, 400, 200, 400, 200, 4000],
  "bellcore-r7": [400, 200, 400, 200, 400, 4000],
  "bellcore-r8": [250, 9750],
} as const satisfies Record<string, RingCadenceMs>;

/** What countries of a kind share: a profile without a country's name. */
export type CountryFamily = Omit<CountryProfile, "code" | "name">;

/** How a country's metering pulses are. */
export interface MeteringConfig {
  readonly frequencyHz: number;
  readonly pulseMs: number;
  readonly pauseMs: number;
  /**
   * A pulse at the answer of a call that the line has made, and another each time so long has gone
   * by; 0 for none.
   */
  readonly everyMs: number;
  /** Pulses are sent by what the server tells of the cost (AOC), in place of by time. */
  readonly byServer: boolean;
  /** What of the server's currency a pulse stands for; 0: only charging units are counted. */
  readonly unitPrice: number;
}
