import type { Hashes } from "../base/hashes.ts";
import type { LogEvent, LogLevel } from "../base/log-event.ts";
import type { MediaCommand, MediaEvent, MediaStats } from "../base/media-messages.ts";
import type { DigestAlgorithm, UaCommand, UaEvent } from "../sip/index.ts";

/** Somebody who may register and call. */
export interface ExchangeUser {
  /** User part of the address of record, and the user name of its digest. */
  readonly user: string;
  /** Absent: believed without a password. */
  readonly password?: string;
  /** The numbers of a private exchange, which registers for all of them at once. */
  readonly numbers?: readonly string[];
}

/** How calls that ring at another telephone are taken. */
export interface PickupConfig {
  /**
   * What is dialled before the number whose call is picked up, or alone for the one that has rung
   * for longest; absent: lamp keys alone do it.
   */
  readonly code?: string;
}

/** What the exchange is told at birth. */
export interface ExchangeConfig {
  /** Host part of every address of record, and the realm of digest authentication. */
  readonly domain: string;
  /** Addresses of ours that stand for the domain where a telephone names one of them. */
  readonly addresses?: readonly string[];
  readonly users: readonly ExchangeUser[];
  /** Whether REGISTER and INVITE are challenged; without it everybody is who From says. */
  readonly authenticate: boolean;
  /**
   * What challenges offer, one header field each, best first; {@link DEFAULT_DIGEST_ALGORITHMS}
   * where absent.
   */
  readonly digestAlgorithms?: readonly DigestAlgorithm[];
  /**
   * The qualities of protection that challenges offer and answers must have; `auth` is offered, and
   * any or none taken, where absent. `auth-int` covers the body: changes on the way are found.
   */
  readonly digestQop?: readonly ("auth" | "auth-int")[];
  /** Shortest and longest lease that the registrar gives, seconds. @see RFC 3261 §10.3 */
  readonly minExpiresS: number;
  readonly maxExpiresS: number;
  /** Numbers that the exchange answers itself; {@link DEFAULT_SERVICE_NUMBERS} where absent. */
  readonly services?: ServiceNumbers;
  /** The user that may tell of everybody's mailbox; everybody else of the own one alone. */
  readonly voicemail?: string;
  /** Whether users may pick up each other's calls, and how; absent: they may not. */
  readonly pickup?: PickupConfig;
  /**
   * What is dialled before the number of somebody who has a call on hold, to take that over;
   * absent: nobody can.
   */
  readonly retrieveCode?: string;
  /** A fresh unguessable token of letters and digits. */
  readonly createToken: () => string;
  readonly hashes: Hashes;
}

/**
 * MD5 alone: there are phones (baresip 1.0 among them) that give up as soon as one of several
 * challenges names an algorithm they do not know, and so never register. Where all phones know
 * better, SHA-256 is to be offered before it. @see RFC 8760 §2.3
 */
export const DEFAULT_DIGEST_ALGORITHMS = ["MD5"] as const satisfies readonly DigestAlgorithm[];

/** What the exchange itself can be to a caller: an echo, or the 1004 Hz test tone. */
export type ServiceKind = "echo" | "milliwatt";

/** The number of each service. */
export type ServiceNumbers = Readonly<Record<ServiceKind, string>>;

/** The numbers of the services unless told otherwise. */
export const DEFAULT_SERVICE_NUMBERS = {
  echo: "600",
  milliwatt: "601",
} as const satisfies ServiceNumbers;

/** What the exchange may not exceed. */
export const EXCHANGE_LIMITS = {
  /** Calls at a time; one more is told 503. */
  calls: 100,
  /** Contacts of one user; the one that ends first makes room for another. */
  contactsPerUser: 10,
  /** How long a leg may ring after its last 1xx: timer C, over 3 min. RFC 3261 §16.6 step 11 */
  ringMs: 190_000,
  /** How long contacts ring before those that are preferred less are called instead. */
  serialRingMs: 20_000,
  /** How long a call may ring in all, whatever its legs say. */
  ringTotalMs: 600_000,
  /** How long two sides may talk: where both vanished without a BYE, it must end some day. */
  talkMs: 86_400_000,
  /** How long one call to a service may last: a far end that vanished never says BYE. */
  serviceMs: 3_600_000,
  /** Numbers that telephones may send one call on to. */
  forwardsOfCall: 5,
  /** Sessions that may come into one call in another's place. */
  newcomersOfCall: 32,
  /** Requests of one call that wait for the other side's answer. */
  requestsOfCall: 16,
  /** Texts that wait for a telephone's answer. */
  texts: 64,
  /** How long media may take to open. */
  mediaOpenMs: 5_000,
  /** Nonces remembered with their count. */
  nonces: 4_096,
  /** How long a nonce is good. */
  nonceMs: 300_000,
} as const;

/** How a call through the exchange came out. `unanswered`: the caller gave up, or time was out. */
export type ExchangeResult = "answered" | "refused" | "unanswered";

/** One call through the exchange. */
export interface ExchangeRecord {
  readonly id: string;
  /** User parts. */
  readonly from: string;
  readonly to: string;
  /** On the monotonic clock of `handle`; who keeps the record knows the wall time. */
  readonly startedMs: number;
  /** Counted from `startedMs`; absent where nobody answered. */
  readonly answeredAtMs?: number;
  /** How long the two sides talked. */
  readonly durationMs: number;
  readonly result: ExchangeResult;
  /** The final status that the caller was told, where it was a refusal. */
  readonly sipStatus?: number;
  readonly media?: MediaStats;
}

/** What goes into the exchange: every event of its own user agent and of its media sessions. */
export type ExchangeInput =
  | { readonly kind: "ua"; readonly event: UaEvent }
  | { readonly kind: "media"; readonly event: MediaEvent }
  /** The box stops: calls and subscriptions end, and none begin. Telephones may still sign off. */
  | { readonly kind: "stop" }
  | { readonly kind: "timeout" };

/** What comes out of the exchange. */
export type ExchangeOutput =
  | { readonly kind: "ua"; readonly command: UaCommand }
  | { readonly kind: "media"; readonly command: MediaCommand }
  | { readonly kind: "record"; readonly record: ExchangeRecord }
  | { readonly kind: "log"; readonly event: LogEvent };

/** An output to the user agent. */
export const toUa = (command: UaCommand): ExchangeOutput => ({ kind: "ua", command });

/** An output to media. */
export const toMedia = (command: MediaCommand): ExchangeOutput => ({ kind: "media", command });

/** A log event of the exchange. */
export function logOf(
  level: LogLevel,
  text: string,
  data?: Readonly<Record<string, string | number | boolean>>,
): ExchangeOutput {
  const area = "exchange";
  return {
    kind: "log",
    event: data === undefined ? { level, area, text } : { level, area, text, data },
  };
}
