import type { RandomStream } from "../../world/random-stream.ts";
import { type IndirectName, indirectAddress, type Si321xKind } from "./register-map.ts";

/** Accesses are served so often. @see Si3215 datasheet, "Indirect Registers": 16 kHz */
const INDIRECT_PERIOD_MS = 1000 / 16_000;
const CELLS = 256;

/** An access that waits to be served. */
type Access =
  | { readonly kind: "write"; readonly address: number; readonly value: number }
  | { readonly kind: "read"; readonly address: number };

/**
 * The 16-bit registers behind IDA and IAA. Writing IAA asks for an access: a write where IDA was
 * written since the last one, else a read, whose value is in IDA once the access was served. Until
 * then IAS tells that it is pending, and another one must not be asked for.
 *
 * After a reset they hold anything.
 */
export class IndirectRam {
  readonly #kind: Si321xKind;
  readonly #random: RandomStream;
  readonly #cells = new Uint16Array(CELLS);
  readonly #defined = new Uint8Array(CELLS);
  #data = 0;
  #dataWritten = false;
  #pending: Access | undefined;
  #servedAtMs = 0;

  constructor(kind: Si321xKind, random: RandomStream) {
    this.#kind = kind;
    this.#random = random;
    this.reset();
  }

  /** Fills all with chance. */
  reset(): void {
    for (let at = 0; at < CELLS; at++) this.#cells[at] = this.#random.int(0x10000);
    this.#defined.fill(0);
    this.#data = 0;
    this.#dataWritten = false;
    this.#pending = undefined;
  }

  /** Half of IDA: `at` 0 is the low byte. */
  readData(at: 0 | 1): number {
    return (this.#data >> (8 * at)) & 0xff;
  }

  writeData(at: 0 | 1, byte: number): void {
    const mask = 0xff << (8 * at);
    this.#data = (this.#data & ~mask) | (byte << (8 * at));
    this.#dataWritten = true;
  }

  /**
   * IAA was written. False where the one before was still pending: then it is lost.
   * The caller comes back with {@link IndirectRam.serve}.
   */
  ask(address: number, atMs: number): boolean {
    if (this.#pending !== undefined) return false;
    this.#pending = this.#dataWritten
      ? { kind: "write", address, value: this.#data }
      : { kind: "read", address };
    this.#dataWritten = false;
    this.#servedAtMs = (Math.floor(atMs / INDIRECT_PERIOD_MS) + 1) * INDIRECT_PERIOD_MS;
    return true;
  }

  /** Serves what is due; the address that was written, `read`, or undefined where nothing was. */
  serve(atMs: number): { readonly written?: number } | undefined {
    const access = this.#pending;
    if (access === undefined || atMs < this.#servedAtMs) return undefined;
    this.#pending = undefined;
    if (access.kind === "read") {
      this.#data = this.#cells[access.address] ?? 0;
      return {};
    }
    this.#cells[access.address] = access.value;
    this.#defined[access.address] = 1;
    return { written: access.address };
  }

  /** When the pending access is served. */
  get dueMs(): number | undefined {
    return this.#pending === undefined ? undefined : this.#servedAtMs;
  }

  /** The 16 bits of a register; 0 where the part has none. */
  get(name: IndirectName): number {
    const address = indirectAddress(this.#kind, name);
    return address === undefined ? 0 : (this.#cells[address] ?? 0);
  }

  /** As {@link IndirectRam.get}, with a sign. */
  signed(name: IndirectName): number {
    return (this.get(name) << 16) >> 16;
  }

  /** Whether a register was written since the reset. */
  isDefined(name: IndirectName): boolean {
    const address = indirectAddress(this.#kind, name);
    return address === undefined || this.#defined[address] === 1;
  }

  /** Whether all of some registers from an address on were written since the reset. */
  isWritten(address: number, count: number): boolean {
    for (let at = address; at < address + count; at++) {
      if (this.#defined[at] !== 1) return false;
    }
    return true;
  }

  /** What stands at an address, for tests and traces. */
  at(address: number): number {
    return this.#cells[address] ?? 0;
  }
}
