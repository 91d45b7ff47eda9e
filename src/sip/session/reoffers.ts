import type { ClientRequest, SentRequest } from "../client-request.ts";
import type { DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { SipHeader, SipRequest, SipResponse } from "../wire/message.ts";
import { GlareWait } from "./glare-wait.ts";
import { OfferCancel } from "./offer-cancel.ts";

/*
 * Our re-INVITEs inside a session, one at a time.
 *
 *              offer                    2xx: accepted
 *   +------+ ---------> +---------+ may offer  +---------+ ------------> idle
 *   | idle |            | waiting |----------->| running |
 *   +------+            +---------+            +---------+ ------------> idle
 *                            ^   491: glare wait    |      refused: tell
 *                            +----------------------+      408, 481: lost
 *
 * One that is taken back while it waits was refused; while it runs it is cancelled as soon as
 * something has been answered to it. So is one that the far end puts off for too long.
 */

/** The session that the offers belong to. */
export interface ReofferHost {
  /** Whether no other exchange is open, so that an offer may go out. */
  mayOffer(): boolean;
  /** A 2xx came: acknowledge it. `isRefresh`: nobody above has asked for it. */
  onAccepted(invite: SipRequest, response: SipResponse, isRefresh: boolean, nowMs: number): void;
  /** A copy of a 2xx that was accepted before. */
  onAcceptedAgain(invite: SipRequest, nowMs: number): void;
  /** It was refused, by `response` where one came, and is not tried again. */
  onRefused(status: number, isRefresh: boolean, nowMs: number, response?: SipResponse): void;
  /** A refusal was dealt with: what waits may have its turn, and timers are others. */
  onSettled(nowMs: number): void;
  /** What a re-INVITE says of the session's interval. */
  headers(): readonly SipHeader[];
  /** The far end is gone (408) or has no such dialog (481). @see RFC 3261 §12.2.1.2 */
  onLost(status: number, nowMs: number): void;
}

/** The body of a re-INVITE; empty asks the far end for an offer. */
interface Offer {
  readonly body: string;
  /** The description that holds already, once more: a sign of life. */
  readonly isRefresh: boolean;
}

/** Our re-INVITEs: queued, sent, tried again after a glare. */
export class Reoffers {
  readonly #stack: Stack;
  readonly #usage: DialogUsage;
  readonly #host: ReofferHost;
  readonly #glare: GlareWait;
  #waiting: Offer | undefined;
  #running: { readonly offer: Offer; readonly request: ClientRequest } | undefined;
  readonly #cancelling: OfferCancel;

  constructor(stack: Stack, usage: DialogUsage, isCaller: boolean, host: ReofferHost) {
    this.#stack = stack;
    this.#usage = usage;
    this.#host = host;
    this.#glare = new GlareWait(isCaller, stack.config.createToken);
    this.#cancelling = new OfferCancel(stack);
  }

  /** Whether a re-INVITE of ours has no final answer yet. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Takes an offer in place of one that waits. Call `proceed` then. */
  queue(body: string, isRefresh = false): void {
    this.#waiting = { body, isRefresh };
    this.#glare.reset();
  }

  /** Takes the offer back that waits or runs. */
  takeBack(nowMs: number): void {
    if (this.#waiting !== undefined) {
      const { isRefresh } = this.#waiting;
      this.#waiting = undefined;
      this.#glare.reset();
      this.#host.onRefused(487, isRefresh, nowMs);
    } else if (this.#running !== undefined) this.#cancelling.want(this.#running.request, nowMs);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = undefined;
  }

  /** The dialog is gone: nobody waits for an answer any more. */
  abandon(nowMs: number): void {
    this.#waiting = undefined;
    this.#running?.request.abandon(nowMs);
    this.#running = undefined;
    this.#cancelling.end();
  }

  /** When an offer that met a glare is due again, or one that runs has run for too long. */
  deadlineMs(): number | undefined {
    if (this.#running !== undefined) return this.#cancelling.deadlineMs();
    const isReady = this.#waiting !== undefined;
    return isReady && this.#host.mayOffer() ? this.#glare.untilMs : undefined;
  }

  timeout(nowMs: number): void {
    const running = this.#running;
    if (running === undefined || !this.#cancelling.timeout(running.request, nowMs)) return;
    // A CANCEL that brings no answer in all the time there is: nobody waits any more.
    running.request.abandon(nowMs);
    this.#onRefused(487, nowMs);
  }

  /** Sends the offer that waits, where nothing stands in its way. */
  proceed(nowMs: number): void {
    const offer = this.#waiting;
    if (offer === undefined || this.#running !== undefined) return;
    if (!this.#host.mayOffer() || !this.#glare.isOver(nowMs)) return;
    this.#waiting = undefined;
    const { body } = offer;
    const type = body === "" ? [] : [{ name: "content-type", value: "application/sdp" }];
    const headers = [
      ...this.#usage.contactHeaders(),
      ...this.#stack.abilityHeaders(),
      ...this.#host.headers(),
      ...type,
    ];
    const owner = {
      takeSequence: () => this.#usage.takeSequence(),
      onResponse: (response: SipResponse, sent: SentRequest, atMs: number) =>
        this.#onResponse(response, sent, atMs),
      onFailed: (status: 408 | 503, _reason: string, atMs: number) => this.#onRefused(status, atMs),
    };
    const request = this.#usage.request("INVITE", owner, headers, body);
    this.#running = { offer, request };
    this.#cancelling.begin(nowMs);
    request.start(nowMs);
  }

  #onResponse(response: SipResponse, sent: SentRequest, nowMs: number): void {
    const { status } = response;
    const running = this.#running;
    if (status < 200) {
      if (running !== undefined) this.#cancelling.proceed(running.request, nowMs);
      // It waits for less or for more now.
      this.#host.onSettled(nowMs);
    } else if (status >= 300) {
      this.#onRefused(status, nowMs, response);
    } else if (running?.request.sent?.transaction === sent.transaction) {
      this.#running = undefined;
      this.#cancelling.end();
      this.#glare.reset();
      this.#usage.refreshTarget(response);
      this.#host.onAccepted(sent.request, response, running.offer.isRefresh, nowMs);
    } else {
      this.#host.onAcceptedAgain(sent.request, nowMs);
    }
  }

  #onRefused(status: number, nowMs: number, response?: SipResponse): void {
    const refused = this.#running;
    if (refused === undefined) return;
    const { isWanted } = this.#cancelling;
    this.#running = undefined;
    this.#cancelling.end();
    if (status === 408 || status === 481) {
      this.#host.onLost(status, nowMs);
    } else if (status === 491 && !isWanted && this.#glare.begin(nowMs)) {
      // A newer offer, should there be one, goes in its place.
      this.#waiting ??= refused.offer;
    } else {
      this.#glare.reset();
      this.#host.onRefused(status, refused.offer.isRefresh, nowMs, response);
    }
    this.#host.onSettled(nowMs);
  }
}
