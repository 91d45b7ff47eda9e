/**
 * What the GPIO adapter is asked on a real kernel, whose lines `GPIO5` (an output for us) and
 * `GPIO6` (an input) are gpio-sim's. The far end of both is in sysfs: what a wire would carry. It
 * prints `lab: ok|failed NAME` for each question and `lab: N passed, N failed` at the end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import { errorText } from "../../src/base/thrown.ts";
import { createGpio, createSysfsGpio } from "../../src/hal/linux/index.ts";
import { createClock } from "../../src/hal/node/index.ts";
import type { GpioEdge, GpioInputEvents } from "../../src/hal/ports/gpio.ts";

const device = "/sys/devices/platform/gpio-sim.0";
const chipName = readdirSync(device).find((name) => /^gpiochip\d+$/.test(name)) ?? "gpiochip";
const wire = (offset: number, file: "pull" | "value"): string =>
  `${device}/${chipName}/sim_gpio${offset}/${file}`;

const clock = createClock();
const gpio = createGpio({ clock });
let passed = 0;
let failed = 0;

function say(text: string): void {
  process.stdout.write(`lab: ${text}\n`);
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function ask(name: string, question: () => Promise<string>): Promise<void> {
  try {
    say(`ok ${name}: ${await question()}`);
    passed++;
  } catch (error) {
    say(`failed ${name}: ${errorText(error)}`);
    failed++;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps the event loop from turning, as a long garbage collection would. */
function holdUp(ms: number): void {
  const endMs = clock.nowMs() + ms;
  while (clock.nowMs() < endMs);
}

async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  return outcome instanceof PortError ? outcome.fault : undefined;
}

function listen() {
  const edges: GpioEdge[] = [];
  const marks: number[] = [];
  const faults: PortFault[] = [];
  const events: GpioInputEvents = {
    onEdge: (edge) => edges.push(edge),
    onWatermark: (atMs) => marks.push(atMs),
    onFault: (fault) => faults.push(fault),
  };
  return { edges, marks, faults, events };
}

/** Another program that works the wire of line 6: [level, ms to stay] pairs. */
function generate(steps: readonly (readonly [0 | 1, number])[]): ChildProcess {
  const program = `
    const { writeFileSync } = require("node:fs");
    const wait = new Int32Array(new SharedArrayBuffer(4));
    let atMs = performance.now();
    for (const [level, ms] of ${JSON.stringify(steps)}) {
      writeFileSync(${JSON.stringify(wire(6, "pull"))}, level ? "pull-up" : "pull-down");
      atMs += ms;
      Atomics.wait(wait, 0, 0, Math.max(0, atMs - performance.now()));
    }`;
  return spawn(process.execPath, ["-e", program], { stdio: "inherit" });
}

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.on("exit", resolve));

/** What the processes do that the questions start. */
async function play(role: string): Promise<void> {
  if (role === "hold") {
    await gpio.openOutput("GPIO5", { initial: 1 });
    process.stdout.write("held\n");
    setInterval(() => {}, 1000);
  } else {
    await gpio.openInput("GPIO6", listen().events);
    setTimeout(() => process.exit(0), 30);
  }
}

async function askOutput(): Promise<string> {
  const pin = await gpio.openOutput("GPIO5", { initial: 1 });
  const seen = [readFileSync(wire(5, "value"), "latin1").trim()];
  for (const level of [0, 1, 0] as const) {
    expect(pin.write(level).ok, `write ${level}`);
    seen.push(readFileSync(wire(5, "value"), "latin1").trim());
  }
  pin.release();
  expect(seen.join("") === "1010", `the wire had ${seen.join("")}`);
  return "1, 0, 1, 0 on the wire";
}

async function askByLabel(): Promise<string> {
  const pin = await gpio.openOutput("ata-sim:5", { initial: 0 });
  const fault = await faultOf(gpio.openOutput("ata-sim:16", { initial: 0 }));
  pin.release();
  expect(fault?.kind === "not-found", `a line too far is ${fault?.kind}`);
  return "line 5 is there, line 16 is not";
}

async function askBusy(): Promise<string> {
  const pin = await gpio.openOutput("GPIO5", { initial: 0 });
  const ours = await faultOf(gpio.openOutput("GPIO5", { initial: 0 }));
  expect(ours?.kind === "busy" && ours.advice.includes("two purposes"), `${ours?.advice}`);
  pin.release();
  // The chip of the line in sysfs: another holder.
  const chips = readdirSync("/sys/class/gpio").filter((name) => name.startsWith("gpiochip"));
  const base = chips
    .filter((name) => readFileSync(`/sys/class/gpio/${name}/label`, "latin1").trim() === "ata-sim")
    .map((name) => Number(readFileSync(`/sys/class/gpio/${name}/base`, "latin1")))[0];
  expect(base !== undefined, "sysfs shows the chip");
  writeFileSync("/sys/class/gpio/export", String(Number(base) + 5));
  const theirs = await faultOf(gpio.openOutput("GPIO5", { initial: 0 }));
  writeFileSync("/sys/class/gpio/unexport", String(Number(base) + 5));
  expect(theirs?.kind === "busy" && theirs.advice.includes("/unexport"), `${theirs?.advice}`);
  return theirs?.advice ?? "";
}

async function askHook(): Promise<string> {
  writeFileSync(wire(6, "pull"), "pull-down");
  const { edges, events } = listen();
  const pin = await gpio.openInput("GPIO6", events);
  const before = pin.read();
  expect(before.ok && before.value === 0, "it starts low");
  const latenciesMs: number[] = [];
  for (let index = 0; index < 20; index++) {
    const driveMs = clock.nowMs();
    writeFileSync(wire(6, "pull"), index % 2 === 0 ? "pull-up" : "pull-down");
    await pause(20);
    const edge = edges[index];
    expect(edge !== undefined && edge.level === (index % 2 === 0 ? 1 : 0), `edge ${index} is told`);
    latenciesMs.push((edge?.atMs ?? 0) - driveMs);
  }
  pin.release();
  expect(Math.min(...latenciesMs) >= 0, "no edge is stamped before it was made");
  const maxMs = Math.max(...latenciesMs);
  expect(maxMs < 5, `stamped ${maxMs} ms after it was made`);
  return `20 edges, stamped at most ${maxMs.toFixed(3)} ms after they were made`;
}

/** Another program dials a number at line 6, ten pulses a second. */
function dial(number: string): Promise<unknown> {
  const steps = [...number].flatMap((digit) => [
    ...Array.from({ length: digit === "0" ? 10 : Number(digit) }, () => [
      [0, 60] as const,
      [1, 40] as const,
    ]).flat(),
    [1, 500] as const,
  ]);
  return ended(generate([[1, 200], ...steps]));
}

async function askPulses(): Promise<string> {
  writeFileSync(wire(6, "pull"), "pull-up");
  const { edges, marks, events } = listen();
  const pin = await gpio.openInput("GPIO6", events);
  const number = "5550123";
  const generator = dial(number);
  // While it dials, nothing here turns for 300 ms at a time: three pulses long.
  let dialling = true;
  void generator.then(() => {
    dialling = false;
  });
  while (dialling) {
    holdUp(300);
    await new Promise((resolve) => setImmediate(resolve));
  }
  pin.requestWatermark(clock.nowMs());
  await pause(50);
  pin.release();
  const { digits, breaks, makes } = dialled(edges);
  expect(digits === number, `dialled ${digits} of ${edges.length} edges`);
  expect(marks.length === 1, "the watermark is answered");
  const range = (all: readonly number[]): string =>
    `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} ms`;
  return `${digits}; breaks ${range(breaks)}, makes ${range(makes)}`;
}

/** What was dialled by these edges, and how long its breaks and makes were, ms. */
function dialled(edges: readonly GpioEdge[]) {
  const digits: number[] = [];
  let pulses = 0;
  let breakMs = 0;
  const breaks: number[] = [];
  const makes: number[] = [];
  edges.forEach(({ level, atMs }, index) => {
    const previousMs = edges[index - 1]?.atMs ?? -Infinity;
    if (level === 0) {
      if (atMs - previousMs > 250 && pulses > 0) {
        digits.push(pulses % 10);
        pulses = 0;
      } else if (pulses > 0) makes.push(atMs - previousMs);
      breakMs = atMs;
    } else {
      pulses++;
      breaks.push(atMs - breakMs);
    }
  });
  digits.push(pulses % 10);
  return { digits: digits.join(""), breaks, makes };
}

/** What `open` opens: the wait for edges of a pin that was just given back ends a moment later. */
async function onceFree<T>(open: () => Promise<T>): Promise<T> {
  for (const untilMs = clock.nowMs() + 10_000; ; await pause(20)) {
    try {
      return await open();
    } catch (error) {
      const isHeld = error instanceof PortError && error.fault.kind === "busy";
      if (!isHeld || clock.nowMs() > untilMs) throw error;
    }
  }
}

/** The same lines by the files of sysfs, as a thread of lines has them without the better way. */
async function askSysfs(): Promise<string> {
  const files = createSysfsGpio({ clock, isFirstThread: false });
  const output = await files.openOutput("ata-sim:5", { initial: 1 });
  const seen = [readFileSync(wire(5, "value"), "latin1").trim()];
  for (const level of [0, 1, 0] as const) {
    expect(output.write(level).ok, `write ${level}`);
    seen.push(readFileSync(wire(5, "value"), "latin1").trim());
  }
  output.release();
  expect(seen.join("") === "1010", `the wire had ${seen.join("")}`);
  writeFileSync(wire(6, "pull"), "pull-up");
  const { edges, faults, events } = listen();
  const pin = await onceFree(() => files.openInput("ata-sim:6", events));
  await dial("3071");
  await pause(50);
  pin.release();
  const { digits } = dialled(edges);
  expect(digits === "3071" && faults.length === 0, `dialled ${digits} of ${edges.length} edges`);
  // What was given back is free for the better way.
  (await gpio.openInput("GPIO6", listen().events)).release();
  return `1, 0, 1, 0 on the wire; ${digits}`;
}

async function askKilled(): Promise<string> {
  const child = spawn(process.execPath, [process.argv[1] ?? "", "hold"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  const held = await faultOf(gpio.openOutput("GPIO5", { initial: 0 }));
  expect(held?.kind === "busy", `while it lives the pin is ${held?.kind}`);
  child.kill("SIGKILL");
  await ended(child);
  const pin = await gpio.openOutput("GPIO5", { initial: 0 });
  pin.release();
  return "a killed program's line is free again";
}

async function askExit(): Promise<string> {
  const startMs = clock.nowMs();
  const child = spawn(process.execPath, [process.argv[1] ?? "", "exit"], { stdio: "inherit" });
  const code = await ended(child);
  const tookMs = clock.nowMs() - startMs;
  expect(code === 0, `it ended with ${code}`);
  return `a program that waits for edges exits, ${tookMs.toFixed(0)} ms from its start`;
}

async function askUnplugged(): Promise<string> {
  const { faults, events } = listen();
  const pin = await gpio.openInput("GPIO6", events);
  await pause(20);
  writeFileSync("/sys/kernel/config/gpio-sim/ata/live", "0");
  // Linux 6.1 does not end a wait for it: the next one tells.
  await pause(300);
  const level = pin.read();
  pin.release();
  expect(faults.length === 1 && faults[0]?.kind === "gone", `told ${JSON.stringify(faults)}`);
  expect(!level.ok && level.error.kind === "gone", "its level cannot be read");
  return faults[0]?.advice ?? "";
}

const QUESTIONS = [
  ["output", askOutput],
  ["by label", askByLabel],
  ["busy", askBusy],
  ["hook", askHook],
  ["pulses", askPulses],
  ["sysfs", askSysfs],
  ["killed", askKilled],
  ["exit", askExit],
  ["unplugged", askUnplugged],
] as const;

const role = process.argv[2];
if (role !== undefined) await play(role);
else {
  for (const [name, question] of QUESTIONS) await ask(name, question);
  say(`${passed} passed, ${failed} failed`);
}
