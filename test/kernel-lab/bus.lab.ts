/**
 * What SPI and serial ports are on a real kernel: spidev on the laboratory's chip, and a USB serial
 * adapter (`/dev/ttyACM0`) whose other end is a gadget of the same kernel (`/dev/ttyGS0`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import type { PortFault } from "../../src/base/port-fault.ts";
import { createSerial, createSpi } from "../../src/hal/linux/index.ts";
import type { SerialLink } from "../../src/hal/ports/serial-link.ts";
import { askAll, clock, expect, faultOf, pause, waitUntil } from "./lab.ts";

const NEAR = "/dev/ttyACM0";
const FAR = "/dev/ttyGS0";
const PLUG = "/sys/class/udc/dummy_udc.0/soft_connect";
const WAIT_MS = 5000;
const SPI_DEVICE = "/dev/spidev0.0";

const serial = createSerial({ clock });
const spi = createSpi();

async function askSpi(deselectsBetweenBytes: boolean): Promise<string> {
  const options = { mode: 3, clockHz: 1_000_000, deselectsBetweenBytes } as const;
  const device = await spi.open(SPI_DEVICE, options);
  const lengths = [1, 2, 32, 33, 512, 4096];
  try {
    for (const length of lengths) {
      const sent = Uint8Array.from({ length }, (_, n) => (n * 37) & 0xff);
      const received = new Uint8Array(length);
      const went = device.transfer(sent, received);
      expect(went.ok, `${length} bytes: ${went.ok ? "" : went.error.advice}`);
      const wrong = received.findIndex((byte, n) => {
        const before = deselectsBetweenBytes ? 0 : n;
        return byte !== ((~(sent[n] ?? 0) + before) & 0xff);
      });
      expect(wrong < 0, `byte ${wrong} of ${length} is ${received[wrong]}`);
    }
  } finally {
    device.close();
  }
  const how = deselectsBetweenBytes ? "each selected alone" : "at once";
  return `${lengths.join(", ")} bytes, ${how}`;
}

async function askSpiFaults(): Promise<string> {
  const options = { mode: 0, clockHz: 1_000_000, deselectsBetweenBytes: true } as const;
  const missing = await faultOf(spi.open("/dev/spidev7.7", options));
  expect(missing?.kind === "not-found", `a device that is not there is ${missing?.kind}`);
  const wrong = await faultOf(spi.open("/dev/null", options));
  expect(wrong?.kind === "unsupported", `what is no SPI device is ${wrong?.kind}`);
  return `${missing?.advice}`;
}

interface End {
  readonly link: SerialLink;
  readonly heard: number[];
  readonly faults: PortFault[];
}

async function open(path: string): Promise<End> {
  const heard: number[] = [];
  const faults: PortFault[] = [];
  const link = await serial.open(path, 921_600, {
    onBytes: (bytes) => heard.push(...bytes),
    onFault: (fault) => faults.push(fault),
  });
  return { link, heard, faults };
}

async function askSerial(): Promise<string> {
  expect(
    await waitUntil(() => existsSync(NEAR) && existsSync(FAR), WAIT_MS),
    "both ends are there",
  );
  const [near, far] = [await open(NEAR), await open(FAR)];
  const frame = Uint8Array.from({ length: 512 }, (_, n) => n & 0xff);
  const startMs = clock.nowMs();
  for (let n = 0; n < 20; n++) {
    expect(near.link.write(frame).ok && far.link.write(frame).ok, "a frame is taken");
    await pause(5);
  }
  const whole = 20 * frame.length;
  await waitUntil(() => near.heard.length >= whole && far.heard.length >= whole, WAIT_MS);
  const tookMs = clock.nowMs() - startMs;
  for (const { heard, link } of [near, far]) {
    expect(heard.length === whole, `${heard.length} of ${whole} bytes are heard`);
    expect(
      heard.every((byte, n) => byte === (n & 0xff)),
      "bytes are as they were",
    );
    link.close();
  }
  await pause(100);
  return `${whole} bytes each way in ${tookMs.toFixed(0)} ms`;
}

async function askPending(): Promise<string> {
  // Nobody reads at the other end: what is written stays where it is.
  const far = await open(FAR);
  for (let n = 0; n < 16; n++) far.link.write(new Uint8Array(1024));
  await pause(200);
  const held = far.link.pendingBytes;
  far.link.close();
  const startMs = clock.nowMs();
  const near = await open(NEAR);
  await waitUntil(() => near.heard.length >= 8192, WAIT_MS);
  near.link.close();
  await pause(300);
  expect(held > 4096 && held <= 16 * 1024, `${held} bytes are pending`);
  const tookMs = (clock.nowMs() - startMs).toFixed(0);
  return `${held} of ${16 * 1024} bytes that nobody reads are pending; let go in ${tookMs} ms`;
}

async function askBusy(): Promise<string> {
  const near = await open(NEAR);
  const fault = await faultOf(open(NEAR));
  near.link.close();
  await pause(100);
  expect(fault?.kind === "busy", `an open port is ${fault?.kind}`);
  return `${fault?.what}: ${fault?.advice}`;
}

async function askUnplugged(): Promise<string> {
  const near = await open(NEAR);
  const startMs = clock.nowMs();
  writeFileSync(PLUG, "disconnect");
  await waitUntil(() => near.faults.length > 0, WAIT_MS);
  const tookMs = clock.nowMs() - startMs;
  expect(near.faults.length === 1, `${near.faults.length} faults are told`);
  const [fault] = near.faults;
  expect(fault?.kind === "gone", `it is ${fault?.kind}`);
  expect(!near.link.write(Uint8Array.of(1)).ok, "nothing can be written any more");
  await waitUntil(() => !existsSync(NEAR), WAIT_MS);
  const again = await faultOf(open(NEAR));
  expect(again?.kind === "not-found", `while it is unplugged it is ${again?.kind}`);
  // A gadget of dummy_hcd that was disconnected is not found again: it is made anew.
  for (const [program, module] of [
    ["/bin/rmmod", "g_serial"],
    ["/bin/insmod", "/modules/g_serial.ko"],
  ] as const) {
    const made = spawnSync(program, [module], { encoding: "utf8" });
    expect(made.status === 0, `${program}: ${made.stderr}`);
  }
  expect(await waitUntil(() => existsSync(NEAR), WAIT_MS), "it comes back");
  const back = await open(NEAR);
  expect(back.link.write(Uint8Array.of(1)).ok, "it works again");
  back.link.close();
  return `told after ${tookMs.toFixed(0)} ms; plugged in again it opens`;
}

await askAll("bus", [
  ["SPI, byte by byte", () => askSpi(true)],
  ["SPI, at once", () => askSpi(false)],
  ["SPI faults", askSpiFaults],
  ["serial", askSerial],
  ["serial pending", askPending],
  ["serial busy", askBusy],
  ["serial unplugged", askUnplugged],
]);
