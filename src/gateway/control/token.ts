import type { Random } from "../../hal/ports/random.ts";

const LETTERS = "0123456789abcdefghijklmnopqrstuv";

/** Makes tokens of 16 letters and digits, 80 bits each, from a random port. */
export function createTokenSource(random: Random): () => string {
  return () => {
    let token = "";
    for (const byte of random.bytes(16)) token += LETTERS[byte & 31] ?? "0";
    return token;
  };
}
