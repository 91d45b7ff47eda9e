import { PortError, type PortFault } from "../../../base/port-fault.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SpiDevice } from "../../ports/spi.ts";
import { sleep } from "../sleep.ts";
import { BITS, REGISTERS } from "./registers.ts";

const READ = 0x80;
/** Indirect accesses are served at 16 kHz: one is waited for so long, ms, in so many looks. */
const INDIRECT_LOOK_MS = 0.1;
const INDIRECT_LOOKS_MAX = 50;

/**
 * The registers of one chip. Direct ones are read and written at once; indirect ones one after the
 * other, each when the one before has been served. In a daisy chain a byte goes first that selects
 * the chip: the part at place *k* looks at bit *k*.
 * Every method throws (or rejects with) `PortError` where the bus fails.
 */
export class ChipBus {
  readonly name: string;
  readonly #device: SpiDevice;
  readonly #clock: Clock;
  readonly #select: number | undefined;
  #detached = false;
  /** The last of the indirect accesses asked for. */
  #last: Promise<unknown> = Promise.resolve();

  /** `place` is the chip's place in its daisy chain, 0 for the first; absent: it stands alone. */
  constructor(name: string, device: SpiDevice, clock: Clock, place?: number) {
    this.name = name;
    this.#device = device;
    this.#clock = clock;
    this.#select = place === undefined ? undefined : 1 << place;
  }

  read(register: number): number {
    return this.#access(READ | register, 0xff);
  }

  write(register: number, value: number): void {
    this.#access(register, value);
  }

  /** Resolves when the value is on its way into the chip. */
  writeIndirect(address: number, value: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#idle();
      this.write(REGISTERS.INDIRECT_DATA_LOW, value & 0xff);
      this.write(REGISTERS.INDIRECT_DATA_HIGH, value >> 8);
      this.write(REGISTERS.INDIRECT_ADDRESS, address);
    });
  }

  readIndirect(address: number): Promise<number> {
    return this.#inTurn(async () => {
      await this.#idle();
      this.write(REGISTERS.INDIRECT_ADDRESS, address);
      await this.#idle();
      const low = this.read(REGISTERS.INDIRECT_DATA_LOW);
      return (this.read(REGISTERS.INDIRECT_DATA_HIGH) << 8) | low;
    });
  }

  /** Resolves when all indirect accesses asked for so far have been served. */
  settled(): Promise<void> {
    return this.#inTurn(() => this.#idle());
  }

  /** The chip belongs to somebody else now: whatever is still under way here fails. */
  detach(): void {
    this.#detached = true;
  }

  /** A wait that other work goes on in. */
  sleep(ms: number): Promise<void> {
    return sleep(this.#clock, ms);
  }

  /** What is wrong with this chip, for a person. */
  fault(kind: PortFault["kind"], what: string, advice: string): PortError {
    return new PortError({ kind, what: `${this.name}: ${what}`, advice });
  }

  #access(command: number, data: number): number {
    if (this.#detached) throw this.fault("gone", "it was closed", "open it anew");
    const sent =
      this.#select === undefined
        ? Uint8Array.of(command, data)
        : Uint8Array.of(this.#select, command, data);
    const received = new Uint8Array(sent.length);
    const result = this.#device.transfer(sent, received);
    if (!result.ok) throw new PortError(result.error);
    return received[sent.length - 1] ?? 0;
  }

  async #idle(): Promise<void> {
    for (let looks = 0; looks < INDIRECT_LOOKS_MAX; looks++) {
      if ((this.read(REGISTERS.INDIRECT_STATUS) & BITS.IAS) === 0) return;
      await this.sleep(INDIRECT_LOOK_MS);
    }
    throw this.fault(
      "io",
      "its indirect registers do not answer",
      "check that PCLK and FSYNC reach the chip: it works by them",
    );
  }

  #inTurn<T>(access: () => Promise<T>): Promise<T> {
    const next = this.#last.then(access);
    // The next one waits for the end of this, not for its success.
    this.#last = next.catch(() => undefined);
    return next;
  }
}
