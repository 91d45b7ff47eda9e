import { earliestMs } from "../base/core.ts";
import type { UaCommand } from "../sip/index.ts";
import { EXCHANGE_LIMITS, type ExchangeOutput, toUa } from "./exchange-types.ts";

/** A contact that may be called. */
export interface HuntLeg {
  readonly session: string;
  readonly invite: Extract<UaCommand, { kind: "invite" }>;
  /** How much it is preferred, thousandths. @see RFC 3261 §20.10 (q) */
  readonly preference: number;
  /** Which device it leads to, where that is known: one device is not rung twice at a time. */
  readonly instance?: string;
}

/** What says that a way to a device is broken, and not that the device does not want the call. */
const BROKEN_WAY = [408, 430, 503];

/**
 * Whom a call looks for: contacts of the same preference all at once, then those that come after.
 *
 *     q=1.0  ──▶ A  B        both ring; both refuse, or nobody answers in 20 s
 *     q=0.5  ──▶ C           the last ones ring until timer C
 *
 * A device that registered over several ways is tried by the next one only where the way before was
 * broken. Each leg has its timer C: 190 s from its last provisional response.
 * @see RFC 3261 §16.6 (target set, timer C), RFC 5626 §7
 */
export class Hunt {
  readonly #groups: HuntLeg[][];
  readonly #sessions: string[];
  /** Legs that ring: when each has rung for too long. */
  readonly #ringing = new Map<string, { readonly leg: HuntLeg; untilMs: number }>();
  readonly #refusals: number[] = [];
  /** Devices that have said what they think of the call. */
  readonly #asked = new Set<string>();
  #groupUntilMs = 0;

  constructor(legs: readonly HuntLeg[]) {
    this.#groups = groupsOf(legs);
    this.#sessions = legs.map(({ session }) => session);
  }

  /** Every session that may ever come of it. */
  get sessions(): readonly string[] {
    return this.#sessions;
  }

  get refusals(): readonly number[] {
    return this.#refusals;
  }

  /** Whether one alone rings and nobody else will: then early media is that place's. */
  get isSingle(): boolean {
    return this.#ringing.size === 1 && this.#groups.length === 0;
  }

  get isRinging(): boolean {
    return this.#ringing.size > 0;
  }

  has(session: string): boolean {
    return this.#ringing.has(session);
  }

  /** Calls the next ones; nothing where there is nobody left. */
  next(nowMs: number): readonly ExchangeOutput[] {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const legs = group.filter(({ instance }) => !this.#asked.has(instance ?? ""));
      if (legs.length === 0) continue;
      this.#groupUntilMs = nowMs + EXCHANGE_LIMITS.serialRingMs;
      return this.#ring(legs, nowMs);
    }
    return [];
  }

  /**
   * Takes others in, in the place of who refused last and named them: they come before those that
   * nobody has called yet. Calls the first. @see RFC 3261 §16.7 step 4
   */
  follow(legs: readonly HuntLeg[], nowMs: number): readonly ExchangeOutput[] {
    this.#refusals.pop();
    this.#sessions.push(...legs.map(({ session }) => session));
    this.#groups.unshift(...groupsOf(legs));
    return this.next(nowMs);
  }

  #ring(legs: readonly HuntLeg[], nowMs: number): readonly ExchangeOutput[] {
    for (const leg of legs) {
      this.#ringing.set(leg.session, { leg, untilMs: nowMs + EXCHANGE_LIMITS.ringMs });
    }
    return legs.map(({ invite }) => toUa(invite));
  }

  /** A leg gave a provisional response that is more than 100. @see RFC 3261 §16.7 step 2 */
  progress(session: string, nowMs: number): void {
    const ringing = this.#ringing.get(session);
    if (ringing !== undefined) ringing.untilMs = nowMs + EXCHANGE_LIMITS.ringMs;
  }

  /** A leg refused, or fell away. False where it rang no more. */
  drop(session: string, status: number): boolean {
    const ringing = this.#ringing.get(session);
    if (ringing === undefined) return false;
    this.#ringing.delete(session);
    this.#refusals.push(status);
    const { instance } = ringing.leg;
    if (instance !== undefined && !BROKEN_WAY.includes(status)) this.#asked.add(instance);
    return true;
  }

  /** Nobody rings any more and nobody will; who rang until now, but for one. */
  end(except?: string): readonly string[] {
    const rang = [...this.#ringing.keys()].filter((session) => session !== except);
    this.#ringing.clear();
    this.#groups.length = 0;
    return rang;
  }

  deadlineMs(): number | undefined {
    let deadlineMs: number | undefined;
    for (const { untilMs } of this.#ringing.values()) deadlineMs = earliestMs(deadlineMs, untilMs);
    const more = this.isRinging && this.#groups.length > 0;
    return more ? earliestMs(deadlineMs, this.#groupUntilMs) : deadlineMs;
  }

  /** The legs that have rung for long enough: they are to be ended and dropped. */
  overdue(nowMs: number): readonly string[] {
    const all = this.#groups.length > 0 && nowMs >= this.#groupUntilMs;
    return [...this.#ringing]
      .filter(([, { untilMs }]) => all || nowMs >= untilMs)
      .map(([session]) => session);
  }
}

/** Legs of one preference together, the best first; of one device one in each group. */
function groupsOf(legs: readonly HuntLeg[]): HuntLeg[][] {
  const preferences = [...new Set(legs.map(({ preference }) => preference))];
  return preferences
    .toSorted((a, b) => b - a)
    .flatMap((preference) => {
      const groups: HuntLeg[][] = [];
      const ways = new Map<string, number>();
      for (const leg of legs) {
        if (leg.preference !== preference) continue;
        const key = leg.instance ?? leg.session;
        const way = ways.get(key) ?? 0;
        ways.set(key, way + 1);
        const group = groups[way];
        if (group === undefined) groups[way] = [leg];
        else group.push(leg);
      }
      return groups;
    });
}
