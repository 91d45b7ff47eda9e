import { spawn } from "node:child_process";
import { once } from "node:events";
import { sessionBody } from "../../src/sip/request-checks.ts";
import { parseSdp } from "../../src/sip/sdp/sdp.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { type Figure, type FigureGroup, figure } from "../figure.ts";
import { bundle } from "../support/bundle.ts";
import { HOSTILE_MESSAGES } from "../support/hostile-messages.ts";
import { searchedMessages } from "../support/hostile-search.ts";
import type { Turns } from "../support/parse-turns.ts";
import { ownCpuMs } from "../support/processes.ts";
import { withScratch } from "../support/scratch.ts";
import { SIP_READERS, type SipReaderName } from "../support/sip-readers.ts";
import { median } from "../support/statistics.ts";

/** Processes of each peer: what the compiler makes of a program is not the same in any two. */
const PROCESSES = 5;
/** Rounds before anything is measured: the compiler has seen it all then. */
const WARM_ROUNDS = 200;
/** Times each hostile message is read; the median counts. */
const WORST_ROUNDS = 51;
/** Messages made by chance, the looks that each gets, and how many are then measured. */
const SEARCHED = 1_300;
const SEARCH_ROUNDS = 3;
const SUSPECTS = 12;
const SEARCH_SEED = 1;

/** Reads a hostile message as far as the user agent does. */
function readHostile(text: string): void {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return;
  const body = sessionBody(parsed.value);
  if (body !== undefined) parseSdp(body);
}

/**
 * SIP as text: 1.2 KB INVITEs with SDP a second that are read, types included, and written again,
 * and the time that reading the worst 64 KB message takes which an adversary can write. With a peer
 * it is measured in turns, a fresh process each time; the ratio is the median of those of all
 * turns.
 */
export const sipParse: FigureGroup = {
  limits: {
    "sip.parse.vs-npm-sip": undefined,
    "sip.parse.vs-jssip": undefined,
    "sip.parse.vs-sip.js": undefined,
    "sip.parse-worst-64k-ms": { atMost: 2 },
  },

  async measure(note) {
    const figures = await besidePeers(note);
    let worst = { name: "", ms: 0 };
    for (const [name, text] of [...Object.entries(HOSTILE_MESSAGES), ...suspects()]) {
      const ms = worstMs(text);
      if (ms > worst.ms) worst = { name, ms };
    }
    note(`the worst 64 KB message: ${worst.name}`);
    return [...figures, figure("sip.parse-worst-64k-ms", worst.ms, "ms")];
  },
};

function besidePeers(note: (text: string) => void): Promise<readonly Figure[]> {
  return withScratch(async (folder) => {
    const { turns } = await bundle(folder, { turns: "bench/support/parse-turns.ts" });
    const figures: Figure[] = [];
    for (const name of SIP_READERS) {
      const runs: Turns[] = [];
      for (let run = 0; run < PROCESSES; run++) {
        const one = await turnsWith(turns, name);
        if (one !== null) runs.push(one);
      }
      if (runs.length === 0) note(`${name} is not installed: no peer beside ours`);
      else figures.push(figureOf(name, runs, note));
    }
    return figures;
  });
}

async function turnsWith(program: string, peer: SipReaderName): Promise<Turns | null> {
  const child = spawn(process.execPath, [program, peer], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString("latin1");
  });
  // Not `exit`: what was printed last may still be on its way then.
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the turns with ${peer} ended with ${code}`);
  // parse-turns.ts prints this shape.
  return JSON.parse(printed) as Turns | null;
}

function figureOf(
  name: SipReaderName,
  runs: readonly Turns[],
  note: (text: string) => void,
): Figure {
  const ratios = runs.map(({ ours, theirs }) =>
    ours.map((rate, turn) => rate / (theirs[turn] ?? Number.NaN)),
  );
  const each = ratios.map(median).map((ratio) => ratio.toFixed(2));
  note(`${name}: by process ${each.join(", ")}`);
  const value = median(runs.flatMap(({ theirs }) => theirs));
  const peer = { name, value, ratio: median(ratios.flat()) };
  const rate = median(runs.flatMap(({ ours }) => ours));
  return figure(`sip.parse.vs-${name.replace(" ", "-")}`, rate, "INVITE/s", peer);
}

/** The slowest of many messages made by chance, after a short look at each. */
function suspects(): readonly (readonly [string, string])[] {
  const looked = [...searchedMessages(SEARCH_SEED, SEARCHED)].map(({ name, text }) => {
    let bestMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < SEARCH_ROUNDS; round++) bestMs = Math.min(bestMs, msOf(text));
    return { name, text, bestMs };
  });
  const slowest = looked.sort((a, b) => b.bestMs - a.bestMs).slice(0, SUSPECTS);
  return slowest.map(({ name, text }) => [name, text] as const);
}

function msOf(text: string): number {
  const fromMs = ownCpuMs();
  readHostile(text);
  return ownCpuMs() - fromMs;
}

function worstMs(text: string): number {
  for (let round = 0; round < WARM_ROUNDS; round++) readHostile(text);
  const times: number[] = [];
  for (let round = 0; round < WORST_ROUNDS; round++) times.push(msOf(text));
  return median(times);
}
