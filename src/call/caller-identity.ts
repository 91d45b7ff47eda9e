import { printNameAddr, printUri, type SipHeader, type UaCommand } from "../sip/index.ts";
import type { Call, CallContext } from "./call-state.ts";

type Invite = Extract<UaCommand, { kind: "invite" }>;

/** Where an emergency call goes by its meaning rather than its number. @see RFC 5031 §4.2 */
export const SOS_URN = "urn:service:sos";

/**
 * What our INVITE says of the caller beyond the account: nothing where the number is withheld, but
 * to the server; where we are, to those who send help, from whom nothing is withheld.
 * @see RFC 3323 §4.1, RFC 3325 §9.2, RFC 6442 §4, RFC 6881 §9.2
 */
export function inviteIdentity(
  context: CallContext,
  call: Call,
): Pick<Invite, "from"> & { readonly headers: readonly SipHeader[] } {
  const { account, emergency, withholdsNumber } = context.config;
  if (call.emergency) return { headers: emergencyHeaders(emergency.location) };
  if (!(call.withholds ?? withholdsNumber)) return { headers: [] };
  const { user, domain: host } = account;
  const uriText = printUri({ scheme: "sip", user, host, params: new Map() });
  return {
    from: { displayName: "Anonymous", uri: "sip:anonymous@anonymous.invalid" },
    headers: [
      { name: "privacy", value: "id" },
      { name: "p-preferred-identity", value: printNameAddr({ uriText, params: new Map() }) },
    ],
  };
}

function emergencyHeaders(location: string | undefined): readonly SipHeader[] {
  const priority = { name: "priority", value: "emergency" };
  if (location === undefined) return [priority];
  return [
    priority,
    { name: "geolocation", value: printNameAddr({ uriText: location, params: new Map() }) },
    { name: "geolocation-routing", value: "yes" },
  ];
}
