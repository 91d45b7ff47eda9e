import { utf8TextFromLatin1 } from "../base/bytes.ts";
import { dialogFromRequest, dialogKeyOfRequest } from "./dialog/dialog.ts";
import type { Notifier } from "./events/notifier.ts";
import { checkRequest, type Refusal, withSessionBody } from "./request-checks.ts";
import { createResponse } from "./responses.ts";
import { findReplaced } from "./session/find-replaced.ts";
import { IncomingInvite } from "./session/incoming-invite.ts";
import type { DialogLeg } from "./session/leg.ts";
import { timerAnswer } from "./session/session-timer.ts";
import { asksByItself, targetSession, wantsReferNews } from "./session/target-dialog.ts";
import type { Stack } from "./stack.ts";
import type { RequestRank, ServerTransactionId } from "./transaction/server-transactions.ts";
import type { SipAccount, SipAddress } from "./user-agent-types.ts";
import { replaceTopHeader } from "./wire/headers.ts";
import { headerValue, type SipHeader, type SipRequest } from "./wire/message.ts";
import { messageBytes } from "./wire/message-bytes.ts";
import type { SipParseError } from "./wire/parse-message.ts";
import { parseUri } from "./wire/uri.ts";
import { parseVia, printVia, type Via } from "./wire/via.ts";
import { topVia } from "./wire/wire-header.ts";

/** Methods that mean nothing outside of a dialog. @see RFC 3261 §15.1.2, RFC 6086 §4.2.2 */
const DIALOG_ONLY = new Set(["BYE", "INFO", "PRACK", "UPDATE"]);

/** Methods whose body is a session description. @see RFC 3262 §5, RFC 3311 §5 */
const DESCRIBES = new Set(["INVITE", "PRACK", "UPDATE"]);

/** Who takes requests about a session from outside of it. @see RFC 4538 */
const TARGET_DIALOG = "tdialog";

/** What those who are refused for overload are asked to wait, seconds. */
const OVERLOAD_RETRY_S = 10;

/** Requests to us: matched, checked, and brought to the leg or layer that answers them. */
export class IncomingRequests {
  readonly #stack: Stack;
  readonly #notifier: Notifier;

  constructor(stack: Stack, notifier: Notifier) {
    this.#stack = stack;
    this.#notifier = notifier;
  }

  receive(received: SipRequest, source: SipAddress, nowMs: number): void {
    const parsed = topVia(received);
    if (!parsed.ok) return;
    const via = stampVia(parsed.value, source);
    const isAsItCame = via === parsed.value;
    const request = isAsItCame ? received : replaceTopHeader(received, "via", printVia(via));
    const rank = this.#admit(request, via, source, nowMs);
    if (rank === undefined) return;
    const { servers, config } = this.#stack;
    let reception = servers.receive(request, via, source, rank, nowMs);
    if (reception.kind === "overload" && rank === "stranger" && config.trusts?.(source) === true) {
      reception = servers.receive(request, via, source, "known", nowMs);
    }
    switch (reception.kind) {
      case "absorbed":
        return;
      case "ack": {
        const key = dialogKeyOfRequest(request);
        const leg = key === undefined ? undefined : this.#stack.legs.dialog(key);
        leg?.receiveAck?.(withSessionBody(request), nowMs);
        return;
      }
      case "branch-reused":
        this.#replyStateless(request, 400, source, "Branch Used Twice");
        return;
      case "merged":
        this.#replyStateless(request, 482, source, "Request Merged");
        return;
      case "overload":
        this.#replyStateless(request, 503, source, undefined, [
          { name: "retry-after", value: String(OVERLOAD_RETRY_S) },
        ]);
        return;
      case "new":
        this.#stack.keeps(headerValue(request, "call-id") ?? "", nowMs);
        this.#receiveNew(reception.transaction, request, via, source, nowMs);
    }
  }

  /**
   * Whose a request is. One that belongs to nothing we have is dropped, or answered without state
   * where that answer needs none: `undefined` then. One that only says that it belongs to something
   * is counted as well: anybody can write a tag, and another one's address into a datagram.
   * @see RFC 3261 §8.2.7
   */
  #admit(
    request: SipRequest,
    via: Via,
    source: SipAddress,
    nowMs: number,
  ): RequestRank | undefined {
    const { guard, servers, legs } = this.#stack;
    const { method } = request;
    if (method === "ACK" || servers.isKnown(request, via)) return "stranger";
    const key = dialogKeyOfRequest(request);
    if (key !== undefined && legs.dialog(key) !== undefined) {
      return guard?.dropsInside(key, source, nowMs) === true ? undefined : "own";
    }
    const isCancel = method === "CANCEL";
    if (isCancel && servers.findCancelled(request, via) !== undefined) return "own";
    if (guard?.drops(request, source, nowMs) === true) return undefined;
    const answer = isCancel
      ? { status: 481, headers: [] }
      : this.#statelessAnswer(request, key !== undefined, source, nowMs);
    if (answer === undefined) return source.transport === "memory" ? "own" : "stranger";
    const { status, reason, headers } = answer;
    this.#replyStateless(request, status, source, reason, headers);
    return undefined;
  }

  /** What a new request that is in no dialog of ours is answered at once, if anything. */
  #statelessAnswer(
    request: SipRequest,
    namesDialog: boolean,
    source: SipAddress,
    nowMs: number,
  ): Refusal | undefined {
    const { config, allowed, supported } = this.#stack;
    // Who asks about what is gone is told just that.
    const screened = namesDialog ? undefined : config.screen?.(request, source, nowMs);
    if (screened !== undefined) return screened;
    const dialog = namesDialog ? "unknown" : "none";
    const refusal = checkRequest({ request, allowed, supported, dialog });
    if (refusal !== undefined) return refusal;
    const { method } = request;
    if (method === "OPTIONS") return { status: 200, headers: this.#optionsHeaders() };
    if (DIALOG_ONLY.has(method)) return { status: 481, headers: [] };
    const isForNobody =
      method === "INVITE" && !config.acceptAnyUser && !this.#accountOf(request, source, nowMs);
    return isForNobody ? { status: 404, headers: [] } : undefined;
  }

  /** @see RFC 3261 §11.2 */
  #optionsHeaders(): readonly SipHeader[] {
    return [
      ...this.#stack.abilityHeaders(),
      { name: "accept", value: "application/sdp" },
      this.#stack.userAgentHeader(),
    ];
  }

  /** Answers what could not be read, where enough of it could. */
  refuseMalformed(error: SipParseError, source: SipAddress, nowMs: number): void {
    if (error.kind === "keep-alive") return;
    const { request } = error;
    if (request !== undefined && this.#stack.guard?.dropsUnreadable(source, nowMs) === true) return;
    const data = { kind: error.kind, from: source.host };
    this.#stack.log("debug", `a datagram was refused: ${error.detail}`, data);
    if (request === undefined || request.method === "ACK") return;
    // Without these an answer would find nobody who waits for it.
    const isEnough = ["via", "from", "to", "call-id", "cseq"].every((name) =>
      request.headers.some((header) => header.name === name),
    );
    if (!isEnough) return;
    const top = request.headers.find(({ name }) => name === "via");
    const headers = request.headers.map((header) => {
      // A Via that cannot be read goes back as it came: the answer goes to the source anyway.
      const parsed = header === top ? parseVia(header.value) : undefined;
      if (parsed === undefined || !parsed.ok) return header;
      return { name: "via", value: printVia(stampVia(parsed.value, source)) };
    });
    this.#replyStateless({ method: request.method, headers }, request.status, source);
  }

  #receiveNew(
    transaction: ServerTransactionId,
    request: SipRequest,
    via: Via,
    source: SipAddress,
    nowMs: number,
  ): void {
    if (request.method === "CANCEL") {
      this.#receiveCancel(transaction, request, via, nowMs);
      return;
    }
    const key = dialogKeyOfRequest(request);
    const leg = key === undefined ? undefined : this.#stack.legs.dialog(key);
    if (leg !== undefined) {
      this.#receiveInDialog(leg, transaction, request, nowMs);
    } else if (request.method === "INVITE") {
      this.#receiveInvite(transaction, withSessionBody(request), source, nowMs);
    } else {
      const account = this.#accountOf(request, source, nowMs);
      const about = this.#targetOf(request, source, nowMs);
      if (request.method === "SUBSCRIBE" && this.#stack.isNotifier) {
        this.#notifier.receive(transaction, request, source, account, nowMs);
      } else if (about !== undefined && wantsReferNews(request) && !asksByItself(request)) {
        this.#notifier.receiveRefer(transaction, request, source, account, about, nowMs);
      } else this.#stack.emitRequest(transaction, request, nowMs, about, account?.id);
    }
  }

  /** The session that a REFER of our server's is about, though it is outside of it. */
  #targetOf(request: SipRequest, source: SipAddress, nowMs: number): string | undefined {
    const { accounts, legs, config } = this.#stack;
    if (request.method !== "REFER" || config.extensions?.includes(TARGET_DIALOG) !== true) {
      return undefined;
    }
    return accounts.isAnyServer(source, nowMs) ? targetSession(legs, request) : undefined;
  }

  #receiveInDialog(
    leg: DialogLeg,
    transaction: ServerTransactionId,
    request: SipRequest,
    nowMs: number,
  ): void {
    const { allowed, supported } = this.#stack;
    const refusal = checkRequest({ request, allowed, supported, dialog: "known" });
    if (refusal !== undefined) {
      this.#refuse(transaction, request, refusal, nowMs);
    } else if (request.method === "OPTIONS") {
      const headers = this.#optionsHeaders();
      this.#stack.reply(transaction, request, 200, nowMs, { headers });
    } else {
      const plain = DESCRIBES.has(request.method) ? withSessionBody(request) : request;
      leg.receiveRequest(transaction, plain, nowMs);
    }
  }

  #accountOf(request: SipRequest, source: SipAddress, nowMs: number): SipAccount | undefined {
    const uri = parseUri(request.uri);
    const user = uri.ok ? uri.value.user : "";
    return this.#stack.accounts.findByUser(utf8TextFromLatin1(user), source, nowMs);
  }

  #refuse(
    transaction: ServerTransactionId,
    request: SipRequest,
    refusal: Refusal,
    nowMs: number,
  ): void {
    const { status, reason, headers } = refusal;
    this.#stack.reply(transaction, request, status, nowMs, { reason, headers });
  }

  /** @see RFC 3261 §9.2 */
  #receiveCancel(
    transaction: ServerTransactionId,
    request: SipRequest,
    via: Via,
    nowMs: number,
  ): void {
    const cancelled = this.#stack.servers.findCancelled(request, via);
    if (cancelled === undefined) {
      this.#stack.reply(transaction, request, 481, nowMs);
      return;
    }
    const { toTag } = cancelled;
    this.#stack.reply(transaction, request, 200, nowMs, { toTag });
    // Where the final answer was first there is no leg any more: the CANCEL has no effect.
    this.#stack.legs
      .invite(cancelled.transaction)
      ?.receiveCancel(cancelled.transaction, request, nowMs);
  }

  #receiveInvite(
    transaction: ServerTransactionId,
    request: SipRequest,
    source: SipAddress,
    nowMs: number,
  ): void {
    const { config, legs, servers } = this.#stack;
    const uri = parseUri(request.uri);
    const user = uri.ok ? uri.value.user : "";
    const account = this.#accountOf(request, source, nowMs);
    if (!legs.hasRoom) {
      const headers = [{ name: "retry-after", value: String(OVERLOAD_RETRY_S) }];
      this.#stack.reply(transaction, request, 503, nowMs, { headers });
      return;
    }
    const dialog = dialogFromRequest(request, servers.tagOf(transaction), source.transport);
    if (!dialog.ok) {
      this.#stack.reply(transaction, request, 400, nowMs, { reason: dialog.error });
      return;
    }
    const { sessionTimer } = config;
    const timer = sessionTimer === undefined ? undefined : timerAnswer(sessionTimer, request);
    if (timer?.ok === false) {
      this.#refuse(transaction, request, timer.error, nowMs);
      return;
    }
    const succession = findReplaced(legs, request, config.findTicket);
    if (!succession.ok) {
      this.#refuse(transaction, request, succession.error, nowMs);
      return;
    }
    const parts = {
      transaction,
      request,
      source,
      dialog: dialog.value,
      account,
      user,
      succession: succession.value,
    };
    IncomingInvite.receive(this.#stack, parts, nowMs);
  }

  #replyStateless(
    request: Pick<SipRequest, "method" | "headers">,
    status: number,
    source: SipAddress,
    reason?: string,
    headers: readonly SipHeader[] = [],
  ): void {
    // An ACK is never answered.
    if (request.method === "ACK") return;
    const toTag = this.#stack.statelessTag;
    const all = [...this.#stack.sessionIdFor(request, headers), ...headers];
    const response = createResponse(request, status, { reason, toTag, headers: all });
    this.#stack.send(messageBytes(response), source);
  }
}

/**
 * The top Via with where the request came from: answers go there, so that they find their way back
 * through an address translator. @see RFC 3261 §18.2.1, RFC 3581 §4
 */
export function stampVia(via: Via, source: SipAddress): Via {
  if (source.transport === "memory") return via;
  const wantsPort = via.params.has("rport");
  if (!wantsPort && via.host === source.host) return via;
  const params = new Map(via.params);
  if (wantsPort) params.set("rport", String(source.port));
  params.set("received", source.host);
  return { ...via, params };
}
