import { ipFamily } from "../../sip/index.ts";

/** @see RFC 1035 §2.3.4: 255 octets with their lengths, which is 253 characters */
const NAME_MAX = 253;

/** A part of a name. `_` is in no rule for hosts, but in many networks. @see RFC 1123 §2.1 */
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

/**
 * Whether a text can be a host's name. Its last part is not all digits, as an address's is:
 * `300.1.1.1` is neither. A dot may end it. @see RFC 1123 §2.1
 */
export function isHostName(text: string): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  return name.length <= NAME_MAX && labels.every((one) => LABEL.test(one)) && !/^\d+$/.test(last);
}

/** Whether a text is an IPv4 address or a host's name. */
export function isNameOrIpv4(text: string): boolean {
  return ipFamily(text) === 4 || isHostName(text);
}

/** Whether a text is an address, or one of IPv6. A zone (`%eth0`) belongs to none that is told. */
export function isAddress(text: string, family?: 6): boolean {
  const own = ipFamily(text);
  return family === undefined ? own !== undefined : own === family;
}
