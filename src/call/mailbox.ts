import {
  MESSAGE_SUMMARY,
  parseMessageSummary,
  SIMPLE_MESSAGE_SUMMARY,
  type UaEvent,
} from "../sip/index.ts";
import { type CallContext, logOf, toUa } from "./call-state.ts";
import type { CallInput, CallOutput } from "./call-types.ts";

/** The lease asked for, seconds: the package's own default. @see RFC 3842 §3.4 */
const EXPIRES_S = 3600;

/** Whether the server has been asked to tell of messages. */
export interface Mailbox {
  readonly isAsked: boolean;
}

/** What news of the mailbox come to. */
export interface MailboxStep {
  readonly mailbox: Mailbox;
  readonly outputs: readonly CallOutput[];
  /** Whether messages wait, where that was said. */
  readonly messagesWait?: boolean;
}

/** The id of a line's subscription. */
function subscriptionOf(context: CallContext): string {
  return `mailbox of ${context.config.account.id}`;
}

/**
 * Asks for news of the mailbox once the line is registered, and takes them. `undefined` for what
 * has nothing to do with it, or has to do with other things too.
 */
export function mailboxStep(
  context: CallContext,
  mailbox: Mailbox,
  input: CallInput,
): MailboxStep | undefined {
  if (input.kind !== "ua") return undefined;
  const { event } = input;
  const { account, asksForMessages } = context.config;
  if (event.kind === "notified" || event.kind === "subscription") {
    return event.subscription === subscriptionOf(context)
      ? newsStep(context, mailbox, event)
      : undefined;
  }
  const isRegistered = event.kind === "registered" && event.account === account.id;
  if (!isRegistered || !asksForMessages || mailbox.isAsked) return undefined;
  return {
    mailbox: { isAsked: true },
    outputs: [
      toUa({
        kind: "subscribe",
        subscription: subscriptionOf(context),
        account: account.id,
        event: MESSAGE_SUMMARY,
        accept: SIMPLE_MESSAGE_SUMMARY,
        expiresS: EXPIRES_S,
      }),
    ],
  };
}

function newsStep(
  context: CallContext,
  mailbox: Mailbox,
  event: Extract<UaEvent, { kind: "notified" | "subscription" }>,
): MailboxStep {
  if (event.kind === "notified") {
    const summary = parseMessageSummary(event.body);
    return {
      mailbox,
      outputs: messagesTold(context, event.body),
      ...(summary === undefined ? {} : { messagesWait: summary.waiting }),
    };
  }
  if (event.isActive) return { mailbox, outputs: [] };
  const status = event.status === undefined ? "" : `: ${event.status}`;
  return {
    mailbox,
    outputs: [logOf(context, "info", `The server does not tell of messages${status}.`)],
  };
}

/** What is told of a notification's body. */
export function messagesTold(context: CallContext, body: string): readonly CallOutput[] {
  const summary = parseMessageSummary(body);
  if (summary === undefined) return [];
  const { waiting, newVoice } = summary;
  const count = newVoice === undefined ? {} : { newVoice };
  return [
    { kind: "mailbox", waiting, ...count },
    logOf(context, "info", waiting ? "Messages wait." : "No messages wait."),
  ];
}
