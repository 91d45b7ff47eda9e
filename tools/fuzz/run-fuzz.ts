import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { byteTargets } from "./byte-targets.ts";
import { Chance } from "./chance.ts";
import { eventTargets } from "./event-targets.ts";
import { faxTargets } from "./fax-targets.ts";
import { lengthen, mutate } from "./mutate.ts";
import { networkTargets } from "./network-targets.ts";
import { provisionTargets } from "./provision-targets.ts";
import { sessionTargets } from "./session-targets.ts";
import { type FuzzTarget, promise } from "./target.ts";
import { textTargets } from "./text-targets.ts";
import { userAgentTarget } from "./user-agent-target.ts";

/** An input that made a target throw. */
export interface FuzzFailure {
  readonly target: string;
  /** Which mutation of its target it was: the same seed makes it again. */
  readonly mutation: number;
  readonly input: Uint8Array;
  readonly error: unknown;
}

/** What came of a run. */
export interface FuzzReport {
  /** Mutations tried, by target. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly FuzzFailure[];
  /** The longest that one input took. */
  readonly slowest: { readonly target: string; readonly ms: number; readonly bytes: number };
}

/** How a run is made. */
export interface FuzzRun {
  /** Mutations of each target, but for those that take a part of it. */
  readonly count: number;
  readonly seed: number;
  /** The vectors' folder of seeds; none are read where it is absent. */
  readonly vectorFolder?: string;
  /** All there are where absent. */
  readonly targets?: readonly FuzzTarget[];
}

/** One input in so many is a long one. */
const LONG_EVERY = 1_000;
/** Processor time that no input may take, ms: ten times what the longest takes if all is well. */
const INPUT_MAX_MS = 2_000;

/** Failures after which a target is left: more say nothing new. */
const FAILURES_MAX = 10;

/** Everything there is to fuzz. */
export function fuzzTargets(): readonly FuzzTarget[] {
  const plain = [
    textTargets,
    sessionTargets,
    eventTargets,
    byteTargets,
    faxTargets,
    networkTargets,
    provisionTargets,
  ];
  return [...plain.flatMap((targets) => targets()), userAgentTarget()];
}

/** Feeds mutated seeds to the targets, one after the other. The same run gives the same inputs. */
export function runFuzz(run: FuzzRun): FuzzReport {
  const { count, seed, vectorFolder, targets = fuzzTargets() } = run;
  const counts = new Map<string, number>();
  const failures: FuzzFailure[] = [];
  let slowest: FuzzReport["slowest"] = { target: "", ms: 0, bytes: 0 };
  for (const target of targets) {
    const corpus = corpusOf(target, vectorFolder);
    // Of its own, so that a target's inputs do not hang on which others run.
    const chance = new Chance(seed + hashOf(target.name));
    const most = Math.ceil(count * (target.part ?? 1));
    let failed = 0;
    let mutation = 0;
    for (; mutation < most && failed < FAILURES_MAX; mutation++) {
      const start = corpus[chance.below(corpus.length)];
      if (start === undefined) break;
      const isLong = mutation % LONG_EVERY === LONG_EVERY - 1;
      const input = isLong ? lengthen(start, chance) : mutate(start, corpus, chance);
      const used = isLong ? process.cpuUsage() : undefined;
      const fromMs = performance.now();
      try {
        target.run(input);
        if (used !== undefined) {
          const { user } = process.cpuUsage(used);
          promise(user < INPUT_MAX_MS * 1000, `${input.length} bytes take no ${user / 1000} ms`);
        }
      } catch (error) {
        failed++;
        failures.push({ target: target.name, mutation, input, error });
      }
      const ms = performance.now() - fromMs;
      if (ms > slowest.ms) slowest = { target: target.name, ms, bytes: input.length };
    }
    counts.set(target.name, mutation);
  }
  return { counts, failures, slowest };
}

/** A number that differs from name to name. @see FNV-1a, Fowler, Noll, Vo */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

function corpusOf(target: FuzzTarget, folder: string | undefined): readonly Uint8Array[] {
  if (folder === undefined || !existsSync(folder)) return target.seeds;
  const more = target.vectors
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      readdirSync(path)
        .sort()
        .map((file) => readFileSync(join(path, file))),
    )
    .map((bytes) => Uint8Array.from(bytes));
  return [...target.seeds, ...more];
}
