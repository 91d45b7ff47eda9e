import { err, ok, type Result } from "../../base/result.ts";
import type { Refusal } from "../request-checks.ts";
import type { DialogId } from "../user-agent-types.ts";
import { headerValues, type SipRequest } from "../wire/message.ts";
import type { LegRegistry } from "./leg-registry.ts";
import { parseReplaces, replacedKeys } from "./replaces.ts";

/** What an INVITE says about sessions that are there already. */
export interface Succession {
  /** The session whose place it takes. */
  readonly replaces?: string;
  /** The session that it joins. */
  readonly joins?: string;
}

const refused = (status: number, reason?: string): Result<Succession, Refusal> =>
  err({ status, headers: [], ...(reason === undefined ? {} : { reason }) });

/**
 * The session that an INVITE with Replaces or Join is about; nothing where it has neither.
 * @see RFC 3891 §3, RFC 3911 §4
 */
export function findReplaced(
  legs: LegRegistry,
  invite: SipRequest,
  findTicket?: (dialog: DialogId) => string | "up" | undefined,
): Result<Succession, Refusal> {
  const replaces = headerValues(invite, "replaces");
  const joins = headerValues(invite, "join");
  const [value] = [...replaces, ...joins];
  if (value === undefined) return ok({});
  if (replaces.length + joins.length > 1) return refused(400, "One Replaces Or Join");
  const parsed = parseReplaces(value);
  if (!parsed.ok && parsed.error === "without tags") return refused(481);
  if (!parsed.ok) return refused(400, replaces.length > 0 ? "Bad Replaces" : "Bad Join");
  const leg = replacedKeys(parsed.value)
    .map((key) => legs.dialog(key))
    .find((found) => found !== undefined);
  const standing = leg?.standing;
  if (standing === undefined) {
    const { callId, toTag: localTag, fromTag: remoteTag } = parsed.value;
    const isPickup = joins.length === 0;
    const ticket = isPickup ? findTicket?.({ callId, localTag, remoteTag }) : undefined;
    if (ticket === undefined) return refused(481);
    return ticket === "up" ? refused(486) : ok({ replaces: ticket });
  }
  if (standing.stage === "over") return refused(603);
  // An early dialog that its caller holds is not the callee's to give away. @see RFC 3891 §3
  if (standing.stage === "ringing") return refused(481);
  if (joins.length > 0) {
    return standing.stage === "up" ? ok({ joins: standing.session }) : refused(481);
  }
  if (parsed.value.earlyOnly && standing.stage === "up") return refused(486);
  return ok({ replaces: standing.session });
}
