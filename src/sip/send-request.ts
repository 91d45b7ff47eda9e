import { aorOf, credentialsOf, fromValue } from "./account-book.ts";
import { ClientRequest } from "./client-request.ts";
import { hopOfUri } from "./locator.ts";
import { withDefaults } from "./session/request-headers.ts";
import type { Stack } from "./stack.ts";
import type { UaCommand } from "./user-agent-types.ts";
import { printCSeq } from "./wire/cseq.ts";
import type { SipRequest } from "./wire/message.ts";
import { printNameAddr } from "./wire/name-addr.ts";
import { isToken } from "./wire/tokens.ts";
import { parseUri } from "./wire/uri.ts";

/** Methods that have commands of their own. */
const OTHERWISE_SENT = new Set(["INVITE", "ACK", "CANCEL", "BYE"]);

/** Sends a request outside any dialog; it ends in one `response` event. */
export function sendRequest(
  stack: Stack,
  command: Extract<UaCommand, { readonly kind: "send-request" }>,
  nowMs: number,
): void {
  const tell = (status: number) =>
    stack.emit({ kind: "response", request: command.request, status });
  const account = command.account === undefined ? undefined : stack.accounts.get(command.account);
  const isKnown = command.account === undefined || account !== undefined;
  const { method, uri } = command;
  if (!isKnown || !parseUri(uri).ok || !isToken(method) || OTHERWISE_SENT.has(method)) {
    tell(400);
    return;
  }
  const route =
    command.to !== undefined
      ? { hop: command.to }
      : account === undefined
        ? { hop: hopOfUri(uri) }
        : stack.accounts.routeOf(account.id);
  const token = stack.config.createToken;
  const ownUri = account === undefined ? "sip:anonymous@anonymous.invalid" : aorOf(account);
  const { uri: fromUri, displayName } = command.from ?? {
    uri: ownUri,
    displayName: account?.displayName,
  };
  let sequence = 1;
  const tied = [
    { name: "from", value: fromValue(fromUri, displayName, token()) },
    { name: "to", value: printNameAddr({ uriText: uri, params: new Map() }) },
    { name: "call-id", value: token() },
    { name: "cseq", value: printCSeq({ sequence, method }) },
  ];
  const defaults = [{ name: "max-forwards", value: "70" }, stack.userAgentHeader()];
  const request: SipRequest = {
    kind: "request",
    method,
    uri,
    headers: withDefaults(tied, defaults, command.headers ?? []),
    body: command.body ?? "",
  };
  const credentials = account === undefined ? undefined : credentialsOf(account);
  new ClientRequest(
    stack,
    { request, ...route, credentials },
    {
      takeSequence: () => ++sequence,
      onResponse: (response) => {
        if (response.status < 200) return;
        const { status } = response;
        stack.emit({ kind: "response", request: command.request, status, response });
      },
      onFailed: tell,
    },
  ).start(nowMs);
}
