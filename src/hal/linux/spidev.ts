import { invariant } from "../../base/invariant.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, type Result } from "../../base/result.ts";
import { type FaultAdvice, faultFromError } from "../node/system-fault.ts";
import type { Spi, SpiDevice, SpiOptions } from "../ports/spi.ts";
import { loadSpiKernel, type SpiKernel, type SpiMemory } from "./spidev-kernel.ts";
import {
  encodeSpiMessage,
  SPI_PIECES_MAX,
  SPI_REQUESTS,
  type SpiPiece,
  spiMessageRequest,
} from "./spidev-layout.ts";

/** The longest transfer: the default `bufsiz` of spidev. */
export const SPI_TRANSFER_MAX_BYTES = 4096;

const ADVICE: FaultAdvice = {
  "not-found":
    'switch SPI on: "dtparam=spi=on" in /boot/firmware/config.txt of a Raspberry Pi, an spidev ' +
    "overlay on other boards; then restart",
  permission: "add this user to the group spi and log in again",
  busy: "a kernel driver has this chip select: remove its overlay",
  unsupported: "this bus does not do that mode or clock: change it, or use another chip select",
  gone: "its bus went away: look at the kernel's log",
};

/** While a device is set up, EINVAL and ENOTTY are how the kernel says that it cannot do that. */
const SET_UP_KINDS = { EINVAL: "unsupported", ENOTTY: "unsupported" } as const;
/** No such bus or chip select, before it was ever open. */
const OPEN_KINDS = { ...SET_UP_KINDS, ENODEV: "not-found", ENXIO: "not-found" } as const;
/** ESHUTDOWN is how spidev says that its driver was unbound. */
const TRANSFER_KINDS = { ESHUTDOWN: "gone" } as const;

/** What SPI stands on; given by tests only. */
export interface SpidevOptions {
  readonly loadKernel?: () => Promise<SpiKernel>;
}

/**
 * SPI of Linux, by the device files of spidev (`/dev/spidev0.0`: bus 0, chip select 0) and system
 * calls through `koffi`, which is loaded when the first device is opened. A transfer is one call
 * of the kernel, which holds the bus for it; with `deselectsBetweenBytes` each byte is a piece of
 * its own within that call. It rejects with `unsupported` where the bus cannot do what is asked.
 */
export function createSpi(options: SpidevOptions = {}): Spi {
  let buses: Promise<SpiBuses> | undefined;
  const held = new Set<string>();
  return {
    open: async (device, how) => {
      buses ??= (options.loadKernel ?? loadSpiKernel)().then(withMemory);
      const loaded = await buses;
      if (held.has(device)) {
        const advice = "the configuration names it for two lines: give each its own chip select";
        throw new PortError({ kind: "busy", what: `SPI device "${device}"`, advice });
      }
      const opened = openDevice(loaded, device, how, () => held.delete(device));
      held.add(device);
      return opened;
    },
  };
}

/** The kernel, and the memory of all transfers: there is never more than one at a time. */
interface SpiBuses {
  readonly kernel: SpiKernel;
  readonly sent: SpiMemory;
  readonly received: SpiMemory;
}

function withMemory(kernel: SpiKernel): SpiBuses {
  const memory = (): SpiMemory => kernel.memory(SPI_TRANSFER_MAX_BYTES);
  return { kernel, sent: memory(), received: memory() };
}

function openDevice(
  buses: SpiBuses,
  device: string,
  options: SpiOptions,
  closed: () => void,
): SpiDevice {
  const what = `SPI device "${device}"`;
  const { kernel } = buses;
  let file: number | undefined;
  try {
    file = kernel.open(device);
  } catch (error) {
    throw new PortError(faultFromError(error, what, ADVICE, OPEN_KINDS));
  }
  try {
    setUp(kernel, file, options);
    return new SpidevDevice(buses, file, what, options, closed);
  } catch (error) {
    closeQuietly(kernel, file);
    throw new PortError(faultFromError(error, what, ADVICE, SET_UP_KINDS));
  }
}

function setUp(kernel: SpiKernel, file: number, { mode, clockHz }: SpiOptions): void {
  kernel.ioctl(file, SPI_REQUESTS.SPI_IOC_WR_MODE, Uint8Array.of(mode));
  kernel.ioctl(file, SPI_REQUESTS.SPI_IOC_WR_LSB_FIRST, Uint8Array.of(0));
  kernel.ioctl(file, SPI_REQUESTS.SPI_IOC_WR_BITS_PER_WORD, Uint8Array.of(8));
  const clock = new Uint8Array(4);
  new DataView(clock.buffer).setUint32(0, clockHz, true);
  kernel.ioctl(file, SPI_REQUESTS.SPI_IOC_WR_MAX_SPEED_HZ, clock);
}

class SpidevDevice implements SpiDevice {
  readonly #buses: SpiBuses;
  readonly #what: string;
  readonly #options: SpiOptions;
  readonly #closed: () => void;
  #file: number | undefined;

  constructor(
    buses: SpiBuses,
    file: number,
    what: string,
    options: SpiOptions,
    closed: () => void,
  ) {
    this.#buses = buses;
    this.#file = file;
    this.#what = what;
    this.#options = options;
    this.#closed = closed;
  }

  transfer(sent: Uint8Array, received: Uint8Array): Result<undefined, PortFault> {
    invariant(sent.length === received.length, "a transfer is as long both ways");
    invariant(sent.length <= SPI_TRANSFER_MAX_BYTES, "a transfer has a limit");
    const file = this.#file;
    if (file === undefined) {
      return err({ kind: "gone", what: this.#what, advice: "it was closed: open it anew" });
    }
    if (sent.length === 0) return done;
    this.#buses.sent.bytes.set(sent);
    try {
      this.#carryOut(file, this.#pieces(sent.length));
    } catch (error) {
      return err(faultFromError(error, this.#what, ADVICE, TRANSFER_KINDS));
    }
    received.set(this.#buses.received.bytes.subarray(0, received.length));
    return done;
  }

  close(): void {
    if (this.#file === undefined) return;
    closeQuietly(this.#buses.kernel, this.#file);
    this.#file = undefined;
    this.#closed();
  }

  #pieces(length: number): readonly SpiPiece[] {
    const { clockHz, deselectsBetweenBytes } = this.#options;
    const piece = (at: number, bytes: number, deselects: boolean): SpiPiece => ({
      sentAddress: this.#buses.sent.address + BigInt(at),
      receivedAddress: this.#buses.received.address + BigInt(at),
      length: bytes,
      clockHz,
      deselects,
    });
    if (!deselectsBetweenBytes) return [piece(0, length, false)];
    // The last piece of a message ends with chip select raised by itself.
    const isLast = (at: number): boolean => at === length - 1 || (at + 1) % SPI_PIECES_MAX === 0;
    return Array.from({ length }, (_, at) => piece(at, 1, !isLast(at)));
  }

  #carryOut(file: number, pieces: readonly SpiPiece[]): void {
    for (let at = 0; at < pieces.length; at += SPI_PIECES_MAX) {
      const message = pieces.slice(at, at + SPI_PIECES_MAX);
      this.#buses.kernel.ioctl(file, spiMessageRequest(message.length), encodeSpiMessage(message));
    }
  }
}

function closeQuietly(kernel: SpiKernel, file: number): void {
  try {
    kernel.close(file);
  } catch {
    // It is gone already, and nobody is left to be told.
  }
}
