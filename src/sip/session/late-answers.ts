import type { SentRequest } from "../client-request.ts";
import { dialogFromResponse, sequenceOf } from "../dialog/dialog.ts";
import type { DialogIdentity } from "../dialog/dialog-usage.ts";
import { sessionBody } from "../request-checks.ts";
import type { Stack } from "../stack.ts";
import type { ClientTransactionId } from "../transaction/client-transactions.ts";
import { giveUpMs } from "../transaction/timers.ts";
import { headerValue, type SipResponse } from "../wire/message.ts";
import { tagOf } from "../wire/name-addr.ts";
import { FORKS_MAX } from "./early-dialogs.ts";
import { cancelOf } from "./prepare-invite.ts";
import { Session } from "./session.ts";

/** What late answers want of the INVITE that they are to. */
export interface LateHost {
  rearm(): void;
  /** What is cancelled has no answer in all the time there is: nobody waits any more. */
  abandon(nowMs: number): void;
}

/**
 * What servers answer whom nobody asks any more: they were silent for so long that the call went
 * to another one. Whoever rings there is told that the call is not for him, and whoever has
 * answered is let go, so that no telephone is left ringing or in a call with nobody.
 *
 *     silent, another is asked ── 1xx: CANCEL ──► 487
 *                    └── 2xx: ACK, BYE
 *
 * @see RFC 3261 §9.1, §13.2.2.4
 */
export class LateAnswers {
  readonly #stack: Stack;
  readonly #id: string;
  readonly #host: LateHost;
  readonly #cancelled = new Set<ClientTransactionId>();
  /** Those who answered, on their way out, by tag. */
  readonly #answered = new Map<string, Session>();
  #abandonAtMs: number | undefined;

  constructor(stack: Stack, id: string, host: LateHost) {
    this.#stack = stack;
    this.#id = id;
    this.#host = host;
  }

  /** A provisional or a successful answer. */
  take(response: SipResponse, sent: SentRequest, identity: DialogIdentity, nowMs: number): void {
    if (response.status >= 200) this.#letGo(response, sent, identity, nowMs);
    else if (!this.#cancelled.has(sent.transaction)) this.#cancel(sent, nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#abandonAtMs;
  }

  timeout(nowMs: number): void {
    if (this.#abandonAtMs === undefined || this.#abandonAtMs > nowMs) return;
    this.#abandonAtMs = undefined;
    this.#host.abandon(nowMs);
  }

  #cancel(sent: SentRequest, nowMs: number): void {
    this.#cancelled.add(sent.transaction);
    this.#stack.log("info", `${sent.to.host} rings after all: it is told to stop`);
    this.#stack.clients.start(cancelOf(sent.request, []), sent.to, nowMs, undefined);
    this.#abandonAtMs = nowMs + giveUpMs(this.#stack.timers);
    this.#host.rearm();
  }

  #letGo(response: SipResponse, sent: SentRequest, identity: DialogIdentity, nowMs: number): void {
    const { request, to } = sent;
    const tag = tagOf(headerValue(response, "to") ?? "") ?? "";
    const known = this.#answered.get(tag);
    if (known !== undefined) {
      known.acceptAgain(request, nowMs);
      return;
    }
    if (this.#answered.size >= FORKS_MAX) return;
    const dialog = dialogFromResponse(request, response, to.transport);
    if (!dialog.ok) return;
    const parts = {
      id: this.#id,
      dialog: { ...dialog.value, localSequence: sequenceOf(request) },
      identity,
      isCaller: true,
      localBody: sessionBody(request) ?? "",
    };
    this.#answered.set(tag, Session.discard(this.#stack, parts, request, nowMs));
  }
}
