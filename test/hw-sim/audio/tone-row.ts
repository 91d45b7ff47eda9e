import type { TonePattern } from "./tone-tables.ts";

/** A tone as a list of tones has it in a line: name, frequencies, cadence. */
export type Row = readonly [
  name: string,
  frequenciesHz: readonly number[],
  cadence: readonly number[],
  fine?: Pick<TonePattern, "inTurnHz" | "withinHz">,
];

/** A dial tone without a break. */
export const dial = (...hz: number[]): Row => ["dial-tone", hz, []];

type Cadenced = (hz: number | readonly number[], ...ms: number[]) => Row;
const cadenced =
  (name: string): Cadenced =>
  (hz, ...ms) => [name, [hz].flat(), ms];

/** A dial tone with a cadence, ms on and off. */
export const brokenDial = cadenced("dial-tone");
/** The tone that a caller hears while the other telephone rings. */
export const ring = cadenced("ringback");
/** The called line is in a call; ms on and off. */
export const busy = cadenced("busy");
/** The call gets no further; ms on and off. */
export const reorder = cadenced("reorder");

/** What a frequency becomes whose loudness goes up and down so many times a second. */
export const modulated = (hz: number, by: number): readonly number[] => [hz - by, hz, hz + by];

/** Tables of rows by country, as ears want them. */
export function patternsByCountry(
  rows: Readonly<Record<string, readonly Row[]>>,
  verified: ReadonlySet<string>,
): Readonly<Record<string, readonly TonePattern[]>> {
  return Object.fromEntries(
    Object.entries(rows).map(([country, tones]) => [
      country,
      tones.map(([name, frequenciesHz, cadence, fine]) => ({
        name,
        frequenciesHz,
        cadence,
        ...fine,
        verified: verified.has(country),
      })),
    ]),
  );
}
