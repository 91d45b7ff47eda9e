import type { SpiOptions } from "../../../../src/hal/ports/spi.ts";
import type { SpiTarget } from "../../board/sim-spi.ts";
import type { Si321x } from "./si321x.ts";

/**
 * One or more chips at one chip select: each one's SDITHRU is the next one's SDI, and all share
 * SDO. A single chip is a chain of one.
 */
export function daisyChain(chips: readonly Si321x[]): SpiTarget {
  return {
    select(options: SpiOptions, atMs: number) {
      for (const chip of chips) chip.select(options, atMs);
    },
    exchange(byte: number) {
      let driven: number | undefined;
      let through = byte;
      for (const chip of chips) {
        const out = chip.exchange(through);
        through = out.through;
        // Two that drive one wire: low wins.
        if (out.driven !== undefined) driven = (driven ?? 0xff) & out.driven;
      }
      return driven;
    },
    deselect() {},
  };
}
