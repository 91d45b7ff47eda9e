import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError, type PortFault, type PortFaultKind } from "../../base/port-fault.ts";
import { createSerial, SERIAL_PENDING_MAX_BYTES } from "./serial.ts";
import { loadSerialport, type SerialPortSettings } from "./serialport-binding.ts";
import { HandClock } from "./testing/hand-clock.ts";

const DEVICE = "/dev/ttyACM0";

type Done = (error: Error | null | undefined) => void;

/** A port of the package as its documents tell it; the test says when the kernel does what. */
class FakePort {
  readonly port = { fd: 7 };
  readonly written: Uint8Array[] = [];
  readonly waiting: Done[] = [];
  closes = 0;
  flushes = 0;
  openError: Error | undefined;
  readonly #listeners = new Map<string, (value: unknown) => void>();

  readonly on = (event: string, listener: (value: never) => void): void => {
    // The listeners of this test's only user; each takes what its event brings.
    this.#listeners.set(event, listener as (value: unknown) => void);
  };

  open(opened: Done): void {
    process.nextTick(opened, this.openError);
  }

  write(bytes: Uint8Array, written: Done): boolean {
    this.written.push(bytes);
    this.waiting.push(written);
    return true;
  }

  flush(flushed: Done): void {
    this.flushes++;
    process.nextTick(flushed, null);
  }

  close(closed: Done): void {
    this.closes++;
    process.nextTick(closed, null);
  }

  emit(event: "data" | "close" | "error", value?: unknown): void {
    this.#listeners.get(event)?.(value);
  }
}

function rig() {
  const clock = new HandClock();
  const port = new FakePort();
  const made: SerialPortSettings[] = [];
  let inKernel = 0;
  const serial = createSerial({
    clock,
    load: async () => (settings) => {
      made.push(settings);
      return port;
    },
    loadQueue: async () => (file) => (file === port.port.fd ? inKernel : Number.NaN),
  });
  const heard: { bytes: number[]; atMs: number }[] = [];
  const faults: PortFault[] = [];
  const open = () =>
    serial.open(DEVICE, 921_600, {
      onBytes: (bytes, atMs) => heard.push({ bytes: [...bytes], atMs }),
      onFault: (fault) => faults.push(fault),
    });
  const queue = (bytes: number): void => {
    inKernel = bytes;
  };
  return { clock, port, made, heard, faults, open, queue };
}

async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return undefined;
  if (outcome instanceof PortError) return outcome.fault;
  throw outcome;
}

describe("createSerial()", () => {
  it("opens a port of its own, locked, at its speed", async () => {
    const { made, open } = rig();
    await open();
    expect(made).toEqual([{ path: DEVICE, baudRate: 921_600, autoOpen: false, lock: true }]);
  });

  it.each<[string, PortFaultKind, RegExp]>([
    ["Error: No such file or directory, cannot open /dev/ttyACM0", "not-found", /by-id/],
    ["Error: No such device or address, cannot open /dev/ttyACM0", "not-found", /by-id/],
    ["Error: Permission denied, cannot open /dev/ttyACM0", "permission", /group dialout/],
    ["Error Resource temporarily unavailable Cannot lock port", "busy", /ModemManager/],
    ["Error: Device or resource busy, cannot open /dev/ttyACM0", "busy", /ModemManager/],
    ["Error: Inappropriate ioctl for device setting custom baud rate", "unsupported", /speed/],
    ["Error: Is a directory, cannot open /dev", "unsupported", /no serial port/],
    ["Error: Input/output error, cannot open /dev/ttyS0", "io", /Input\/output error/],
  ])("open() that ends with %j rejects with %s", async (said, kind, advice) => {
    const { port, open } = rig();
    port.openError = new Error(said);
    const fault = await faultOf(open());
    expect(fault).toMatchObject({ kind, what: `serial port "${DEVICE}"` });
    expect(fault?.advice).toMatch(advice);
  });

  it("tells what comes in with the time of reading, and nothing before it is open", async () => {
    const { clock, port, heard, open } = rig();
    const opening = open();
    await Promise.resolve();
    await Promise.resolve();
    port.emit("data", Uint8Array.of(9));
    await opening;
    clock.runFor(40);
    port.emit("data", Uint8Array.of(1, 2));
    expect(heard).toEqual([{ bytes: [1, 2], atMs: 40 }]);
  });

  it("write() copies, and counts what has not left", async () => {
    const { port, open } = rig();
    const link = await open();
    const bytes = Uint8Array.of(1, 2, 3);
    expect(link.write(bytes)).toEqual({ ok: true, value: undefined });
    bytes.fill(0);
    expect([...(port.written[0] ?? [])]).toEqual([1, 2, 3]);
    link.write(Uint8Array.of(4));
    expect(link.pendingBytes).toBe(4);
    port.waiting[0]?.(null);
    expect(link.pendingBytes).toBe(1);
  });

  it("counts what the kernel has taken and not sent, while it is open", async () => {
    const { port, open, queue } = rig();
    const link = await open();
    link.write(new Uint8Array(300));
    queue(4000);
    expect(link.pendingBytes).toBe(4300);
    port.waiting[0]?.(null);
    expect(link.pendingBytes).toBe(4000);
    link.close();
    expect(link.pendingBytes).toBe(0);
  });

  it("works where the kernel cannot be asked", async () => {
    const port = new FakePort();
    const serial = createSerial({
      clock: new HandClock(),
      load: async () => () => port,
      loadQueue: () => Promise.reject(new Error("no koffi")),
    });
    const link = await serial.open(DEVICE, 115_200, { onBytes() {}, onFault() {} });
    link.write(new Uint8Array(3));
    expect(link.pendingBytes).toBe(3);
  });

  it.each([
    [SERIAL_PENDING_MAX_BYTES - 100, 99, true],
    [SERIAL_PENDING_MAX_BYTES - 100, 100, true],
    [SERIAL_PENDING_MAX_BYTES - 100, 101, false],
    [0, SERIAL_PENDING_MAX_BYTES + 1, false],
  ])("write() behind %d pending bytes of %d more is taken: %s", async (before, more, taken) => {
    const { port, faults, open } = rig();
    const link = await open();
    if (before > 0) link.write(new Uint8Array(before));
    const count = port.written.length;
    const result = link.write(new Uint8Array(more));
    expect(result.ok).toBe(taken);
    if (!result.ok) expect(result.error).toMatchObject({ kind: "io" });
    expect(link.pendingBytes).toBe(taken ? before + more : before);
    expect(port.written.length - count).toBe(taken ? 1 : 0);
    expect(faults, "a refusal is no fault of the link").toEqual([]);
  });

  const disconnected = Object.assign(new Error("bad file descriptor"), { disconnected: true });
  const coded = (code: string): Error => Object.assign(new Error(code), { code });

  it.each<[string, (port: FakePort) => void, PortFaultKind]>([
    ["is unplugged", (port) => port.emit("close", disconnected), "gone"],
    ["closes by itself", (port) => port.emit("close"), "io"],
    ["fails with EIO", (port) => port.emit("error", coded("EIO")), "gone"],
    ["fails with ENODEV", (port) => port.emit("error", coded("ENODEV")), "gone"],
    ["fails otherwise", (port) => port.emit("error", coded("EOVERFLOW")), "io"],
    ["refuses a write", (port) => port.waiting[0]?.(coded("EIO")), "gone"],
  ])("a link that %s is told once, closed, and silent", async (_, happen, kind) => {
    const { port, heard, faults, open } = rig();
    const link = await open();
    link.write(Uint8Array.of(1));
    happen(port);
    port.emit("error", coded("EIO"));
    port.emit("close", disconnected);
    port.emit("data", Uint8Array.of(1));
    expect(faults).toMatchObject([{ kind, what: `serial port "${DEVICE}"` }]);
    expect(heard).toEqual([]);
    expect(port.closes).toBe(1);
    expect(link.write(Uint8Array.of(1))).toMatchObject({ ok: false, error: { kind: "gone" } });
  });

  it("close() ends all reports, more than once does no harm", async () => {
    const { port, heard, faults, open } = rig();
    const link = await open();
    link.close();
    link.close();
    port.emit("close", disconnected);
    port.emit("data", Uint8Array.of(1));
    expect([heard, faults, port.closes]).toEqual([[], [], 1]);
  });

  it("close() hands over what was written before, then lets the port go", async () => {
    const { clock, port, open } = rig();
    const link = await open();
    link.write(Uint8Array.of(1));
    link.write(Uint8Array.of(2));
    link.close();
    port.waiting[0]?.(null);
    clock.runFor(150);
    expect(port.closes).toBe(0);
    port.waiting[1]?.(null);
    expect([port.closes, port.flushes]).toEqual([1, 0]);
    clock.runFor(1000);
    expect([port.closes, port.flushes]).toEqual([1, 0]);
  });

  it("close() of a port that takes nothing gives up after 200 ms", async () => {
    const { clock, port, faults, open } = rig();
    const link = await open();
    link.write(Uint8Array.of(1));
    link.close();
    clock.runFor(199);
    expect(port.flushes).toBe(0);
    clock.runFor(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect([port.closes, port.flushes, faults]).toEqual([1, 1, []]);
    port.waiting[0]?.(new Error("closed"));
    expect(port.closes).toBe(1);
  });

  it("pending bytes are those written and not taken, whatever the order of events", async () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constant("taken")), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { port, open } = rig();
        const link = await open();
        const queue: number[] = [];
        let taken = 0;
        for (const step of all) {
          if (typeof step === "number") {
            if (link.write(new Uint8Array(step)).ok) queue.push(step);
          } else if (queue.length > 0) {
            queue.shift();
            port.waiting[taken++]?.(null);
          }
          const sum = queue.reduce((total, length) => total + length, 0);
          expect(link.pendingBytes).toBe(sum);
          expect(sum).toBeLessThanOrEqual(SERIAL_PENDING_MAX_BYTES);
        }
      }),
    );
  });
});

describe("loadSerialport()", () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ["is not there", () => Promise.reject(new Error("Cannot find package")), /Cannot find package/],
    ["is something else", async () => ({ Gpio: class {} }), /no class SerialPort/],
  ])("says what to install where the package %s", async (_, load, advice) => {
    const fault = await faultOf(loadSerialport(load));
    expect(fault).toMatchObject({ kind: "unsupported" });
    expect(fault?.advice).toMatch(/npm install serialport/);
    expect(fault?.advice).toMatch(advice);
  });
});

// The package itself, with the stand-in for a native port that it brings along.
const serialport: unknown = await import("serialport").catch(() => undefined);

describe.skipIf(serialport === undefined)("createSerial() on the package's own mock", () => {
  it("carries bytes both ways, and is busy while it is open", async () => {
    const { SerialPortMock } = await import("serialport");
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort(DEVICE, { echo: true, readyData: Buffer.alloc(0) });
    const serial = createSerial({
      clock: new HandClock(),
      load: async () => (settings) => new SerialPortMock(settings),
    });
    const heard: number[] = [];
    let enough = (): void => {};
    const echoed = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const events = {
      onBytes: (bytes: Uint8Array) => {
        heard.push(...bytes);
        if (heard.length >= 5) enough();
      },
      onFault: (fault: PortFault) => expect.fail(fault.what),
    };
    const link = await serial.open(DEVICE, 115_200, events);
    expect(await faultOf(serial.open(DEVICE, 115_200, events))).toMatchObject({ kind: "busy" });
    link.write(Uint8Array.of(0, 1, 255));
    link.write(Uint8Array.of(17, 19));
    await echoed;
    expect(heard).toEqual([0, 1, 255, 17, 19]);
    expect(link.pendingBytes).toBe(0);
    link.close();
  });

  it("a port that is not there is not found", async () => {
    const { SerialPortMock } = await import("serialport");
    SerialPortMock.binding.reset();
    const serial = createSerial({
      clock: new HandClock(),
      load: async () => (settings) => new SerialPortMock(settings),
    });
    const nothing = { onBytes() {}, onFault() {} };
    expect(await faultOf(serial.open("/dev/none", 115_200, nothing))).toMatchObject({
      kind: "not-found",
    });
  });
});
