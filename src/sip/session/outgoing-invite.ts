import { invariant } from "../../base/invariant.ts";
import { aorOf, credentialsOf, fromValue } from "../account-book.ts";
import { carriedText } from "../auth/digest.ts";
import {
  ClientRequest,
  type Credentials,
  type Route,
  type SentRequest,
} from "../client-request.ts";
import { type Dialog, dialogFromResponse, dialogKey, sequenceOf } from "../dialog/dialog.ts";
import { hopOfUri } from "../locator.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { giveUpMs } from "../transaction/timers.ts";
import type { UaCommand } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "../wire/message.ts";
import { printNameAddr, tagOf } from "../wire/name-addr.ts";
import { parseUri } from "../wire/uri.ts";
import type {
  AckCommand,
  EndCommand,
  Leg,
  LegStanding,
  ReferCommand,
  ReinviteCommand,
  RespondCommand,
  SessionRequestCommand,
} from "./leg.ts";
import { withDefaults } from "./request-headers.ts";
import { Session } from "./session.ts";

/*
 * An INVITE of ours until its final answer.
 *
 *      | invite
 *      v
 *   +---------+ 1xx +---------+ 2xx: ACK                 +-------------+
 *   | calling |---->|  early  |------------------------->| established |
 *   +---------+     +---------+                          +-------------+
 *    |  |   | end       | end: CANCEL   | 300-699, none      ^
 *    |  |   v           v               v                    |
 *    |  | +---------+ +-----------+   failed                 |
 *    |  | | waiting | | cancelled |                          |
 *    |  | | for 1xx |>|           |--- 2xx: ACK, BYE         |
 *    |  | +---------+ +-----------+--- 487: over             |
 *    |  |        CANCEL           \-- none in 64*T1: over    |
 *    |  +--- 300-699, none: failed                           |
 *    +---------------- 2xx: ACK -----------------------------+
 *
 * Behind it the transaction stays for forks: a 2xx of a further tag is acknowledged and ended.
 */

/** Dialogs that one INVITE may make by forking. */
export const FORKS_MAX = 16;

type InviteCommand = Extract<UaCommand, { readonly kind: "invite" }>;

/** An INVITE of ours, from the command on. */
export class OutgoingInvite implements Leg {
  readonly #stack: Stack;
  readonly #id: string;
  readonly #contactUser: string;
  readonly #credentials: Credentials | undefined;
  readonly #request: ClientRequest;
  #sequence = 1;
  #isOver = false;
  /** A provisional response to the running attempt came: it may be cancelled. */
  #isProceeding = false;
  #cancel: "none" | "wanted" | "sent" = "none";
  #cancelHeaders: readonly SipHeader[] = [];
  #abandonAtMs: number | undefined;
  readonly #early = new Map<string, Dialog>();
  /** Who answered 2xx, by tag: the first is the session, others are on their way out. */
  readonly #answered = new Map<string, Session>();

  private constructor(stack: Stack, command: InviteCommand, invite: PreparedInvite) {
    this.#stack = stack;
    this.#id = command.session;
    this.#contactUser = invite.contactUser;
    this.#credentials = invite.credentials;
    const { request, route, credentials, contactUser } = invite;
    this.#request = new ClientRequest(
      stack,
      {
        ...{ request, ...route, credentials },
        contacts: (to) => stack.contactHeaders(to, contactUser),
      },
      {
        takeSequence: () => ++this.#sequence,
        onSent: () => {
          this.#isProceeding = false;
        },
        onResponse: (response, sent, atMs) => this.#onResponse(response, sent, atMs),
        onFailed: (status, reason, atMs) => this.#onFailed(status, reason, atMs),
      },
    );
  }

  /** Carries the command out. What cannot even be sent ends in `failed` at once. */
  static start(stack: Stack, command: InviteCommand, nowMs: number): void {
    invariant(stack.legs.session(command.session) === undefined, "the session id is taken");
    const fail = (status: number, reason: string) =>
      stack.emit({ kind: "failed", session: command.session, status, reason });
    if (!stack.legs.hasRoom) {
      fail(503, "there are too many sessions");
      return;
    }
    const invite = prepareInvite(stack, command);
    if (typeof invite === "string") {
      fail(400, invite);
      return;
    }
    const leg = new OutgoingInvite(stack, command, invite);
    stack.legs.bindSession(command.session, leg);
    leg.#request.start(nowMs);
  }

  respond(command: RespondCommand): void {
    this.#stack.log("debug", `nothing to answer with ${command.status} in ${this.#id}`);
  }

  reinvite(command: ReinviteCommand): void {
    this.#stack.emit({ kind: "reoffer-failed", session: command.session, status: 491 });
  }

  ack(command: AckCommand): void {
    this.#stack.log("debug", `nothing to acknowledge in ${command.session}`);
  }

  end(command: EndCommand, nowMs: number): void {
    this.#isOver = true;
    this.#cancelHeaders = command.headers ?? [];
    this.#stack.legs.unbindSession(this.#id, this);
    this.#stack.emit({ kind: "ended", session: this.#id, cause: "local" });
    this.#request.forgo();
    if (this.#isProceeding) this.#sendCancel(nowMs);
    else this.#cancel = "wanted";
  }

  request(command: SessionRequestCommand | ReferCommand): void {
    // Only what is up can be talked about.
    this.#stack.emit({ kind: "response", request: command.request, status: 481 });
  }

  get standing(): LegStanding {
    const [dialog] = this.#early.size === 1 ? this.#early.values() : [];
    return {
      session: this.#id,
      stage: this.#isOver ? "over" : "calling",
      ...(dialog === undefined ? {} : { dialog }),
    };
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    // The callee may say BYE in a confirmed dialog only, and re-INVITE not before either.
    const isServed = request.method !== "BYE" && request.method !== "INVITE";
    if (isServed && !this.#isOver) this.#stack.emitRequest(transaction, request, this.#id);
    else this.#stack.reply(transaction, request, request.method === "INVITE" ? 491 : 481, nowMs);
  }

  receiveAck(): void {
    // Only the caller acknowledges.
  }

  receiveCancel(): void {
    // Only an INVITE to us can be cancelled.
  }

  timeout(nowMs: number): void {
    if (this.#abandonAtMs === undefined || this.#abandonAtMs > nowMs) return;
    this.#abandonAtMs = undefined;
    this.#request.abandon(nowMs);
    this.#dropEarly();
  }

  #onResponse(response: SipResponse, sent: SentRequest, nowMs: number): void {
    if (response.status < 200) this.#onProvisional(response, sent, nowMs);
    else if (response.status < 300) this.#onSuccess(response, sent, nowMs);
    else {
      this.#settle();
      if (this.#isOver) return;
      this.#isOver = true;
      this.#stack.legs.unbindSession(this.#id, this);
      const { status, reason } = response;
      this.#stack.emit({ kind: "failed", session: this.#id, status, reason, response });
    }
  }

  #onProvisional(response: SipResponse, sent: SentRequest, nowMs: number): void {
    this.#isProceeding = true;
    if (this.#cancel === "wanted") this.#sendCancel(nowMs);
    if (response.status === 100 || this.#isOver || this.#answered.size > 0) return;
    const dialog = dialogFromResponse(sent.request, response, sent.to.transport);
    if (dialog.ok && (this.#early.has(dialog.value.remoteTag) || this.#early.size < FORKS_MAX)) {
      this.#early.set(dialog.value.remoteTag, dialog.value);
      this.#stack.legs.bindDialog(keyOf(dialog.value), this);
    }
    const { status } = response;
    this.#stack.emit({
      kind: "progress",
      session: this.#id,
      status,
      response,
      ...(response.body === "" ? {} : { body: response.body }),
    });
  }

  #onSuccess(response: SipResponse, sent: SentRequest, nowMs: number): void {
    const tag = tagOf(headerValue(response, "to") ?? "") ?? "";
    const known = this.#answered.get(tag);
    if (known !== undefined) {
      known.acceptAgain(sent.request, nowMs);
      return;
    }
    if (this.#answered.size >= FORKS_MAX) return;
    const dialog = dialogFromResponse(sent.request, response, sent.to.transport);
    this.#settle();
    if (!dialog.ok) {
      this.#stack.log("warn", `an answer cannot be used: ${dialog.error}`);
      this.#onFailed(503, dialog.error, nowMs);
      return;
    }
    const identity = {
      contactUser: this.#contactUser,
      credentials: this.#credentials,
      peer: sent.to,
    };
    const parts = {
      id: this.#id,
      // Attempts and CANCEL may have counted on since this one was sent.
      dialog: {
        ...dialog.value,
        localSequence: Math.max(this.#sequence, sequenceOf(sent.request)),
      },
      identity,
      isCaller: true,
    };
    if (this.#isOver || this.#answered.size > 0) {
      this.#answered.set(tag, Session.discard(this.#stack, parts, sent.request, nowMs));
      return;
    }
    const session = new Session(this.#stack, parts);
    session.takeOver();
    this.#answered.set(tag, session);
    session.accept(sent.request, response, nowMs);
    this.#stack.emit({
      kind: "answered",
      session: this.#id,
      response,
      ...(response.body === "" ? {} : { body: response.body }),
    });
  }

  #onFailed(status: number, reason: string, _nowMs: number): void {
    this.#settle();
    // After a final answer this is the end of its transaction and of no interest.
    if (this.#isOver || this.#answered.size > 0) return;
    this.#isOver = true;
    this.#stack.legs.unbindSession(this.#id, this);
    this.#stack.emit({ kind: "failed", session: this.#id, status, reason });
  }

  /** A final answer came: nothing is left to cancel. */
  #settle(): void {
    this.#abandonAtMs = undefined;
    this.#stack.legs.deadlines.set(this, undefined);
    if (this.#cancel === "wanted") this.#cancel = "none";
    this.#dropEarly();
  }

  #dropEarly(): void {
    for (const dialog of this.#early.values()) this.#stack.legs.unbindDialog(keyOf(dialog), this);
    this.#early.clear();
  }

  /** @see RFC 3261 §9.1 */
  #sendCancel(nowMs: number): void {
    const sent = this.#request.sent;
    if (sent === undefined || this.#cancel === "sent") return;
    this.#cancel = "sent";
    const cancel = cancelOf(sent.request, this.#cancelHeaders);
    this.#stack.clients.start(cancel, sent.to, nowMs, undefined);
    this.#abandonAtMs = nowMs + giveUpMs(this.#stack.timers);
    this.#stack.legs.deadlines.set(this, this.#abandonAtMs);
  }
}

interface PreparedInvite {
  readonly request: SipRequest;
  readonly route: Route;
  readonly credentials: Credentials | undefined;
  readonly contactUser: string;
}

/** The first INVITE without Via, or why there can be none. */
function prepareInvite(stack: Stack, command: InviteCommand): PreparedInvite | string {
  const account = command.account === undefined ? undefined : stack.accounts.get(command.account);
  if (command.account !== undefined && account === undefined) return "there is no such account";
  if (!parseUri(command.uri).ok) return `"${command.uri}" is no address`;
  const route: Route =
    command.to !== undefined
      ? { hop: command.to }
      : account === undefined
        ? { hop: hopOfUri(command.uri) }
        : stack.accounts.routeOf(account.id);
  const fromUri =
    command.from?.uri ??
    (account === undefined ? "sip:anonymous@anonymous.invalid" : aorOf(account));
  const parsedFrom = parseUri(fromUri);
  if (!parsedFrom.ok) return `"${fromUri}" is no address`;
  const displayName = command.from === undefined ? account?.displayName : command.from.displayName;
  const contactUser = account === undefined ? parsedFrom.value.user : carriedText(account.user);
  const body = command.body ?? "";
  const token = stack.config.createToken;
  const tied = [
    { name: "from", value: fromValue(fromUri, displayName, token()) },
    { name: "to", value: printNameAddr({ uriText: command.uri, params: new Map() }) },
    { name: "call-id", value: token() },
    { name: "cseq", value: printCSeq({ sequence: 1, method: "INVITE" }) },
    // Made anew for each address that is tried.
    ...stack.contactHeaders(route.hop?.transport ?? "udp", contactUser),
  ];
  const defaults = [
    { name: "max-forwards", value: "70" },
    ...stack.abilityHeaders(),
    stack.userAgentHeader(),
    ...(body === ""
      ? []
      : [{ name: "content-type", value: command.contentType ?? "application/sdp" }]),
  ];
  const headers = withDefaults(tied, defaults, command.headers ?? []);
  return {
    request: { kind: "request", method: "INVITE", uri: command.uri, headers, body },
    route,
    credentials: account === undefined ? undefined : credentialsOf(account),
    contactUser,
  };
}

function cancelOf(invite: SipRequest, extra: readonly SipHeader[]): SipRequest {
  const headers = [
    { name: "via", value: headerValue(invite, "via") ?? "" },
    ...invite.headers.filter(({ name }) => name === "route"),
    { name: "max-forwards", value: "70" },
    { name: "from", value: headerValue(invite, "from") ?? "" },
    { name: "to", value: headerValue(invite, "to") ?? "" },
    { name: "call-id", value: headerValue(invite, "call-id") ?? "" },
    { name: "cseq", value: printCSeq({ sequence: sequenceOf(invite), method: "CANCEL" }) },
    ...extra,
  ];
  return { kind: "request", method: "CANCEL", uri: invite.uri, headers, body: "" };
}

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}
