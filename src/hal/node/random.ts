import { randomFillSync } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** Unpredictable bytes from the operating system's generator. */
export function createRandom(): Random {
  return { bytes: (count) => randomFillSync(new Uint8Array(count)) };
}
