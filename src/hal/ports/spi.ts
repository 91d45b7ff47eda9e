import type { PortFault } from "../../base/port-fault.ts";
import type { Result } from "../../base/result.ts";

/** How a chip wants its bus. */
export interface SpiOptions {
  /** Clock polarity and phase, 0–3, as chips' datasheets and Linux number them. */
  readonly mode: 0 | 1 | 2 | 3;
  readonly clockHz: number;
  /** Whether chip select is raised between the bytes of a transfer, so that each stands alone. */
  readonly deselectsBetweenBytes: boolean;
}

/**
 * One chip select of an SPI bus.
 *
 * Port's side: a transfer is full duplex and at once, eight bits a word, most significant bit
 * first; chip select falls before it and rises after it. The bus is shared: transfers of several
 * chip selects never interleave. User's side: both arrays are equally long, at most
 * 4096 bytes (Linux: the default `bufsiz` of spidev).
 */
export interface SpiDevice {
  /** Sends `sent` and fills `received` with what came back meanwhile. */
  transfer(sent: Uint8Array, received: Uint8Array): Result<undefined, PortFault>;
  close(): void;
}

/** Opens a chip select by its device's name, e.g. `/dev/spidev0.0`. Rejects with `PortError`. */
export interface Spi {
  open(device: string, options: SpiOptions): Promise<SpiDevice>;
}
