import { latin1FromUtf8Text } from "../base/bytes.ts";
import { printUri, type SipUri } from "../sip/index.ts";
import type { Binding } from "./location.ts";

/** Of a contact that stands for every number of its user. @see RFC 6140 §5.2 */
const BULK = "bnc";

/** Whether a contact stands for all numbers of a private exchange that has registered them. */
export function isBulk({ params }: SipUri): boolean {
  return params.has(BULK);
}

/** The contacts that a call to a number goes to, `isOwned` where it is one of many of its user. */
export function contactsFor(
  number: string,
  isOwned: boolean,
  bindings: readonly Binding[],
): readonly Binding[] {
  return bindings
    .filter(({ uri }) => isBulk(uri) === isOwned)
    .map((binding) => (isOwned ? withNumber(binding, number) : binding));
}

/** The contact of one number: its user part, and no word of the others. @see RFC 6140 */
function withNumber(binding: Binding, number: string): Binding {
  const params = new Map([...binding.uri.params].filter(([name]) => name !== BULK));
  const uri = { ...binding.uri, user: latin1FromUtf8Text(number), params };
  return { ...binding, uri, uriText: printUri(uri) };
}
