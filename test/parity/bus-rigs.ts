import type { PortFaultKind } from "../../src/base/port-fault.ts";
import { createSerial, createSpi } from "../../src/hal/linux/index.ts";
import type { SerialPortHandle } from "../../src/hal/linux/serialport-binding.ts";
import { kernelError } from "../../src/hal/linux/testing/fake-gpio-kernel.ts";
import { FakeSpiKernel } from "../../src/hal/linux/testing/fake-spi-kernel.ts";
import type { Serial } from "../../src/hal/ports/serial-link.ts";
import type { Spi } from "../../src/hal/ports/spi.ts";
import { type SerialSend, SimSerial } from "../hw-sim/board/sim-serial.ts";
import { SimSpi } from "../hw-sim/board/sim-spi.ts";
import { World } from "../hw-sim/world/world.ts";

/** Two chip selects that every SPI rig has; no rig has `/dev/spidev9.9`. */
export const SPI_DEVICES = ["/dev/spidev0.0", "/dev/spidev0.1"] as const;

/** The one serial port that every rig has; no rig has `/dev/none`. */
export const SERIAL_PORT = "/dev/ttyACM0";

/** A chip that answers each byte with its complement, and notes the bytes of each selection. */
class Complement {
  readonly selections: number[][] = [];
  #bytes: number[] = [];

  exchange(byte: number): number {
    this.#bytes.push(byte);
    return ~byte & 0xff;
  }

  ended(): void {
    this.selections.push(this.#bytes);
    this.#bytes = [];
  }
}

/** An SPI adapter and the chips at it. */
export interface SpiRig {
  readonly spi: Spi;
  /** Lets whatever is due happen. */
  settle(): Promise<void>;
  /** The bytes of each selection of a device, one list a selection. */
  selections(device: string): readonly (readonly number[])[];
  /** Opening the first device fails so, or no longer. */
  refuse(kind: "permission" | undefined): void;
  /** Transfers of the first device fail so, or no longer. */
  fail(kind: "io" | "gone" | undefined): void;
}

/** The simulated board's buses. */
export function simSpiRig(): SpiRig {
  const world = new World({ seed: 1 });
  const spi = new SimSpi(world);
  const chips = new Map<string, Complement>();
  for (const device of SPI_DEVICES) {
    const chip = new Complement();
    chips.set(device, chip);
    spi.addSelect(device, {
      select() {},
      exchange: (byte) => chip.exchange(byte),
      deselect: () => chip.ended(),
    });
  }
  return {
    spi,
    settle: () => settleWorld(world),
    selections: (device) => chips.get(device)?.selections ?? [],
    refuse: (kind) => spi.refuse(SPI_DEVICES[0], kind),
    fail: (kind) => spi.setFault(SPI_DEVICES[0], kind),
  };
}

/** Spidev, on a kernel of the same bytes. */
export function spidevRig(): SpiRig {
  const chips = new Map(SPI_DEVICES.map((device) => [device, new Complement()]));
  const kernel = new FakeSpiKernel(
    Object.fromEntries(
      [...chips].map(([device, chip]) => [
        device,
        { exchange: (byte: number) => chip.exchange(byte), deselected: () => chip.ended() },
      ]),
    ),
  );
  const codes = { permission: "EACCES", io: "EIO", gone: "ESHUTDOWN" } as const;
  return {
    spi: createSpi({ loadKernel: async () => kernel }),
    settle: turn,
    selections: (device) => [...chips].find(([name]) => name === device)?.[1].selections ?? [],
    refuse: (kind) => {
      kernel.openError = kind === undefined ? undefined : codes[kind];
    },
    fail: (kind) => {
      kernel.transferError = kind === undefined ? undefined : codes[kind];
    },
  };
}

/** A serial adapter and the device at its other end. */
export interface SerialRig {
  readonly serial: Serial;
  nowMs(): number;
  settle(): Promise<void>;
  /** Bytes that the device has received so far, in order. */
  received(): readonly number[];
  /** The device says something. */
  say(bytes: Uint8Array): void;
  unplug(): void;
  plugIn(): void;
  refuse(kind: "permission" | undefined): void;
}

/** The simulated board's ports. */
export function simSerialRig(): SerialRig {
  const world = new World({ seed: 1 });
  const serial = new SimSerial(world);
  const received: number[] = [];
  let port: SerialSend | undefined;
  serial.addPort(SERIAL_PORT, {
    onOpen: (opened) => {
      port = opened;
    },
    onBytes: (bytes) => received.push(...bytes),
    onClose: () => {},
  });
  return {
    serial,
    nowMs: () => world.clock.nowMs(),
    settle: () => settleWorld(world),
    received: () => received,
    say: (bytes) => port?.send(bytes),
    unplug: () => serial.unplug(SERIAL_PORT),
    plugIn: () => serial.plugIn(SERIAL_PORT),
    refuse: (kind) => serial.refuse(SERIAL_PORT, kind),
  };
}

/** The package `serialport`, on a port of our own. */
export function serialportRig(): SerialRig {
  const world = new World({ seed: 1 });
  const received: number[] = [];
  let refusal: PortFaultKind | undefined;
  let port: FakePort | undefined;
  const serial = createSerial({
    clock: world.clock,
    load: async () => (settings) => {
      const words = settings.path === SERIAL_PORT ? refusal : "not-found";
      port = new FakePort(received, words === undefined ? undefined : new Error(SAID[words]));
      return port;
    },
  });
  return {
    serial,
    nowMs: () => world.clock.nowMs(),
    settle: () => settleWorld(world),
    received: () => received,
    say: (bytes) => port?.emit("data", bytes),
    unplug: () => {
      refusal = "not-found";
      port?.emit("error", kernelError("EIO"));
      port?.emit("close", Object.assign(new Error("gone"), { disconnected: true }));
    },
    plugIn: () => {
      refusal = undefined;
    },
    refuse: (kind) => {
      refusal = kind;
    },
  };
}

/** What the package says of each kind of failure. */
const SAID: Readonly<Record<string, string>> = {
  permission: "Error: Permission denied, cannot open /dev/ttyACM0",
  busy: "Error Resource temporarily unavailable Cannot lock port",
  "not-found": "Error: No such file or directory, cannot open /dev/ttyACM0",
};

/** A port of the package whose bytes reach the device at the next turn. */
class FakePort implements SerialPortHandle {
  static open: FakePort | undefined;
  readonly #received: number[];
  readonly #refusal: Error | undefined;
  readonly #listeners = new Map<string, (value: unknown) => void>();

  constructor(received: number[], refusal: Error | undefined) {
    this.#received = received;
    this.#refusal = refusal;
  }

  open(opened: (error: Error | null | undefined) => void): void {
    const taken = FakePort.open === undefined ? undefined : new Error(SAID["busy"]);
    const error = this.#refusal ?? taken;
    if (error === undefined) FakePort.open = this;
    process.nextTick(opened, error);
  }

  write(bytes: Uint8Array, written: (error: Error | null | undefined) => void): boolean {
    setImmediate(() => {
      this.#received.push(...bytes);
      written(null);
    });
    return true;
  }

  flush(flushed: (error: Error | null | undefined) => void): void {
    process.nextTick(flushed, null);
  }

  close(closed: (error: Error | null | undefined) => void): void {
    if (FakePort.open === this) FakePort.open = undefined;
    process.nextTick(closed, null);
  }

  on(event: string, listener: (value: never) => void): void {
    // Each listener takes what its event brings.
    this.#listeners.set(event, listener as (value: unknown) => void);
  }

  emit(event: "data" | "close" | "error", value: unknown): void {
    setImmediate(() => this.#listeners.get(event)?.(value));
  }
}

async function turn(): Promise<void> {
  for (let n = 0; n < 4; n++) await new Promise((resolve) => setImmediate(resolve));
}

async function settleWorld(world: World): Promise<void> {
  for (let n = 0; n < 20; n++) {
    world.runFor(2);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
