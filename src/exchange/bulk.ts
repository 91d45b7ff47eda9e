import { latin1FromUtf8Text } from "../base/bytes.ts";
import { printUri, type SipUri } from "../sip/index.ts";
import type { Authority } from "./authority.ts";
import { type Addressed, isMeant } from "./gruus.ts";
import type { Binding, LocationTable } from "./location.ts";

/** Of a contact that stands for every number of its user. @see RFC 6140 §5.2 */
const BULK = "bnc";

/** Whether a contact stands for all numbers of a private exchange that has registered them. */
export function isBulk({ params }: SipUri): boolean {
  return params.has(BULK);
}

/**
 * The contacts that a call to a number goes to: the number's own, or those for many of the private
 * exchange that has it; of them the one that a GRUU means.
 */
export function contactsOf(
  known: { readonly authority: Authority; readonly location: LocationTable },
  address: Addressed,
  nowMs: number,
): readonly Binding[] {
  const { number } = address;
  const owner = known.authority.ownerOf(number);
  const isOwned = owner !== number;
  return known.location
    .of(owner)
    .filter(({ uri, expiresAtMs }) => expiresAtMs > nowMs && isBulk(uri) === isOwned)
    .filter((binding) => isMeant(address, binding))
    .map((binding) => (isOwned ? withNumber(binding, address) : binding));
}

/**
 * The contact of one number: its user part, and no word of the others; with the name of the line
 * that a GRUU means. @see RFC 6140 §7.1.1
 */
function withNumber(binding: Binding, { number, sg }: Addressed): Binding {
  const params = new Map([...binding.uri.params].filter(([name]) => name !== BULK));
  if (sg !== undefined) params.set("sg", sg);
  const uri = { ...binding.uri, user: latin1FromUtf8Text(number), params };
  return { ...binding, uri, uriText: printUri(uri) };
}
