import { err, ok, type Result } from "../../base/result.ts";
import {
  IFP_FIELD_TYPES,
  IFP_FIELD_TYPES_ROOT,
  type IfpFieldType,
  T30_DATA_TYPES,
  T30_DATA_TYPES_ROOT,
  T30_INDICATORS,
  T30_INDICATORS_ROOT,
  type T30DataType,
  type T30Indicator,
} from "./ifp-names.ts";

/** One piece of data; without `data` it only says what has ended. */
export interface IfpField {
  readonly type: IfpFieldType;
  /** 1 to 65535 bytes. From a parser it is a view: borrowed with the packet. */
  readonly data?: Uint8Array;
}

/** What one T.38 packet carries. @see ITU-T T.38 §7 */
export type IfpPacket =
  | { readonly kind: "indicator"; readonly indicator: T30Indicator }
  | { readonly kind: "data"; readonly type: T30DataType; readonly fields: readonly IfpField[] };

/** The versions of T.38 that are spoken. 0 differs from the others in how a field's type stands. */
export type T38Version = 0 | 1 | 2 | 3;

/** What a packet may not exceed. */
export const IFP_LIMITS = {
  bytes: 4096,
  /** Pieces of one packet; gateways send two or three. */
  fields: 64,
  /** A length has 16 bits. */
  fieldBytes: 65_535,
} as const;

/**
 * Why bytes are no such packet.
 *
 * - `too-short`: it ends before its lengths do
 * - `too-long`: past a limit of {@link IFP_LIMITS}
 * - `unknown-value`: an indicator, a data type or a field type that no version has
 * - `bad-form`: an indicator with data, or a padding bit that is set
 */
export type IfpError = "too-short" | "too-long" | "unknown-value" | "bad-form";

/** How many lengths fit in one byte; the rest need two. @see ITU-T X.691 §11.9 */
const SHORT_LENGTH_MAX = 0x7f;
/** Above, a length comes in pieces of 16 K: nothing here is so long. */
const LONG_LENGTH_MARK_MAX = 0xbf;

/** Reads and counts bits, most significant first, as aligned PER has them. */
class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;
  overrun = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get byte(): number {
    return (this.#bit + 7) >> 3;
  }

  take(count: number): number {
    let value = 0;
    for (let n = 0; n < count; n++, this.#bit++) {
      const byte = this.#bytes[this.#bit >> 3];
      if (byte === undefined) this.overrun = true;
      value = (value << 1) | (((byte ?? 0) >> (7 - (this.#bit & 7))) & 1);
    }
    return value;
  }

  align(): void {
    this.#bit = this.byte * 8;
  }

  skip(bytes: number): void {
    this.#bit += bytes * 8;
  }

  /** A value with an extension mark: its place in the list, or -1 where it has none. */
  enumerated(rootBits: number, root: number): number {
    if (this.take(1) === 0) {
      const value = this.take(rootBits);
      return value < root ? value : -1;
    }
    // Values past 63 have another form, and there are none. @see ITU-T X.691 §11.6
    return this.take(1) === 0 ? root + this.take(6) : -1;
  }
}

/**
 * Reads one packet, aligned PER. `length` is how many bytes it has; what follows is not its own
 * (a packet that parity brought back may have zeros behind it).
 *
 *    7   6   5     4..1      0          then, of data: count, and for each piece
 *    +---+---+---+-----------+---+      +---+-------------+--------------------+------+
 *    | D | K | E |   value   | 0 |      | P | (E) type …  | length − 1, 16 bit | data |
 *    +---+---+---+-----------+---+      +---+-------------+--------------------+------+
 *
 * D: pieces follow; K: 0 an indicator, 1 data; E: the value is of a later version and has 6 bits;
 * P: the piece has data. Version 0 has no E in a piece: its ASN.1 had been printed without.
 * @see ITU-T T.38 Annex A, ITU-T X.691
 */
export function parseIfp(
  bytes: Uint8Array,
  version: T38Version,
): Result<{ readonly packet: IfpPacket; readonly length: number }, IfpError> {
  if (bytes.length > IFP_LIMITS.bytes) return err("too-long");
  const bits = new BitReader(bytes);
  const hasFields = bits.take(1) === 1;
  if (bits.take(1) === 0) {
    const indicator = T30_INDICATORS[bits.enumerated(4, T30_INDICATORS_ROOT)];
    if (bits.overrun) return err("too-short");
    if (indicator === undefined) return err("unknown-value");
    if (hasFields) return err("bad-form");
    return ok({ packet: { kind: "indicator", indicator }, length: bits.byte });
  }
  const type = T30_DATA_TYPES[bits.enumerated(4, T30_DATA_TYPES_ROOT)];
  if (bits.overrun) return err("too-short");
  if (type === undefined) return err("unknown-value");
  bits.align();
  const fields = hasFields ? parseFields(bytes, bits, version) : ok([]);
  if (!fields.ok) return fields;
  return ok({ packet: { kind: "data", type, fields: fields.value }, length: bits.byte });
}

function parseFields(
  bytes: Uint8Array,
  bits: BitReader,
  version: T38Version,
): Result<readonly IfpField[], IfpError> {
  const first = bits.take(8);
  if (first > LONG_LENGTH_MARK_MAX) return err("too-long");
  const count = first <= SHORT_LENGTH_MAX ? first : ((first & 0x3f) << 8) | bits.take(8);
  if (bits.overrun) return err("too-short");
  if (count > IFP_LIMITS.fields) return err("too-long");
  const fields: IfpField[] = [];
  for (let n = 0; n < count; n++) {
    const hasData = bits.take(1) === 1;
    const place = version === 0 ? bits.take(3) : bits.enumerated(3, IFP_FIELD_TYPES_ROOT);
    const type = IFP_FIELD_TYPES[place];
    bits.align();
    const length = hasData ? bits.take(16) + 1 : 0;
    const from = bits.byte;
    if (bits.overrun || from + length > bytes.length) return err("too-short");
    if (type === undefined) return err("unknown-value");
    if (length > IFP_LIMITS.fieldBytes) return err("too-long");
    bits.skip(length);
    fields.push(hasData ? { type, data: bytes.subarray(from, from + length) } : { type });
  }
  return ok(fields);
}

/**
 * Writes one packet; undefined where it cannot be written: a value that the version does not have,
 * too many pieces, a piece without a byte or with too many.
 */
export function printIfp(packet: IfpPacket, version: T38Version): Uint8Array | undefined {
  if (packet.kind === "indicator") {
    const head = enumeratedHead(0, T30_INDICATORS.indexOf(packet.indicator), T30_INDICATORS_ROOT);
    return version === 0 && head.length > 1 ? undefined : Uint8Array.from(head);
  }
  const { fields } = packet;
  const first = 0x40 | (fields.length > 0 ? 0x80 : 0);
  const out = enumeratedHead(first, T30_DATA_TYPES.indexOf(packet.type), T30_DATA_TYPES_ROOT);
  if ((version === 0 && out.length > 1) || fields.length > IFP_LIMITS.fields) return undefined;
  if (fields.length > 0) out.push(fields.length);
  for (const { type, data } of fields) {
    const head = fieldHead(IFP_FIELD_TYPES.indexOf(type), data !== undefined, version);
    if (head === undefined) return undefined;
    out.push(...head);
    if (data === undefined) continue;
    if (data.length === 0 || data.length > IFP_LIMITS.fieldBytes) return undefined;
    out.push((data.length - 1) >> 8, (data.length - 1) & 0xff);
    for (const byte of data) out.push(byte);
  }
  return out.length > IFP_LIMITS.bytes ? undefined : Uint8Array.from(out);
}

/** The first byte or two: D, K, E and the value. */
function enumeratedHead(first: number, value: number, root: number): number[] {
  if (value < root) return [first | (value << 1)];
  const more = value - root;
  return [first | 0x20 | (more >> 2), (more << 6) & 0xff];
}

/** P, E and the type of a piece; undefined where version 0 does not have it. */
function fieldHead(
  value: number,
  hasData: boolean,
  version: T38Version,
): readonly number[] | undefined {
  const first = hasData ? 0x80 : 0;
  const isRoot = value < IFP_FIELD_TYPES_ROOT;
  if (version === 0) return isRoot ? [first | (value << 4)] : undefined;
  if (isRoot) return [first | (value << 3)];
  const more = value - IFP_FIELD_TYPES_ROOT;
  return [first | 0x40 | (more >> 1), (more << 7) & 0xff];
}

/** The longest length of one byte, and the last first byte of one of two; UDPTL has the same. */
export const PER_LENGTHS = { short: SHORT_LENGTH_MAX, longMark: LONG_LENGTH_MARK_MAX } as const;
