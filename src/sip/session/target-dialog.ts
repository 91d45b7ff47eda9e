import { dialogKey } from "../dialog/dialog.ts";
import { listItems } from "../wire/headers.ts";
import { headerValue, headerValues, type SipRequest } from "../wire/message.ts";
import { parseParams } from "../wire/params.ts";
import { trimmed } from "../wire/tokens.ts";
import type { LegRegistry } from "./leg-registry.ts";

/** What a REFER requires whose sender subscribes by itself. @see RFC 7614 */
const EXPLICIT_SUB = "explicitsub";

/**
 * The session that is up which a request outside of it is about: it names its dialog. Which tag is
 * whose senders write in either way; both are unguessable. `undefined` where there is none.
 * @see RFC 4538
 */
export function targetSession(legs: LegRegistry, request: SipRequest): string | undefined {
  const values = headerValues(request, "target-dialog");
  const [text] = values;
  if (text === undefined || values.length > 1) return undefined;
  const semicolon = text.indexOf(";");
  if (semicolon === -1) return undefined;
  const callId = trimmed(text, 0, semicolon);
  const params = parseParams(text, semicolon);
  if (!params.ok || callId === "") return undefined;
  const [one, other] = [params.value.get("local-tag"), params.value.get("remote-tag")];
  if (!one || !other) return undefined;
  const leg =
    legs.dialog(dialogKey(callId, one, other)) ?? legs.dialog(dialogKey(callId, other, one));
  const standing = leg?.standing;
  return standing?.stage === "up" ? standing.session : undefined;
}

/** Whether the sender of a REFER asks by itself what becomes of it. @see RFC 7614 */
export function asksByItself(request: SipRequest): boolean {
  return listItems(request, "require").some((tag) => tag.toLowerCase() === EXPLICIT_SUB);
}

/** Whether a REFER wants to be told what becomes of it. @see RFC 4488 §4, RFC 7614 §4 */
export function wantsReferNews(request: SipRequest): boolean {
  const isSilent = listItems(request, "require").some((tag) => tag.toLowerCase() === "nosub");
  return !isSilent && headerValue(request, "refer-sub")?.trim().toLowerCase() !== "false";
}
