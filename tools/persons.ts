/**
 * Has random persons use a simulated box, story by story:
 * `tsx tools/persons.ts [--count N] [--seed N] [--acts N] [--keep-going]`.
 *
 * Each seed is a story of its own, and the same one at every run. It stops at the first that fails,
 * makes it as short as it can, and tells it; with `--keep-going` it only names what failed. It ends
 * with 0 where none failed, 1 where one did, 2 where it is asked wrong.
 */
import { playStory } from "../test/scenarios/persons/play-story.ts";
import { shrinkStory } from "../test/scenarios/persons/shrink-story.ts";
import { type Story, tellStory } from "../test/scenarios/persons/story.ts";
import { ACTS, writeStory } from "../test/scenarios/persons/write-story.ts";

const USAGE = "usage: persons [--count N] [--seed N] [--acts N] [--keep-going]\n";

async function main(words: readonly string[]): Promise<number> {
  const numbers = { "--count": 100, "--seed": 1, "--acts": ACTS };
  let keepsGoing = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const number = Number(words[at + 1]);
    const isNumber = word === "--count" || word === "--seed" || word === "--acts";
    if (isNumber && Number.isSafeInteger(number) && number >= 0) {
      numbers[word] = number;
      at++;
    } else if (word === "--keep-going") keepsGoing = true;
    else {
      process.stderr.write(USAGE);
      return 2;
    }
  }
  const startMs = performance.now();
  const first = numbers["--seed"];
  let failed = 0;
  let virtualMs = 0;
  for (let seed = first; seed < first + numbers["--count"]; seed++) {
    const story = writeStory(seed, numbers["--acts"]);
    const outcome = await playStory(story);
    virtualMs += outcome.virtualMs;
    if (outcome.faults.length === 0) continue;
    failed++;
    process.stdout.write(`seed ${seed}:\n${indented(outcome.faults)}`);
    if (keepsGoing) continue;
    await tellShort(story, outcome.faults[0] ?? "");
    break;
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const hours = (virtualMs / 3_600_000).toFixed(1);
  process.stdout.write(`persons: ${failed} failed, ${hours} hours lived in ${seconds} s\n`);
  return failed === 0 ? 0 : 1;
}

async function tellShort(story: Story, fault: string): Promise<void> {
  const kind = kindOf(fault);
  const short = await shrinkStory(story, async (one) => {
    const { faults } = await playStory(one);
    return faults.some((each) => kindOf(each) === kind);
  });
  const { faults } = await playStory(short);
  process.stdout.write(`in short:\n${tellStory(short)}\n${indented(faults)}`);
  process.stdout.write(`${JSON.stringify(short)}\n`);
}

/** A fault without its numbers: the same one in another story. */
function kindOf(fault: string): string {
  return (fault.split("\n")[0] ?? "").replace(/[0-9.]+/g, "#").slice(0, 60);
}

function indented(faults: readonly string[]): string {
  return faults.map((fault) => `  ${fault}\n`).join("");
}

process.exitCode = await main(process.argv.slice(2));
