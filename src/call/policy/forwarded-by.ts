import { headerValues, parseNameAddr, partyFromHeader, type SipRequest } from "../../sip/index.ts";

/**
 * Who forwarded a call to us last: of Diversion the topmost, of History-Info the entry before the
 * last; the user part, or the URI where it has none. `undefined` where nobody did, or says so.
 * @see RFC 5806 §5.4.1, RFC 7044 §5, §10.3
 */
export function forwardedBy(request: SipRequest): string | undefined {
  const diversion = headerValues(request, "diversion")[0];
  if (diversion !== undefined) return nameOf(diversion);
  const history = headerValues(request, "history-info");
  // One entry alone is the number that was dialled.
  const before = history.at(-2);
  return before === undefined || !isRetargeted(history.at(-1)) ? undefined : nameOf(before);
}

function nameOf(value: string): string | undefined {
  const party = partyFromHeader(value);
  if (party === undefined) return undefined;
  // The diverter may want not to be known. @see RFC 5806 §4
  const parsed = parseNameAddr(value);
  const privacy = parsed.ok ? parsed.value.params.get("privacy")?.toLowerCase() : undefined;
  const withholds = privacy !== undefined && privacy !== "off";
  if (withholds || party.user.toLowerCase() === "anonymous") return undefined;
  return party.user === "" ? party.uri : party.user;
}

/** Whether an entry says that it was made of another: by a mapping, a chain, or a cause. */
function isRetargeted(entry: string | undefined): boolean {
  const parsed = parseNameAddr(entry ?? "");
  if (!parsed.ok) return false;
  const { params, uri } = parsed.value;
  return ["mp", "rc", "np"].some((name) => params.has(name)) || uri?.params.has("cause") === true;
}
