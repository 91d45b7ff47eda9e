import type { SubscriptionState } from "../session/refer.ts";

/**
 * One subscription of ours, from the wish for it to its end.
 *
 *              subscribe: send                2xx
 *   ┌──────┐ ─────────────────► ┌────────────┐ ─────────► ┌────────┐ ──┐ refresh at 80–90 %
 *   │ idle │                    │ subscribing│            │ active │   │ of the lease: send
 *   └──────┘ ◄─┐                └────────────┘ ◄───────── └────────┘ ◄─┘
 *       ▲      │ stop: gone         │ refused, silence,       │ NOTIFY terminated
 *       │      │                    ▼ none in time            ▼
 *       │      └──────────── ┌─────────┐ ◄────────────────────┘
 *       └─────── retry due ──│ waiting │
 *                            └─────────┘
 *
 * A refusal that will not change (403, 404, 405, 489, 501) is asked about again only after hours.
 * @see RFC 6665 §4.1
 */
export type SubscriptionMachine =
  | { readonly kind: "idle" }
  | { readonly kind: "subscribing"; readonly expiresS: number; readonly inDialog: boolean }
  | { readonly kind: "active"; readonly refreshAtMs: number; readonly endsAtMs: number }
  | { readonly kind: "waiting"; readonly retryAtMs: number }
  | { readonly kind: "leaving" }
  | { readonly kind: "gone" };

/** What happens to it. */
export type SubscriptionInput =
  | { readonly kind: "start" }
  | { readonly kind: "stop" }
  | { readonly kind: "accepted"; readonly expiresS: number | undefined }
  | {
      readonly kind: "refused";
      /** 408 where nobody answered. */
      readonly status: number;
      readonly minExpiresS?: number;
      readonly retryAfterS?: number;
    }
  | { readonly kind: "notified"; readonly state: SubscriptionState }
  /** Its account is another one from now on: a new dialog is made by that. */
  | { readonly kind: "replaced" }
  | { readonly kind: "timeout" };

/** What is to be done. `send` with 0 ends it; without `inDialog` it makes a new one. */
export type SubscriptionAction =
  | { readonly kind: "send"; readonly expiresS: number; readonly inDialog: boolean }
  /** The dialog is over: nothing of it is listened to any more. */
  | { readonly kind: "forget" }
  | { readonly kind: "tell"; readonly isActive: boolean; readonly status?: number };

/** What one step comes to. */
export interface SubscriptionStep {
  readonly state: SubscriptionMachine;
  readonly actions: readonly SubscriptionAction[];
}

/** The lease asked for, and what spreads the refreshes of many. */
export interface SubscriptionConfig {
  readonly expiresS: number;
  /** From 0 up to 1: where in 80 to 90 % of the lease the refresh comes. */
  readonly spread: number;
}

/** The wait before the next try where the server names none, ms. */
export const RETRY_MS = 30_000;
/** The wait where another account has taken the place of its own, ms. */
export const REPLACED_MS = 2_000;
/** How long a refusal that will not change is left alone. */
export const REFUSED_MS = 14_400_000;
/** The shortest lease that is kept up with, seconds. */
const LEASE_MIN_S = 30;

const LASTING: readonly number[] = [403, 404, 405, 489, 501, 603];

/** When the machine wants a `timeout`. */
export function subscriptionDeadlineMs(state: SubscriptionMachine): number | undefined {
  switch (state.kind) {
    case "active":
      return state.refreshAtMs;
    case "waiting":
      return state.retryAtMs;
    default:
      return undefined;
  }
}

/** One step of the machine. */
export function subscriptionStep(
  config: SubscriptionConfig,
  state: SubscriptionMachine,
  input: SubscriptionInput,
  nowMs: number,
): SubscriptionStep {
  const stay: SubscriptionStep = { state, actions: [] };
  switch (input.kind) {
    case "start":
      return state.kind === "idle" ? subscribe(config.expiresS, false) : stay;
    case "stop":
      return stop(state);
    case "accepted":
      return accepted(config, state, input.expiresS, nowMs);
    case "refused":
      return refused(config, state, input, nowMs);
    case "notified":
      return notified(config, state, input.state, nowMs);
    case "replaced":
      return replaced(state, nowMs);
    case "timeout": {
      const dueMs = subscriptionDeadlineMs(state);
      if (dueMs === undefined || nowMs < dueMs) return stay;
      return subscribe(config.expiresS, state.kind === "active");
    }
  }
}

function subscribe(expiresS: number, inDialog: boolean): SubscriptionStep {
  return {
    state: { kind: "subscribing", expiresS, inDialog },
    actions: [{ kind: "send", expiresS, inDialog }],
  };
}

function stop(state: SubscriptionMachine): SubscriptionStep {
  if (state.kind === "gone" || state.kind === "leaving") return { state, actions: [] };
  const isBound = state.kind === "active" || (state.kind === "subscribing" && state.inDialog);
  if (!isBound) return { state: { kind: "gone" }, actions: [{ kind: "forget" }] };
  return { state: { kind: "leaving" }, actions: [{ kind: "send", expiresS: 0, inDialog: true }] };
}

function accepted(
  config: SubscriptionConfig,
  state: SubscriptionMachine,
  expiresS: number | undefined,
  nowMs: number,
): SubscriptionStep {
  if (state.kind === "leaving") return { state: { kind: "gone" }, actions: [{ kind: "forget" }] };
  if (state.kind !== "subscribing") return { state, actions: [] };
  return lease(config, expiresS ?? state.expiresS, !state.inDialog, nowMs);
}

function lease(
  config: SubscriptionConfig,
  expiresS: number,
  isNew: boolean,
  nowMs: number,
): SubscriptionStep {
  const lastsMs = Math.max(LEASE_MIN_S, expiresS) * 1000;
  return {
    state: {
      kind: "active",
      refreshAtMs: nowMs + Math.round(lastsMs * (0.8 + 0.1 * config.spread)),
      endsAtMs: nowMs + lastsMs,
    },
    actions: isNew ? [{ kind: "tell", isActive: true }] : [],
  };
}

function refused(
  config: SubscriptionConfig,
  state: SubscriptionMachine,
  input: Extract<SubscriptionInput, { kind: "refused" }>,
  nowMs: number,
): SubscriptionStep {
  if (state.kind === "leaving") return { state: { kind: "gone" }, actions: [{ kind: "forget" }] };
  if (state.kind !== "subscribing") return { state, actions: [] };
  const { status, minExpiresS, retryAfterS } = input;
  // @see RFC 6665 §4.1.2.1: too short a lease is asked for again, longer; once, for a server that
  // wants more each time would have us ask as fast as it answers.
  const isFirst = state.expiresS === config.expiresS;
  if (status === 423 && isFirst && minExpiresS !== undefined && minExpiresS > state.expiresS) {
    return subscribe(minExpiresS, state.inDialog);
  }
  // The dialog is unknown over there: a new one. @see RFC 6665 §4.1.2.2
  if (state.inDialog && status === 481) {
    const again = subscribe(config.expiresS, false);
    return { ...again, actions: [{ kind: "forget" }, ...again.actions] };
  }
  const waitMs = LASTING.includes(status)
    ? REFUSED_MS
    : retryAfterS === undefined
      ? RETRY_MS
      : retryAfterS * 1000;
  return wait(waitMs, nowMs, status);
}

function wait(waitMs: number, nowMs: number, status?: number): SubscriptionStep {
  const retryAtMs = nowMs + Math.min(Math.max(waitMs, 1000), REFUSED_MS);
  return {
    state: { kind: "waiting", retryAtMs },
    actions: [
      { kind: "forget" },
      { kind: "tell", isActive: false, ...(status === undefined ? {} : { status }) },
    ],
  };
}

/** The server keeps what it had until its lease is over; the account registers first. */
function replaced(state: SubscriptionMachine, nowMs: number): SubscriptionStep {
  if (state.kind === "leaving") return { state: { kind: "gone" }, actions: [{ kind: "forget" }] };
  const isOn = state.kind !== "idle" && state.kind !== "gone";
  return isOn ? wait(REPLACED_MS, nowMs) : { state, actions: [] };
}

/** @see RFC 6665 §4.1.3 */
function notified(
  config: SubscriptionConfig,
  state: SubscriptionMachine,
  { kind, reason, expiresS, retryAfterS }: SubscriptionState,
  nowMs: number,
): SubscriptionStep {
  if (kind !== "terminated") {
    // A NOTIFY may come before its 2xx, and may shorten the lease.
    if (state.kind !== "active" || expiresS === undefined) return { state, actions: [] };
    const endsAtMs = nowMs + Math.max(LEASE_MIN_S, expiresS) * 1000;
    if (endsAtMs >= state.endsAtMs) return { state, actions: [] };
    return lease(config, expiresS, false, nowMs);
  }
  if (state.kind === "leaving") return { state: { kind: "gone" }, actions: [{ kind: "forget" }] };
  if (state.kind !== "active" && state.kind !== "subscribing") return { state, actions: [] };
  switch (reason) {
    case "rejected":
    case "noresource":
    case "invariant":
      return wait(REFUSED_MS, nowMs);
    case "probation":
    case "giveup":
      return wait((retryAfterS ?? RETRY_MS / 1000) * 1000, nowMs);
    default: {
      // deactivated, timeout, none: at once, but for a wait that was asked for.
      if (retryAfterS !== undefined) return wait(retryAfterS * 1000, nowMs);
      return wait(1000, nowMs);
    }
  }
}
