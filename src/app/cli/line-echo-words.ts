import type { Impedance } from "../../base/impedance.ts";
import type { EchoReport } from "../../fxs/index.ts";
import type { EchoRow } from "./line-echo.ts";

/** Less than this more of loss is no reason to choose another impedance, dB. */
const BETTER_BY_DB = 3;

/** The row whose impedance fits the line best, where that is another than now, and clearly. */
export function betterImpedance(rows: readonly EchoRow[]): Impedance | undefined {
  const now = rows.find(({ isNow }) => isNow);
  if (now === undefined || rows.some(({ report }) => report.isClipped)) return undefined;
  const best = rows.reduce((one, other) => (other.report.lossDb > one.report.lossDb ? other : one));
  return best.report.lossDb >= now.report.lossDb + BETTER_BY_DB ? best.impedance : undefined;
}

/** What was measured, a line each, and what is to be done about it. */
export function echoWords(rows: readonly EchoRow[], areLevelsKnown: boolean): readonly string[] {
  const names = rows.map(nameOf);
  const width = Math.max(...names.map(({ length }) => length));
  const words = rows.map(
    ({ report }, at) => `${(names[at] ?? "").padEnd(width)}  ${reportWords(report)}`,
  );
  if (rows.some(({ report }) => report.isClipped)) {
    words.push("what came back was too loud for the converter: put the levels right first");
  }
  const better = betterImpedance(rows);
  if (better !== undefined) {
    words.push(`${better} fits best: card: { impedance: "${better}" } at the line`);
  } else if (rows.length > 1) words.push("no other impedance fits clearly better");
  if (!areLevelsKnown) {
    words.push(
      "the sound card's levels are not measured (doctor --levels): what is told is of them, too",
    );
  }
  words.push("it is of card, cable and this telephone together: another one may fit differently");
  return words;
}

function nameOf({ impedance, isNow }: EchoRow): string {
  if (impedance === undefined) return "as the card is built";
  return isNow ? `${impedance} (now)` : impedance;
}

function reportWords({ lossDb, least, isAtLeast }: EchoReport): string {
  const most = isAtLeast ? "at least " : "";
  const at = `${least.lossDb.toFixed(0)} dB at ${least.hz} Hz`;
  return `echo ${most}${lossDb.toFixed(1)} dB below what is sent, least ${at}`;
}
