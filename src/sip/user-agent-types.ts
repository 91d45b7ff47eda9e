import type { SocketAddress } from "../base/address.ts";
import type { NaptrRecord, SrvRecord } from "../base/dns.ts";
import type { Hashes } from "../base/hashes.ts";
import type { LogEvent } from "../base/log-event.ts";
import type { SipAccount, SipAddress, SipHop, SipTransport } from "./account.ts";
import type { EventPackage, WatchCommand, WatchEvent } from "./events/watch-types.ts";
import type { GuardLimits } from "./security/source-guard.ts";
import type { SessionTimerConfig } from "./session/session-timer.ts";
import type { SipHeader, SipRequest, SipResponse } from "./wire/message.ts";
import type { SipParty } from "./wire/party.ts";

export type { SipAccount, SipAddress, SipHop, SipTransport } from "./account.ts";
export type { SipParty } from "./wire/party.ts";

/** What a stack needs to know at birth. */
export interface UserAgentConfig {
  /**
   * The address that peers on each transport reach us at; what Via and Contact carry. A transport
   * that is not here is not used; port 0 is one that nobody can connect to.
   */
  readonly local: Partial<Record<SipTransport, SocketAddress>>;
  /** The same of IPv6, where `local` is IPv4 and this machine has both. */
  readonly local6?: Partial<Record<SipTransport, SocketAddress>>;
  readonly userAgentName: string;
  readonly hashes: Hashes;
  /** A fresh unguessable token of letters and digits, at least 64 bits. */
  readonly createToken: () => string;
  /** Methods handed up as `request` events (a registrar takes REGISTER); others get 405. */
  readonly serves: readonly string[];
  /** What others may subscribe to; SUBSCRIBE gets 405 where there is nothing. */
  readonly tells?: readonly EventPackage[];
  /**
   * Whether an INVITE whose user is no account of ours is handed up as `incoming` all the same
   * (an exchange), or answered 404.
   */
  readonly acceptAnyUser: boolean;
  /**
   * Looks at each new request outside of a dialog before anything is kept for it: a status and
   * header fields refuse it without state, so that a flood of them holds no transaction.
   */
  readonly screen?: (
    request: SipRequest,
    source: SipAddress,
    nowMs: number,
  ) => { readonly status: number; readonly headers: readonly SipHeader[] } | undefined;
  /**
   * Whether requests from there find room where strangers have taken all that there is for them: a
   * server that we are registered at, or a telephone that is registered here. Nobody where absent.
   */
  readonly trusts?: (source: SipAddress) => boolean;
  /**
   * Finds the session of a call that rings by the ids that others were told for picking it up
   * (Replaces), where those are none of a dialog; `up` where it has been answered meanwhile.
   */
  readonly findTicket?: (dialog: DialogId) => string | "up" | undefined;
  /** What is dropped without a word; nothing where absent. */
  readonly guard?: GuardLimits;
  /**
   * Whether requests inside a dialog without a route go where the far end was heard rather than to
   * its Contact: right for who stands in for its proxy (an exchange), wrong behind a proxy.
   */
  readonly answersWhereHeard?: boolean;
  /**
   * How long a session may go without a sign of life, in seconds; absent: nobody watches, and the
   * extension is not offered. @see RFC 4028
   */
  readonly sessionTimer?: SessionTimerConfig;
  /** A STUN server that tells which address our UDP socket has outside. @see RFC 8489 */
  readonly stunServer?: Pick<SipHop, "host" | "port">;
  /** More extensions that peers may require: what the layers above carry out, in lower case. */
  readonly extensions?: readonly string[];
  /** Whether calls carry identifiers that survive whoever stands between. @see RFC 7989 */
  readonly sessionIds?: boolean;
  /** Timer values; the RFC's defaults where absent. @see RFC 3261 §17.1.1.1, table 4 */
  readonly timers?: { readonly t1Ms?: number; readonly t2Ms?: number; readonly t4Ms?: number };
}

/** What tells one dialog from another, as we see it. @see RFC 3261 §12 */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  /** Empty where the far end is older than tags. */
  readonly remoteTag: string;
}

/** What the layers above ask of the user agent. A `session` is an id of the caller's making. */
export type UaCommand =
  | { readonly kind: "add-account"; readonly account: SipAccount }
  /** Un-registers (where registered) and forgets. */
  | { readonly kind: "remove-account"; readonly account: string }
  /**
   * Start a session. `to` goes direct, without an account's server (an exchange toward a contact);
   * `from` replaces the account's identity. `headers` may hold a `max-forwards` in place of 70.
   * Without `body` the far end is asked for an offer (see `ack`). `redirects`: a 3xx is followed,
   * by the account's server or straight to the address that it names, where no password goes.
   */
  | {
      readonly kind: "invite";
      readonly session: string;
      readonly uri: string;
      readonly account?: string;
      readonly to?: SipAddress;
      readonly from?: { readonly displayName?: string; readonly uri: string };
      readonly redirects?: "server" | "direct";
      readonly headers?: readonly SipHeader[];
      readonly body?: string;
      readonly contentType?: string;
    }
  /**
   * Answer an INVITE or re-INVITE: 1xx any number of times, then one final status. A refusal of an
   * INVITE ends the session with an `ended` event; one of a re-INVITE leaves it as it was.
   */
  | {
      readonly kind: "respond";
      readonly session: string;
      readonly status: number;
      readonly reason?: string;
      readonly headers?: readonly SipHeader[];
      readonly body?: string;
      readonly contentType?: string;
    }
  /** Send a new offer inside the dialog. An absent body asks the far end for one. */
  | { readonly kind: "reinvite"; readonly session: string; readonly body?: string }
  /** Take our last `reinvite` back: `reoffer-failed` (487) follows, or `answered` that crossed. */
  | { readonly kind: "take-back"; readonly session: string }
  /**
   * Acknowledge the 2xx to our INVITE or re-INVITE that had no body: the 2xx held the offer (it
   * came as `answered`), `body` is the answer.
   */
  | { readonly kind: "ack"; readonly session: string; readonly body?: string }
  /**
   * End it, whatever its state: CANCEL, BYE, or a final refusal (`status`, 480 where absent). The
   * `ended` event comes at once; what has to be said goes on behind it. A command with the id of a
   * session that is over does nothing, since ends cross.
   */
  | {
      readonly kind: "end";
      readonly session: string;
      readonly status?: number;
      readonly headers?: readonly SipHeader[];
      /** The answer to the BYE is wanted, as a `response`; 481 where there is none to say. */
      readonly request?: string;
    }
  /**
   * A request inside a session that is up: INFO, MESSAGE, NOTIFY and their kin; it ends in one
   * `response` event. 481 where there is no such session, or none that is up.
   */
  | {
      readonly kind: "session-request";
      readonly request: string;
      readonly session: string;
      readonly method: string;
      readonly headers?: readonly SipHeader[];
      readonly body?: string;
    }
  /**
   * Ask the far end of a session to call somebody (REFER); it ends in one `response` event, and
   * what becomes of the call is told by NOTIFY (a `request` event). `uri` is whom; where it is
   * absent, the far end of the session `replaces`, whose place the new call is then to take.
   */
  | {
      readonly kind: "refer";
      readonly request: string;
      readonly session: string;
      readonly uri?: string;
      readonly replaces?: string;
      readonly headers?: readonly SipHeader[];
    }
  /**
   * Ask an account's server to tell of something (`event`, an event package in lower case) until
   * `unsubscribe`; it is refreshed, and asked for again after a refusal. `uri` is whose, the
   * account's own where it is absent. `subscription` is an id of the caller's making.
   */
  | {
      readonly kind: "subscribe";
      readonly subscription: string;
      readonly account: string;
      readonly event: string;
      readonly accept: string;
      readonly expiresS: number;
      readonly uri?: string;
    }
  | { readonly kind: "unsubscribe"; readonly subscription: string }
  | WatchCommand
  /** A request outside any dialog. `request` is an id of the caller's making. */
  | {
      readonly kind: "send-request";
      readonly request: string;
      readonly method: string;
      readonly uri: string;
      readonly account?: string;
      readonly to?: SipAddress;
      /** Replaces the account's identity. */
      readonly from?: { readonly displayName?: string; readonly uri: string };
      readonly headers?: readonly SipHeader[];
      readonly body?: string;
    }
  /** Answer a `request` event. */
  | {
      readonly kind: "reply";
      readonly request: string;
      readonly status: number;
      readonly reason?: string;
      readonly headers?: readonly SipHeader[];
      readonly body?: string;
    };

/** Why a session ended. */
export type SessionEndCause =
  /** We asked for it. */
  | "local"
  /** BYE from the far end. */
  | "bye"
  /** CANCEL of an INVITE to us that had no final answer, or its Expires was over. */
  | "cancel"
  /** The far end fell silent: no response, or no ACK. */
  | "timeout"
  /** The transport or the protocol failed. */
  | "error";

/** What the user agent tells the layers above. Bodies are latin-1 carried. */
export type UaEvent =
  | {
      readonly kind: "registered";
      readonly account: string;
      readonly expiresS: number;
      readonly server: SipAddress;
    }
  /** `status` is absent where nobody answered. It goes on trying, next in `retryMs`. */
  | {
      readonly kind: "registration-failed";
      readonly account: string;
      readonly status?: number;
      readonly reason: string;
      readonly retryMs?: number;
    }
  | { readonly kind: "unregistered"; readonly account: string }
  /**
   * The STUN server sees us at another address than our own: other sockets may ask it at `server`
   * too. Without these it does not, or is not there.
   */
  | {
      readonly kind: "reflected";
      readonly server?: SocketAddress;
      readonly address?: SocketAddress;
    }
  /** An INVITE to us; the id is the user agent's making. 100 has been sent. */
  | {
      readonly kind: "incoming";
      readonly session: string;
      /** The account whose user the Request-URI names, where there is one. */
      readonly account?: string;
      readonly from: SipParty;
      readonly to: SipParty;
      readonly request: SipRequest;
      readonly source: SipAddress;
      readonly dialog?: DialogId;
      /** The session whose place it is to take (Replaces), or that it wants to join (Join). */
      readonly replaces?: string;
      readonly joins?: string;
      /** Whether its message came from a server that an account of ours is registered at. */
      readonly fromServer?: true;
    }
  /** A provisional response to our INVITE (100 excepted). `body` is there on early media. */
  | {
      readonly kind: "progress";
      readonly session: string;
      readonly status: number;
      readonly response: SipResponse;
      readonly body?: string;
    }
  /**
   * Our INVITE or re-INVITE was accepted; the ACK is out. Where ours had no body, `body` is the far
   * end's offer, and the ACK waits for the `ack` command that brings the answer.
   */
  | {
      readonly kind: "answered";
      readonly session: string;
      readonly response: SipResponse;
      readonly body?: string;
    }
  /** Our INVITE was refused, timed out (408) or could not be sent (503). The session is over. */
  | {
      readonly kind: "failed";
      readonly session: string;
      readonly status: number;
      readonly reason: string;
      readonly response?: SipResponse;
    }
  /** Our re-INVITE was refused; the session goes on as it was. */
  | { readonly kind: "reoffer-failed"; readonly session: string; readonly status: number }
  /** Whether a subscription holds; `status` is why not, where an answer said it. */
  | {
      readonly kind: "subscription";
      readonly subscription: string;
      readonly account: string;
      readonly isActive: boolean;
      readonly status?: number;
    }
  /** What a server tells a subscription of ours. It was answered. */
  | {
      readonly kind: "notified";
      readonly subscription: string;
      readonly account: string;
      readonly event: string;
      readonly contentType: string;
      readonly body: string;
    }
  /** The far end re-INVITEs: answer it with `respond`. An absent body asks us for an offer. */
  | {
      readonly kind: "reoffered";
      readonly session: string;
      readonly request: SipRequest;
      readonly body?: string;
    }
  /** The far end's re-INVITE or UPDATE wants no answer any more: it has one. */
  | { readonly kind: "taken-back"; readonly session: string }
  /** The ACK for our 2xx arrived. `body` is the answer where ours was the offer. */
  | { readonly kind: "confirmed"; readonly session: string; readonly body?: string }
  | {
      readonly kind: "ended";
      readonly session: string;
      readonly cause: SessionEndCause;
      readonly request?: SipRequest;
      /** Whether its message came from a server that an account of ours is registered at. */
      readonly fromServer?: true;
    }
  | WatchEvent
  /** A request that we serve (see `serves`); answer it with `reply`. */
  | {
      readonly kind: "request";
      readonly request: string;
      readonly message: SipRequest;
      readonly source: SipAddress;
      readonly session?: string;
      /** Outside of a session: the account whose user the Request-URI names, where there is one. */
      readonly account?: string;
      /** Whether its message came from a server that an account of ours is registered at. */
      readonly fromServer?: true;
    }
  /** The final answer to a request of ours that is no INVITE; no `response` where none came. */
  | {
      readonly kind: "response";
      readonly request: string;
      readonly status: number;
      readonly response?: SipResponse;
      /** Whether its message came from a server that an account of ours is registered at. */
      readonly fromServer?: true;
    };

/** What goes into the user agent. */
export type UaInput =
  /** `bytes` is borrowed. */
  | { readonly kind: "datagram"; readonly bytes: Uint8Array; readonly from: SipAddress }
  | { readonly kind: "command"; readonly command: UaCommand }
  | { readonly kind: "resolved"; readonly query: string; readonly hosts: readonly string[] }
  | {
      readonly kind: "resolved-srv";
      readonly query: string;
      readonly records: readonly SrvRecord[];
    }
  | {
      readonly kind: "resolved-naptr";
      readonly query: string;
      readonly records: readonly NaptrRecord[];
    }
  /** Something to `to` could not be sent, or its connection broke: what waits for it fails. */
  | { readonly kind: "send-failed"; readonly to: SipAddress; readonly reason: string }
  /** A connection to there was opened; `local` is its near end. */
  | { readonly kind: "connected"; readonly to: SipAddress; readonly local: SocketAddress }
  /** This machine has other addresses or another way out: what was learned does not hold. */
  | { readonly kind: "network-changed" }
  | { readonly kind: "timeout" };

/** What comes out of the user agent. */
export type UaOutput =
  | { readonly kind: "send"; readonly bytes: Uint8Array; readonly to: SipAddress }
  /** Look a name up and answer with `resolved`, `resolved-srv` or `-naptr` and the same `query`. */
  | {
      readonly kind: "resolve";
      readonly query: string;
      readonly record: "address" | "srv" | "naptr";
      readonly host: string;
    }
  | { readonly kind: "event"; readonly event: UaEvent }
  | { readonly kind: "log"; readonly event: LogEvent };
