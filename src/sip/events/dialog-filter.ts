import { err, ok, type Result } from "../../base/result.ts";
import type { DialogId } from "../user-agent-types.ts";
import { headerValue, type SipRequest } from "../wire/message.ts";
import { parseParams } from "../wire/params.ts";
import { type DialogStanding, dialogInfo } from "./dialog-info.ts";
import type { WatchDocument } from "./watch-types.ts";

/**
 * Which of somebody's calls one subscription is about: one dialog, or where no tag of the far end
 * is named all that one INVITE has made. @see RFC 4235 §3.2
 */
export interface DialogFilter {
  readonly callId: string;
  /** Of whom the document is about (`to-tag`), and of the other side (`from-tag`). */
  readonly localTag: string;
  readonly remoteTag?: string;
}

/** What the Event of a SUBSCRIBE names; `undefined`: all calls. The error is a reason phrase. */
export function dialogFilterOf(request: SipRequest): Result<DialogFilter | undefined, string> {
  const text = headerValue(request, "event") ?? "";
  const semicolon = text.indexOf(";");
  if (semicolon === -1) return ok(undefined);
  const params = parseParams(text, semicolon);
  if (!params.ok) return err("Bad Event");
  const [callId, localTag, remoteTag] = ["call-id", "to-tag", "from-tag"].map((name) =>
    params.value.get(name),
  );
  if (callId === undefined && localTag === undefined && remoteTag === undefined) {
    return ok(undefined);
  }
  if (callId === undefined || localTag === undefined) return err("Dialog Not Named In Full");
  return ok({ callId, localTag, ...(remoteTag === undefined ? {} : { remoteTag }) });
}

/** The calls that a subscription is about. */
export function filtered<Dialog extends { readonly known?: DialogId }>(
  filter: DialogFilter | undefined,
  dialogs: readonly Dialog[],
): readonly Dialog[] {
  if (filter === undefined) return dialogs;
  const { callId, localTag, remoteTag } = filter;
  return dialogs.filter(
    ({ known }) =>
      known?.callId === callId &&
      known.localTag === localTag &&
      (remoteTag === undefined || known.remoteTag === remoteTag),
  );
}

/** The last word on calls that are over, with which the subscription to them ends. §3.4 */
export function dialogsOver(entity: string, gone: readonly DialogStanding[]): WatchDocument {
  return dialogInfo(
    entity,
    gone.map((dialog) => ({ ...dialog, stage: "terminated" })),
  );
}
