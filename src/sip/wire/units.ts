import { writeUnits } from "../../base/bytes.ts";
import { WIRE_LIMITS } from "./limits.ts";

/** What is longer is left to the readers of the whole grammar at once: see `plain.ts`. */
export const PLAIN_MAX = 512;

/**
 * The code units of the text that was set last, 0 for those above 0xff; the bytes behind them mean
 * nothing. Whoever looks at them sets them first, and nobody may between his looks.
 *
 * To look at a byte costs a third of what `charCodeAt` does, and a seventh where the text is a
 * piece of another one; to write all of a message as bytes costs as much as to look at fifty. And
 * of this one place the compiler knows where it is and how long, as of no array that is handed on.
 */
export const UNITS = new Uint8Array(WIRE_LIMITS.messageBytes);

/**
 * Sets {@link UNITS} to those of a text of at most {@link WIRE_LIMITS.messageBytes}. `datagram` are
 * the bytes that it was decoded from, one to one, where they are at hand.
 */
export function setUnits(text: string, datagram?: Uint8Array): void {
  if (datagram?.length === text.length) UNITS.set(datagram);
  else writeUnits(text, UNITS, 0);
}
