import { err, ok, type Result } from "../../base/result.ts";
import { type CSeq, parseCSeq } from "./cseq.ts";
import { type PlainHeaderName, ROLE } from "./header-names.ts";
import type { SipHeader, SipMessage } from "./message.ts";
import { type NameAddr, parseNameAddr } from "./name-addr.ts";
import { NOWHERE, type PieceWriter, type Source } from "./piece-writer.ts";
import { passPlainVia, plainAddress, plainCSeq, plainStop, plainVia } from "./plain.ts";
import { PLAIN_MAX, UNITS } from "./units.ts";
import { parseVia, type Via } from "./via.ts";

/**
 * A header field as it came from the wire: no line end is in it. What its value was read as stays
 * with it, so that the parser's check and everyone after it cost one reading.
 */
export class WireHeader implements SipHeader {
  readonly name: string;
  readonly value: string;
  /** What the value is a piece of, and where: reading that costs less than reading the piece. */
  readonly #source: Source;
  readonly #start: number;
  /** Where its line begins, which is what we would write: name, space, value, CRLF. */
  readonly #lineAt: number;
  #via: Result<Via, string> | undefined;
  #address: Result<NameAddr, string> | undefined;
  #cseq: Result<CSeq, string> | undefined;

  /**
   * The value is what begins at `start` of the source's text. `lineAt` is where the line
   * `Name: value` CRLF begins that `printMessage` would make of it.
   */
  constructor(
    name: string,
    value: string,
    source: Source = { text: value },
    start = 0,
    lineAt = NOWHERE,
  ) {
    this.name = name;
    this.value = value;
    this.#source = source;
    this.#start = start;
    this.#lineAt = lineAt;
  }

  /**
   * The Via, CSeq or address whose line begins at `lineAt` with this name, where nothing in it
   * needs a second look; {@link plainStop} is at the end of its text then. Of a Via behind the
   * `isFirst` nothing is made until somebody asks. The source's text is that of {@link UNITS}.
   */
  static plain(
    name: PlainHeaderName,
    source: Source,
    lineAt: number,
    isFirst: boolean,
  ): WireHeader | undefined {
    const { text } = source;
    const start = lineAt + name.units.length + 1;
    const end = Math.min(text.length, start + PLAIN_MAX);
    if (start >= end || UNITS[start - 1] !== 0x20) return undefined;
    let via: Via | undefined;
    let address: NameAddr | undefined;
    let cseq: CSeq | undefined;
    let isGood = false;
    if (name.role === ROLE.via && !isFirst) isGood = passPlainVia(start, end);
    else if (name.role === ROLE.via) via = plainVia(text, start, end);
    else if (name.role === ROLE.cseq) cseq = plainCSeq(text, start, end);
    else address = plainAddress(text, start, end);
    isGood ||= via !== undefined || address !== undefined || cseq !== undefined;
    if (!isGood) return undefined;
    const stop = plainStop();
    if (stop + 2 > text.length || UNITS[stop] !== 0x0d || UNITS[stop + 1] !== 0x0a) {
      return undefined;
    }
    const header = new WireHeader(name.name, text.slice(start, stop), source, start, lineAt);
    if (via !== undefined) header.#via = ok(via);
    else if (address !== undefined) header.#address = ok(address);
    else if (cseq !== undefined) header.#cseq = ok(cseq);
    return header;
  }

  /** Writes the lines of header fields; `lineOf` makes those that cannot be copied. */
  static print(
    headers: readonly SipHeader[],
    out: PieceWriter,
    lineOf: (header: SipHeader) => string,
  ): void {
    for (const header of headers) {
      if (header instanceof WireHeader && header.#lineAt !== NOWHERE) {
        out.copy(header.#source, header.#lineAt, header.#end + 2);
      } else out.add(lineOf(header));
    }
  }

  via(): Result<Via, string> {
    this.#via ??= parseVia(this.#source.text, this.#start, this.#end);
    return this.#via;
  }

  address(): Result<NameAddr, string> {
    this.#address ??= parseNameAddr(this.#source.text, this.#start, this.#end);
    return this.#address;
  }

  cseq(): Result<CSeq, string> {
    this.#cseq ??= parseCSeq(this.#source.text, this.#start, this.#end);
    return this.#cseq;
  }

  get #end(): number {
    return this.#start + this.value.length;
  }
}

/** A header field's value as a Via. */
export function viaOf(header: SipHeader): Result<Via, string> {
  return header instanceof WireHeader ? header.via() : parseVia(header.value);
}

/** A header field's value as a name-addr. */
export function addressOf(header: SipHeader): Result<NameAddr, string> {
  return header instanceof WireHeader ? header.address() : parseNameAddr(header.value);
}

/** The topmost Via of a message. */
export function topVia(message: SipMessage): Result<Via, string> {
  const header = firstOf(message, "via");
  return header === undefined ? err("no via") : viaOf(header);
}

/** The first value of that name (`from`, `to`, `contact`, …) as a name-addr. */
export function addressIn(message: SipMessage, name: string): Result<NameAddr, string> {
  const header = firstOf(message, name);
  return header === undefined ? err(`no ${name}`) : addressOf(header);
}

/** The `tag` of From or To; undefined where there is none or the field cannot be read. */
export function tagIn(message: SipMessage, name: "from" | "to"): string | undefined {
  const address = addressIn(message, name);
  return address.ok ? address.value.params.get("tag") : undefined;
}

/** The CSeq of a message. */
export function cseqIn(message: SipMessage): Result<CSeq, string> {
  const header = firstOf(message, "cseq");
  if (header === undefined) return err("no cseq");
  return header instanceof WireHeader ? header.cseq() : parseCSeq(header.value);
}

function firstOf(message: SipMessage, name: string): SipHeader | undefined {
  for (const header of message.headers) if (header.name === name) return header;
  return undefined;
}
