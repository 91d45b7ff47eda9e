import { err, ok, type Result } from "../../base/result.ts";
import * as ALL from "./countries/all.ts";
import { type CountryOverride, profileOf } from "./override.ts";
import type { CountryProfile } from "./profile.ts";

/** Every country as it stands in its file, in the order of the codes. */
export const COUNTRIES: readonly CountryOverride[] = Object.values<CountryOverride>(ALL).sort(
  (one, other) => (one.code < other.code ? -1 : 1),
);

/** The codes that {@link countryProfile} knows. */
export const COUNTRY_CODES: readonly string[] = COUNTRIES.map((country) => country.code);

/** Other names by which people ask for a country. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["gb", "uk"],
  ["gbr", "uk"],
  ["england", "uk"],
  ["britain", "uk"],
  ["great britain", "uk"],
  ["usa", "us"],
  ["america", "us"],
  ["deutschland", "de"],
  ["ger", "de"],
  ["deu", "de"],
  ["irn", "ir"],
  ["persia", "ir"],
  ["czechia", "cz"],
  ["holland", "nl"],
  ["macau", "mo"],
  ["schweiz", "ch"],
  ["türkiye", "tr"],
  ["turkiye", "tr"],
  ["uae", "ae"],
  ["emirates", "ae"],
  ["ksa", "sa"],
  ["korea", "kr"],
  ["hongkong", "hk"],
  ["afg", "af"],
  ["irq", "iq"],
  // as they are written in Persian
  ["ایران", "ir"],
  ["افغانستان", "af"],
  ["عراق", "iq"],
  ["تاجیکستان", "tj"],
]);

/** No such country; `suggestion` is the code that was probably meant. */
export interface UnknownCountry {
  readonly suggestion?: string;
}

/** A country's profile by its code, in either case. */
export function countryProfile(code: string): Result<CountryProfile, UnknownCountry> {
  const wanted = code.trim().toLowerCase();
  const found = COUNTRIES.find((country) => country.code === wanted);
  if (found !== undefined) return ok(profileOf(found));
  const suggestion = suggestionFor(wanted);
  return err(suggestion === undefined ? {} : { suggestion });
}

/**
 * A code of two letters with one of them wrong could be a dozen others: only what is surer is
 * said, the letters the wrong way round, one too many, or the beginning of a name.
 */
function suggestionFor(wanted: string): string | undefined {
  const alias = ALIASES.get(wanted);
  if (alias !== undefined) return alias;
  if (wanted === "") return undefined;
  const named = COUNTRIES.filter((country) => country.name.toLowerCase().startsWith(wanted));
  if (wanted.length > 2 && named.length === 1) return named[0]?.code;
  const swapped = [...wanted].reverse().join("");
  if (wanted.length === 2 && COUNTRY_CODES.includes(swapped)) return swapped;
  // A key that was hit twice is likelier than one that was hit beside.
  const shorter = new Set([...wanted].map((_, at) => wanted.slice(0, at) + wanted.slice(at + 1)));
  return COUNTRY_CODES.find((code) => shorter.has(code) && wanted.startsWith(code));
}
