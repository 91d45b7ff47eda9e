import type { DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { listItems } from "../wire/headers.ts";
import type { SipHeader, SipMessage, SipRequest, SipResponse } from "../wire/message.ts";
import {
  MIN_SE_S,
  minSeOf,
  SessionClock,
  type SessionInterval,
  timerAccepted,
  timerAnswer,
  timerOffer,
} from "./session-timer.ts";

/** The session that is kept alive. */
export interface KeepAliveHost {
  /** Sends the last description again, where the far end does not know UPDATE. */
  reofferSame(nowMs: number): void;
  /** The far end is gone (408) or knows no such dialog (481). */
  onLost(status: number, nowMs: number): void;
  /** Timers are others now. */
  onChanged(): void;
}

/** How long a refresh that met another exchange, or that was refused, waits for the next try. */
const AGAIN_MS = 4_000;

/** Why a session without a sign of life ends. @see RFC 3326 §2 */
export const EXPIRED = [
  { name: "reason", value: 'SIP;cause=408;text="Session Expired"' },
] as const satisfies readonly SipHeader[];

/** Signs of life inside a session, sent and watched for. @see RFC 4028 */
export class KeepAlive {
  readonly #stack: Stack;
  readonly #usage: DialogUsage;
  readonly #host: KeepAliveHost;
  readonly #clock = new SessionClock();
  #peerTakesUpdate = false;
  #floorS = 0;
  #isRunning = false;
  #isStopped = false;

  constructor(stack: Stack, usage: DialogUsage, host: KeepAliveHost) {
    this.#stack = stack;
    this.#usage = usage;
    this.#host = host;
  }

  /** What a message of the far end says that it can do. */
  learn(message: SipMessage): void {
    const allowed = listItems(message, "allow");
    if (allowed.length > 0) this.#peerTakesUpdate = allowed.includes("UPDATE");
  }

  /** A 2xx to an offer or refresh of ours. */
  accepted(response: SipResponse, nowMs: number): void {
    this.learn(response);
    if (this.#stack.config.sessionTimer === undefined || this.#isStopped) return;
    this.#clock.restart(timerAccepted(response), nowMs);
  }

  /**
   * An offer of ours was refused: a refresh that it was, or that waited for its end, is due
   * again. @see RFC 4028 §7.3 (422)
   */
  refused(response: SipResponse | undefined, nowMs: number): void {
    if (response?.status === 422) this.#floorS = Math.max(this.#floorS, minSeOf(response));
    this.#clock.again(nowMs, AGAIN_MS);
  }

  /** An offer or refresh of theirs was answered so. */
  agreed(interval: SessionInterval | undefined, nowMs: number): void {
    if (interval !== undefined && !this.#isStopped) this.#clock.restart(interval, nowMs);
  }

  /** What an answer to their request says; a refusal where it asks for too short an interval. */
  answer(request: SipRequest): ReturnType<typeof timerAnswer> | undefined {
    const config = this.#stack.config.sessionTimer;
    return config === undefined ? undefined : timerAnswer(config, request);
  }

  /** Whether their offer or refresh asks for too short an interval; then that was answered. */
  refuses(transaction: ServerTransactionId, request: SipRequest, nowMs: number): boolean {
    const answer = this.answer(request);
    this.learn(request);
    if (answer === undefined || answer.ok) return false;
    const { status, headers } = answer.error;
    this.#stack.reply(transaction, request, status, nowMs, { headers });
    return true;
  }

  /** An UPDATE of theirs without an offer: a sign of life, and where they are now. */
  answerUpdate(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    this.#usage.refreshTarget(request);
    const answer = this.answer(request);
    const timer = answer?.ok === true ? answer.value : undefined;
    const headers = [
      ...this.#usage.contactHeaders(),
      ...this.#stack.abilityHeaders(),
      ...(timer?.headers ?? []),
    ];
    this.#stack.reply(transaction, request, 200, nowMs, { headers });
    this.agreed(timer?.interval, nowMs);
  }

  /** What an offer of ours asks for. */
  headers(): readonly SipHeader[] {
    const config = this.#stack.config.sessionTimer;
    if (config === undefined) return [];
    const { expiresS = config.expiresS, refresher } = this.#clock.interval ?? {};
    return timerOffer({ ...config, expiresS }, this.#floorS, refresher);
  }

  deadlineMs(): number | undefined {
    return this.#clock.deadlineMs();
  }

  /** Does what is due. True where the session has shown no sign of life for too long. */
  timeout(nowMs: number): boolean {
    const due = this.#clock.take(nowMs);
    if (due === "refresh") this.#refresh(nowMs);
    return due === "expired";
  }

  /** Nobody is to be kept alive any more. */
  stop(): void {
    this.#isStopped = true;
    this.#clock.stop();
  }

  #refresh(nowMs: number): void {
    if (this.#isRunning) return;
    if (!this.#peerTakesUpdate) {
      this.#host.reofferSame(nowMs);
      return;
    }
    this.#isRunning = true;
    const owner = {
      takeSequence: () => this.#usage.takeSequence(),
      onResponse: (response: SipResponse, _sent: unknown, atMs: number) => {
        if (response.status >= 200) this.#answered(response, atMs);
      },
      onFailed: (status: number, _reason: string, atMs: number) => this.#failed(status, atMs),
    };
    const headers = [
      ...this.#usage.contactHeaders(),
      ...this.#stack.abilityHeaders(),
      ...this.headers(),
    ];
    this.#usage.request("UPDATE", owner, headers).start(nowMs);
  }

  #answered(response: SipResponse, nowMs: number): void {
    this.#isRunning = false;
    if (this.#isStopped) return;
    const { status } = response;
    if (status < 300) {
      this.#usage.refreshTarget(response);
      this.accepted(response, nowMs);
    } else if (status === 422) {
      // Who finds each interval too short is not to have us ask as fast as he answers.
      this.#clock.postpone(nowMs, this.#floorS === 0 ? 0 : AGAIN_MS);
      this.#floorS = Math.max(this.#floorS, minSeOf(response), MIN_SE_S);
    } else if (status === 405 || status === 501) {
      this.#peerTakesUpdate = false;
      this.#clock.postpone(nowMs, 0);
    } else if (status === 408 || status === 481) {
      this.#host.onLost(status, nowMs);
    } else {
      this.#clock.postpone(nowMs, AGAIN_MS);
    }
    this.#host.onChanged();
  }

  #failed(status: number, nowMs: number): void {
    this.#isRunning = false;
    if (this.#isStopped) return;
    if (status === 408) this.#host.onLost(status, nowMs);
    else this.#clock.postpone(nowMs, AGAIN_MS);
    this.#host.onChanged();
  }
}
