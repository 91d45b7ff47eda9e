import {
  LINE_TEST_LIMITS,
  type LineFault,
  type LineFinding,
  type LineTestName,
} from "../../fxs/index.ts";

const NAMES: Readonly<Record<LineTestName, string>> = {
  "hazardous-voltage": "dangerous voltage",
  "foreign-voltage": "foreign voltage",
  "resistive-fault": "short or leak",
  "receiver-off-hook": "receiver",
  ringers: "bells",
  card: "line card",
};

const FAULTS: Readonly<Record<LineFault, string>> = {
  voltage: "there is voltage on the wires that is not ours: find where it comes from",
  short: "the two wires touch: look at plugs, sockets and the cable",
  leak: "current leaks between the wires: damp, or an old ringer without its capacitor",
  "tip-to-ground": "the tip wire touches ground, or leaks to it",
  "ring-to-ground": "the ring wire touches ground, or leaks to it",
  "off-hook": "a receiver is up",
  "no-bell": "no bell draws ringing current: no telephone, or one with its ringer off",
  "too-many-bells": "more bells than the line rings well: unplug one",
};

/** What a line test found, a line each. */
export function lineTestWords(findings: readonly LineFinding[]): readonly string[] {
  const width = Math.max(...Object.values(NAMES).map(({ length }) => length));
  return findings.map((finding) => {
    const name = NAMES[finding.test].padEnd(width);
    if (finding.verdict === "skipped") return `${name}  not tested: ${finding.why}`;
    const figures = figuresOf(finding);
    if (finding.verdict === "passed") return `${name}  good${figures}`;
    const why = finding.fault === undefined ? finding.why : FAULTS[finding.fault];
    return `${name}  BAD: ${why ?? "it failed"}${figures}`;
  });
}

/** Whether nothing failed. */
export function isLineGood(findings: readonly LineFinding[]): boolean {
  return findings.every(({ verdict }) => verdict !== "failed");
}

function figuresOf(finding: Exclude<LineFinding, { verdict: "skipped" }>): string {
  const parts: string[] = [];
  const { volts, ohms, ren } = finding;
  if (volts !== undefined) {
    const least = volts.atLeast === true ? "at least " : "";
    parts.push(`${least}${volts.dc.toFixed(1)} V, ${volts.acRms.toFixed(1)} V AC`);
  }
  if (ohms !== undefined) parts.push(ohmsWords(ohms, finding.verdict === "passed"));
  if (ren !== undefined) parts.push(`REN ${ren.toFixed(1)}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function ohmsWords(ohms: number, isLimit: boolean): string {
  const written = ohms >= 1000 ? `${(ohms / 1000).toFixed(0)} kΩ` : `${ohms.toFixed(0)} Ω`;
  const isAll = ohms >= LINE_TEST_LIMITS.leakOhms;
  if (!isLimit) return written;
  return isAll
    ? `nothing under ${written}`
    : `nothing under ${written}, all that the card can tell`;
}
