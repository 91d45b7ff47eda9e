/**
 * What the sound adapter is asked on a real kernel, whose card is snd-aloop: what is played on its
 * device 0 is recorded on device 1 and the other way round. A line is opened at each end. It prints
 * `lab: ok|failed NAME` for each question and `lab: N passed, N failed` at the end.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import { errorText } from "../../src/base/thrown.ts";
import { createPcm } from "../../src/hal/linux/index.ts";
import { createClock } from "../../src/hal/node/index.ts";
import type { Pcm, PcmStream, PcmXrun } from "../../src/hal/ports/pcm-stream.ts";

const clock = createClock();
const near = createPcm({ clock });
const far = createPcm({ clock });
let passed = 0;
let failed = 0;

const say = (text: string): boolean => process.stdout.write(`lab: ${text}\n`);

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function ask(name: string, question: () => Promise<string>): Promise<void> {
  try {
    say(`ok sound ${name}: ${await question()}`);
    passed++;
  } catch (error) {
    say(`failed sound ${name}: ${errorText(error)}`);
    failed++;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps the event loop from turning, as a long garbage collection would. */
function holdUp(ms: number): void {
  const endMs = clock.nowMs() + ms;
  while (clock.nowMs() < endMs);
}

/** What a line keeps of what it hears: no question takes longer. */
const HEARD_MAX_SAMPLES = 8000 * 15;

/** In its first second this program is being compiled as it runs, and may be late. */
const WARM_SAMPLES = 8000;

/**
 * The guest has one slow processor: it is late by over 10 ms a few times in 10 s. The first times
 * the play queue runs dry for it, and is longer from then on.
 */
const SLIPS_MAX = 3;

type Voice = (sample: number) => number;

/** A line of the laboratory, and what it was told. */
interface Line {
  readonly stream: PcmStream;
  readonly firsts: readonly number[];
  readonly faults: readonly PortFault[];
  readonly xruns: readonly PcmXrun[];
  heard(): readonly number[];
  /** As the stream told it last. */
  bulkDelay(): number | undefined;
}

/** Opens a line that says `voice`, counted from its first sample. */
async function openLine(pcm: Pcm, name: string, voice: Voice): Promise<Line> {
  // Made beforehand: an array that grows would hold the event loop up by itself.
  const heard = new Int16Array(HEARD_MAX_SAMPLES);
  const firsts: number[] = [];
  const faults: PortFault[] = [];
  const xruns: PcmXrun[] = [];
  let spoken = 0;
  let bulkDelay: number | undefined;
  const stream: PcmStream = await pcm.open(name, {
    onFrame: (captured, playout, first) => {
      heard.set(captured, firsts.length * captured.length);
      firsts.push(first);
      bulkDelay = stream.bulkDelaySamples;
      for (let n = 0; n < playout.length; n++) playout[n] = voice(spoken++);
    },
    onFault: (fault) => faults.push(fault),
    onXrun: (xrun) => xruns.push(xrun),
  });
  return {
    stream,
    firsts,
    faults,
    xruns,
    heard: () => [...heard.subarray(0, firsts.length * 80)],
    bulkDelay: () => bulkDelay,
  };
}

/** Both ends of the loop, run for a while; closed again. */
async function talk(
  names: readonly [string, string],
  voice: Voice,
  during: (near: Line) => Promise<void>,
): Promise<readonly [Line, Line]> {
  const a = await openLine(near, names[0], voice);
  const b = await openLine(far, names[1], voice).catch((error: unknown) => {
    a.stream.close();
    throw error;
  });
  a.stream.start();
  b.stream.start();
  try {
    await during(a);
  } finally {
    a.stream.close();
    b.stream.close();
  }
  return [a, b];
}

const gapsOf = ({ firsts }: Line): number =>
  firsts.filter((first, n) => n > 0 && first - (firsts[n - 1] ?? 0) !== 80).length;

/** A count from 1 to 30000, over and over: silence is 0, and nothing lost goes unseen. */
const count: Voice = (sample) => (sample % 30_000) + 1;

/** How often the count goes on otherwise than by one: silence put in, or something left out. */
const slipsOf = (heard: readonly number[]): number =>
  heard.filter((sample, n) => n > 0 && sample !== 0 && sample !== after(heard[n - 1] ?? 0)).length;

const after = (sample: number): number => (sample % 30_000) + 1;

async function faultOf(opening: Promise<PcmStream>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    (stream) => stream.close(),
    (error: unknown) => error,
  );
  return outcome instanceof PortError ? outcome.fault : undefined;
}

const quiet = { onFrame: () => {}, onFault: () => {} };
const LOOP = ["hw:Loopback,0,0", "hw:Loopback,1,0"] as const;

async function askBothWays(): Promise<string> {
  const lines = await talk(LOOP, count, () => pause(10_000));
  const told: string[] = [];
  for (const line of lines) {
    const frames = line.firsts.length;
    expect(frames >= 980 && frames <= 1010, `${frames} frames in 10 s`);
    expect(gapsOf(line) === 0, `${gapsOf(line)} gaps`);
    const slips = slipsOf(line.heard().slice(WARM_SAMPLES));
    expect(slips <= SLIPS_MAX, `${slips} slips`);
    const delay = line.bulkDelay();
    expect(delay !== undefined && delay >= 160 && delay <= 560, `the bulk delay is ${delay}`);
    told.push(`${line.heard().findIndex((sample) => sample !== 0) / 8} ms and ${slips} slips`);
  }
  return `10 s with no gap; first heard after, and slips since: ${told.join("; ")}`;
}

async function askStopped(): Promise<string> {
  const [a] = await talk(LOOP, count, async (line) => {
    await pause(300);
    line.stream.stop();
    const frames = line.firsts.length;
    await pause(500);
    expect(line.firsts.length === frames, "a stopped line has frames");
    line.stream.start();
    await pause(300);
  });
  expect(a.firsts.length > 40 && gapsOf(a) === 0, "it goes on, and the position with it");
  return `${a.firsts.length} frames in two runs of 300 ms`;
}

async function askLate(): Promise<string> {
  const [a, b] = await talk(LOOP, count, async () => {
    await pause(500);
    for (let n = 0; n < 5; n++) {
      holdUp(60);
      await pause(200);
    }
  });
  expect(gapsOf(a) === 0 && gapsOf(b) === 0, "something recorded is lost");
  return "the event loop stood for 60 ms five times, and nothing recorded was lost";
}

async function askOver(): Promise<string> {
  const beganMs = clock.nowMs();
  const [a] = await talk(LOOP, count, async () => {
    await pause(500);
    holdUp(400);
    await pause(1000);
  });
  const tookMs = clock.nowMs() - beganMs;
  expect(gapsOf(a) === 1, `${gapsOf(a)} gaps are told`);
  const lastMs = (a.firsts.at(-1) ?? 0) / 8 + 10;
  const told = `at ${lastMs} of ${tookMs.toFixed(0)} ms`;
  expect(Math.abs(lastMs - tookMs) < 60, told);
  expect(a.faults.length === 0, "a fault is told");
  const lost = a.firsts.map((first, n) => first - (a.firsts[n - 1] ?? first - 80) - 80);
  const over = a.xruns.filter(({ side }) => side === "recording");
  expect(over.length === 1, `${over.length} of recording are told`);
  expect(over[0]?.lostSamples === Math.max(...lost), "what was lost is told");
  return `the event loop stood for 400 ms: one gap, and the position is right, ${told}`;
}

async function askRate48(): Promise<string> {
  const tone: Voice = (sample) => Math.round(8000 * Math.sin((2 * Math.PI * 1000 * sample) / 8000));
  const [a] = await talk(["at48:0", "at48:1"], tone, () => pause(2500));
  const heard = a.heard().slice(WARM_SAMPLES);
  const rms = Math.sqrt(heard.reduce((sum, sample) => sum + sample * sample, 0) / heard.length);
  const db = 20 * Math.log10(rms / (8000 / Math.SQRT2));
  expect(Math.abs(db) < 0.1, `1 kHz is ${db.toFixed(2)} dB off`);
  const same = heard.slice(8).every((sample, n) => Math.abs(sample - (heard[n] ?? 0)) < 20);
  expect(same, "the tone is broken");
  return `1 kHz through two filters and back is ${db.toFixed(3)} dB off`;
}

async function askStereo(): Promise<string> {
  const name = (end: number, side: string): string => `hw:Loopback,${end},1#${side}`;
  const lines = await Promise.all([
    openLine(near, name(0, "left"), () => 1111),
    openLine(near, name(0, "right"), () => 2222),
    openLine(far, name(1, "left"), () => 3333),
    openLine(far, name(1, "right"), () => 4444),
  ]);
  for (const line of lines) line.stream.start();
  await pause(500);
  for (const line of lines) line.stream.close();
  const heard = lines.map((line) => [...new Set(line.heard())].filter((value) => value !== 0));
  expect(heard.join(" ") === "3333 4444 1111 2222", `heard ${heard.join(" ")}`);
  return "four lines on two cards, each hears its own channel";
}

async function askBusy(): Promise<string> {
  const stream = await near.open(LOOP[0], quiet);
  const busy = await faultOf(far.open(LOOP[0], quiet));
  const missing = await faultOf(near.open("hw:CARD=Nothing", quiet));
  stream.close();
  expect(busy?.kind === "busy", `an open card is ${busy?.kind}`);
  expect(missing?.kind === "not-found", `a card that is not there is ${missing?.kind}`);
  expect((await faultOf(far.open(LOOP[0], quiet))) === undefined, "closed it is not free");
  return `${busy?.what}: ${busy?.advice}`;
}

async function askUnplugged(): Promise<string> {
  let child: ChildProcess | undefined;
  const [a] = await talk(LOOP, count, async () => {
    await pause(300);
    const unbind = "echo snd_aloop.0 > /sys/bus/platform/drivers/snd_aloop/unbind";
    child = spawn("/bin/sh", ["-c", unbind], { stdio: "inherit" });
    await pause(1500);
  });
  const [fault] = a.faults;
  expect(a.faults.length === 1 && fault?.kind === "gone", `told ${JSON.stringify(a.faults)}`);
  await pause(500);
  // The kernel waits there until every file of the card is closed.
  expect(child?.exitCode === 0 && !existsSync("/dev/snd/controlC0"), "the card is still held");
  return `${fault?.what}: ${fault?.advice}`;
}

const QUESTIONS = [
  ["both ways", askBothWays],
  ["stop and start", askStopped],
  ["late", askLate],
  ["xrun", askOver],
  ["48 kHz", askRate48],
  ["stereo", askStereo],
  ["busy", askBusy],
  ["unplugged", askUnplugged],
] as const;

for (const [name, question] of QUESTIONS) await ask(name, question);
say(`${passed} passed, ${failed} failed`);
process.exit(0);
