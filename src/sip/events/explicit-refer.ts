import { asksSecure } from "../dialog/dialog.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipAddress } from "../user-agent-types.ts";
import type { SipHeader, SipRequest } from "../wire/message.ts";
import type { Watch } from "./watch.ts";
import type { WatchDocument, WatchEnd } from "./watch-types.ts";

/** Times of such a REFER, ms. */
export const EXPLICIT_REFER_TIMES = {
  /**
   * How long its outcome is waited for, and how long it is kept for who asks late: twice 64·T1.
   * @see RFC 7614 §4.7
   */
  openMs: 300_000,
  keptMs: 64_000,
} as const;

/** A REFER whose sender asks by itself what becomes of it. */
export interface ExplicitReferParts {
  readonly transaction: ServerTransactionId;
  readonly request: SipRequest;
  readonly source: SipAddress;
  /** The user of the address that is subscribed to: nobody can guess it. */
  readonly token: string;
  /** User part of our Contact. */
  readonly user: string;
}

/**
 * A REFER that makes no subscription: its answer names an address, and who subscribes there is told
 * how the call goes, as often and as long as he likes.
 *
 *     REFER, Require: explicitsub ──► 200, Refer-Events-At: <sip:token@us>
 *     SUBSCRIBE sip:token@us, Event: refer ──► 200, NOTIFY …
 *
 * @see RFC 7614
 */
export class ExplicitRefer {
  readonly #stack: Stack;
  readonly #parts: ExplicitReferParts;
  readonly #watches = new Set<Watch>();
  #state: "asked" | "open" | "over" = "asked";
  #document: WatchDocument = { body: "" };
  #reason: WatchEnd = "noresource";
  #untilMs: number;

  constructor(stack: Stack, parts: ExplicitReferParts, nowMs: number) {
    this.#stack = stack;
    this.#parts = parts;
    this.#untilMs = nowMs + EXPLICIT_REFER_TIMES.openMs;
  }

  get token(): string {
    return this.#parts.token;
  }

  /** When it is to be forgotten. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** How the call stands; the first one accepts the REFER. */
  tell(document: WatchDocument, nowMs: number): void {
    if (this.#state === "over") return;
    this.#document = document;
    if (this.#state === "asked") this.#accept(nowMs);
    for (const watch of this.#watches) watch.tell(document, nowMs);
  }

  /** Not this one: it is over at once. */
  refuse(status: number, headers: readonly SipHeader[], nowMs: number): void {
    if (this.#state !== "asked") return;
    this.#state = "over";
    this.#untilMs = nowMs;
    const { transaction, request } = this.#parts;
    this.#stack.reply(transaction, request, status < 300 ? 403 : status, nowMs, { headers });
  }

  /** What became of it in the end. */
  finish(reason: WatchEnd, nowMs: number, document = this.#document): void {
    if (this.#state === "asked") this.refuse(480, [], nowMs);
    if (this.#state === "over") return;
    this.#state = "over";
    this.#document = document;
    this.#reason = reason;
    this.#untilMs = nowMs + EXPLICIT_REFER_TIMES.keptMs;
    for (const watch of this.#watches) watch.finish(reason, nowMs, document);
    this.#watches.clear();
  }

  /** Somebody has subscribed. */
  attach(watch: Watch, nowMs: number): void {
    // Before it is told: who asks once has gone after that.
    if (this.#state !== "over") this.#watches.add(watch);
    watch.tell(this.#document, nowMs);
    if (this.#state === "over") watch.finish(this.#reason, nowMs);
  }

  /** A subscription is over: by who asked, its lease, or because nobody takes what it tells. */
  detach(watch: Watch): void {
    this.#watches.delete(watch);
  }

  /** Those who are told of it at the moment. */
  get watching(): number {
    return this.#watches.size;
  }

  #accept(nowMs: number): void {
    this.#state = "open";
    const { transaction, request, source, token, user } = this.#parts;
    const secure = asksSecure(request);
    const uri = this.#stack.contactUri(source, token, secure) ?? "";
    const headers = [
      { name: "refer-events-at", value: `<${uri}>` },
      ...this.#stack.contactHeaders(source, user, secure),
    ];
    this.#stack.reply(transaction, request, 200, nowMs, { headers });
  }
}
