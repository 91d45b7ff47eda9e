import { latin1FromUtf8Text } from "../base/bytes.ts";
import { printNameAddr, printUri, type SipHeader, type UaCommand } from "../sip/index.ts";
import type { Call, CallContext } from "./call-state.ts";
import { PIDF_TYPE, pidfLo } from "./policy/pidf-lo.ts";

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
  const { account, emergency } = context.config;
  if (call.emergency) {
    return { headers: emergencyHeaders(call.isPlain === true ? undefined : emergency.location) };
  }
  if (!(call.withholds ?? context.choices.withholdsNumber)) return { headers: [] };
  const from = { displayName: "Anonymous", uri: "sip:anonymous@anonymous.invalid" };
  const privacy = { name: "privacy", value: "id" };
  // Nobody stands between who would keep the number from whom it is withheld from.
  if (call.direct !== undefined) return { from, headers: [privacy] };
  const { user, domain: host } = account;
  const uriText = printUri({ scheme: "sip", user, host, params: new Map() });
  return {
    from,
    headers: [
      privacy,
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

/**
 * A call for help with the place of the line in it, beside the session description: header fields
 * and a body of both parts. @see RFC 6442 §4.2, RFC 2046 §5.1
 */
export function withPlace(context: CallContext, call: Call, invite: Invite): Invite {
  const { account, createToken, emergency } = context.config;
  const { user, domain: host } = account;
  const hasPlace = call.emergency && call.isPlain !== true && emergency.place !== undefined;
  if (!hasPlace || invite.body === undefined) return invite;
  const [boundary, id] = [createToken(), `${createToken()}@${host}`];
  const entity = printUri({ scheme: "sip", user, host, params: new Map() });
  const body = [
    `--${boundary}`,
    `Content-Type: ${invite.contentType ?? "application/sdp"}`,
    "",
    invite.body.replace(/\r\n$/, ""),
    `--${boundary}`,
    `Content-Type: ${PIDF_TYPE}`,
    `Content-ID: <${id}>`,
    "",
    latin1FromUtf8Text(pidfLo(entity.replace(/^sip:/, "pres:"), emergency.place)),
    `--${boundary}--`,
    "",
  ].join("\r\n");
  const others = (invite.headers ?? []).filter(({ name }) => !name.startsWith("geolocation"));
  return {
    ...invite,
    body,
    contentType: `multipart/mixed;boundary=${boundary}`,
    headers: [
      ...others,
      { name: "geolocation", value: `<cid:${id}>` },
      { name: "geolocation-routing", value: "yes" },
      { name: "mime-version", value: "1.0" },
    ],
  };
}

/**
 * Refusals of a call for help that another try does not help against: nobody answers, or somebody
 * did and does not take it.
 */
const FINAL_FOR_HELP: readonly number[] = [408, 486, 487, 600, 603];

/**
 * Whether a call that was refused so may get through by its number alone: one for help that went to
 * the service's name or said where it comes from, which its server may not understand; any other
 * where the server knows no `tel:`. @see RFC 3261 §8.1.3.5
 */
export function mayBePlainer({ config }: CallContext, call: Call, status: number): boolean {
  if (call.isPlain === true || call.rangMs !== undefined || call.referral !== undefined)
    return false;
  const { asUrn, location, place } = config.emergency;
  const isTel = config.tel !== undefined;
  if (!call.emergency) return isTel && status === 416;
  const hasMore = isTel || asUrn || location !== undefined || place !== undefined;
  return hasMore && status >= 300 && !FINAL_FOR_HELP.includes(status);
}
