/** Numbers that follow from a seed and a name, and from nothing else. */
export interface RandomStream {
  /** Even over 0 ≤ x < 1, with 32 bits. */
  float(): number;
  /** Even over the whole numbers 0 ≤ x < `below`. */
  int(below: number): number;
  /** As the port `Random`, so that a stream can be handed to the program under test. */
  bytes(count: number): Uint8Array;
}

/**
 * Makes the stream of that name. Streams of two names share nothing, so that a consumer that is
 * added draws from nobody else's numbers.
 *
 * The generator is xoshiro128**, its state filled by hashing seed and name.
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021
 */
export function createRandomStream(seed: number | string, name: string): RandomStream {
  let [a, b, c, d] = stateFromText(`${seed}\n${name}`);

  function next(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }

  return {
    float: () => next() / 2 ** 32,
    int: (below) => Math.floor((next() / 2 ** 32) * below),
    bytes: (count) => Uint8Array.from({ length: count }, () => next() >>> 24),
  };
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four words from a text: FNV-1a with four bases, each finished by a mixer. */
function stateFromText(text: string): [number, number, number, number] {
  const word = (basis: number): number => {
    let hash = basis;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
      hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  };
  // xoshiro must not begin with all zeros; the set low bit makes sure of it.
  return [word(0x811c9dc5) | 1, word(0x9747b28c), word(0x5bd1e995), word(0x27d4eb2f)];
}
