import { err, ok, type Result } from "../../base/result.ts";
import { PER_LENGTHS } from "./ifp.ts";

/** What lets the far end do without a packet that was lost. Empty lists where nothing does. */
export type UdptlRecovery =
  /** Packets sent before, the one right before first. */
  | { readonly kind: "redundancy"; readonly packets: readonly Uint8Array[] }
  /**
   * Parities: of `n` of them the one at place `m` is the exclusive or of the `span` packets whose
   * numbers are `sequence + m − n`, `sequence + m − 2n`, …
   */
  | { readonly kind: "fec"; readonly span: number; readonly parities: readonly Uint8Array[] };

/**
 * One datagram of T.38. From a parser all bytes are views: borrowed with it.
 *
 *    +--------------+------------+--------------+---------------------------------------+
 *    | number, 16   | length     | the packet   | 00, count, (length, packet)…          |
 *    | bit          | 1 or 2     | itself (IFP) | 80, 01, span, count, (length, parity)…|
 *    +--------------+------------+--------------+---------------------------------------+
 *
 * @see ITU-T T.38 §9.1
 */
export interface UdptlPacket {
  /** 0 for the first one, 16 bits. */
  readonly sequence: number;
  readonly primary: Uint8Array;
  readonly recovery: UdptlRecovery;
}

/** What a datagram may not exceed. */
export const UDPTL_LIMITS = {
  bytes: 4096,
  /** Packets or parities that are repeated in one. */
  repeated: 16,
  /** Packets that one parity covers. */
  span: 32,
} as const;

/**
 * Why bytes are no such datagram.
 *
 * - `too-short`: it ends before its lengths do
 * - `too-long`: past a limit of {@link UDPTL_LIMITS}
 * - `bad-form`: a kind of recovery or a number in a form that there is not
 */
export type UdptlError = "too-short" | "too-long" | "bad-form";

const SEQUENCE_BYTES = 2;
const REDUNDANCY_MARK = 0x00;
const FEC_MARK = 0x80;

/** Reads one datagram; bytes behind it are passed over. */
export function parseUdptl(bytes: Uint8Array): Result<UdptlPacket, UdptlError> {
  if (bytes.length > UDPTL_LIMITS.bytes) return err("too-long");
  if (bytes.length < SEQUENCE_BYTES) return err("too-short");
  const sequence = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const primary = takeOpen(bytes, SEQUENCE_BYTES);
  if (!primary.ok) return primary;
  let { end: at } = primary.value;
  const mark = bytes[at++];
  if (mark === undefined) return err("too-short");
  if ((mark & FEC_MARK) === 0) {
    const packets = takeList(bytes, at);
    if (!packets.ok) return packets;
    const recovery = { kind: "redundancy", packets: packets.value } as const;
    return ok({ sequence, primary: primary.value.bytes, recovery });
  }
  // The span is a number of any size in the standard, and of one byte everywhere.
  const [size, span] = [bytes[at], bytes[at + 1]];
  if (size === undefined || span === undefined) return err("too-short");
  if (size !== 1) return err("bad-form");
  if (span > UDPTL_LIMITS.span) return err("too-long");
  at += 2;
  const parities = takeList(bytes, at);
  if (!parities.ok) return parities;
  const recovery = { kind: "fec", span, parities: parities.value } as const;
  return ok({ sequence, primary: primary.value.bytes, recovery });
}

/** A length and so many bytes. @see ITU-T X.691 §11.2, §11.9 */
function takeOpen(
  bytes: Uint8Array,
  at: number,
): Result<{ readonly bytes: Uint8Array; readonly end: number }, UdptlError> {
  const first = bytes[at];
  if (first === undefined) return err("too-short");
  if (first > PER_LENGTHS.longMark) return err("too-long");
  const isShort = first <= PER_LENGTHS.short;
  const second = bytes[at + 1];
  if (!isShort && second === undefined) return err("too-short");
  const length = isShort ? first : ((first & 0x3f) << 8) | (second ?? 0);
  const from = at + (isShort ? 1 : 2);
  const end = from + length;
  return end > bytes.length ? err("too-short") : ok({ bytes: bytes.subarray(from, end), end });
}

function takeList(bytes: Uint8Array, from: number): Result<readonly Uint8Array[], UdptlError> {
  const count = bytes[from];
  if (count === undefined) return err("too-short");
  if (count > UDPTL_LIMITS.repeated) return err("too-long");
  const list: Uint8Array[] = [];
  for (let at = from + 1; list.length < count; ) {
    const open = takeOpen(bytes, at);
    if (!open.ok) return open;
    list.push(open.value.bytes);
    at = open.value.end;
  }
  return ok(list);
}

/** How many bytes a packet takes in a datagram, its length included. */
export function openBytes(length: number): number {
  return length + (length <= PER_LENGTHS.short ? 1 : 2);
}

/** How many bytes a datagram has. */
export function udptlBytes({ primary, recovery }: Omit<UdptlPacket, "sequence">): number {
  const isFec = recovery.kind === "fec";
  let total = SEQUENCE_BYTES + openBytes(primary.length) + (isFec ? 4 : 2);
  for (const { length } of isFec ? recovery.parities : recovery.packets) total += openBytes(length);
  return total;
}

/**
 * Writes one datagram into `out`, and gives the part written: borrowed as `out` is.
 * @throws RangeError where `out` is shorter than `udptlBytes` says
 */
export function printUdptl(packet: UdptlPacket, out: Uint8Array): Uint8Array {
  const { sequence, primary, recovery } = packet;
  out[0] = sequence >> 8;
  out[1] = sequence;
  let at = putOpen(out, SEQUENCE_BYTES, primary);
  const isFec = recovery.kind === "fec";
  out[at++] = isFec ? FEC_MARK : REDUNDANCY_MARK;
  if (isFec) {
    out[at++] = 1;
    out[at++] = recovery.span;
  }
  const list = isFec ? recovery.parities : recovery.packets;
  out[at++] = list.length;
  for (const bytes of list) at = putOpen(out, at, bytes);
  return out.subarray(0, at);
}

function putOpen(out: Uint8Array, from: number, bytes: Uint8Array): number {
  let at = from;
  if (bytes.length > PER_LENGTHS.short) out[at++] = 0x80 | (bytes.length >> 8);
  out[at++] = bytes.length;
  out.set(bytes, at);
  return at + bytes.length;
}
