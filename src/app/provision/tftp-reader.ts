import { ByteReader, bytesFromLatin1, latin1FromBytes } from "../../base/bytes.ts";
import type { Core } from "../../base/core.ts";

/** What a packet is about. @see RFC 1350 §5, RFC 2347 */
const READ = 1;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OPTIONS_ACK = 6;

/** The block without an option, and what we ask for: what an Ethernet frame takes, bytes. */
const BLOCK_BYTES = 512;
/** What is asked for: with the heads of IPv6 and UDP it fits into an Ethernet frame, bytes. */
const BLOCK_WANTED_BYTES = 1428;
/** The least that a server may make of it. @see RFC 2348 */
const BLOCK_MIN_BYTES = 8;

/** When a packet is sent again, ms after the one before; each wait is twice as long. */
export const AGAIN_MS = 1000;
/** How often a packet is sent before it is given up. */
export const SENT_MAX = 5;

/** What happens to a reader; `port` is the far end's. */
export type TftpInput =
  | { readonly kind: "start" }
  | { readonly kind: "datagram"; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: "timeout" };

/** What is to be done. The last one is `done` or `failed`; `why` continues the address. */
export type TftpOutput =
  | { readonly kind: "send"; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: "done"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly why: string };

/** What is read. */
export interface TftpRequest {
  /** The file's name: printable ASCII. */
  readonly file: string;
  /** Where the server listens, 69 mostly; it answers from another port. */
  readonly port: number;
  readonly maxBytes: number;
}

/**
 * Reads one file by TFTP.
 *
 * ```text
 *   RRQ ──▶ OACK ──▶ ACK 0 ──▶ DATA 1 ──▶ ACK 1 ──▶ … ──▶ DATA n, shorter ──▶ ACK n, done
 *      └──▶ DATA 1 (a server without options: blocks of 512)
 * ```
 *
 * What is lost is asked for again by our last packet. The first answer's port is the server's; who
 * else sends is told so and not listened to.
 * @see RFC 1350, RFC 2348 (block size), RFC 2349 (the size at once)
 */
export class TftpReader implements Core<TftpInput, TftpOutput> {
  readonly #request: TftpRequest;
  readonly #blocks: Uint8Array[] = [];
  #size = 0;
  #blockBytes = BLOCK_BYTES;
  /** The port that it answers from. */
  #port: number | undefined;
  #last: Uint8Array = new Uint8Array();
  #sent = 0;
  #againMs: number | undefined;

  constructor(request: TftpRequest) {
    this.#request = request;
  }

  deadlineMs(): number | undefined {
    return this.#againMs;
  }

  handle(input: TftpInput, nowMs: number): readonly TftpOutput[] {
    switch (input.kind) {
      case "start": {
        const options = ["blksize", String(BLOCK_WANTED_BYTES), "tsize", "0"];
        const words = [this.#request.file, "octet", ...options];
        const text = words.map((word) => `${word}\0`).join("");
        return this.#send(Uint8Array.of(0, READ, ...bytesFromLatin1(text)), nowMs);
      }
      case "datagram":
        return this.#againMs === undefined ? [] : this.#datagram(input.port, input.bytes, nowMs);
      case "timeout":
        if (this.#againMs === undefined || nowMs < this.#againMs) return [];
        return this.#sent >= SENT_MAX
          ? this.#end("is not there: nobody answers by TFTP, or the server went away")
          : this.#again(nowMs);
    }
  }

  #datagram(port: number, bytes: Uint8Array, nowMs: number): readonly TftpOutput[] {
    if (this.#port !== undefined && port !== this.#port) {
      return [{ kind: "send", port, bytes: errorPacket(5, "unknown transfer") }];
    }
    const reader = new ByteReader(bytes);
    const kind = reader.u16();
    switch (kind) {
      case OPTIONS_ACK:
        return this.#blocks.length > 0 ? [] : this.#options(port, bytes.subarray(2), nowMs);
      case DATA: {
        const block = reader.u16();
        if (reader.overrun) return [];
        return this.#data(port, block, bytes.subarray(4), nowMs);
      }
      case ERROR: {
        const code = reader.u16();
        const said = latin1FromBytes(bytes.subarray(4)).replace(/\0.*$/s, "");
        return this.#end(refusal(code, said.replace(/[^ -~]/g, "?").slice(0, 100)));
      }
      default:
        return [];
    }
  }

  #options(port: number, bytes: Uint8Array, nowMs: number): readonly TftpOutput[] {
    const words = latin1FromBytes(bytes).split("\0");
    for (let at = 0; at + 1 < words.length; at += 2) {
      const value = Number(words[at + 1]);
      const name = words[at]?.toLowerCase();
      if (name === "tsize" && value > this.#request.maxBytes) return this.#tooLarge(port);
      if (name !== "blksize") continue;
      const isGood = value >= BLOCK_MIN_BYTES && value <= BLOCK_WANTED_BYTES;
      if (!Number.isInteger(value) || !isGood) {
        const bytes = errorPacket(8, "that was not asked for");
        return [{ kind: "send", port, bytes }, ...this.#end("comes in blocks nobody asked for")];
      }
      this.#blockBytes = value;
    }
    this.#port = port;
    return this.#send(ackPacket(0), nowMs);
  }

  #data(port: number, block: number, bytes: Uint8Array, nowMs: number): readonly TftpOutput[] {
    const count = this.#blocks.length;
    // Our acknowledgement of it was lost.
    if (count > 0 && block === numberOf(count)) return this.#send(ackPacket(block), nowMs);
    if (block !== numberOf(count + 1) || bytes.length > this.#blockBytes) return [];
    this.#port = port;
    this.#size += bytes.length;
    if (this.#size > this.#request.maxBytes) return this.#tooLarge(port);
    this.#blocks.push(bytes.slice());
    const outputs = this.#send(ackPacket(block), nowMs);
    if (bytes.length === this.#blockBytes) return outputs;
    this.#againMs = undefined;
    return [...outputs, { kind: "done", bytes: this.#whole() }];
  }

  #whole(): Uint8Array {
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const block of this.#blocks) {
      whole.set(block, at);
      at += block.length;
    }
    return whole;
  }

  #tooLarge(port: number): readonly TftpOutput[] {
    const { maxBytes } = this.#request;
    const bytes = errorPacket(3, "too large");
    return [{ kind: "send", port, bytes }, ...this.#end(`is larger than ${maxBytes} bytes`)];
  }

  #end(why: string): readonly TftpOutput[] {
    this.#againMs = undefined;
    return [{ kind: "failed", why }];
  }

  #send(bytes: Uint8Array, nowMs: number): readonly TftpOutput[] {
    this.#last = bytes;
    this.#sent = 0;
    return this.#again(nowMs);
  }

  #again(nowMs: number): readonly TftpOutput[] {
    this.#againMs = nowMs + AGAIN_MS * 2 ** this.#sent;
    this.#sent++;
    return [{ kind: "send", port: this.#port ?? this.#request.port, bytes: this.#last }];
  }
}

/** The number of a block, of 16 bits: after the last comes 0, as servers have it that go on. */
function numberOf(block: number): number {
  return block & 0xffff;
}

function ackPacket(block: number): Uint8Array {
  return Uint8Array.of(0, ACK, block >> 8, block & 0xff);
}

function errorPacket(code: number, text: string): Uint8Array {
  return Uint8Array.of(0, ERROR, 0, code, ...bytesFromLatin1(text), 0);
}

/** @see RFC 1350, appendix */
function refusal(code: number, said: string): string {
  const words = said === "" ? "" : `: ${said}`;
  if (code === 1) return `is not there (TFTP 1${words}): put this machine's file there`;
  if (code === 2) return `is refused (TFTP 2${words}): check the file's rights`;
  return `was answered with TFTP's error ${code}${words}`;
}
