import { utf8TextFromLatin1 } from "../../base/bytes.ts";
import { parseNameAddr } from "./name-addr.ts";

/** A far party as From, To or P-Asserted-Identity names it. Text is readable (UTF-8 decoded). */
export interface SipParty {
  readonly displayName?: string;
  /** User part, unescaped; empty where the URI has none. */
  readonly user: string;
  readonly host: string;
  /** The URI as it stood. */
  readonly uri: string;
}

/**
 * A far party out of a From, To or P-Asserted-Identity value. Undefined where the value cannot be
 * read; of a URI that is not of sip, sips or tel only `uri` and `displayName` are there.
 */
export function partyFromHeader(value: string): SipParty | undefined {
  const parsed = parseNameAddr(value);
  if (!parsed.ok) return undefined;
  const { displayName, uri, uriText } = parsed.value;
  return {
    ...(displayName === undefined ? {} : { displayName: utf8TextFromLatin1(displayName) }),
    user: utf8TextFromLatin1(uri?.user ?? ""),
    host: uri?.host ?? "",
    uri: uriText,
  };
}
