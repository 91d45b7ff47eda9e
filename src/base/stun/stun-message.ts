import type { SocketAddress } from "../address.ts";
import { ByteReader, ByteWriter } from "../bytes.ts";
import { bytesFromIp, ipFromBytes } from "../ip-bytes.ts";
import { err, ok, type Result } from "../result.ts";

/*
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-----------------------------+-----------------------------+
 * |0 0|  method and class           |  bytes behind the head      |
 * +-+-+-----------------------------+-----------------------------+
 * |                    magic cookie 0x2112A442                    |
 * +---------------------------------------------------------------+
 * |                    transaction id, 12 bytes                   |
 * +-------------------------------+-------------------------------+
 * |  attribute type               |  bytes of its value           |
 * +-------------------------------+-------------------------------+
 * |  value, filled up to a multiple of four bytes                 …
 *
 * @see RFC 8489 §5 and §14
 */

/** @see RFC 8489 §5 */
const STUN_MAGIC = 0x2112a442;
/** The head before the attributes. */
export const STUN_HEAD_BYTES = 20;
/** The one method that everybody has. @see RFC 8489 §18.2 */
export const STUN_BINDING = 0x001;

/** Attribute types. @see RFC 8489 §18.3, RFC 8445 §16.1 */
export const STUN_ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  realm: 0x0014,
  nonce: 0x0015,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  alternateServer: 0x8023,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

/** What a message may not exceed. */
export const STUN_LIMITS = { messageBytes: 1500, attributes: 48, errorReasonBytes: 763 } as const;

/** What a message is to its transaction. */
export type StunClass = "request" | "indication" | "success" | "error";

/** One attribute as it stands. */
export interface StunAttribute {
  readonly type: number;
  /** Without the bytes it is filled up with. */
  readonly value: Uint8Array;
}

/** A STUN message. */
export interface StunMessage {
  readonly kind: StunClass;
  /** 0–0xff: what is above cannot be told from what shares the port. @see RFC 7983 §7 */
  readonly method: number;
  /** 12 bytes. */
  readonly transaction: Uint8Array;
  readonly attributes: readonly StunAttribute[];
}

const CLASSES = ["request", "indication", "success", "error"] as const;

/**
 * Whether a datagram is STUN and none of what shares a port with it (SIP begins with a letter or a
 * line end, RTP and RTCP with two other bits, DTLS has no cookie). @see RFC 7983 §7
 */
export function isStun(bytes: Uint8Array): boolean {
  if (bytes.length < STUN_HEAD_BYTES || (bytes[0] ?? 0xff) > 3) return false;
  return bytes[4] === 0x21 && bytes[5] === 0x12 && bytes[6] === 0xa4 && bytes[7] === 0x42;
}

/** Reads one message; the error says what is wrong. What it gives is copied. */
export function parseStun(bytes: Uint8Array): Result<StunMessage, string> {
  if (bytes.length > STUN_LIMITS.messageBytes) return err(`${bytes.length} bytes`);
  if (!isStun(bytes)) return err("no STUN head");
  const reader = new ByteReader(bytes);
  const type = reader.u16();
  const length = reader.u16();
  if (length % 4 !== 0) return err("a length that is no multiple of four");
  if (STUN_HEAD_BYTES + length !== bytes.length) return err("another length than the datagram's");
  reader.u32();
  const transaction = reader.take(12).slice();
  const attributes: StunAttribute[] = [];
  while (reader.remaining > 0) {
    if (attributes.length === STUN_LIMITS.attributes) return err("too many attributes");
    const attribute = reader.u16();
    const valueBytes = reader.u16();
    const value = reader.take(valueBytes).slice();
    reader.take(-valueBytes & 3);
    if (reader.overrun) return err("an attribute past the end");
    attributes.push({ type: attribute, value });
  }
  const kind = CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)] ?? "request";
  const method = (type & 0x000f) | ((type >> 1) & 0x0070) | ((type >> 2) & 0x0f80);
  return ok({ kind, method, transaction, attributes });
}

/** Writes a message. */
export function printStun(message: StunMessage): Uint8Array {
  const { kind, method, transaction, attributes } = message;
  const body = new ByteWriter(STUN_LIMITS.messageBytes - STUN_HEAD_BYTES);
  for (const { type, value } of attributes) {
    body.u16(type).u16(value.length).put(value);
    for (let fill = -value.length & 3; fill > 0; fill--) body.u8(0);
  }
  const bits = CLASSES.indexOf(kind);
  const type =
    (method & 0x000f) |
    ((method & 0x0070) << 1) |
    ((method & 0x0f80) << 2) |
    ((bits & 1) << 4) |
    ((bits & 2) << 7);
  const bytes = body.finish();
  return new ByteWriter(STUN_LIMITS.messageBytes)
    .u16(type)
    .u16(bytes.length)
    .u32(STUN_MAGIC)
    .put(transaction.subarray(0, 12))
    .put(bytes)
    .finish();
}

/** The first attribute of a type. */
export function stunAttribute(message: StunMessage, type: number): Uint8Array | undefined {
  return message.attributes.find((attribute) => attribute.type === type)?.value;
}

/** The value of XOR-MAPPED-ADDRESS for an address; undefined where its host is no IP address. */
export function xorAddress(
  address: SocketAddress,
  transaction: Uint8Array,
): Uint8Array | undefined {
  const host = bytesFromIp(address.host);
  if (host === undefined) return undefined;
  const writer = new ByteWriter(20).u8(0).u8(host.length === 4 ? 1 : 2);
  writer.u16(address.port ^ (STUN_MAGIC >>> 16));
  return writer.put(xored(host, transaction)).finish();
}

/** The address that a binding response tells: as the far end saw us. @see RFC 8489 §14.1, §14.2 */
export function mappedAddress(message: StunMessage): SocketAddress | undefined {
  const hidden = stunAttribute(message, STUN_ATTRIBUTE.xorMappedAddress);
  if (hidden !== undefined) return readAddress(hidden, message.transaction);
  // Of servers older than RFC 5389.
  const open = stunAttribute(message, STUN_ATTRIBUTE.mappedAddress);
  return open === undefined ? undefined : readAddress(open, undefined);
}

/** An ERROR-CODE's number, 300–699; undefined where there is none that can be read. */
export function stunErrorCode(message: StunMessage): number | undefined {
  const value = stunAttribute(message, STUN_ATTRIBUTE.errorCode);
  if (value === undefined || value.length < 4) return undefined;
  const hundreds = (value[2] ?? 0) & 7;
  const rest = value[3] ?? 0;
  return hundreds >= 3 && hundreds <= 6 && rest <= 99 ? hundreds * 100 + rest : undefined;
}

function readAddress(
  value: Uint8Array,
  transaction: Uint8Array | undefined,
): SocketAddress | undefined {
  const family = value[1];
  const hostBytes = family === 1 ? 4 : family === 2 ? 16 : 0;
  if (hostBytes === 0 || value.length !== 4 + hostBytes) return undefined;
  const port = ((value[2] ?? 0) << 8) | (value[3] ?? 0);
  const host = value.subarray(4);
  const open = transaction === undefined ? host : xored(host, transaction);
  const text = ipFromBytes(open);
  if (text === undefined) return undefined;
  return { host: text, port: transaction === undefined ? port : port ^ (STUN_MAGIC >>> 16) };
}

/** Bytes of an address against the cookie and the transaction id. */
function xored(host: Uint8Array, transaction: Uint8Array): Uint8Array {
  const mask = new ByteWriter(16).u32(STUN_MAGIC).put(transaction.subarray(0, 12)).finish();
  return host.map((byte, at) => byte ^ (mask[at] ?? 0));
}
