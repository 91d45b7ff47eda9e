import { writeUnits } from "../../base/bytes.ts";
import { WIRE_LIMITS } from "./limits.ts";

/*
 * To look at a byte costs a third of what `charCodeAt` does, and a seventh where the text is a
 * piece of another one; to write all of a message as bytes costs as much as to look at fifty.
 */
const ofMessage = new Uint8Array(WIRE_LIMITS.messageBytes);

/** What is longer is left to the readers of the whole grammar at once: see `plain.ts`. */
export const PLAIN_MAX = 512;

const ofPiece = new Uint8Array(PLAIN_MAX);

/**
 * The code units of a text of at most {@link WIRE_LIMITS.messageBytes}, 0 for those above 0xff. The
 * bytes behind them mean nothing. They are there until this is called again.
 */
export function messageUnits(text: string): Uint8Array {
  writeUnits(text, ofMessage, 0);
  return ofMessage;
}

/** The same of a text of at most {@link PLAIN_MAX} units, in a place of its own. */
export function pieceUnits(text: string): Uint8Array {
  writeUnits(text, ofPiece, 0);
  return ofPiece;
}
