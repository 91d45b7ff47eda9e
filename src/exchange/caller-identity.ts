import { latin1FromUtf8Text } from "../base/bytes.ts";
import {
  headerValue,
  headerValues,
  printNameAddr,
  printUri,
  type SipHeader,
  type SipParty,
  type SipRequest,
} from "../sip/index.ts";

/** Who the far end is told that calls. */
export interface CallerIdentity {
  readonly from: { readonly displayName?: string; readonly uri: string };
  readonly headers: readonly SipHeader[];
}

/** Header fields of an INVITE that reach the other side as they are. */
const CARRIED = [
  "alert-info",
  "answer-mode",
  "call-info",
  "diversion",
  "history-info",
  "priority",
  "priv-answer-mode",
  "privacy",
  "referred-by",
  "session-id",
  "subject",
] as const;

/** Whether From withholds who calls. @see RFC 3323 §4.1.1.3 */
export function isAnonymous(party: SipParty): boolean {
  return party.user.toLowerCase() === "anonymous" || party.host === "anonymous.invalid";
}

/**
 * The identity that goes with a call: From as an address of ours and, asserted beside it, the user
 * that was proven; neither where the caller asks for privacy, since a contact is no part of the
 * exchange's trust. What the caller asserted of itself is left out.
 * @see RFC 3325 §5, §7
 */
export function callerIdentity(
  user: string,
  domain: string,
  party: SipParty,
  request: SipRequest,
): CallerIdentity {
  const carried: SipHeader[] = [];
  for (const name of CARRIED) {
    for (const value of headerValues(request, name)) carried.push({ name, value });
  }
  const privacy = (headerValue(request, "privacy") ?? "").toLowerCase().split(/[;,\s]+/);
  if (isAnonymous(party) || privacy.some((wish) => PRIVATE.includes(wish))) {
    return {
      from: { displayName: "Anonymous", uri: "sip:anonymous@anonymous.invalid" },
      headers: carried,
    };
  }
  const carriedUser = latin1FromUtf8Text(user);
  const uri = printUri({ scheme: "sip", user: carriedUser, host: domain, params: new Map() });
  const { displayName } = party;
  const named = displayName === undefined ? {} : { displayName: latin1FromUtf8Text(displayName) };
  const value = printNameAddr({ ...named, uriText: uri, params: new Map() });
  return {
    from: displayName === undefined ? { uri } : { displayName, uri },
    headers: [{ name: "p-asserted-identity", value }, ...carried],
  };
}

/** Wishes under which who calls is not shown. @see RFC 3323 §4.2, RFC 3325 §9.3 */
const PRIVATE: readonly string[] = ["id", "user", "header"];
