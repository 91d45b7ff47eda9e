import type { DialogId } from "../user-agent-types.ts";
import type { EventPackage, WatchDocument } from "./watch-types.ts";
import { childrenOf, escapeXml, parseXml, type XmlElement } from "./xml.ts";

/** The event package that tells of somebody's calls. @see RFC 4235 §3 */
export const DIALOG_EVENT = {
  name: "dialog",
  contentType: "application/dialog-info+xml",
  // @see RFC 4235 §3.4
  expiresS: 3600,
  // A lamp follows the telephone; two changes within half a second are one.
  everyMs: 500,
} as const satisfies EventPackage;

/** How far one call of somebody is. @see RFC 4235 §3.7.1 */
export type DialogStage = "trying" | "proceeding" | "early" | "confirmed" | "terminated";

/** One call of whom a document is about. */
export interface DialogStanding {
  readonly id: string;
  /** Whether it was made or taken. */
  readonly direction: "initiator" | "recipient";
  readonly stage: DialogStage;
  /** The other party's address; absent where it is not told. */
  readonly remote?: { readonly uri: string; readonly displayName?: string };
  /** What an INVITE with Replaces names it by, as whom the document is about sees it. */
  readonly ids?: DialogId;
  /** What a subscription to this call alone names it by; told to nobody. */
  readonly known?: DialogId;
}

const STAGES = ["trying", "proceeding", "early", "confirmed", "terminated"] as const;

/** Calls of one document that are looked at. */
const DIALOGS_MAX = 64;

/** All calls of one address, as a notification tells them. @see RFC 4235 §4.1 */
export function dialogInfo(entity: string, dialogs: readonly DialogStanding[]): WatchDocument {
  const body =
    '<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="';
  const all = dialogs.map((dialog) => dialogElement(entity, dialog)).join("");
  return { body, rest: `" state="full" entity="${escapeXml(entity)}">\n${all}</dialog-info>\n` };
}

function dialogElement(
  entity: string,
  { id, direction, stage, remote, ids }: DialogStanding,
): string {
  return [
    `<dialog id="${escapeXml(id)}"${idAttributes(ids)} direction="${direction}">`,
    `<state>${stage}</state>`,
    // Where it is to be picked up: who calls may withhold who he is. @see RFC 4235 §4.1.6
    ...(ids === undefined ? [] : [partyElement("local", { uri: entity })]),
    ...(remote === undefined ? [] : [partyElement("remote", remote)]),
    "</dialog>\n",
  ].join("");
}

/** @see RFC 4235 §4.1.1 */
function idAttributes(ids: DialogId | undefined): string {
  if (ids === undefined) return "";
  const { callId, localTag, remoteTag } = ids;
  const tags = `local-tag="${escapeXml(localTag)}" remote-tag="${escapeXml(remoteTag)}"`;
  return ` call-id="${escapeXml(callId)}" ${tags}`;
}

function partyElement(
  name: "local" | "remote",
  { uri, displayName }: NonNullable<DialogStanding["remote"]>,
): string {
  const display = displayName === undefined ? "" : ` display="${escapeXml(displayName)}"`;
  const plain = escapeXml(uri);
  return `<${name}><identity${display}>${plain}</identity><target uri="${plain}"/></${name}>`;
}

/** What a notification says of somebody's calls. */
export interface DialogNews {
  /** Whether what is not named is over; else it is as it was. */
  readonly isFull: boolean;
  readonly dialogs: readonly Pick<DialogStanding, "id" | "stage">[];
}

/** Reads a notification; `undefined` where it is none of this package. */
export function parseDialogInfo(body: string): DialogNews | undefined {
  const parsed = parseXml(body);
  if (!parsed.ok || parsed.value.name !== "dialog-info") return undefined;
  const dialogs = childrenOf(parsed.value, "dialog").slice(0, DIALOGS_MAX).flatMap(standingOf);
  return { isFull: parsed.value.attributes.get("state") === "full", dialogs };
}

function standingOf(element: XmlElement): readonly Pick<DialogStanding, "id" | "stage">[] {
  const text = childrenOf(element, "state")[0]?.text.toLowerCase();
  const stage = STAGES.find((known) => known === text);
  const id = element.attributes.get("id");
  return stage === undefined || id === undefined ? [] : [{ id, stage }];
}
