import type { Level } from "../ports/gpio.ts";

/** How a chip is put to sleep, if it can be. */
export type PowerDownPin =
  | { readonly kind: "none" }
  /** Low sleeps; the pin is let go to run and must never be driven high. */
  | { readonly kind: "open-drain-active-low" }
  | { readonly kind: "active-high" };

/**
 * A line-interface chip that is worked by a few pins: F/R (forward or reverse), RM (ring mode), SHK
 * (switch hook), and sometimes PD (power down).
 */
export interface GpioSlicProfile {
  readonly name: string;
  /** False: some value is a guess or its sources differ; try it on the bench and override it. */
  readonly verified: boolean;
  /** F/R at rest. The other level reverses the line. */
  readonly frIdleLevel: Level;
  /** SHK while loop current flows, the telephone off-hook. */
  readonly shkOffHookLevel: Level;
  readonly powerDown: PowerDownPin;
  /** Whether sleeping takes the battery off the line fast enough to be an open loop (OSI). */
  readonly opensLoopByPowerDown: boolean;
  readonly ringMinHz: number;
  readonly ringMaxHz: number;
  /** The largest part of the time that RM may be high, 0–1. */
  readonly ringDutyMax: number;
  /** The longest burst of ringing, ms. */
  readonly ringBurstMaxMs: number;
  /** F/R rests this long before RM goes low, ms. */
  readonly ringEndHoldMs: number;
}

/**
 * Silvertel Ag1171. Data sheet V1.0 (December 2006) and V1.6: F/R high is forward, toggled at 20 to
 * 25 Hz with RM high to ring; SHK high is off-hook; PD low is power down, left open to run.
 */
const AG1171: GpioSlicProfile = {
  name: "Ag1171",
  verified: true,
  frIdleLevel: 1,
  shkOffHookLevel: 1,
  powerDown: { kind: "open-drain-active-low" },
  // The data sheet does not say how fast the battery falls, nor what SHK does meanwhile.
  opensLoopByPowerDown: false,
  ringMinHz: 20,
  ringMaxHz: 25,
  // "33 %" stands for its own sequence of 2 s ringing in 6 s, which is a third.
  ringDutyMax: 1 / 3,
  // The ringing part of that sequence.
  ringBurstMaxMs: 2000,
  // More than 10 ms; the Pulsar firmware for this chip holds 11.
  ringEndHoldMs: 11,
};

/**
 * Silvertel Ag1170. Unverified: taken to be like its successor; a public header has PD active
 * high, the Ag1171 data sheet has it active low, so PD is left alone until it is chosen.
 */
const AG1170: GpioSlicProfile = {
  ...AG1171,
  name: "Ag1170",
  verified: false,
  powerDown: { kind: "none" },
};

/**
 * R-Tone KS0835F. Unverified: no data sheet was to be had. F/R at rest is low in one public demo
 * and high in the sister chip; PD is awake when low in one guide, strapped high in another project.
 * Its pins swing to the supply: at 5 V, SHK needs a divider before a 3.3 V input.
 */
const KS0835F: GpioSlicProfile = {
  ...AG1171,
  name: "KS0835F",
  verified: false,
  powerDown: { kind: "none" },
};

/**
 * What a board's builder, or a user, knows better than the profile: sources of these chips differ,
 * and modules are built in more than one way. Values that are left out are the profile's.
 */
export interface GpioSlicOverrides {
  readonly frIdle?: "high" | "low";
  readonly shkOffHook?: "high" | "low";
  readonly powerDown?: PowerDownPin["kind"];
  readonly opensLoopByPowerDown?: boolean;
  readonly ringMinHz?: number;
  readonly ringMaxHz?: number;
  readonly ringDutyMax?: number;
  readonly ringBurstMaxMs?: number;
  readonly ringEndHoldMs?: number;
}

/** A profile with what is known better in it. */
export function overrideProfile(
  profile: GpioSlicProfile,
  { frIdle, shkOffHook, powerDown, ...values }: GpioSlicOverrides,
): GpioSlicProfile {
  return {
    ...profile,
    ...values,
    ...(frIdle === undefined ? {} : { frIdleLevel: levelOf(frIdle) }),
    ...(shkOffHook === undefined ? {} : { shkOffHookLevel: levelOf(shkOffHook) }),
    ...(powerDown === undefined ? {} : { powerDown: { kind: powerDown } }),
  };
}

function levelOf(word: "high" | "low"): Level {
  return word === "high" ? 1 : 0;
}

/** The chips known, by the name a configuration gives them. */
export const GPIO_SLIC_PROFILES = {
  ag1171: AG1171,
  ag1170: AG1170,
  ks0835f: KS0835F,
} as const satisfies Readonly<Record<string, GpioSlicProfile>>;

/** A name in {@link GPIO_SLIC_PROFILES}. */
export type GpioSlicChip = keyof typeof GPIO_SLIC_PROFILES;
