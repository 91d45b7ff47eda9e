import { defaultPort } from "../location/plan.ts";
import type { SipAddress, SipTransport } from "../user-agent-types.ts";
import type { Via } from "../wire/via.ts";

/** Whether a transport never loses what it took: then nothing is sent twice. */
export function isReliable(transport: SipTransport): boolean {
  return transport !== "udp";
}

/** Whether messages stand one behind the other in a stream of bytes. */
export function isStream(transport: SipTransport): transport is "tcp" | "tls" {
  return transport === "tcp" || transport === "tls";
}

/**
 * Where the answers to a request go. Of datagrams that is where they came from, port and all, since
 * that alone leads back through an address translator. Of a stream it is the connection; where it
 * is closed by then, one to the port that the top Via names is opened.
 * @see RFC 3261 §18.2.2, RFC 3581 §4
 */
export function answerTo(via: Via, source: SipAddress): SipAddress {
  if (!isStream(source.transport)) return source;
  return { ...source, port: via.port ?? defaultPort(source.transport) };
}
