import { isRecord } from "../../base/record.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { callerIdScheme, isCallerIdName } from "../caller-id/schemes.ts";
import { countryProfile } from "./countries.ts";
import type { CountryProfile } from "./profile.ts";
import { profileFaults } from "./profile-faults.ts";

/** What of a profile to override: any part, as deep as wanted; a list is replaced as a whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/** Why a country with its overrides makes no profile. */
export type CountryFault =
  | { readonly kind: "unknown-country"; readonly suggestion?: string }
  /** `callerId.scheme` names no scheme; `CALLER_ID_NAMES` are those there are. */
  | { readonly kind: "unknown-caller-id"; readonly name: string }
  /** `path` is where, e.g. `flash.minMs`; `message` what is wrong with it. */
  | { readonly kind: "bad-value"; readonly path: string; readonly message: string };

/** Parts of a profile in which a user may add keys of their own. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["ringing.distinctive"]);

/** Deepest nesting that an override is followed. */
const DEPTH_LIMIT = 8;

/**
 * A country's profile with a user's values in place of its own, checked as a whole.
 *
 * A group that was changed says so in its `source`, and is no longer `verified`. A
 * `callerId.scheme` replaces the country's whole way of telling a caller; other values under
 * `callerId` then change that scheme's.
 */
export function resolveCountry(
  code: string,
  overrides: DeepPartial<CountryProfile> = {},
): Result<CountryProfile, CountryFault> {
  const base = countryProfile(code);
  if (!base.ok) return err({ kind: "unknown-country", ...base.error });
  const schemed = withScheme(withNumbers(base.value, overrides), overrides);
  if (!schemed.ok) return schemed;
  const merged = merge(schemed.value, overrides, "", 0);
  if (!merged.ok) return merged;
  // The merge keeps every key of the base and the kind of each value; ranges are checked next.
  const profile = merged.value as CountryProfile;
  const fault = profileFaults(profile)[0];
  return fault === undefined ? ok(profile) : err({ kind: "bad-value", ...fault });
}

function withScheme(
  base: CountryProfile,
  overrides: unknown,
): Result<CountryProfile, CountryFault> {
  const callerId = isRecord(overrides) ? overrides["callerId"] : undefined;
  const name = isRecord(callerId) ? callerId["scheme"] : undefined;
  if (typeof name !== "string") return ok(base);
  if (!isCallerIdName(name)) return err({ kind: "unknown-caller-id", name });
  return ok({ ...base, callerId: { ...base.callerId, ...callerIdScheme(name) } });
}

/** Where the numbers for help are the user's, what is known of the country's own is not needed. */
function withNumbers(base: CountryProfile, overrides: unknown): CountryProfile {
  const emergency = isRecord(overrides) ? overrides["emergency"] : undefined;
  const numbers = isRecord(emergency) ? emergency["numbers"] : undefined;
  if (!Array.isArray(numbers)) return base;
  const shared = base.emergency.shared.filter((number) => numbers.includes(number));
  return { ...base, emergency: { ...base.emergency, shared } };
}

type Merged = Result<unknown, CountryFault>;

const bad = (path: string, message: string): Merged =>
  err({ kind: "bad-value", path: path === "" ? "country" : path, message });

function merge(base: unknown, change: unknown, path: string, depth: number): Merged {
  if (change === undefined) return ok(base);
  if (depth > DEPTH_LIMIT) return bad(path, "is nested too deeply");
  if (Array.isArray(base)) {
    return Array.isArray(change) ? ok(change) : bad(path, "must be a list");
  }
  if (!isRecord(base)) {
    return typeof change === typeof base ? ok(change) : bad(path, `must be a ${typeof base}`);
  }
  if (!isRecord(change)) return bad(path, "must be a group of settings");
  if (isTone(base)) return ok(change);
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const at = path === "" ? key : `${path}.${key}`;
    const known = Object.hasOwn(base, key);
    const addable = OPEN_PATHS.has(path) && key !== "__proto__";
    if (!known && !addable) return bad(at, "is no setting of a country");
    if (at === "code") return bad(at, "is not to be changed; choose another country");
    const merged: Merged = known ? merge(base[key], value, at, depth + 1) : ok(value);
    if (!merged.ok) return merged;
    result[key] = merged.value;
  }
  return ok(withChangedSource(base, result, change));
}

/** A tone is replaced as a whole: its `repeatFrom` means nothing beside other segments. */
function isTone(base: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(base["segments"]);
}

/** A group whose values were changed is the user's from then on. */
function withChangedSource(
  base: Readonly<Record<string, unknown>>,
  result: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const source = base["source"];
  if (typeof source !== "string" || Object.keys(change).length === 0) return result;
  if (change["source"] !== undefined) return result;
  return { ...result, source: `${source}; changed by the user`, verified: false };
}
