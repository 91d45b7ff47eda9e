import { randomFillSync } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** Bytes fetched in one call: asking the generator costs far more than what it gives. */
const POOL_BYTES = 1024;

/**
 * Unpredictable bytes from the operating system's generator. Each byte is given out once, and kept
 * nowhere afterwards.
 */
export function createRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return {
    bytes: (count) => {
      if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
      if (at + count > POOL_BYTES) {
        randomFillSync(pool);
        at = 0;
      }
      const bytes = pool.slice(at, at + count);
      pool.fill(0, at, at + count);
      at += count;
      return bytes;
    },
  };
}
