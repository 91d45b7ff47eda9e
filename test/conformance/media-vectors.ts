import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env["TIPRING_VECTORS"] ?? "../shared/vectors";

/** A folder of the independent test vectors. */
export interface VectorFolder {
  /** False skips the suite, unless TIPRING_VECTORS_REQUIRED=1: then reading throws. */
  readonly available: boolean;
  read(name: string): Uint8Array;
  list(pattern: RegExp): readonly string[];
}

/** A folder below the vectors' root, e.g. `media/g711`. */
export function vectorFolder(path: string): VectorFolder {
  const folder = join(root, path);
  const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
  return {
    available: existsSync(folder) || required,
    read: (name) => new Uint8Array(readFileSync(join(folder, name))),
    list: (pattern) =>
      existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [],
  };
}

/** Little-endian 16-bit words. */
export function wordsFromBytes(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(2 * at, true));
}
