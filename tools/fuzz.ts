/**
 * Throws mutated input at every parser and at the user agent:
 * `tsx tools/fuzz.ts [--count N] [--seed N] [name of a target…]`.
 *
 * N mutations of each, one in a thousand of 64 KB. Nothing may throw, or take 2 s of the processor.
 * The same seed (and vectors) gives the same inputs; a failure prints its input. It ends with 0
 * where nothing failed, 1 where something did, 2 where it is asked wrong.
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorStack } from "../src/base/thrown.ts";
import { type FuzzFailure, fuzzTargets, runFuzz } from "./fuzz/run-fuzz.ts";

const DEFAULT_COUNT = 1_000_000;
const DEFAULT_SEED = 1;
/** The most of an input that is printed, bytes. */
const SHOWN_BYTES = 2_000;

function main(words: readonly string[]): number {
  const numbers = { "--count": DEFAULT_COUNT, "--seed": DEFAULT_SEED };
  const only: string[] = [];
  const all = fuzzTargets();
  const names = all.map(({ name }) => name);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const number = Number(words[at + 1]);
    if ((word === "--count" || word === "--seed") && Number.isSafeInteger(number) && number >= 0) {
      numbers[word] = number;
      at++;
    } else if (names.includes(word)) {
      only.push(word);
    } else {
      process.stderr.write(`usage: fuzz [--count N] [--seed N] [${names.join("|")}…]\n`);
      return 2;
    }
  }
  const root = fileURLToPath(new URL("..", import.meta.url));
  const vectors = resolve(root, process.env["TIPRING_VECTORS"] ?? "../shared/vectors", "fuzz");
  const startMs = performance.now();
  const [count, seed] = [numbers["--count"], numbers["--seed"]];
  let total = 0;
  let failed = 0;
  for (const target of only.length === 0 ? all : all.filter(({ name }) => only.includes(name))) {
    const fromMs = performance.now();
    const report = runFuzz({ count, seed, vectorFolder: vectors, targets: [target] });
    const tried = report.counts.get(target.name) ?? 0;
    total += tried;
    failed += report.failures.length;
    process.stdout.write(`${target.name}: ${tried} in ${secondsSince(fromMs)} s, `);
    const { ms, bytes } = report.slowest;
    process.stdout.write(`the slowest ${ms.toFixed(1)} ms for ${bytes} bytes\n`);
    for (const failure of report.failures) process.stdout.write(printFailure(failure));
  }
  const seconds = secondsSince(startMs);
  process.stdout.write(`fuzz: ${total} mutations, seed ${seed}, ${failed} failed, ${seconds} s\n`);
  return failed === 0 ? 0 : 1;
}

function secondsSince(fromMs: number): string {
  return ((performance.now() - fromMs) / 1000).toFixed(1);
}

function printFailure({ target, mutation, input, error }: FuzzFailure): string {
  const why = errorStack(error);
  const shown = Buffer.from(input.subarray(0, SHOWN_BYTES)).toString("latin1");
  const title = `FAILED ${target}, mutation ${mutation}, ${input.length} bytes`;
  return `${title}:\n${JSON.stringify(shown)}\n${why}\n`;
}

process.exitCode = main(process.argv.slice(2));
