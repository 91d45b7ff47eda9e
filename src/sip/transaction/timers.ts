/**
 * The base values of all transaction timers, milliseconds.
 * @see RFC 3261 §17.1.1.1 and table 4
 */
export interface TransactionTimers {
  /** Estimate of the round-trip time. */
  readonly t1Ms: number;
  /** The longest interval between retransmissions of a non-INVITE request or INVITE response. */
  readonly t2Ms: number;
  /** The longest time a message stays in the network. */
  readonly t4Ms: number;
}

/** @see RFC 3261 table 4 */
export const DEFAULT_TIMERS = {
  t1Ms: 500,
  t2Ms: 4000,
  t4Ms: 5000,
} as const satisfies TransactionTimers;

/** What a transaction's machine needs to know: the timers, and whether the transport may lose. */
export interface TransactionConfig extends TransactionTimers {
  /** A transport that never loses: nothing is sent twice, and D, I, J and K are zero. */
  readonly reliable: boolean;
}

/** The timers over a transport that never loses, and over one that may. */
export interface TransactionConfigs {
  readonly reliable: TransactionConfig;
  readonly lossy: TransactionConfig;
}

/** Both of them, of the same base values. */
export function transactionConfigs(timers: TransactionTimers): TransactionConfigs {
  return { reliable: { ...timers, reliable: true }, lossy: { ...timers, reliable: false } };
}

/** Timers B, F, H, J, L and M (and D, which is at least this): 64 times T1. */
export function giveUpMs(timers: TransactionTimers): number {
  return 64 * timers.t1Ms;
}

/** The wait of a finished transaction for late copies: nothing on a reliable transport. */
export function lingerMs(config: TransactionConfig, unreliableMs: number): number {
  return config.reliable ? 0 : unreliableMs;
}

/** Finished transactions are forgotten together, once a second: each alone would wake the box. */
const FORGET_EVERY_MS = 1000;

/**
 * When a finished transaction that lingers until `endAtMs` is forgotten: then or up to a second
 * later, which nobody can tell from a late copy that came late itself.
 */
export function forgetAtMs(endAtMs: number): number {
  return Math.ceil(endAtMs / FORGET_EVERY_MS) * FORGET_EVERY_MS;
}

/** What one step of a machine comes to. */
export interface Step<State, Action> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/**
 * A resend timer that doubles. `atMs` undefined never fires (reliable transport).
 * What a late caller missed is not made up in a burst: the next one is after `nowMs`.
 */
export interface Resend {
  readonly atMs: number | undefined;
  readonly intervalMs: number;
}

/** The first resend, `intervalMs` after `nowMs`. */
export function startResend(config: TransactionConfig, intervalMs: number, nowMs: number): Resend {
  return { atMs: config.reliable ? undefined : nowMs + intervalMs, intervalMs };
}

/** The resend after one that fired: twice the interval, at most `limitMs`. */
export function nextResend(resend: Resend, limitMs: number, nowMs: number): Resend {
  if (resend.atMs === undefined) return resend;
  let { atMs, intervalMs } = resend;
  while (atMs <= nowMs) {
    intervalMs = Math.min(intervalMs * 2, limitMs);
    atMs += intervalMs;
  }
  return { atMs, intervalMs };
}

/** Whether a resend is due. */
export function isDue(resend: Resend, nowMs: number): boolean {
  return resend.atMs !== undefined && resend.atMs <= nowMs;
}
