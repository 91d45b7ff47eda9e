import type { PortFault } from "../../base/port-fault.ts";
import type { Result } from "../../base/result.ts";

/** What the user of a serial link hands over when opening it. */
export interface SerialLinkEvents {
  /** What came in, in pieces of any length; `bytes` is borrowed, `atMs` is when it was read. */
  onBytes(bytes: Uint8Array, atMs: number): void;
  /** The link is gone (`gone` for an unplugged adapter) or failed; nothing comes after it. */
  onFault(fault: PortFault): void;
}

/**
 * A serial line, raw: eight data bits, no parity, one stop bit, no flow control.
 *
 * Port's side: bytes come in order, none inside `open` or `write`; `write` copies and never
 * blocks. User's side: looks at `pendingBytes` before it adds what may be late (audio); what goes
 * over the limit of the adapter is refused with `io`, wholly.
 */
export interface SerialLink {
  write(bytes: Uint8Array): Result<undefined, PortFault>;
  /** Bytes that were written and have not left yet. */
  readonly pendingBytes: number;
  /** What was written before still goes out, for 200 ms at the most. */
  close(): void;
}

/** Opens a serial device by name, e.g. `/dev/ttyACM0`. Rejects with `PortError`. */
export interface Serial {
  open(device: string, baud: number, events: SerialLinkEvents): Promise<SerialLink>;
}
