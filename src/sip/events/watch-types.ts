import type { SipAddress } from "../account.ts";
import type { SipHeader, SipRequest } from "../wire/message.ts";
import type { SipParty } from "../wire/party.ts";

/** Something that others may ask us to tell of: an event package. @see RFC 6665 §4.2, §5.4 */
export interface EventPackage {
  /** In lower case, as Event names it. */
  readonly name: string;
  /** What its notifications are written in. */
  readonly contentType: string;
  /** The lease of who asks for none, seconds. */
  readonly expiresS: number;
  /** From one notification to the next, at least, ms. What happens meanwhile is told as one. */
  readonly everyMs: number;
}

/**
 * What a watcher is told. A document that is numbered has its number, which counts up with each
 * one that is sent to this watcher, between `body` and `rest`.
 */
export interface WatchDocument {
  readonly body: string;
  readonly rest?: string;
}

/** Why a subscription to us ends. @see RFC 6665 §4.1.3 */
export type WatchEnd = "deactivated" | "probation" | "rejected" | "noresource" | "timeout";

/** What the layers above ask of the notifier. A `watch` is an id of its making. */
export type WatchCommand =
  /** The state now, all of it; the first one takes the subscription on. */
  | { readonly kind: "tell"; readonly watch: string; readonly document: WatchDocument }
  /** Not this watcher, or not this event. The status is a refusal. */
  | {
      readonly kind: "refuse-watch";
      readonly watch: string;
      readonly status: number;
      readonly headers?: readonly SipHeader[];
    }
  /** `document` is the last word; without it what was told last is told once more. */
  | {
      readonly kind: "end-watch";
      readonly watch: string;
      readonly reason: WatchEnd;
      readonly document?: WatchDocument;
    };

/** What the notifier tells the layers above. */
export type WatchEvent =
  /** Somebody wants to be told: answer with `tell` or `refuse-watch` at once. */
  | {
      readonly kind: "watched";
      readonly watch: string;
      readonly event: string;
      /** The account whose user the Request-URI names, where there is one. */
      readonly account?: string;
      readonly from: SipParty;
      readonly request: SipRequest;
      readonly source: SipAddress;
      /** The session that a REFER is about (`event` is `refer` then). */
      readonly session?: string;
    }
  /** Nobody is there any more who is told. */
  | { readonly kind: "watch-ended"; readonly watch: string; readonly account?: string };
