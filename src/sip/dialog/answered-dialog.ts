import type { DialogId } from "../user-agent-types.ts";
import { headerValue, type SipResponse } from "../wire/message.ts";
import { tagOf } from "../wire/name-addr.ts";

/** The dialog that an answer to a request of ours belongs to. */
export function answeredDialog(response: SipResponse): DialogId {
  return {
    callId: headerValue(response, "call-id") ?? "",
    localTag: tagOf(headerValue(response, "from") ?? "") ?? "",
    remoteTag: tagOf(headerValue(response, "to") ?? "") ?? "",
  };
}
