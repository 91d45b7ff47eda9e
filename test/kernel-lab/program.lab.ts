/**
 * The program as it is shipped, `tipring run`, on a real kernel: two lines on pins of gpio-sim and
 * on substreams of snd-aloop, in the thread that lines have of their own. Somebody dials the other
 * line by pulses, it rings, they talk. The pins' far ends are in sysfs, those of the sound are
 * the card's other device. Nothing is waited for less long than what hangs: how soon and how exact
 * things are is asked of the adapters alone, and in virtual time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createPcm, setThreadPriority } from "../../src/hal/linux/index.ts";
import type { PcmStream } from "../../src/hal/ports/pcm-stream.ts";
import { askAll, clock, ended, expect, pause, waitUntil } from "./lab.ts";

const FOLDER = "/lab/tipring";
/** What has not come after so long does not come any more. */
const HANGS_MS = 120_000;
/** A finger that is later than this dials no clean pulses: then it dials once more. */
const FINGER_LATE_MAX_MS = 5;
const DIALS_MAX = 5;
/** F/R at 25 Hz has so many edges in 400 ms. */
const RING_EDGES = 20;
/** Of each line: F/R, RM, SHK. */
const PINS = [
  [0, 1, 2],
  [3, 4, 7],
] as const;
const FR = 0;
const RM = 1;
const SHK = 2;

const device = "/sys/devices/platform/gpio-sim.0";
const chip = readdirSync(device).find((name) => /^gpiochip\d+$/.test(name)) ?? "gpiochip";
const wire = (line: 0 | 1, pin: 0 | 1 | 2, file: "pull" | "value"): string =>
  `${device}/${chip}/sim_gpio${PINS[line][pin]}/${file}`;
const level = (line: 0 | 1, pin: 0 | 1 | 2): string =>
  readFileSync(wire(line, pin, "value"), "latin1").trim();
const hook = (line: 0 | 1, isLifted: boolean): void =>
  writeFileSync(wire(line, SHK, "pull"), isLifted ? "pull-up" : "pull-down");

let program: ChildProcess | undefined;
let log = "";
/** Waits until the program says something, once more than it had at `from`. */
async function says(words: string, from = 0): Promise<void> {
  const hasSaid = await waitUntil(() => log.indexOf(words, from) >= 0, HANGS_MS);
  expect(hasSaid, `it said: ${log.slice(-1500)}`);
}

/** The telephone's side of a line's sound: what it says, and how loud it hears a tone. */
interface Ear {
  readonly stream: PcmStream;
  sayHz: number;
  /** The share of 400 ms from now on that is a tone, and their loudness, 0 to 1. */
  hear(hz: number): Promise<{ readonly share: number; readonly peak: number }>;
}
const ears: Ear[] = [];

async function openEar(line: 0 | 1): Promise<Ear> {
  const far = createPcm({ clock });
  let heard: number[] = [];
  const ear = { sayHz: 0 };
  const stream = await far.open(`hw:Loopback,1,${line}`, {
    onFrame: (captured, playout, first) => {
      heard.push(...captured);
      const turn = (2 * Math.PI * ear.sayHz) / 8000;
      for (let at = 0; at < playout.length; at++) {
        playout[at] = ear.sayHz === 0 ? 0 : 8000 * Math.sin(turn * (first + at));
      }
    },
    onFault: ({ what, kind }) => {
      log += `\nthe ear of line ${line + 1} has failed: ${what}: ${kind}`;
    },
  });
  stream.start();
  return Object.assign(ear, {
    stream,
    hear: async (hz: number) => {
      heard = [];
      await waitUntil(() => heard.length >= 3200, HANGS_MS);
      return toneOf(heard, hz);
    },
  });
}

function toneOf(samples: readonly number[], hz: number) {
  let [re, im, power, peak] = [0, 0, 0, 0];
  for (const [at, sample] of samples.entries()) {
    const phase = (2 * Math.PI * hz * at) / 8000;
    re += sample * Math.cos(phase);
    im += sample * Math.sin(phase);
    power += sample * sample;
    peak = Math.max(peak, Math.abs(sample) / 32_768);
  }
  const share = power === 0 ? 0 : (2 * (re * re + im * im)) / (samples.length * power);
  return { share, peak };
}

/** The tone is waited for: playing and recording begin one after the other. */
async function hears(line: 0 | 1, hz: number): Promise<string> {
  const ear = ears[line];
  let last = { share: 0, peak: 0 };
  const endMs = clock.nowMs() + HANGS_MS;
  while (ear !== undefined && clock.nowMs() < endMs) {
    last = await ear.hear(hz);
    if (last.share > 0.8 && last.peak > 0.01) return `${hz} Hz, ${Math.round(100 * last.share)} %`;
  }
  throw new Error(`line ${line + 1} hears ${JSON.stringify(last)} of ${hz} Hz; ${log.slice(-600)}`);
}

async function askStart(): Promise<string> {
  const lines = PINS.map(([fr, rm, shk], at) => ({
    slic: {
      driver: "gpio-slic",
      profile: "ag1171",
      pins: { fr: `ata-sim:${fr}`, rm: `ata-sim:${rm}`, shk: `ata-sim:${shk}` },
      ohtBias: false,
    },
    pcmChannel: `hw:Loopback,0,${at}`,
  }));
  const board = { name: "lab", title: "The laboratory", module: "linux", lines };
  writeFileSync(`${FOLDER}/board.json`, JSON.stringify(board));
  writeFileSync(
    `${FOLDER}/tipring.yaml`,
    "board: ./board.json\ncountry: de\nlines:\n  - { number: '101' }\n  - { number: '102' }\n",
  );
  for (const line of [0, 1] as const) hook(line, false);
  const args = ["dist/src/app/main.js", "run", "--log-level", "debug"];
  program = spawn(process.execPath, args, { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [program.stdout, program.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const startMs = clock.nowMs();
  await says("Tipring runs on the board");
  expect(!log.includes("out of order"), log.slice(-1500));
  return `both lines are there after ${Math.round(clock.nowMs() - startMs)} ms`;
}

async function askDialTone(): Promise<string> {
  for (const line of [0, 1] as const) ears.push(await openEar(line));
  hook(0, true);
  await says("Off the hook.");
  return hears(0, 425);
}

/**
 * Another program opens the loop of line 1: ten pulses a second, 60 ms of each. On the guest's one
 * slow processor it goes before the program's voice, which would hold a finger up. Resolves to how
 * late it was at the most, ms.
 */
async function dial(number: string): Promise<number> {
  const args = [process.argv[1] ?? "", "dial", number];
  const finger = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  finger.stdout.setEncoding("utf8").on("data", (part: string) => {
    said += part;
  });
  await new Promise((resolve) => finger.on("close", resolve));
  return Number(said);
}

/** What that other program does. */
async function turnDial(number: string): Promise<void> {
  const steps: (readonly ["pull-up" | "pull-down", number])[] = [
    // What comes first takes longer: it is compiled as it runs.
    ["pull-up", 200],
    ["pull-up", 200],
  ];
  for (const digit of number) {
    const pulses = digit === "0" ? 10 : Number(digit);
    for (let pulse = 0; pulse < pulses; pulse++) steps.push(["pull-down", 60], ["pull-up", 40]);
    steps.push(["pull-up", 700]);
  }
  await setThreadPriority(50);
  const wait = new Int32Array(new SharedArrayBuffer(4));
  let atMs = performance.now();
  let lateMs = 0;
  for (const [pull, ms] of steps) {
    writeFileSync(wire(0, SHK, "pull"), pull);
    atMs += ms;
    Atomics.wait(wait, 0, 0, Math.max(0, atMs - performance.now()));
    lateMs = Math.max(lateMs, performance.now() - atMs);
  }
  process.stdout.write(String(lateMs));
}

async function askPulses(): Promise<string> {
  const lateMs = await dialCleanly("102");
  await says("Calls 102.");
  expect(await waitUntil(() => level(1, RM) === "1", HANGS_MS), "RM of line 2 rises");
  let [before, edges] = [level(1, FR), 0];
  const rings = await waitUntil(() => {
    const now = level(1, FR);
    if (now !== before) edges++;
    before = now;
    return edges >= RING_EDGES;
  }, HANGS_MS);
  expect(rings, `F/R had ${edges} edges`);
  expect(level(0, RM) === "0", "RM of line 1 stays low");
  return `102 rings; dialled up to ${lateMs.toFixed(2)} ms late`;
}

/** Dials until the finger was in time; how late it was. */
async function dialCleanly(number: string): Promise<number> {
  for (let turn = 0; turn < DIALS_MAX; turn++) {
    const lateMs = await dial(number);
    if (lateMs <= FINGER_LATE_MAX_MS) return lateMs;
    hook(0, false);
    // Long enough to be believed.
    await pause(5000);
    const from = log.length;
    hook(0, true);
    await says("Off the hook.", from);
    await hears(0, 425);
  }
  throw new Error(`the finger was late ${DIALS_MAX} times: this guest cannot dial`);
}

async function askSpeech(): Promise<string> {
  hook(1, true);
  expect(await waitUntil(() => level(1, RM) === "0", HANGS_MS), "RM falls at ring trip");
  const [alice, bob] = ears;
  if (alice === undefined || bob === undefined) throw new Error("nobody listens");
  alice.sayHz = 1000;
  const there = await hears(1, 1000);
  alice.sayHz = 0;
  bob.sayHz = 700;
  const back = await hears(0, 700);
  bob.sayHz = 0;
  return `line 2 hears ${there}; line 1 hears ${back}`;
}

async function askEnd(): Promise<string> {
  const from = log.length;
  for (const line of [0, 1] as const) hook(line, false);
  await says("call to 102: answered", from);
  program?.kill("SIGTERM");
  const code = program === undefined ? undefined : await ended(program);
  for (const { stream } of ears) stream.close();
  expect(code === 0, `it ended with ${code}: ${log.slice(-1500)}`);
  expect(!/"level":"error"|FATAL/.test(log), log.slice(-3000));
  return "it ends with 0, and told of no error";
}

const [, , role, number = ""] = process.argv;
if (role === "dial") await turnDial(number);
else
  await askAll("program", [
    ["start", askStart],
    ["dial tone", askDialTone],
    ["pulses", askPulses],
    ["speech", askSpeech],
    ["end", askEnd],
  ]);
