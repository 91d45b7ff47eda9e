import { readFileSync } from "node:fs";
import { FaxMachine } from "./fax-machine.ts";

/** The image of a page as a file has it. */
export interface FaxPage {
  readonly width: number;
  readonly rows: number;
  /** 3 is T.4, 4 is T.6. */
  readonly compression: number;
  /** The coded image, hexadecimal. */
  readonly image: string;
}

/** Tags of TIFF. @see TIFF 6.0 §8 */
const WIDTH = 256;
const ROWS = 257;
const COMPRESSION = 259;
const STRIP_OFFSETS = 273;
const STRIP_BYTES = 279;
const ENTRY_BYTES = 12;
const SHORT = 3;

/** Reads the first page of a little-endian TIFF file; throws where it is none. */
export function readPage(file: string): FaxPage {
  const bytes = readFileSync(file);
  if (bytes.toString("latin1", 0, 2) !== "II") throw new Error(`${file} is no such TIFF file`);
  const from = bytes.readUInt32LE(4);
  const values = new Map<number, readonly number[]>();
  for (let n = 0; n < bytes.readUInt16LE(from); n++) {
    const entry = from + 2 + n * ENTRY_BYTES;
    const size = bytes.readUInt16LE(entry + 2) === SHORT ? 2 : 4;
    const count = bytes.readUInt32LE(entry + 4);
    const at = count * size <= 4 ? entry + 8 : bytes.readUInt32LE(entry + 8);
    const read = (place: number): number =>
      size === 2 ? bytes.readUInt16LE(place) : bytes.readUInt32LE(place);
    // Only what is wanted may be long: everything else is looked at for its first value.
    const wanted = Math.min(count, Math.floor((bytes.length - at) / size));
    values.set(
      bytes.readUInt16LE(entry),
      Array.from({ length: wanted }, (_, k) => read(at + k * size)),
    );
  }
  const one = (tag: number): number => values.get(tag)?.[0] ?? 0;
  const lengths = values.get(STRIP_BYTES) ?? [];
  const strips = (values.get(STRIP_OFFSETS) ?? []).map((at, n) =>
    bytes.toString("hex", at, at + (lengths[n] ?? 0)),
  );
  return {
    width: one(WIDTH),
    rows: one(ROWS),
    compression: one(COMPRESSION),
    image: strips.join(""),
  };
}

const FRAME = 80;
const LIMIT_MS = 120_000;

/** What a page is at the receiver when nothing is between two machines but a wire. */
export function pageByWire(page: string, file: string): FaxPage {
  const caller = new FaxMachine({ calling: true, file: page, ecm: true });
  const called = new FaxMachine({ calling: false, file, ecm: true });
  const [said, heard] = [new Int16Array(FRAME), new Int16Array(FRAME)];
  for (let atMs = 0; atMs < LIMIT_MS && (caller.isActive || called.isActive); atMs += 10) {
    caller.say(said);
    called.say(heard);
    called.hear(said);
    caller.hear(heard);
  }
  return readPage(file);
}
