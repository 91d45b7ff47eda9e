import {
  headerValue,
  headerValues,
  parseNameAddr,
  partyFromHeader,
  type SipParty,
  type SipRequest,
} from "../../sip/index.ts";

/** Where an INVITE may say who calls. */
export type CallerSource = "p-asserted-identity" | "remote-party-id" | "from";

/** All of them, the one that is asked first in front: the network before the caller. */
export const CALLER_SOURCES = ["p-asserted-identity", "remote-party-id", "from"] as const;

/** What the network says of a caller. */
export interface Asserted {
  /** Nobody: From is what there is. */
  readonly parties: readonly SipParty[];
  /** The wish for privacy, as Privacy has it. */
  readonly privacy?: string;
}

/** The same wish as Remote-Party-ID writes it, for each part that may be withheld. */
const WITHHELD: readonly string[] = ["full", "uri", "name", "id"];

/**
 * Who calls by the first of the sources that says so; a From that withholds it says nothing.
 * Remote-Party-ID never became a standard (draft-ietf-sip-privacy-04): of its values those count
 * that are of the calling party. @see RFC 3325 §9.1
 */
export function assertedCaller(
  request: SipRequest,
  from: SipParty,
  sources: readonly CallerSource[],
): Asserted {
  const privacy = headerValue(request, "privacy");
  const wish = privacy === undefined ? {} : { privacy };
  for (const source of sources) {
    if (source === "from") {
      if (isNamed(from)) return { parties: [], ...wish };
      continue;
    }
    const values = headerValues(request, source).filter(
      (value) => source !== "remote-party-id" || isCalling(value),
    );
    const named = values.map(partyFromHeader).filter((party) => party !== undefined);
    const parties = source === "p-asserted-identity" ? expected(named) : named;
    if (parties.length === 0) continue;
    const isWithheld = source === "remote-party-id" && values.some(withholds);
    return { parties, ...(isWithheld ? { privacy: "id" } : wish) };
  }
  return { parties: [], ...wish };
}

/**
 * Of what is asserted one address of SIP and one number: others of a kind, and other kinds, are to
 * be passed over. @see RFC 5876 §4.5
 */
function expected(parties: readonly SipParty[]): readonly SipParty[] {
  const [sip, tel] = [/^sips?:/i, /^tel:/i].map((kind) =>
    parties.find(({ uri }) => kind.test(uri)),
  );
  return parties.filter((party) => party === sip || party === tel);
}

function isNamed({ user, host }: SipParty): boolean {
  return user !== "" && user.toLowerCase() !== "anonymous" && host !== "anonymous.invalid";
}

function paramOf(value: string, name: string): string | undefined {
  const parsed = parseNameAddr(value);
  return parsed.ok ? parsed.value.params.get(name)?.toLowerCase() : undefined;
}

function isCalling(value: string): boolean {
  return (paramOf(value, "party") ?? "calling") === "calling";
}

function withholds(value: string): boolean {
  return WITHHELD.includes(paramOf(value, "privacy") ?? "off");
}
