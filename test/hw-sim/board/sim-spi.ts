import { invariant } from "../../../src/base/invariant.ts";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import { done, err, type Result } from "../../../src/base/result.ts";
import type { Spi, SpiDevice, SpiOptions } from "../../../src/hal/ports/spi.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { World } from "../world/world.ts";

/** What hangs at a chip select, as the bus sees it: one chip, or a daisy chain of them. */
export interface SpiTarget {
  /**
   * Chip select falls. `options` is how the bus is clocked meanwhile, `atMs` when it falls: a
   * transfer takes the time of its bits, though the call that asks for it returns at once.
   */
  select(options: SpiOptions, atMs: number): void;
  /** Eight clocks: what the bus sent in, what the chip drives out; undefined drives nothing. */
  exchange(byte: number): number | undefined;
  /** Chip select rises. */
  deselect(): void;
}

/** More than the port allows in one transfer. */
const TRANSFER_MAX_BYTES = 4096;
/** A data line that nobody drives is pulled up. */
const UNDRIVEN = 0xff;

interface Select {
  readonly target: SpiTarget;
  readonly random: RandomStream;
  open: boolean;
  refused: PortFaultKind | undefined;
  fault: PortFault | undefined;
  stuck: 0 | 1 | undefined;
  flippedBitRatio: number;
  /** When the last transfer was over. */
  freeAtMs: number;
}

/**
 * The SPI buses of a board, by chip select. A transfer acts at once: the chip sees select fall,
 * the bytes, and select rise, between the bytes as well where the user asked for that.
 */
export class SimSpi implements Spi {
  readonly #world: World;
  readonly #trace: TraceSink | undefined;
  readonly #selects = new Map<string, Select>();

  constructor(world: World, trace?: TraceSink) {
    this.#world = world;
    this.#trace = trace;
  }

  /** Wires a chip to a chip select, named as the program opens it. */
  addSelect(device: string, target: SpiTarget): void {
    invariant(!this.#selects.has(device), `the simulated board has "${device}" already`);
    this.#selects.set(device, {
      target,
      random: this.#world.random(`spi ${device}`),
      open: false,
      refused: undefined,
      fault: undefined,
      stuck: undefined,
      flippedBitRatio: 0,
      freeAtMs: 0,
    });
  }

  open(device: string, options: SpiOptions): Promise<SpiDevice> {
    return this.#world.promise(() => this.#open(device, options));
  }

  /** Makes opening a chip select fail, or (undefined) possible again. */
  refuse(device: string, kind: PortFaultKind | undefined): void {
    this.#known(device).refused = kind;
  }

  /** Makes every transfer fail, or mends it: the controller or its driver is gone. */
  setFault(device: string, kind: PortFaultKind | undefined): void {
    this.#known(device).fault = kind === undefined ? undefined : spiFault(device, kind);
  }

  /**
   * The wire from the chip sticks at a level: transfers work, and all that comes back is zeros or
   * ones. Undefined frees it.
   */
  stick(device: string, level: 0 | 1 | undefined): void {
    this.#known(device).stuck = level;
  }

  /** Flips this share of all bits, both ways: a long cable, a clock too fast. */
  setBitErrors(device: string, ratio: number): void {
    this.#known(device).flippedBitRatio = ratio;
  }

  #known(device: string): Select {
    const select = this.#selects.get(device);
    invariant(select !== undefined, `the simulated board has no SPI device "${device}"`);
    return select;
  }

  #open(device: string, options: SpiOptions): SpiDevice {
    const select = this.#selects.get(device);
    if (select === undefined) throw new PortError(spiFault(device, "not-found"));
    const refused = select.open ? "busy" : select.refused;
    if (refused !== undefined) throw new PortError(spiFault(device, refused));
    select.open = true;
    let open = true;
    return {
      transfer: (sent, received) => {
        invariant(open, `a transfer on "${device}" after it was closed`);
        return this.#transfer(device, select, options, sent, received);
      },
      close: () => {
        if (open) select.open = false;
        open = false;
      },
    };
  }

  #transfer(
    device: string,
    select: Select,
    options: SpiOptions,
    sent: Uint8Array,
    received: Uint8Array,
  ): Result<undefined, PortFault> {
    invariant(sent.length === received.length, "an SPI transfer has as many bytes each way");
    invariant(sent.length <= TRANSFER_MAX_BYTES, "an SPI transfer has 4096 bytes at most");
    if (select.fault !== undefined) return err(select.fault);
    const { target } = select;
    const startMs = Math.max(select.freeAtMs, this.#world.clock.nowMs());
    const byteMs = 8000 / options.clockHz;
    if (sent.length > 0) target.select(options, startMs);
    for (let at = 0; at < sent.length; at++) {
      if (at > 0 && options.deselectsBetweenBytes) {
        target.deselect();
        target.select(options, startMs + at * byteMs);
      }
      const driven = target.exchange(this.#disturbed(select, sent[at] ?? 0)) ?? UNDRIVEN;
      received[at] = select.stuck === undefined ? this.#disturbed(select, driven) : level(select);
    }
    if (sent.length > 0) target.deselect();
    select.freeAtMs = startMs + sent.length * byteMs;
    this.#trace?.({
      atMs: this.#world.clock.nowMs(),
      source: `spi ${device}`,
      kind: "transfer",
      sent: hex(sent),
      received: hex(received),
    });
    return done;
  }

  #disturbed(select: Select, byte: number): number {
    if (select.flippedBitRatio === 0) return byte;
    let disturbed = byte;
    for (let bit = 0; bit < 8; bit++) {
      if (select.random.float() < select.flippedBitRatio) disturbed ^= 1 << bit;
    }
    return disturbed;
  }
}

function level(select: Select): number {
  return select.stuck === 0 ? 0x00 : 0xff;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function spiFault(device: string, kind: PortFaultKind): PortFault {
  const advice =
    kind === "not-found"
      ? "Name an SPI device that the simulated board has."
      : kind === "busy"
        ? "Close the program that has the device open."
        : "The simulated board was told to fail it.";
  return { kind, what: `SPI device "${device}" of the simulated board`, advice };
}
