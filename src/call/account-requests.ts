import {
  eventOf,
  headerValue,
  MESSAGE_SUMMARY,
  parseMessageSummary,
  partyFromHeader,
  type UaEvent,
} from "../sip/index.ts";
import { type CallContext, logOf, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { messageOutputs } from "./in-call-requests.ts";
import { messagesTold } from "./mailbox.ts";

/** An event of common practice: no RFC has it. */
const CHECK_SYNC = "check-sync";

type RequestEvent = Extract<UaEvent, { kind: "request" }>;

/** What a request outside of calls comes to. */
export interface AccountRequest {
  readonly outputs: readonly CallOutput[];
  /** Whether messages wait, where it said so. */
  readonly messagesWait?: boolean;
}

/** A request to our account that belongs to no call: news of the mailbox, a text. */
export function accountRequest(context: CallContext, event: RequestEvent): AccountRequest {
  const { message, request } = event;
  const reply = (status: number): CallOutput => toUa({ kind: "reply", request, status });
  switch (message.method) {
    case "MESSAGE": {
      const from = partyFromHeader(headerValue(message, "from") ?? "");
      const name = from === undefined || from.user === "" ? (from?.uri ?? "?") : from.user;
      return { outputs: messageOutputs(context, name, event) };
    }
    case "NOTIFY": {
      const about = eventOf(message)?.name;
      if (about === CHECK_SYNC) return { outputs: [reply(200), ...checkSync(context)] };
      // Many servers tell of messages without being asked. @see RFC 3842
      if (about !== MESSAGE_SUMMARY) return { outputs: [reply(489)] };
      return {
        outputs: [reply(200), ...messagesTold(context, message.body)],
        ...waits(message.body),
      };
    }
    default:
      // Nobody outside of a call may make us call. @see RFC 3515 §5
      return { outputs: [reply(403)] };
  }
}

/** The server wants the configuration fetched anew: whether it is, the line does not decide. */
function checkSync(context: CallContext): readonly CallOutput[] {
  const text = "The server asks for the configuration to be fetched anew (check-sync).";
  return [{ kind: "check-sync" }, logOf(context, "info", text)];
}

function waits(body: string): Pick<AccountRequest, "messagesWait"> {
  const summary = parseMessageSummary(body);
  return summary === undefined ? {} : { messagesWait: summary.waiting };
}
