import { invariant } from "../../../base/invariant.ts";
import type { SpiKernel, SpiMemory } from "../spidev-kernel.ts";
import { SPI_REQUESTS, SPI_TRANSFER } from "../spidev-layout.ts";
import { kernelError } from "./fake-gpio-kernel.ts";

/** What stands at a chip select: told each selection's bytes when it ends, it gave its answers. */
export interface FakeSpiChip {
  /** One byte in, one byte out, `index` bytes after chip select fell. */
  exchange(byte: number, index: number): number;
  /** Chip select rose. */
  deselected(): void;
}

/** How a device was set up. */
export interface FakeSpiSettings {
  mode: number;
  lsbFirst: number;
  bits: number;
  clockHz: number;
}

interface OpenFile {
  readonly path: string;
  readonly settings: FakeSpiSettings;
}

/** The buffer of a message, and where each piece may begin in it, as on arm64. */
const BUFFER_BYTES = 4096;
const PIECE_ALIGNMENT = 128;

/**
 * The kernel's side of spidev, as its documentation tells it: it reads the same bytes as the real
 * one, and clocks them through a chip.
 * @see https://docs.kernel.org/spi/spidev.html
 */
export class FakeSpiKernel implements SpiKernel {
  /** The error with which the next calls of each kind fail. */
  openError: string | undefined;
  setUpError: string | undefined;
  transferError: string | undefined;
  /** Requests carried out: how many pieces each had. */
  readonly messages: number[] = [];
  readonly #chips: ReadonlyMap<string, FakeSpiChip>;
  readonly #files = new Map<number, OpenFile>();
  readonly #memories: SpiMemory[] = [];
  #next = 3;
  #address = 0x7f00_0000_0000n;

  /** @param chips by the path of their device */
  constructor(chips: Readonly<Record<string, FakeSpiChip>>) {
    this.#chips = new Map(Object.entries(chips));
  }

  /** Files that are open now: none may be left over. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** How an open device is set up. */
  settings(path: string): FakeSpiSettings | undefined {
    return [...this.#files.values()].find((file) => file.path === path)?.settings;
  }

  open(path: string): number {
    if (this.openError !== undefined) throw kernelError(this.openError);
    if (!this.#chips.has(path)) throw kernelError("ENOENT");
    const file = this.#next++;
    this.#files.set(file, { path, settings: { mode: 0, lsbFirst: 0, bits: 0, clockHz: 0 } });
    return file;
  }

  close(file: number): void {
    if (!this.#files.delete(file)) throw kernelError("EBADF");
  }

  memory(length: number): SpiMemory {
    const memory = { address: this.#address, bytes: new Uint8Array(length) };
    this.#address += BigInt(length) + 0x1000n;
    this.#memories.push(memory);
    return memory;
  }

  ioctl(file: number, request: number, bytes: Uint8Array): number {
    const open = this.#files.get(file);
    if (open === undefined) throw kernelError("EBADF");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { settings } = open;
    const isSetUp = Object.values(SPI_REQUESTS).some((known) => known === request);
    if (isSetUp && this.setUpError !== undefined) throw kernelError(this.setUpError);
    switch (request) {
      case SPI_REQUESTS.SPI_IOC_WR_MODE:
        settings.mode = view.getUint8(0);
        return 0;
      case SPI_REQUESTS.SPI_IOC_WR_LSB_FIRST:
        settings.lsbFirst = view.getUint8(0);
        return 0;
      case SPI_REQUESTS.SPI_IOC_WR_BITS_PER_WORD:
        settings.bits = view.getUint8(0);
        return 0;
      case SPI_REQUESTS.SPI_IOC_WR_MAX_SPEED_HZ:
        settings.clockHz = view.getUint32(0, true);
        return 0;
      default:
        return this.#message(open, request, view);
    }
  }

  #message(open: OpenFile, request: number, view: DataView): number {
    const size = (request >>> 16) & 0x3fff;
    const isMessage = (request & 0xc000_ffff) >>> 0 === 0x4000_6b00;
    if (!isMessage || size % SPI_TRANSFER.size !== 0) throw kernelError("ENOTTY");
    invariant(size === view.byteLength, "the request's number says how long its structure is");
    if (this.transferError !== undefined) throw kernelError(this.transferError);
    const chip = this.#chips.get(open.path);
    invariant(chip !== undefined, "an open device has a chip");
    const pieces = size / SPI_TRANSFER.size;
    this.messages.push(pieces);
    let total = 0;
    let kept = 0;
    let index = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const at = piece * SPI_TRANSFER.size;
      const { fields } = SPI_TRANSFER;
      const length = view.getUint32(at + fields.len, true);
      kept += Math.ceil(length / PIECE_ALIGNMENT) * PIECE_ALIGNMENT;
      if (kept > BUFFER_BYTES) throw kernelError("EMSGSIZE");
      const sent = this.#at(view.getBigUint64(at + fields.tx_buf, true), length);
      const received = this.#at(view.getBigUint64(at + fields.rx_buf, true), length);
      for (let n = 0; n < length; n++) received[n] = chip.exchange(sent[n] ?? 0, index++);
      total += length;
      const changes = view.getUint8(at + fields.cs_change) === 1;
      const isLast = piece === pieces - 1;
      // On the last piece it means the opposite: the chip stays selected.
      if (changes !== isLast) {
        chip.deselected();
        index = 0;
      }
    }
    return total;
  }

  #at(address: bigint, length: number): Uint8Array {
    for (const { address: first, bytes } of this.#memories) {
      const offset = Number(address - first);
      if (offset < 0 || offset + length > bytes.length) continue;
      return bytes.subarray(offset, offset + length);
    }
    throw kernelError("EFAULT");
  }
}
