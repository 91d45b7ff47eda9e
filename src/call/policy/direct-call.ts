import type { SocketAddress } from "../../base/address.ts";
import { type FeatureCodes, featureOf } from "./feature-codes.ts";

/** Where SIP is spoken unless told. @see RFC 3261 §19.1.2 */
const SIP_PORT = 5060;
const PORT_MAX = 65_535;
const BYTE_MAX = 255;

/**
 * The address that a dialled code names, `192*168*1*20` or with `*5060` behind it, as adapters have
 * it; undefined where what was dialled is no such code, or where there is no such address: none
 * begins with 0, and nobody answers at a group's.
 */
export function directTarget(codes: FeatureCodes, dialled: string): SocketAddress | undefined {
  const wish = featureOf(codes, dialled);
  if (wish?.name !== "directCall" || wish.address === undefined) return undefined;
  const parts = wish.address.split("*");
  if (parts.some((part) => !/^[0-9]{1,5}$/.test(part))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, port = SIP_PORT] = parts.map(Number);
  const isWhole = parts.length === 4 || parts.length === 5;
  const isHost = [a, b, c, d].every((byte) => byte <= BYTE_MAX) && a > 0 && a < 224;
  if (!isWhole || !isHost || port < 1 || port > PORT_MAX) return undefined;
  return { host: [a, b, c, d].join("."), port };
}

/** The same as a URI. */
export const directUri = ({ host, port }: SocketAddress): string =>
  port === SIP_PORT ? `sip:${host}` : `sip:${host}:${port}`;
