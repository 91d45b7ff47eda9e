import type { VoltsFound } from "./wire-volts.ts";

/** What stands (`mean`) and what alternates (`rms`) of something that was measured often. */
export interface Measured {
  readonly mean: number;
  readonly rms: number;
}

/** One state of a line, measured. Volts against ground, `across` between the wires; milliamps. */
export interface Readings {
  readonly tip: Measured;
  readonly ring: Measured;
  readonly across: Measured;
  readonly milliamps: Measured;
}

/** What is tested. `card` is the card itself. */
export type LineTestName =
  | "hazardous-voltage"
  | "foreign-voltage"
  | "resistive-fault"
  | "receiver-off-hook"
  | "ringers"
  | "card";

/** What a test came to. `what` is for `failed`: what it is that failed, with the figures. */
export type LineFinding =
  | {
      readonly test: LineTestName;
      readonly verdict: "passed";
      readonly volts?: VoltsFound;
      readonly ren?: number;
      readonly ohms?: number;
    }
  | {
      readonly test: LineTestName;
      readonly verdict: "failed";
      readonly why?: string;
      readonly fault?: LineFault;
      readonly volts?: VoltsFound;
      readonly ren?: number;
      readonly ohms?: number;
    }
  | { readonly test: LineTestName; readonly verdict: "skipped"; readonly why: string };

/** What is wrong with a line. */
export type LineFault =
  | "voltage"
  | "short"
  | "leak"
  | "tip-to-ground"
  | "ring-to-ground"
  | "off-hook"
  | "no-bell"
  | "too-many-bells";

/**
 * Limits, as InnoMedia documents those of its GR-909 test: hazardous over 135 V DC or 50 V AC,
 * foreign over 6 V DC or 10 V AC, a leak under 150 kΩ, ringers from 0.175 to 3 REN.
 */
export const LINE_TEST_LIMITS = {
  hazardousDcVolts: 135,
  hazardousAcVolts: 50,
  foreignDcVolts: 6,
  foreignAcVolts: 10,
  leakOhms: 150_000,
  renMin: 0.175,
  renMax: 3,
} as const;

/** A ringer of REN 1 at 20 Hz, ohms. @see TIA-968-B */
const REN_OHMS = 7000;
/** Less current than this is no current: a leak of 150 kΩ draws more from any battery over 30 V. */
const NO_CURRENT_MA = 0.2;
/** Where the card reads current in steps, so much of a step is no current either. */
const NO_CURRENT_STEP = 0.56;
/** Less alternating current than any bell takes: as good as no reading. */
const NOTHING_MA = 0.02;
/** Under so many ohms it is no telephone: sets have 100 to 300, and some volts of their own. */
const SHORT_OHMS = 60;
/** A receiver that is up: at most so many ohms, telephone and line. */
const OFF_HOOK_OHMS = 2500;
/** How far apart a wire must be from where it rests to be taken for grounded, volts. */
const GROUNDED_VOLTS = 2;
/** What flows from wire to wire is the same both ways; what flows to ground, this much more. */
const GROUNDED_TIMES = 4;

const FOREIGN_IN_THE_WAY = "with a foreign voltage on the wires it cannot be measured";

/** A test that was not made. */
export function skipped(test: LineTestName, why: string): LineFinding {
  return { test, verdict: "skipped", why };
}

/** What is on the wires though there is no battery of ours: of either wire, the stronger. */
export function openFindings(volts: VoltsFound): readonly LineFinding[] {
  const limits = LINE_TEST_LIMITS;
  // What the card reads no end of may be anything.
  const isHazard =
    volts.atLeast === true ||
    volts.dc > limits.hazardousDcVolts ||
    volts.acRms > limits.hazardousAcVolts;
  return [
    isHazard
      ? { test: "hazardous-voltage", verdict: "failed", fault: "voltage", volts }
      : { test: "hazardous-voltage", verdict: "passed", volts },
    isForeign(volts) || isHazard
      ? { test: "foreign-voltage", verdict: "failed", fault: "voltage", volts }
      : { test: "foreign-voltage", verdict: "passed", volts },
  ];
}

function isForeign({ dc, acRms }: VoltsFound): boolean {
  const { foreignDcVolts, foreignAcVolts } = LINE_TEST_LIMITS;
  return dc > foreignDcVolts || acRms > foreignAcVolts;
}

/**
 * What draws current from the battery. A telephone is told from a resistance by its own volts: the
 * ohms that one finds at a constant current are those of both, and differ with the polarity only
 * where a wire is grounded. With a foreign voltage in the loop, ohms are not volts by amperes any
 * more: then only what a receiver or a short draws is told.
 */
export function fedFindings(
  forward: Readings,
  reverse: Readings | undefined,
  { open, stepMa = 0 }: { open: VoltsFound | undefined; stepMa?: number | undefined },
): readonly LineFinding[] {
  const noCurrentMa = Math.max(NO_CURRENT_MA, NO_CURRENT_STEP * stepMa);
  // A tip wire that reaches ground draws current in reverse only.
  const { milliamps, acrossVolts } = drawn(
    reverse !== undefined && drawn(reverse).milliamps > drawn(forward).milliamps
      ? reverse
      : forward,
  );
  const ohms = (acrossVolts / milliamps) * 1000;
  if (open !== undefined && isForeign(open) && !(ohms <= OFF_HOOK_OHMS)) {
    return [
      skipped("resistive-fault", FOREIGN_IN_THE_WAY),
      milliamps < noCurrentMa
        ? { test: "receiver-off-hook", verdict: "passed" }
        : skipped("receiver-off-hook", FOREIGN_IN_THE_WAY),
    ];
  }
  const { leakOhms } = LINE_TEST_LIMITS;
  if (milliamps < noCurrentMa || ohms > leakOhms) {
    // What the card still tells from nothing; a leak above that stays unseen.
    const told = Math.min(leakOhms, (acrossVolts / noCurrentMa) * 1000);
    return [
      { test: "resistive-fault", verdict: "passed", ohms: told },
      { test: "receiver-off-hook", verdict: "passed" },
    ];
  }
  const grounded = groundedWire(forward, reverse);
  if (grounded !== undefined) {
    return [
      { test: "resistive-fault", verdict: "failed", fault: grounded },
      skipped("receiver-off-hook", "a wire is grounded"),
    ];
  }
  if (ohms < SHORT_OHMS) {
    return [
      { test: "resistive-fault", verdict: "failed", fault: "short", ohms },
      { test: "receiver-off-hook", verdict: "passed" },
    ];
  }
  if (ohms <= OFF_HOOK_OHMS) {
    return [
      { test: "resistive-fault", verdict: "passed", ohms },
      { test: "receiver-off-hook", verdict: "failed", fault: "off-hook", ohms },
    ];
  }
  return [
    { test: "resistive-fault", verdict: "failed", fault: "leak", ohms },
    { test: "receiver-off-hook", verdict: "passed" },
  ];
}

function drawn({ milliamps, across }: Readings): { milliamps: number; acrossVolts: number } {
  return { milliamps: Math.abs(milliamps.mean), acrossVolts: Math.abs(across.mean) };
}

/**
 * A wire that draws current only where it is the one with the battery, or that stays at ground
 * whichever way round the battery is.
 */
function groundedWire(forward: Readings, reverse: Readings | undefined): LineFault | undefined {
  if (reverse === undefined) return undefined;
  const [ahead, back] = [drawn(forward).milliamps, drawn(reverse).milliamps];
  if (ahead > GROUNDED_TIMES * back) return "ring-to-ground";
  if (back > GROUNDED_TIMES * ahead) return "tip-to-ground";
  const atGround = (one: Measured, other: Measured) =>
    Math.abs(one.mean) < GROUNDED_VOLTS && Math.abs(other.mean) < GROUNDED_VOLTS;
  const tip = atGround(forward.tip, reverse.tip);
  const ring = atGround(forward.ring, reverse.ring);
  if (tip === ring) return undefined;
  return tip ? "tip-to-ground" : "ring-to-ground";
}

/** What the bells draw of the ringing voltage. */
export function ringingFindings(
  { across, milliamps }: Readings,
  open: VoltsFound | undefined,
): LineFinding {
  // What alternates by itself would be weighed with the bells.
  if (open !== undefined && open.acRms > LINE_TEST_LIMITS.foreignAcVolts) {
    return skipped("ringers", FOREIGN_IN_THE_WAY);
  }
  const { renMin, renMax } = LINE_TEST_LIMITS;
  const volts = Math.hypot(across.rms, across.mean);
  if (volts < 10) {
    const why = "no ringing voltage was measured";
    return { test: "ringers", verdict: "skipped", why };
  }
  if (milliamps.rms < NOTHING_MA) {
    const why = "no ringing current is shown: there is no bell, or the card cannot show it";
    return { test: "ringers", verdict: "skipped", why };
  }
  const ren = (milliamps.rms / 1000) * (REN_OHMS / across.rms);
  if (ren < renMin) return { test: "ringers", verdict: "failed", fault: "no-bell", ren };
  if (ren > renMax) return { test: "ringers", verdict: "failed", fault: "too-many-bells", ren };
  return { test: "ringers", verdict: "passed", ren };
}
