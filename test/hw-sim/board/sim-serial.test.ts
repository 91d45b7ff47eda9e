import { describe, expect, it } from "vitest";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import { World } from "../world/world.ts";
import {
  type SerialDevice,
  type SerialPortOptions,
  type SerialSend,
  SimSerial,
} from "./sim-serial.ts";

const NAME = "/dev/ttyACM0";

/** Keeps what it is told, with the times. */
class Device implements SerialDevice {
  readonly heard: { atMs: number; bytes: number[] }[] = [];
  send: ((bytes: Uint8Array) => void) | undefined;
  closed = 0;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  onOpen(port: SerialSend): void {
    this.send = (bytes) => port.send(bytes);
  }

  onBytes(bytes: Uint8Array): void {
    this.heard.push({ atMs: this.#nowMs(), bytes: [...bytes] });
  }

  onClose(): void {
    this.closed++;
  }
}

async function setUp(options: SerialPortOptions = {}, baud = 100_000) {
  const world = new World({ seed: 1 });
  const serial = new SimSerial(world);
  const device = new Device(() => world.clock.nowMs());
  serial.addPort(NAME, device, options);
  const heard: { atMs: number; bytes: number[] }[] = [];
  const faults: PortFault[] = [];
  const open = () =>
    serial.open(NAME, baud, {
      onBytes: (bytes, atMs) => heard.push({ atMs, bytes: [...bytes] }),
      onFault: (fault) => faults.push(fault),
    });
  const link = await open();
  world.runFor(0);
  return { world, serial, device, heard, faults, link, open };
}

async function openingFault(opening: Promise<unknown>): Promise<PortFaultKind | undefined> {
  const reason: unknown = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return reason instanceof PortError ? reason.fault.kind : undefined;
}

describe("SimSerial", () => {
  it("takes ten bits a byte, one after another, and then the latency", async () => {
    const { world, device, link, heard } = await setUp();
    link.write(Uint8Array.of(1, 2));
    link.write(Uint8Array.of(3));
    expect(link.pendingBytes).toBe(3);
    world.runUntil(0.15);
    expect(link.pendingBytes).toBe(2); // the second is on the wire
    world.runUntil(1.25);
    expect([link.pendingBytes, device.heard]).toEqual([0, [{ atMs: 1.2, bytes: [1, 2] }]]);
    device.send?.(Uint8Array.of(9));
    world.runUntil(10);
    expect(device.heard.at(-1)?.bytes).toEqual([3]);
    expect(device.heard.at(-1)?.atMs).toBeCloseTo(1.3, 9);
    expect(heard.map(({ bytes }) => bytes)).toEqual([[9]]);
    expect(heard[0]?.atMs).toBeCloseTo(1.25 + 0.1 + 1, 9);
  });

  it("copies what it is given, and cuts it into pieces of 64 bytes", async () => {
    const { world, device, link } = await setUp({ latencyMs: 0 });
    const bytes = new Uint8Array(130).fill(7);
    link.write(bytes);
    bytes.fill(0);
    world.runFor(100);
    expect(device.heard.map((piece) => piece.bytes.length)).toEqual([64, 64, 2]);
    expect(device.heard.every((piece) => piece.bytes.every((byte) => byte === 7))).toBe(true);
  });

  it("refuses wholly what the adapter cannot hold", async () => {
    const { world, device, link } = await setUp({ bufferBytes: 4 });
    expect(link.write(new Uint8Array(4)).ok).toBe(true);
    expect(link.write(new Uint8Array(1))).toMatchObject({ ok: false, error: { kind: "io" } });
    world.runFor(100);
    expect(device.heard.flatMap((piece) => piece.bytes)).toHaveLength(4);
    expect(link.write(new Uint8Array(4)).ok).toBe(true);
  });

  it("carries garbage where the two ends are set to different rates", async () => {
    const { world, device, link, heard } = await setUp({ baud: 9600 }, 19_200);
    link.write(new Uint8Array(64));
    device.send?.(new Uint8Array(64));
    world.runFor(100);
    expect(device.heard.flatMap((piece) => piece.bytes).some((byte) => byte !== 0)).toBe(true);
    expect(heard.flatMap((piece) => piece.bytes).some((byte) => byte !== 0)).toBe(true);
  });

  it("ends with `gone` when the plug is pulled, and opens again when it is back", async () => {
    const { world, serial, device, faults, open, heard } = await setUp();
    const send = device.send;
    send?.(Uint8Array.of(1));
    serial.unplug(NAME);
    send?.(Uint8Array.of(2));
    world.runFor(100);
    expect(faults.map(({ kind }) => kind)).toEqual(["gone"]);
    expect([device.closed, heard]).toEqual([1, []]);
    expect(await openingFault(open())).toBe("not-found");
    serial.plugIn(NAME);
    expect(await openingFault(open())).toBe(undefined);
  });

  it("can fail otherwise, and is busy while open", async () => {
    const { world, serial, device, faults, open } = await setUp();
    expect(await openingFault(open())).toBe("busy");
    expect(await openingFault(serial.open("/dev/other", 9600, noEvents))).toBe("not-found");
    serial.fail(NAME, "io");
    world.runFor(1);
    expect([faults.map(({ kind }) => kind), device.closed]).toEqual([["io"], 1]);
    serial.refuse(NAME, "permission");
    expect(await openingFault(open())).toBe("permission");
  });

  it("tells the device when the program closes, and nothing comes after", async () => {
    const { world, device, link, heard } = await setUp();
    device.send?.(Uint8Array.of(1));
    link.close();
    link.close();
    world.runFor(100);
    expect([device.closed, heard]).toEqual([1, []]);
  });

  it("sends what was written before the program closed, for 200 ms at the most", async () => {
    const { world, device, link } = await setUp({}, 100_000);
    link.write(Uint8Array.of(7, 8));
    link.close();
    expect(device.closed).toBe(0);
    world.runFor(100);
    expect(device.heard.flatMap(({ bytes }) => bytes)).toEqual([7, 8]);
    expect(device.closed).toBe(1);
    const slow = await setUp({}, 1200);
    slow.link.write(new Uint8Array(640));
    slow.link.close();
    slow.world.runFor(10_000);
    expect(slow.device.closed).toBe(1);
    expect(slow.device.heard.every(({ atMs }) => atMs <= 200)).toBe(true);
  });

  it("lets a port that was just closed be opened anew, and the device hears of both", async () => {
    const { world, serial, device, link } = await setUp();
    link.write(new Uint8Array(60_000));
    link.close();
    await world.complete(serial.open(NAME, 100_000, { onBytes() {}, onFault() {} }), 100);
    expect(device.closed).toBe(1);
    world.runFor(10);
    device.send?.(Uint8Array.of(1));
    expect(device.closed).toBe(1);
  });

  it("loses, flips and holds bytes back as told, in order all the same", async () => {
    const { world, serial, device, heard } = await setUp();
    serial.setConditions(NAME, { lostByteRatio: 1 });
    device.send?.(Uint8Array.of(1, 2, 3));
    world.runFor(10);
    expect(heard).toEqual([]);
    serial.setConditions(NAME, { lostByteRatio: 0, flippedBitRatio: 1 });
    device.send?.(Uint8Array.of(0x0f));
    world.runFor(10);
    expect(heard.map(({ bytes }) => bytes)).toEqual([[0xf0]]);
    serial.setConditions(NAME, { flippedBitRatio: 0, stalledUntilMs: 100 });
    device.send?.(Uint8Array.of(4));
    device.send?.(Uint8Array.of(5));
    world.runUntil(99);
    expect(heard).toHaveLength(1);
    world.runUntil(200);
    expect(heard.slice(1)).toEqual([
      { atMs: 100, bytes: [4] },
      { atMs: 100, bytes: [5] },
    ]);
  });

  it("brings noise that nobody sent", async () => {
    const { world, serial, heard } = await setUp();
    serial.injectGarbage(NAME, Uint8Array.of(0, 255));
    world.runFor(10);
    expect(heard.map(({ bytes }) => bytes)).toEqual([[0, 255]]);
  });
});

const noEvents = { onBytes: () => {}, onFault: () => {} };
