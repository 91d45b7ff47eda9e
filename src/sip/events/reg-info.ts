import type { EventPackage, WatchDocument } from "./watch-types.ts";
import { childrenOf, escapeXml, parseXml, type XmlElement } from "./xml.ts";

/** The event package that tells of an address's registrations. @see RFC 3680 §4.1 */
export const REG_EVENT = {
  name: "reg",
  contentType: "application/reginfo+xml",
  // @see RFC 3680 §4.4
  expiresS: 3761,
  // @see RFC 3680 §4.10
  everyMs: 5_000,
} as const satisfies EventPackage;

/** Why a contact is as it is. @see RFC 3680 §5.1 */
export type ContactEvent =
  | "registered"
  | "created"
  | "refreshed"
  | "shortened"
  | "expired"
  | "deactivated"
  | "probation"
  | "unregistered"
  | "rejected";

const EVENTS: readonly ContactEvent[] = [
  "registered",
  "created",
  "refreshed",
  "shortened",
  "expired",
  "deactivated",
  "probation",
  "unregistered",
  "rejected",
];

/** One contact of an address of record. */
export interface ContactStanding {
  readonly uri: string;
  readonly isActive: boolean;
  readonly event: ContactEvent;
  /** How long it still lasts, seconds. */
  readonly expiresS?: number;
  /** After how long it may be tried again, seconds. */
  readonly retryAfterS?: number;
  /** The device's `+sip.instance`, without quotes: `<urn:uuid:…>`. */
  readonly instance?: string;
  /** Written, and not read. */
  readonly gruus?: GruuStanding;
}

/** What was granted to a contact, and by which REGISTER. @see RFC 5628 §5 */
export interface GruuStanding {
  readonly public: string;
  /** The last temporary one. */
  readonly temporary: string;
  /** CSeq number of the REGISTER that was granted the first one that still holds. */
  readonly firstCseq: number;
  /** Of the last REGISTER. */
  readonly callId: string;
  readonly cseq: number;
}

/** Contacts of one document that are looked at. */
const CONTACTS_MAX = 100;

/** All contacts of one address of record, as a notification tells them. @see RFC 3680 §5.2 */
export function regInfo(aor: string, contacts: readonly ContactStanding[]): WatchDocument {
  const hasGruus = contacts.some(({ gruus }) => gruus !== undefined);
  const more = hasGruus ? ' xmlns:gr="urn:ietf:params:xml:ns:gruuinfo"' : "";
  const names = `xmlns="urn:ietf:params:xml:ns:reginfo"${more}`;
  const body = `<?xml version="1.0"?>\n<reginfo ${names} version="`;
  const state = contacts.some(({ isActive }) => isActive) ? "active" : "init";
  const all = contacts.map(contactElement).join("");
  const whose = `aor="${escapeXml(aor)}" id="${escapeXml(aor)}" state="${state}"`;
  return {
    body,
    rest: `" state="full">\n<registration ${whose}>\n${all}</registration>\n</reginfo>\n`,
  };
}

function contactElement(contact: ContactStanding): string {
  const { uri, isActive, event, expiresS, instance, gruus } = contact;
  const state = isActive ? "active" : "terminated";
  const expires = expiresS === undefined ? "" : ` expires="${expiresS}"`;
  const param =
    instance === undefined
      ? ""
      : `<unknown-param name="+sip.instance">"${escapeXml(instance)}"</unknown-param>`;
  const by = gruus === undefined ? "" : ` callid="${escapeXml(gruus.callId)}" cseq="${gruus.cseq}"`;
  const attributes = `id="${escapeXml(uri)}" state="${state}" event="${event}"${expires}${by}`;
  const more = `${param}${gruus === undefined ? "" : gruuElements(gruus)}`;
  return `<contact ${attributes}><uri>${escapeXml(uri)}</uri>${more}</contact>\n`;
}

/** @see RFC 5628 §7, §9 */
function gruuElements(gruus: GruuStanding): string {
  const temporary = `uri="${escapeXml(gruus.temporary)}" first-cseq="${gruus.firstCseq}"`;
  return `<gr:pub-gruu uri="${escapeXml(gruus.public)}"/><gr:temp-gruu ${temporary}/>`;
}

/** What a notification says of an address's contacts. */
export interface RegNews {
  /** Whether these are all that there are; else those that changed. */
  readonly isFull: boolean;
  readonly contacts: readonly ContactStanding[];
}

/** Reads a notification; `undefined` where it is none of this package. */
export function parseRegInfo(body: string): RegNews | undefined {
  const parsed = parseXml(body);
  if (!parsed.ok || parsed.value.name !== "reginfo") return undefined;
  const contacts = childrenOf(parsed.value, "registration")
    .flatMap((registration) => childrenOf(registration, "contact"))
    .slice(0, CONTACTS_MAX)
    .flatMap(contactOf);
  return { isFull: parsed.value.attributes.get("state") === "full", contacts };
}

function contactOf(element: XmlElement): readonly ContactStanding[] {
  const { attributes } = element;
  const uri = childrenOf(element, "uri")[0]?.text ?? "";
  const event = EVENTS.find((known) => known === attributes.get("event"));
  if (uri === "" || event === undefined) return [];
  const expiresS = countOf(attributes.get("expires"));
  const retryAfterS = countOf(attributes.get("retry-after"));
  const instance = childrenOf(element, "unknown-param")
    .find((param) => param.attributes.get("name") === "+sip.instance")
    ?.text.replace(/^"(.*)"$/, "$1");
  return [
    {
      uri,
      isActive: attributes.get("state") === "active",
      event,
      ...(expiresS === undefined ? {} : { expiresS }),
      ...(retryAfterS === undefined ? {} : { retryAfterS }),
      ...(instance === undefined ? {} : { instance }),
    },
  ];
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
