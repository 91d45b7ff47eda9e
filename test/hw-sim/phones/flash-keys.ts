/**
 * How long the R key of a set opens the loop, by the country it was made for, ms. Common keys, not
 * read in any standard.
 */
const FLASH_KEYS_MS: Readonly<Record<string, number>> = {
  au: 100,
  ca: 500,
  cr: 500,
  de: 100,
  fi: 100,
  fr: 270,
  hk: 500,
  // an Indian maker's default; a set that is sold from Cairo to Hanoi
  in: 500,
  ir: 600,
  it: 100,
  kr: 500,
  mx: 500,
  nz: 600,
  pa: 500,
  ph: 500,
  se: 100,
  tw: 500,
  uk: 90,
  us: 500,
  "us-old": 500,
  ve: 500,
};

/** Where nobody told: inside of what exchanges of most countries take. */
const ELSEWHERE_MS = 250;

/** The R key of a set made for a country. */
export function flashKeyMs(country: string): number {
  return FLASH_KEYS_MS[country] ?? ELSEWHERE_MS;
}
