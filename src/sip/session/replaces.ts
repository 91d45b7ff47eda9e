import { err, ok, type Result } from "../../base/result.ts";
import { type Dialog, dialogKey } from "../dialog/dialog.ts";
import { parseParams, printParams } from "../wire/params.ts";
import { trimmed } from "../wire/tokens.ts";

/**
 * The dialog that a new call takes the place of, or joins, as the one who is to look for it sees
 * it: `toTag` is its own tag. @see RFC 3891 §6.1, RFC 3911 §7.1
 */
export interface ReplacedDialog {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  /** Only while it has not been answered. */
  readonly earlyOnly: boolean;
}

/** What is wrong with a Replaces value: without both tags it names no dialog that can be. */
export type ReplacesError = "broken" | "without tags";

/** Reads a Replaces or Join value. */
export function parseReplaces(text: string): Result<ReplacedDialog, ReplacesError> {
  const semicolon = text.indexOf(";");
  const callId = trimmed(text, 0, semicolon === -1 ? text.length : semicolon);
  if (callId === "" || /[\s,]/.test(callId)) return err("broken");
  const params = parseParams(text, semicolon === -1 ? text.length : semicolon);
  if (!params.ok) return err("broken");
  const toTag = params.value.get("to-tag");
  const fromTag = params.value.get("from-tag");
  if (!toTag || !fromTag) return err("without tags");
  return ok({ callId, toTag, fromTag, earlyOnly: params.value.has("early-only") });
}

/** Writes a Replaces value. */
export function printReplaces({ callId, toTag, fromTag, earlyOnly }: ReplacedDialog): string {
  const params = new Map<string, string | undefined>([
    ["to-tag", toTag],
    ["from-tag", fromTag],
  ]);
  if (earlyOnly) params.set("early-only", undefined);
  return `${callId}${printParams(params)}`;
}

/** What a third party is to put into Replaces so that our dialog's far end finds it. */
export function replacesOf(dialog: Dialog): ReplacedDialog {
  const { callId, localTag, remoteTag } = dialog;
  // A far end older than tags has none: zero stands for it. @see RFC 3891 §3
  return { callId, toTag: orZero(remoteTag), fromTag: orZero(localTag), earlyOnly: false };
}

/** The keys under which the dialog may be kept here: a tag of zero is also none at all. */
export function replacedKeys({ callId, toTag, fromTag }: ReplacedDialog): readonly string[] {
  const plain = dialogKey(callId, toTag, fromTag);
  if (toTag !== "0" && fromTag !== "0") return [plain];
  const without = (tag: string): string => (tag === "0" ? "" : tag);
  return [plain, dialogKey(callId, without(toTag), without(fromTag))];
}

function orZero(tag: string): string {
  return tag === "" ? "0" : tag;
}
