import type { SpiOptions } from "../../../../src/hal/ports/spi.ts";

/** What stands behind the serial interface. */
export interface SpiFramingParts {
  /** Whether each access begins with a byte of chip selects. */
  readonly isChained: () => boolean;
  readonly read: (address: number) => number;
  readonly write: (address: number, value: number) => void;
}

/** Where an access is. */
type Stage = "select" | "address" | "data";

/** The shortest period of SCLK. @see Si3215 datasheet, "Switching Characteristics – SPI": 62 ns */
const CLOCK_MAX_HZ = 1e9 / 62;
const READ_BIT = 0x80;
/** The first bit of a byte that the chip has not begun to drive: the line is pulled up. */
const LATE_FIRST_BIT = 0x80;

/** How a bus that is not clocked as the datasheet wants reaches the chip. */
type Clocking = "good" | "late" | "unheard";

/**
 * Two bytes an access, or three in a daisy chain:
 *
 *     plain   R/W A6 … A0 │ data
 *     chain   C7 … C0     │ R/W A6 … A0 │ data
 *
 * In a chain each part looks at the last bit of the first byte and passes it on shifted right by
 * one, the other bytes as they are. Bytes count, not chip selects: it may rise between them.
 *
 * SCLK idles high and data is taken where it rises (mode 3). In mode 0 the chip still hears well,
 * yet drives each bit half a clock too late; in the other modes it hears nothing.
 */
export class SpiFraming {
  readonly #parts: SpiFramingParts;
  #stage: Stage | undefined;
  #selected = true;
  #control = 0;
  #clocking: Clocking = "good";

  constructor(parts: SpiFramingParts) {
    this.#parts = parts;
  }

  reset(): void {
    this.#stage = undefined;
    this.#selected = true;
  }

  /** Chip select falls on a bus clocked so; what is wrong with that is told. */
  clockedBy(options: SpiOptions, tell: (text: string) => void): void {
    this.#clocking = "good";
    if (options.mode !== 3) {
      this.#clocking = options.mode === 0 ? "late" : "unheard";
      tell(`The bus is clocked in mode ${options.mode}; the chip wants mode 3.`);
    }
    if (options.clockHz > CLOCK_MAX_HZ) {
      this.#clocking = "unheard";
      tell(`SCLK runs at ${options.clockHz} Hz; its period must be 62 ns at least.`);
    }
  }

  /** One byte: what the chip drives on SDO, and what it passes on at SDITHRU. */
  exchange(byte: number): { readonly driven: number | undefined; readonly through: number } {
    if (this.#clocking === "unheard") return { driven: undefined, through: byte };
    const stage = this.#stage ?? (this.#parts.isChained() ? "select" : "address");
    switch (stage) {
      case "select":
        this.#selected = (byte & 1) === 1;
        this.#stage = "address";
        return { driven: undefined, through: byte >> 1 };
      case "address":
        this.#control = byte;
        this.#stage = "data";
        return { driven: undefined, through: byte };
      case "data":
        this.#stage = undefined;
        return { driven: this.#data(byte), through: byte };
    }
  }

  #data(byte: number): number | undefined {
    const isSelected = this.#selected;
    this.#selected = true;
    if (!isSelected) return undefined;
    const address = this.#control & ~READ_BIT;
    if ((this.#control & READ_BIT) === 0) {
      this.#parts.write(address, byte);
      return undefined;
    }
    const value = this.#parts.read(address);
    return this.#clocking === "late" ? LATE_FIRST_BIT | (value >> 1) : value;
  }
}
