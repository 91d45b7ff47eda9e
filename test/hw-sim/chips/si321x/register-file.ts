import { registerSpec, resetValues, type Si321xKind } from "./register-map.ts";

/** The direct registers as plain memory; what is more than memory is done around it. */
export class RegisterFile {
  readonly kind: Si321xKind;
  readonly #values = new Uint8Array(128);

  constructor(kind: Si321xKind) {
    this.kind = kind;
    this.reset();
  }

  /** Everything to the values of a reset. */
  reset(): void {
    this.#values.fill(0);
    for (const [address, value] of resetValues(this.kind)) this.#values[address] = value;
  }

  get(address: number): number {
    return this.#values[address] ?? 0;
  }

  /** Sixteen bits in two registers, low byte first. */
  word(address: number): number {
    return this.get(address) | (this.get(address + 1) << 8);
  }

  /** The chip itself changes a register. */
  set(address: number, value: number): void {
    this.#values[address] = value;
  }

  bit(address: number, bit: number): boolean {
    return ((this.get(address) >> bit) & 1) === 1;
  }

  /** The SPI writes a register: only what may be written changes. False where there is none. */
  write(address: number, value: number): boolean {
    const spec = registerSpec(this.kind, address);
    if (spec === undefined) return false;
    this.set(address, (this.get(address) & ~spec.writable) | (value & spec.writable));
    return true;
  }
}
