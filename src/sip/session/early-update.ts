import { type Dialog, refreshTarget } from "../dialog/dialog.ts";
import { type DialogIdentity, DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import { listItems } from "../wire/headers.ts";
import type { SipMessage, SipResponse } from "../wire/message.ts";
import type { ReferCommand, SessionRequestCommand } from "./leg.ts";

/** A request inside a session that is an UPDATE: a new offer before the answer to the INVITE. */
export function isUpdate(
  command: SessionRequestCommand | ReferCommand,
): command is SessionRequestCommand {
  return command.kind === "session-request" && command.method === "UPDATE";
}

/** Whether the sender of a message takes UPDATE. @see RFC 3311 §4 */
export function takesUpdate(message: SipMessage): boolean {
  return listItems(message, "allow").some((method) => method.toUpperCase() === "UPDATE");
}

/**
 * Sends an offer in an early dialog; it ends in one `response` event. `onDone` is called behind
 * that, with a 2xx where one came: the dialog of `usage` has its new target then.
 * @see RFC 3311 §5.1
 */
export function sendUpdate(
  stack: Stack,
  usage: DialogUsage,
  { request, headers = [], body = "" }: SessionRequestCommand,
  owner: {
    takeSequence(): number;
    onDone(accepted: SipResponse | undefined, nowMs: number): void;
  },
  nowMs: number,
): void {
  const done = (status: number, atMs: number, response?: SipResponse): void => {
    const accepted = status < 300 ? response : undefined;
    if (accepted !== undefined) usage.refreshTarget(accepted);
    stack.emit({
      kind: "response",
      request,
      status,
      ...(response === undefined ? {} : { response }),
    });
    owner.onDone(accepted, atMs);
  };
  const own = [...usage.contactHeaders(), ...stack.abilityHeaders()];
  const update = usage.request(
    "UPDATE",
    {
      takeSequence: () => owner.takeSequence(),
      onResponse: (response, _sent, atMs) => {
        if (response.status >= 200) done(response.status, atMs, response);
      },
      onFailed: (status, _reason, atMs) => done(status, atMs),
    },
    [...own, ...headers],
    body,
  );
  update.start(nowMs);
}

/**
 * The same of who was called: the dialog is one of an INVITE to us, which goes on counting.
 */
export function updateFrom(
  stack: Stack,
  { dialog, ...identity }: DialogIdentity & { readonly dialog: Dialog },
  command: SessionRequestCommand,
  host: { change(change: (dialog: Dialog) => Dialog): void; done(nowMs: number): void },
  nowMs: number,
): void {
  const usage = new DialogUsage(stack, dialog, identity);
  const count = (): number => {
    const { localSequence } = usage.dialog;
    host.change((now) => ({ ...now, localSequence }));
    return localSequence;
  };
  const owner = {
    takeSequence: () => {
      usage.takeSequence();
      return count();
    },
    onDone: (accepted: SipResponse | undefined, atMs: number) => {
      if (accepted !== undefined) host.change((now) => refreshTarget(now, accepted));
      host.done(atMs);
    },
  };
  sendUpdate(stack, usage, command, owner, nowMs);
  count();
}
