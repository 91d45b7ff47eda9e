import { aorOf } from "../account-book.ts";
import { type ContactStanding, parseRegInfo, REG_EVENT } from "../events/reg-info.ts";
import type { Subscriptions } from "../events/subscriptions.ts";
import type { SipAccount } from "../user-agent-types.ts";
import { parseUri } from "../wire/uri.ts";
import { sameBinding } from "./lease.ts";
import { instanceParam } from "./register-request.ts";
import { REGISTRATION_TIMES } from "./registration.ts";

/** The registrar has taken our contact away. */
export interface Revoked {
  /** Why, as the event of the contact has it. */
  readonly event: ContactStanding["event"];
  /** How long it is to be left alone, ms. */
  readonly waitMs: number;
}

/** Who hears of it. `bound` is the contact that the server has of an account. */
export interface RevocationHost {
  bound(account: string): string | undefined;
  revoked(account: string, why: Revoked, nowMs: number): void;
}

/** How long it counts that a registration was ended, ms. */
const REMEMBERED_MS = 600_000;

/**
 * Asks a registrar to tell of our own registration, for the accounts that want that, so that one
 * that it ends is made anew at once and not when its lease runs low. @see RFC 3680 §3
 */
export class RegistrationWatch {
  readonly #subscriptions: Subscriptions;
  readonly #host: RevocationHost;
  /** How often in a row registrations of an account were ended. */
  readonly #ended = new Map<string, { readonly times: number; readonly untilMs: number }>();

  constructor(subscriptions: Subscriptions, host: RevocationHost) {
    this.#subscriptions = subscriptions;
    this.#host = host;
  }

  /** The account has been registered: where it wants to, its registrar is asked to tell. */
  registered(account: SipAccount, nowMs: number): void {
    if (account.watchesRegistration !== true) return;
    this.#subscriptions.subscribe(
      {
        kind: "subscribe",
        subscription: idOf(account),
        account: account.id,
        event: REG_EVENT.name,
        accept: REG_EVENT.contentType,
        expiresS: REG_EVENT.expiresS,
        uri: aorOf(account),
      },
      nowMs,
      (body, atMs) => this.#notified(account, body, atMs),
    );
  }

  /** Another account has taken the place of one of the same id, and is still to be registered. */
  replaced(account: SipAccount, nowMs: number): void {
    this.#ended.delete(account.id);
    this.#subscriptions.replaced(account, nowMs);
  }

  /** The account goes. */
  removed(account: SipAccount, nowMs: number): void {
    this.#ended.delete(account.id);
    if (account.watchesRegistration === true) {
      this.#subscriptions.unsubscribe(idOf(account), nowMs);
    }
  }

  #notified(account: SipAccount, body: string, nowMs: number): void {
    const bound = this.#host.bound(account.id);
    const revoked = bound === undefined ? undefined : revocationOf(body, bound, account);
    if (revoked === undefined) return;
    const { event } = revoked;
    const { untilMs = nowMs, times = 0 } = this.#ended.get(account.id) ?? {};
    const isAgain = nowMs < untilMs;
    const before = isAgain ? times : 0;
    this.#ended.set(account.id, { times: before + 1, untilMs: nowMs + REMEMBERED_MS });
    // A registrar that ends each one is not to have us register as fast as it does.
    const longerMs = Math.min(revoked.waitMs * 2 ** before, REGISTRATION_TIMES.retryMostMs);
    const waitMs = Math.max(revoked.waitMs, longerMs);
    this.#host.revoked(account.id, { event, waitMs }, nowMs);
  }
}

function idOf({ id }: SipAccount): string {
  return `registration of ${id}`;
}

/**
 * What a notification says of our contact, where it says that it is gone. A registrar that rewrote
 * our URI is known by our instance, but only where it tells of all contacts: the one before the
 * present one has the same. @see RFC 3680 §5.1
 */
export function revocationOf(
  body: string,
  bound: string,
  account: SipAccount,
): Revoked | undefined {
  const news = parseRegInfo(body);
  const own = parseUri(bound);
  if (news === undefined || !own.ok) return undefined;
  const instance = instanceParam(account);
  const ours = news.contacts.filter(({ uri, instance: theirs }) => {
    const parsed = parseUri(uri);
    if (parsed.ok && sameBinding(parsed.value, own.value)) return true;
    return news.isFull && instance !== undefined && theirs === instance;
  });
  const last = ours.at(-1);
  if (last === undefined || ours.some(({ isActive }) => isActive)) return undefined;
  return { event: last.event, waitMs: waitOf(last) };
}

function waitOf({ event, retryAfterS }: ContactStanding): number {
  const { flowAgainMs, refusedMs } = REGISTRATION_TIMES;
  if (event === "rejected") return refusedMs;
  if (event === "probation") return retryAfterS === undefined ? refusedMs : retryAfterS * 1000;
  return flowAgainMs;
}
