/**
 * Netstrings: how baresip's control connection frames its messages.
 *
 *     "11:{"a":"b c"},"      length in decimal, colon, that many bytes, comma
 *
 * @see https://cr.yp.to/proto/netstrings.txt
 */

/** The longest message that is taken. */
const LIMIT_BYTES = 1_000_000;

/** Frames a message. */
export function printNetstring(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(",")]);
}

/** Takes messages out of a stream of bytes that comes in pieces. */
export class NetstringReader {
  #rest = Buffer.alloc(0);

  /** The messages that are complete with these bytes. Throws where they are no netstrings. */
  take(bytes: Uint8Array): readonly string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: string[] = [];
    for (;;) {
      const colon = this.#rest.indexOf(":");
      if (colon < 0) {
        if (this.#rest.length > String(LIMIT_BYTES).length) throw new Error("no netstring");
        return messages;
      }
      const length = Number(this.#rest.toString("latin1", 0, colon));
      if (!Number.isInteger(length) || length < 0 || length > LIMIT_BYTES) {
        throw new Error("a netstring of no sensible length");
      }
      const end = colon + 1 + length;
      if (this.#rest.length <= end) return messages;
      messages.push(this.#rest.toString("utf8", colon + 1, end));
      this.#rest = this.#rest.subarray(end + 1);
    }
  }
}
