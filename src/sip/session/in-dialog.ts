import type { DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { SipHeader, SipResponse } from "../wire/message.ts";
import { printNameAddr } from "../wire/name-addr.ts";
import { isToken } from "../wire/tokens.ts";
import type { ReferCommand, SessionRequestCommand } from "./leg.ts";
import { referToValue } from "./refer.ts";
import { replacesOf } from "./replaces.ts";
import { withDefaults } from "./request-headers.ts";

/** Methods that the session sends of its own accord, or that have commands of their own. */
const OTHERWISE_SENT = new Set(["INVITE", "ACK", "CANCEL", "BYE", "PRACK", "UPDATE"]);

/** Methods whose requests tell the far end where we are. @see RFC 3515 §2.2, RFC 6665 §8.1.1 */
const TELLS_CONTACT = new Set(["REFER", "NOTIFY", "SUBSCRIBE"]);

/**
 * Sends a request inside the dialog of a session; it ends in one `response` event. `onGone` is
 * called where the far end knows no such dialog. @see RFC 5057 §5.1
 */
export function requestInDialog(
  stack: Stack,
  usage: DialogUsage,
  command: SessionRequestCommand | ReferCommand,
  onGone: (nowMs: number) => void,
  nowMs: number,
): void {
  const tell = (status: number, response?: SipResponse) =>
    stack.emit({
      kind: "response",
      request: command.request,
      status,
      ...(response === undefined ? {} : { response }),
    });
  const method = command.kind === "refer" ? "REFER" : command.method;
  const target = command.kind === "refer" ? referHeaders(stack, usage, command) : [];
  if (target === undefined || !isToken(method) || OTHERWISE_SENT.has(method)) {
    tell(400);
    return;
  }
  const contact = TELLS_CONTACT.has(method) ? usage.contactHeaders() : [];
  const headers = withDefaults([], [...target, ...contact], command.headers ?? []);
  const body = command.kind === "refer" ? "" : (command.body ?? "");
  const owner = {
    takeSequence: () => usage.takeSequence(),
    onResponse: (response: SipResponse, _sent: unknown, atMs: number) => {
      if (response.status < 200) return;
      tell(response.status, response);
      // Of a NOTIFY it says that nobody subscribes any more, and nothing of the call.
      if (response.status === 481 && method !== "NOTIFY") onGone(atMs);
    },
    onFailed: (status: number) => tell(status),
  };
  usage.request(method, owner, headers, body).start(nowMs);
}

/** Refer-To and Referred-By; `undefined` where there is nobody to refer to. */
function referHeaders(
  stack: Stack,
  usage: DialogUsage,
  command: ReferCommand,
): readonly SipHeader[] | undefined {
  const standing =
    command.replaces === undefined ? undefined : stack.legs.session(command.replaces)?.standing;
  const dialog = standing?.stage === "up" ? standing.dialog : undefined;
  if (command.replaces !== undefined && dialog === undefined) return undefined;
  const uri = command.uri ?? dialog?.remoteTarget;
  if (uri === undefined) return undefined;
  const replaces = dialog === undefined ? undefined : replacesOf(dialog);
  const referredBy = uriOfParty(usage.dialog.local);
  return [
    { name: "refer-to", value: referToValue(uri, replaces) },
    { name: "referred-by", value: printNameAddr({ uriText: referredBy, params: new Map() }) },
  ];
}

/** The URI of a From or To value. */
function uriOfParty(value: string): string {
  const open = value.lastIndexOf("<");
  return open === -1 ? value.replace(/;.*$/, "") : value.slice(open + 1, value.indexOf(">", open));
}
