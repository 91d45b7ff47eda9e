import type { Koffi } from "./koffi-binding.ts";

/** Memory that C and we both see, zeros at first, that does not move and is never given back. */
export interface FixedMemory {
  readonly address: number;
  bytes(from: number, length: number): Uint8Array;
  words(from: number, length: number): Int32Array;
}

/**
 * Makes so many bytes of it. Where they are goes to C as a number: what goes there as a typed array
 * costs twice as much, and looks at four objects more.
 */
export function fixedMemory(koffi: Koffi, length: number): FixedMemory {
  const memory = koffi.alloc("uint8_t", length);
  const buffer = koffi.view(memory, length);
  return {
    address: Number(koffi.address(memory)),
    bytes: (from, count) => new Uint8Array(buffer, from, count),
    words: (from, count) => new Int32Array(buffer, from, count),
  };
}
