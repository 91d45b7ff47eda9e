import type { ClientRequest } from "../client-request.ts";
import type { Stack } from "../stack.ts";
import { giveUpMs } from "../transaction/timers.ts";
import { cancelOf } from "./prepare-invite.ts";

/**
 * How long a far end may leave an offer unanswered that it says it is dealing with, before that is
 * taken back: timer C of a proxy. @see RFC 3261 §16.6 step 11
 */
export const REOFFER_LIMIT_MS = 180_000;

/**
 * The CANCEL of a re-INVITE of ours.
 *
 *     begin ── wanted, or 180 s ──► wanted ── 1xx ──► sent ── a final answer: end
 *                                                      └── none in 64*T1: given up
 *
 * @see RFC 3261 §9.1
 */
export class OfferCancel {
  readonly #stack: Stack;
  #state: "none" | "wanted" | "sent" = "none";
  #isProceeding = false;
  /** When it is taken back of itself; once it is cancelled, when it is given up. */
  #dueMs: number | undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Whether the offer is of no use any more, whatever comes. */
  get isWanted(): boolean {
    return this.#state !== "none";
  }

  /** The re-INVITE goes out. */
  begin(nowMs: number): void {
    this.#state = "none";
    this.#isProceeding = false;
    this.#dueMs = nowMs + REOFFER_LIMIT_MS;
  }

  /** It has its final answer. */
  end(): void {
    this.#state = "none";
    this.#dueMs = undefined;
  }

  deadlineMs(): number | undefined {
    return this.#dueMs;
  }

  /** A provisional answer came: from now on it can be cancelled. */
  proceed(request: ClientRequest, nowMs: number): void {
    this.#isProceeding = true;
    if (this.#state === "wanted") this.#send(request, nowMs);
  }

  want(request: ClientRequest, nowMs: number): void {
    if (this.#state !== "none") return;
    this.#state = "wanted";
    this.#dueMs = undefined;
    request.forgo();
    if (this.#isProceeding) this.#send(request, nowMs);
  }

  /** True where a CANCEL has brought nothing: the re-INVITE is to be given up. */
  timeout(request: ClientRequest, nowMs: number): boolean {
    if (this.#dueMs === undefined || this.#dueMs > nowMs) return false;
    this.#dueMs = undefined;
    if (this.#state === "sent") return true;
    this.want(request, nowMs);
    return false;
  }

  #send(request: ClientRequest, nowMs: number): void {
    const { sent } = request;
    if (sent === undefined) return;
    this.#state = "sent";
    this.#stack.clients.start(cancelOf(sent.request, []), sent.to, nowMs, undefined);
    this.#dueMs = nowMs + giveUpMs(this.#stack.timers);
  }
}
