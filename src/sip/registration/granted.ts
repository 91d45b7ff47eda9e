import type { SocketAddress } from "../../base/address.ts";
import type { SipAccount } from "../account.ts";
import { carriedText } from "../auth/digest.ts";
import { listItems } from "../wire/headers.ts";
import { headerValue, headerValues, type SipResponse } from "../wire/message.ts";
import { type NameAddr, parseNameAddr } from "../wire/name-addr.ts";
import { secondsOf } from "../wire/seconds.ts";
import { parseUri, printUri } from "../wire/uri.ts";
import { parseVia } from "../wire/via.ts";
import { bindingOf } from "./lease.ts";

/** Values of Service-Route that are followed. */
const SERVICE_ROUTE_MAX = 16;

/** What a registrar granted beside the lease. */
export interface Granted {
  /** The route that requests of the account take, the next hop first. @see RFC 3608 */
  readonly serviceRoute: readonly string[];
  /** A URI that leads to this device and no other, for Contact. @see RFC 5627 */
  readonly gruu: string | undefined;
  /** Whether the registrar keeps flows, and so answers keep-alives. @see RFC 5626 §6 */
  readonly hasOutbound: boolean;
  /** How often it wants a keep-alive, seconds. @see RFC 5626 §6 */
  readonly flowTimerS: number | undefined;
}

/** Reads the 2xx to a REGISTER whose Contact was `contactUri`. */
export function grantedBy(
  response: SipResponse,
  contactUri: string,
  instance: string | undefined,
): Granted {
  const ours = bindingOf(response, contactUri, instance);
  const routes = headerValues(response, "service-route");
  return {
    serviceRoute: routes.slice(0, SERVICE_ROUTE_MAX).filter((value) => parseNameAddr(value).ok),
    gruu: gruuOf(ours),
    hasOutbound: listItems(response, "require").includes("outbound"),
    flowTimerS: secondsOf(headerValue(response, "flow-timer")),
  };
}

/** The public one: a temporary one would have to be renewed with each registration. */
function gruuOf(ours: NameAddr | undefined): string | undefined {
  const gruu = ours?.params.get("pub-gruu");
  if (gruu === undefined) return undefined;
  const uri = parseUri(gruu);
  return uri.ok && uri.value.scheme !== "tel" ? gruu : undefined;
}

/**
 * The GRUU of one line of a trunk, out of that which the registrar granted for all of them: with
 * the line's number for its user, and a name of the line that comes back in the Request-URI of what
 * is sent there. `undefined` where it is none for many. @see RFC 6140 §7.1.1
 *
 *     <sip:example.com;bnc;gr=urn:…> ──► <sip:+12145550101@example.com;gr=urn:…;sg=line-1>
 */
export function gruuInTrunk(
  gruu: string,
  { user, id }: Pick<SipAccount, "user" | "id">,
): string | undefined {
  const uri = parseUri(gruu);
  if (!uri.ok || uri.value.user !== "" || !uri.value.params.has("bnc")) return undefined;
  const params = new Map([...uri.value.params].filter(([name]) => name !== "bnc"));
  return printUri({ ...uri.value, user: carriedText(user), params: params.set("sg", id) });
}

/**
 * The address that the far end of an answer saw us at; `undefined` where it says nothing. `rport`
 * is where we sent from, which differs from where we listen on a connection that we opened.
 * @see RFC 3581 §4
 */
export function seenAddress(response: SipResponse): SocketAddress | undefined {
  const via = parseVia(headerValue(response, "via") ?? "");
  if (!via.ok) return undefined;
  const { host, port, params } = via.value;
  const received = params.get("received")?.replace(/^\[|\]$/g, "");
  const rport = params.get("rport");
  if (received === undefined && rport === undefined) return undefined;
  const seenPort = rport === undefined ? (port ?? 0) : Number(rport);
  const isPort = Number.isInteger(seenPort) && seenPort >= 0 && seenPort <= 65_535;
  return isPort ? { host: received ?? host, port: seenPort } : undefined;
}
