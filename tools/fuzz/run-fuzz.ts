import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { byteTargets } from "./byte-targets.ts";
import { Chance } from "./chance.ts";
import { faxTargets } from "./fax-targets.ts";
import { mutate } from "./mutate.ts";
import { networkTargets } from "./network-targets.ts";
import { sessionTargets } from "./session-targets.ts";
import type { FuzzTarget } from "./target.ts";
import { textTargets } from "./text-targets.ts";
import { userAgentTarget } from "./user-agent-target.ts";

/** An input that made a target throw. */
export interface FuzzFailure {
  readonly target: string;
  /** Which mutation of the run it was: the same seed and count make it again. */
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
  readonly count: number;
  readonly seed: number;
  /** The vectors' folder of seeds; none are read where it is absent. */
  readonly vectorFolder?: string;
  /** All there are where absent. */
  readonly targets?: readonly FuzzTarget[];
}

/** Failures after which a run ends: more say nothing new. */
const FAILURES_MAX = 10;

/** Everything there is to fuzz. */
export function fuzzTargets(): readonly FuzzTarget[] {
  return [
    ...[
      ...textTargets(),
      ...sessionTargets(),
      ...byteTargets(),
      ...faxTargets(),
      ...networkTargets(),
    ],
    userAgentTarget(),
  ];
}

/** Feeds mutated seeds to the targets. The same run gives the same inputs in the same order. */
export function runFuzz(run: FuzzRun): FuzzReport {
  const { count, seed, vectorFolder, targets = fuzzTargets() } = run;
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const corpora = targets.map((target) => corpusOf(target, vectorFolder));
  const chance = new Chance(seed);
  const counts = new Map(targets.map(({ name }) => [name, 0]));
  const failures: FuzzFailure[] = [];
  let slowest: FuzzReport["slowest"] = { target: "", ms: 0, bytes: 0 };
  for (let mutation = 0; mutation < count && failures.length < FAILURES_MAX; mutation++) {
    const index = pick(targets, chance.below(Math.max(shares, 1)));
    const [target, corpus] = [targets[index], corpora[index]];
    const start = corpus?.[chance.below(corpus.length)];
    if (target === undefined || corpus === undefined || start === undefined) break;
    const input = mutate(start, corpus, chance);
    const fromMs = performance.now();
    try {
      target.run(input);
    } catch (error) {
      failures.push({ target: target.name, mutation, input, error });
    }
    const ms = performance.now() - fromMs;
    if (ms > slowest.ms) slowest = { target: target.name, ms, bytes: input.length };
    counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
  }
  return { counts, failures, slowest };
}

/** The target that a number below the sum of all shares falls on. */
function pick(targets: readonly FuzzTarget[], number: number): number {
  let left = number;
  return targets.findIndex(({ share }) => {
    left -= share;
    return left < 0;
  });
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
