import { latin1FromBytes } from "../../base/bytes.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { decimalOf } from "./tokens.ts";

/**
 * What a stream of bytes is cut into.
 *
 * - `message`: header fields and body, for `parseMessage`; the bytes are the receiver's own
 * - `ping`: a double line end between messages, to be answered with a single one; `pong`: that one
 * - `broken`: it cannot be told where the next message begins; the stream has to be closed
 */
export type StreamFrame =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | { readonly kind: "broken"; readonly reason: string };

/** Who opened the stream: pings come from them, pongs from the other. @see RFC 5626 §3.5.1 */
export type StreamRole = "opener" | "accepter";

const CR = 0x0d;
const LF = 0x0a;

/**
 * Cuts a stream into messages. How the bytes come in pieces changes nothing; what is kept never
 * exceeds one message at its limit and the piece that was handed in last; each byte is looked at a
 * constant number of times. After `broken` nothing comes any more.
 *
 *     ( message | CRLF CRLF | CRLF )…     message = header fields, empty line, Content-Length bytes
 *
 * @see RFC 3261 §7.5 and §18.3
 */
export class StreamFramer {
  readonly #role: StreamRole;
  #buffer = new Uint8Array(0);
  #length = 0;
  /** How far the end of the header fields has been looked for. */
  #scanned = 0;
  /** How long the message is, once its header fields are there. */
  #wanted: number | undefined;
  #isBroken = false;

  constructor(role: StreamRole) {
    this.#role = role;
  }

  /** Bytes that wait for the rest of their message. */
  get waitingBytes(): number {
    return this.#length;
  }

  /** Takes the next piece; `bytes` is borrowed. */
  push(bytes: Uint8Array): readonly StreamFrame[] {
    const frames: StreamFrame[] = [];
    if (this.#isBroken) return frames;
    this.#append(bytes);
    let at = 0;
    for (;;) {
      const next = this.#frameAt(at, frames);
      if (next === undefined) break;
      at = next;
    }
    this.#drop(at);
    return frames;
  }

  /** Reads one frame at `at`: where the next one begins, or undefined where bytes are missing. */
  #frameAt(at: number, frames: StreamFrame[]): number | undefined {
    if (this.#isBroken || at >= this.#length) return undefined;
    if (this.#wanted === undefined && this.#scanned <= at) {
      const first = this.#buffer[at];
      if (first === CR || first === LF) return this.#lineEndAt(at, frames);
    }
    if (this.#wanted === undefined) {
      const end = this.#headEnd(at);
      if (end === undefined) {
        if (this.#length - at <= WIRE_LIMITS.messageBytes) return undefined;
        return this.#break("header fields without an end", frames);
      }
      const bodyBytes = contentLengthOf(latin1FromBytes(this.#buffer, at, end));
      if (typeof bodyBytes === "string") {
        // Its sender is told what is wrong with it; what follows it is lost.
        frames.push({ kind: "message", bytes: this.#buffer.slice(at, end) });
        return this.#break(bodyBytes, frames);
      }
      this.#wanted = end - at + bodyBytes;
      if (this.#wanted > WIRE_LIMITS.messageBytes) {
        return this.#break(`a message of ${this.#wanted} bytes`, frames);
      }
    }
    const end = at + this.#wanted;
    if (end > this.#length) return undefined;
    frames.push({ kind: "message", bytes: this.#buffer.slice(at, end) });
    this.#wanted = undefined;
    this.#scanned = end;
    return end;
  }

  /** Line ends between messages. */
  #lineEndAt(at: number, frames: StreamFrame[]): number | undefined {
    const left = this.#length - at;
    if (this.#buffer[at] === LF) return at + 1;
    if (left < 2) return undefined;
    if (this.#buffer[at + 1] !== LF) return at + 1;
    const isDouble = left >= 4 && this.#buffer[at + 2] === CR && this.#buffer[at + 3] === LF;
    if (isDouble && this.#role === "accepter") {
      frames.push({ kind: "ping" });
      return at + 4;
    }
    if (isDouble) {
      // A ping, or two answers at once: it is good for both.
      frames.push({ kind: "ping" }, { kind: "pong" });
      return at + 4;
    }
    // The half of a ping: its other half is on its way.
    const mayGoOn = left === 2 || (left === 3 && this.#buffer[at + 2] === CR);
    if (this.#role === "accepter" && mayGoOn) return undefined;
    frames.push({ kind: "pong" });
    return at + 2;
  }

  /** Where the empty line behind the header fields ends. */
  #headEnd(start: number): number | undefined {
    const buffer = this.#buffer;
    for (let at = Math.max(start, this.#scanned); at < this.#length; at++) {
      if (buffer[at] !== LF) continue;
      if (buffer[at - 1] === LF && at - 1 > start) return at + 1;
      if (buffer[at - 1] === CR && buffer[at - 2] === LF && at - 2 > start) return at + 1;
    }
    this.#scanned = this.#length;
    return undefined;
  }

  #break(reason: string, frames: StreamFrame[]): undefined {
    frames.push({ kind: "broken", reason });
    this.#isBroken = true;
    return undefined;
  }

  #append(bytes: Uint8Array): void {
    const wanted = this.#length + bytes.length;
    if (wanted > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(wanted, Math.min(this.#length * 2, 131_072)));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = wanted;
  }

  #drop(count: number): void {
    if (this.#isBroken || count >= this.#length) {
      this.#buffer = new Uint8Array(0);
      this.#length = 0;
      this.#scanned = 0;
      return;
    }
    if (count === 0) return;
    this.#buffer = this.#buffer.slice(count, this.#length);
    this.#length -= count;
    this.#scanned = Math.max(0, this.#scanned - count);
  }
}

/** Content-Length or its compact form; 0 where there is none, a reason where it is no number. */
function contentLengthOf(head: string): number | string {
  const names = /\n(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)/gi;
  let found: number | undefined;
  for (const [, text = ""] of head.matchAll(names)) {
    const length = decimalOf(text.trim(), 0x7fffffff);
    if (length === undefined) return "a Content-Length that is no number";
    if (found !== undefined && found !== length) return "two values of Content-Length";
    found = length;
  }
  return found ?? 0;
}
