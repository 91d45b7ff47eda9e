import type { SocketAddress } from "../address.ts";
import { ByteWriter } from "../bytes.ts";
import {
  parseStun,
  printStun,
  STUN_ATTRIBUTE,
  STUN_BINDING,
  type StunAttribute,
  type StunMessage,
  xorAddress,
} from "./stun-message.ts";

/** Below it are the attributes that nobody may pass over who does not know them. RFC 8489 §14 */
const OPTIONAL_FROM = 0x8000;

/**
 * Attributes that change nothing where nobody has to prove who he is: a client that knows no better
 * may send them.
 */
const PASSED_OVER: readonly number[] = [
  STUN_ATTRIBUTE.username,
  STUN_ATTRIBUTE.messageIntegrity,
  STUN_ATTRIBUTE.realm,
  STUN_ATTRIBUTE.nonce,
  STUN_ATTRIBUTE.priority,
];

const UNKNOWN_ATTRIBUTE = { code: 420, reason: "Unknown Attribute" } as const;

/**
 * The answer to a binding request: where it came from. `undefined` where the bytes are none; a
 * request that needs what we do not know is told that. @see RFC 8489 §6.3.1
 */
export function bindingAnswer(bytes: Uint8Array, from: SocketAddress): Uint8Array | undefined {
  const parsed = parseStun(bytes);
  if (!parsed.ok) return undefined;
  const request = parsed.value;
  if (request.kind !== "request" || request.method !== STUN_BINDING) return undefined;
  const { method, transaction } = request;
  const unknown = unknownTypes(request);
  if (unknown.length > 0) {
    return printStun({ kind: "error", method, transaction, attributes: refusalOf(unknown) });
  }
  const value = xorAddress(from, transaction);
  if (value === undefined) return undefined;
  const attributes = [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }];
  return printStun({ kind: "success", method, transaction, attributes });
}

function unknownTypes({ attributes }: StunMessage): readonly number[] {
  const types = attributes.map(({ type }) => type);
  return [...new Set(types)].filter((type) => type < OPTIONAL_FROM && !PASSED_OVER.includes(type));
}

/** @see RFC 8489 §14.8, §14.13 */
function refusalOf(unknown: readonly number[]): readonly StunAttribute[] {
  const { code, reason } = UNKNOWN_ATTRIBUTE;
  const error = new ByteWriter(4 + reason.length)
    .u16(0)
    .u8(Math.floor(code / 100))
    .u8(code % 100);
  for (const letter of reason) error.u8(letter.charCodeAt(0));
  const types = new ByteWriter(2 * unknown.length);
  for (const type of unknown) types.u16(type);
  return [
    { type: STUN_ATTRIBUTE.errorCode, value: error.finish() },
    { type: STUN_ATTRIBUTE.unknownAttributes, value: types.finish() },
  ];
}
