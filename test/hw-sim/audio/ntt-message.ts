import { latin1FromBytes } from "../../../src/base/bytes.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import type { CallerIdFault, CallerIdMessage } from "./caller-id-message.ts";

/**
 * NTT's caller ID, as a display in Japan reads it from V.23 characters of seven bits with even
 * parity.
 *
 *     DLE SOH 07 DLE STX 40 length │ parameters: type, length, data │ DLE ETX CRC CRC
 *
 * DLE DLE stands for a DLE in the data. The CRC (x¹⁶+x¹²+x⁵+1, bits as they are sent) is over all
 * that follows SOH, parity bits and DLEs included; with its own two bytes it comes to 0.
 *
 * @see Asterisk main/callerid.c, callerid_feed_jp(), for the layout
 */

const DLE = 0x10;
const SOH = 0x01;
const STX = 0x02;
const ETX = 0x03;
const HEADER = 0x07;
const SERVICE_NUMBER = 0x40;
const NUMBER = 0x02;
const ABSENCE = 0x04;
const CRC_BYTES = 2;
/** Longer than any message of this kind. */
const MESSAGE_MAX_BYTES = 300;

/** Where in a message the next byte is. */
type Stage = "start" | "body" | "crc";

/** Reads one message from characters as they come. */
export class NttReader {
  readonly #onMessage: (message: Result<CallerIdMessage, CallerIdFault>) => void;
  #stage: Stage = "start";
  #escaped = false;
  #body: number[] = [];
  #raw: number[] = [];
  #parityOk = true;
  #crcBytes = 0;

  constructor(onMessage: (message: Result<CallerIdMessage, CallerIdFault>) => void) {
    this.#onMessage = onMessage;
  }

  reset(): void {
    this.#stage = "start";
    this.#escaped = false;
    this.#body = [];
    this.#raw = [];
    this.#parityOk = true;
    this.#crcBytes = 0;
  }

  take(byte: number): void {
    if (this.#stage !== "start") this.#raw.push(byte);
    if (this.#stage === "crc") {
      this.#crcBytes++;
      if (this.#crcBytes === CRC_BYTES) this.#finish();
      return;
    }
    const isEven = hasEvenParity(byte);
    if (this.#stage === "body" && !isEven) this.#parityOk = false;
    const character = byte & 0x7f;
    // What comes before a message may be anything, a DLE right before the first one included.
    const mayEscape = this.#stage === "start" ? isEven : !this.#escaped;
    if (mayEscape && character === DLE) {
      this.#escaped = true;
      return;
    }
    const escaped = this.#escaped;
    this.#escaped = false;
    if (this.#stage === "start") {
      if (escaped && isEven && character === SOH) this.#stage = "body";
    } else if (escaped && character === ETX) this.#stage = "crc";
    else if (!(escaped && character === STX)) this.#body.push(character);
    if (this.#body.length > MESSAGE_MAX_BYTES) this.reset();
  }

  #finish(): void {
    const good = this.#parityOk && crcOf(this.#raw) === 0;
    const body = Uint8Array.from(this.#body);
    this.reset();
    this.#onMessage(good ? parseBody(body) : err("bad-checksum"));
  }
}

function parseBody(body: Uint8Array): Result<CallerIdMessage, CallerIdFault> {
  const [header, service, length] = body;
  if (header !== HEADER || service !== SERVICE_NUMBER) return err("unknown-type");
  const parameters = body.subarray(3);
  if (length === undefined || parameters.length < length) return err("truncated");
  const message: { number?: string; numberAbsence?: "private" | "unavailable" } = {};
  for (let at = 0; at < parameters.length; ) {
    const type = parameters[at] ?? 0;
    const size = parameters[at + 1];
    if (size === undefined || at + 2 + size > parameters.length) return err("bad-parameter");
    const text = latin1FromBytes(parameters, at + 2, at + 2 + size);
    if (type === NUMBER) message.number = text;
    if (type === ABSENCE) message.numberAbsence = text === "P" ? "private" : "unavailable";
    at += 2 + size;
  }
  return ok({ format: "ntt", ...message });
}

function hasEvenParity(byte: number): boolean {
  return byte.toString(2).replaceAll("0", "").length % 2 === 0;
}

/** Bits in the order of the line, least significant first. */
function crcOf(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) === 1 ? 0x8408 : 0);
  }
  return crc;
}
