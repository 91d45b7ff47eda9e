/** What is keyed before a number to withhold one's own for one call, or to show it. */
export interface CallerIdCodes {
  readonly withhold: string;
  readonly show: string;
}

/**
 * Codes by country, as their telephone networks have them by common knowledge: none was read in a
 * numbering plan, so none is verified, and each can be configured.
 */
const CODES: Readonly<Record<string, CallerIdCodes>> = {
  au: { withhold: "1831", show: "1832" },
  jp: { withhold: "184", show: "186" },
  nz: { withhold: "0197", show: "0196" },
  uk: { withhold: "141", show: "1470" },
};

/** Those of North America, which vendors of adapters have everywhere. */
const COMMON: CallerIdCodes = { withhold: "*67", show: "*82" };

/** The codes of a country; where none are known for it, `*67` and `*82`. */
export function callerIdCodes(country: string): CallerIdCodes {
  return CODES[country] ?? COMMON;
}
