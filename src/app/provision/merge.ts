import type { ConfigPath } from "../config/config-problem.ts";
import type { UserConfig } from "../config/user-config.ts";

/**
 * The configuration that a box runs with: what this machine's own file says, and for all that it
 * leaves open what was fetched. Settings with parts are put together part by part; a list is the
 * one or the other, whole.
 */
export function mergeConfig(fetched: UserConfig, own: UserConfig): UserConfig {
  // Both have the shape, and each setting of the result is one of theirs.
  return merge(fetched, own) as UserConfig;
}

function merge(under: unknown, over: unknown): unknown {
  if (!isParts(under) || !isParts(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(under, key) ? merge(under[key], value) : value;
  }
  return merged;
}

/** How many steps of a path there are in a value: whose a problem is. */
export function depthOf(value: unknown, path: ConfigPath): number {
  let at: unknown = value;
  for (const [depth, step] of path.entries()) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return depth;
    at = Reflect.get(at, step);
  }
  return path.length;
}

/** One setting that is another than before, as a person reads it. */
export interface Change {
  readonly path: ConfigPath;
  /** JSON, or "(secret)"; undefined where there was, or is, nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What is another in a configuration than before, in the order of its settings. */
export function changesOf(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: ConfigPath, changes: Change[]): void {
  if (hasParts(before) && hasParts(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const step = Array.isArray(after) || Array.isArray(before) ? Number(key) : key;
      compare(Reflect.get(before, key), Reflect.get(after, key), [...path, step], changes);
    }
    return;
  }
  const [was, is] = [shown(before, path), shown(after, path)];
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  if (!isSame) changes.push({ path, before: was, after: is });
}

/** The longest value that is shown whole, characters. */
const SHOWN_MAX = 100;

function shown(value: unknown, path: ConfigPath): string | undefined {
  if (value === undefined) return undefined;
  if (isSecret(path.at(-1))) return "(secret)";
  const text = JSON.stringify(value, (key, inner: unknown) => (isSecret(key) ? "(secret)" : inner));
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

function isSecret(key: unknown): boolean {
  return key === "password" || key === "pin";
}

function hasParts(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isParts(value: unknown): value is Readonly<Record<string, unknown>> {
  return hasParts(value) && !Array.isArray(value);
}
