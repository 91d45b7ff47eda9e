import type { ToneTable } from "../tones/tone.ts";
import type { FamilyName } from "./families/families.ts";
import { FAMILIES } from "./families/families.ts";
import type { CountryFamily, CountryProfile, Sourced } from "./profile.ts";

/** Values of a group that are a country's own; what is left out comes from the family. */
type Own<Group> = Sourced & Partial<Omit<Group, keyof Sourced>>;

/**
 * A country: what it has otherwise than its family, each group with where it was read. A group
 * that is left out is the family's, and never verified.
 */
export interface CountryOverride {
  readonly code: string;
  readonly name: string;
  readonly family: FamilyName;
  readonly tones?: Sourced & { readonly table: Partial<ToneTable> };
  readonly ringing?: Own<CountryProfile["ringing"]>;
  readonly hook?: Own<CountryProfile["hook"]>;
  readonly flash?: Own<CountryProfile["flash"]>;
  readonly pulse?: Own<CountryProfile["pulse"]>;
  readonly dtmf?: Own<CountryProfile["dtmf"]>;
  readonly callerId?: Own<CountryProfile["callerId"]>;
  readonly supervision?: Own<CountryProfile["supervision"]>;
  readonly line?: Own<CountryProfile["line"]>;
  readonly emergency?: Own<CountryProfile["emergency"]>;
  /** Where public tables disagree, with each other or with what is used. Not in the profile. */
  readonly conflicts?: readonly CountryConflict[];
}

/** A public table that says something else than a country's profile does. */
export interface CountryConflict {
  /** The tone's name, or `ring cadence`, `flash`, … */
  readonly about: string;
  /** The table, as in `DAHDI zonedata [au]`. */
  readonly source: string;
  /** What stands there. */
  readonly says: string;
  /** Why it is not what is used. */
  readonly reason: string;
}

/** The whole profile of a country. */
export function profileOf(country: CountryOverride): CountryProfile {
  const family = FAMILIES[country.family];
  const group = <Group extends Sourced>(base: Group, own: Own<Group> | undefined): Group =>
    own === undefined
      ? { ...base, ...unread(country.family, base) }
      : // Every key of the family's group is there, each with a value of its own kind.
        ({ ...base, ...own, ...inheritedOf(base, own) } as Group);
  return {
    code: country.code,
    name: country.name,
    tones: tonesOf(country, family),
    ringing: group(family.ringing, country.ringing),
    hook: group(family.hook, country.hook),
    flash: group(family.flash, country.flash),
    pulse: group(family.pulse, country.pulse),
    dtmf: group(family.dtmf, country.dtmf),
    callerId: group(family.callerId, country.callerId),
    supervision: group(family.supervision, country.supervision),
    line: group(family.line, country.line),
    emergency: group(family.emergency, country.emergency),
  };
}

function tonesOf(country: CountryOverride, family: CountryFamily): CountryProfile["tones"] {
  const base = family.tones;
  const own = country.tones;
  if (own === undefined) return { ...base, ...unread(country.family, base) };
  const table = { ...base.table, ...own.table };
  return { ...own, table, ...inheritedOf(base.table, own.table) };
}

/** How a group is marked that the country's own sources do not tell of. */
function unread(family: FamilyName, base: Sourced): Sourced {
  return { source: `inherited from ${family}: ${base.source}`, verified: false };
}

/** Keys of a group that are about its values. */
const MARKS: ReadonlySet<string> = new Set(["source", "verified", "unverified", "inherited"]);

function inheritedOf(base: object, own: object): { readonly inherited?: readonly string[] } {
  // An empty list says nothing that a country could have taken over.
  const inherited = Object.entries(base)
    .filter(([key, value]) => !(key in own) && !MARKS.has(key) && !isEmptyList(value))
    .map(([key]) => key);
  return inherited.length === 0 ? {} : { inherited };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
