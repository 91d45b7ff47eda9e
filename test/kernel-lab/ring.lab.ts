/**
 * What ringing is on a real kernel: the driver of a GPIO line card on gpio-sim's lines `GPIO5`
 * (RM), `GPIO6` (SHK) and `GPIO12` (F/R), and on a PWM chip of the laboratory.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { GPIO_SLIC_PROFILES, openGpioSlic } from "../../src/hal/drivers/index.ts";
import { createGpio, createPwmGpio } from "../../src/hal/linux/index.ts";
import type { Gpio, GpioOutput, Level } from "../../src/hal/ports/gpio.ts";
import type { Slic } from "../../src/hal/ports/slic.ts";
import { askAll, clock, ended, expect, faultOf, holdUp, pause, waitUntil } from "./lab.ts";

const RING_HZ = 20;
const BURST_MS = 2000;
/** F/R rests so long before RM falls, at the least. */
const REST_MIN_MS = 10;
const FREQUENCY_OFF_MAX_HZ = 3;
const CHANNEL = "/sys/class/pwm/pwmchip0/pwm0";

interface Written {
  readonly atMs: number;
  readonly pin: string;
  readonly level: Level;
}

/** The real pins, with a note of each write after the kernel took it. */
function noted(gpio: Gpio, writes: Written[]): Gpio {
  return {
    openInput: (pin, events) => gpio.openInput(pin, events),
    openOutput: async (pin, how) => {
      const output = await gpio.openOutput(pin, how);
      const write: GpioOutput["write"] = (level) => {
        const result = output.write(level);
        writes.push({ atMs: clock.nowMs(), pin, level });
        return result;
      };
      return {
        write,
        ...(output.squareWave === undefined ? {} : { squareWave: output.squareWave }),
        release: () => output.release(),
      };
    },
  };
}

const PWM = { GPIO12: { devices: ["fe20c000.pwm"], channel: 0 } } as const;

function openCard(gpio: Gpio): Promise<Slic> {
  const events = { onLoop() {}, onWatermark() {}, onFault() {} };
  const pins = { fr: "GPIO12", rm: "GPIO5", shk: "GPIO6" };
  const profile = GPIO_SLIC_PROFILES.ag1171;
  return openGpioSlic({ profile, pins, ohtBias: true }, { gpio, clock }, events);
}

/** Holds the event loop up for up to 15 ms, again and again, in a pattern that repeats nowhere. */
async function load(untilMs: number): Promise<void> {
  let n = 0;
  while (clock.nowMs() < untilMs) {
    holdUp((n++ * 7919) % 16);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const frequencyOf = (edges: readonly Written[]): number => {
  const [first, last] = [edges[0], edges.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return ((edges.length - 1) / 2 / (last.atMs - first.atMs)) * 1000;
};

async function askFrequency(busy: boolean): Promise<string> {
  const writes: Written[] = [];
  const card = await openCard(noted(createGpio({ clock }), writes));
  writes.length = 0;
  expect(card.setRinging(true, { frequencyHz: RING_HZ }).ok, "it rings");
  const untilMs = clock.nowMs() + BURST_MS;
  await (busy ? load(untilMs) : pause(BURST_MS));
  card.setRinging(false, { frequencyHz: RING_HZ });
  const restedMs = writes.findLast(({ pin }) => pin === "GPIO12")?.atMs ?? 0;
  await pause(100);
  const low = writes.findLast(({ pin }) => pin === "GPIO5");
  card.close();
  await pause(50);
  expect(low?.level === 0, "RM falls");
  const restMs = (low?.atMs ?? 0) - restedMs;
  expect(restMs >= REST_MIN_MS, `F/R rested ${restMs} ms before RM fell`);
  const edges = writes.filter(
    ({ pin, level, atMs }, n) =>
      pin === "GPIO12" && atMs <= restedMs && level !== writes[n - 1]?.level,
  );
  const hertz = frequencyOf(edges.slice(0, -1));
  expect(Math.abs(hertz - RING_HZ) <= FREQUENCY_OFF_MAX_HZ, `it rang at ${hertz} Hz`);
  return `${hertz.toFixed(2)} Hz of ${edges.length} edges; at rest ${restMs.toFixed(1)} ms`;
}

const wave = (): string =>
  ["enable", "period", "duty_cycle"]
    .map((file) => readFileSync(`${CHANNEL}/${file}`, "latin1").trim())
    .join(" ");

const pwmGpio = (writes: Written[] = []): Gpio =>
  createPwmGpio(noted(createGpio({ clock }), writes), { clock, pins: PWM });

async function askPwm(): Promise<string> {
  const writes: Written[] = [];
  const card = await openCard(pwmGpio(writes));
  const told = [wave()];
  for (const hertz of [20, 25, 20]) {
    expect(card.setRinging(true, { frequencyHz: hertz }).ok, `it rings at ${hertz} Hz`);
    told.push(wave());
  }
  const parkMs = clock.nowMs();
  expect(card.setRinging(false, { frequencyHz: 20 }).ok, "it stops");
  told.push(wave());
  await pause(200);
  const low = writes.findLast(({ pin }) => pin === "GPIO5");
  card.close();
  const wanted = [
    "1 50000000 50000000",
    "1 50000000 25000000",
    "1 40000000 20000000",
    "1 50000000 25000000",
    "1 50000000 50000000",
  ];
  expect(told.join(", ") === wanted.join(", "), told.join(", "));
  const restMs = (low?.atMs ?? 0) - parkMs;
  expect(restMs >= 50 + REST_MIN_MS, `RM fell ${restMs} ms after F/R was parked`);
  return `20, 25, 20 Hz and parked, never off; RM fell ${restMs.toFixed(1)} ms later`;
}

async function askKilled(): Promise<string> {
  const child = spawn(process.execPath, [process.argv[1] ?? "", "ring"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const rings = new Promise((resolve) => child.stdout?.once("data", () => resolve("rings")));
  expect((await Promise.race([rings, ended(child)])) === "rings", "the program rings");
  child.kill("SIGKILL");
  await ended(child);
  expect(wave() === "1 50000000 25000000", `the wave of a killed program: ${wave()}`);
  const startMs = clock.nowMs();
  const card = await openCard(pwmGpio());
  const tookMs = clock.nowMs() - startMs;
  expect(wave() === "1 50000000 50000000", `parked anew: ${wave()}`);
  expect(tookMs >= 50 + REST_MIN_MS, `RM was taken ${tookMs} ms after F/R was parked`);
  card.close();
  return `the wave went on; the next program parked it, and took RM ${tookMs.toFixed(0)} ms later`;
}

async function askRights(): Promise<string> {
  const gpio = createPwmGpio(createGpio({ clock }), {
    clock,
    pins: { GPIO12: { devices: ["fe20c000.pwm"], channel: 7 } },
  });
  const fault = await faultOf(gpio.openOutput("GPIO12", { initial: 1 }));
  expect(fault?.kind === "not-found", `channel 7 of 2 is ${fault?.kind}`);
  return `${fault?.what}: ${fault?.advice}`;
}

if (process.argv[2] === "ring") {
  const card = await openCard(pwmGpio());
  card.setRinging(true, { frequencyHz: RING_HZ });
  process.stdout.write("rings\n");
  await waitUntil(() => false, 60_000);
} else {
  await askAll("ring", [
    ["by the program", () => askFrequency(false)],
    ["under load", () => askFrequency(true)],
    ["by PWM", askPwm],
    ["killed", askKilled],
    ["no such channel", askRights],
  ]);
}
