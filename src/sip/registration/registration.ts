import { fractionOf } from "../fraction.ts";

/*
 * The registration of one account.
 *
 *        | start
 *        v          accepted                 lease runs low
 *   +-------------+--------->+------------+----------------+
 *   | registering |          | registered |                |
 *   +-------------+<---------|            |<------------+  |
 *     ^  |     again, renew  +------------+   accepted  |  v
 *     |  | refused, nobody answered                   +------------+
 *     |  v                                            | refreshing |
 *   +---------+<------------------------------------- +------------+
 *   | waiting |             refused, nobody answered
 *   +---------+
 *        the wait is over or renew: registering; a lost flow, or the server's word that we are
 *        not registered any more, leads from registered to waiting
 *
 *   stop: +---------------+ any end of it   +------+
 *   ----->| unregistering |---------------->| gone |
 *         +---------------+                 +------+
 *   (from `waiting` without a lease and from `idle` straight to `gone`)
 *
 * `registering` and `refreshing` are one state here: `leaseEndsMs` tells them apart.
 */

/** Times of a registration. None is the RFC's: it leaves them to the user agent. */
export const REGISTRATION_TIMES = {
  /** First wait where nobody answered or the server failed; it doubles from there. */
  retryFirstMs: 5_000,
  retryMostMs: 120_000,
  /** Wait after a refusal that a retry will not cure (wrong password, unknown user). */
  refusedMs: 300_000,
  /** How soon the first server is tried again while another one has us. */
  primaryAgainMs: 120_000,
  /**
   * Wait for a new connection after one broke, up to twice as long: sooner than the 15 to 30 s of
   * RFC 5626 §4.5, since somebody may be calling; later ones back off as above.
   */
  flowAgainMs: 1_000,
  /** How one flow is tried again while another one holds. @see RFC 5626 §4.5 */
  flowBaseMs: 90_000,
  flowMostMs: 1_800_000,
  /** A Retry-After is followed up to here. */
  retryAfterMostMs: 3_600_000,
  /** Leases outside these bounds are read as the bound. */
  leaseLeastS: 10,
  leaseMostS: 604_800,
  /**
   * Asked for where a 423 does not say how long a lease must be: a registrar may call only less
   * than an hour too brief. @see RFC 3261 §10.3
   */
  leaseNeverBriefS: 3_601,
} as const;

/** Where in the lease it is renewed: from this share on, plus up to `refreshSpread`. */
const REFRESH_FROM = 0.75;
const REFRESH_SPREAD = 0.1;

/** What a registration needs to know. */
export interface RegistrationConfig {
  /** The lease asked for. */
  readonly expiresS: number;
  /** Decides where in the spread renewal falls, so that many boxes do not renew at once. */
  readonly spreadSeed: string;
}

/** Where a registration stands. Times are points on the caller's clock. */
export type RegistrationState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "registering";
      readonly expiresS: number;
      readonly failures: number;
      /** There where an earlier lease may still hold. */
      readonly leaseEndsMs?: number;
    }
  | {
      readonly kind: "registered";
      readonly expiresS: number;
      readonly refreshAtMs: number;
      readonly leaseEndsMs: number;
    }
  | {
      readonly kind: "waiting";
      readonly expiresS: number;
      readonly failures: number;
      readonly retryAtMs: number;
      readonly leaseEndsMs?: number;
    }
  | { readonly kind: "unregistering" }
  | { readonly kind: "gone" };

/** What happens to a registration. `refused` is any final answer that does not bind us. */
export type RegistrationInput =
  | { readonly kind: "start" }
  /** `isBackup`: by another server than the first, which is looked for again before long. */
  | { readonly kind: "accepted"; readonly leaseS: number; readonly isBackup?: boolean }
  | {
      readonly kind: "refused";
      readonly status: number;
      /** Whether the account is registered over another way meanwhile. */
      readonly hasOthers?: boolean;
      readonly minExpiresS?: number | undefined;
      readonly retryAfterS?: number | undefined;
    }
  /** Nobody answered, or it could not be sent. */
  | { readonly kind: "unanswered"; readonly hasOthers?: boolean }
  | { readonly kind: "timeout" }
  /** What the server knows of us may not hold any more: our address changed, or the network. */
  | { readonly kind: "renew" }
  /** The connection that we are called on broke. */
  | { readonly kind: "flow-lost" }
  /** The server has ended it; it is to be left alone for so long. */
  | { readonly kind: "revoked"; readonly waitMs: number }
  | { readonly kind: "stop" };

/** What is to be done, in order. */
export type RegistrationAction =
  /** Send a REGISTER for that lease; 0 ends the binding. A running one is given up. */
  | { readonly kind: "send"; readonly expiresS: number }
  | { readonly kind: "tell-registered"; readonly expiresS: number }
  | { readonly kind: "tell-failed"; readonly retryMs: number }
  | { readonly kind: "tell-unregistered" };

/** What one step comes to. */
export interface RegistrationStep {
  readonly state: RegistrationState;
  readonly actions: readonly RegistrationAction[];
}

/** The state before `start`. */
export const REGISTRATION_IDLE = { kind: "idle" } as const satisfies RegistrationState;

const GONE = { kind: "gone" } as const satisfies RegistrationState;

/** One step of the machine above. */
export function registrationStep(
  config: RegistrationConfig,
  state: RegistrationState,
  input: RegistrationInput,
  nowMs: number,
): RegistrationStep {
  switch (input.kind) {
    case "start":
      return state.kind === "idle" ? register(config.expiresS, 0, undefined) : stay(state);
    case "stop":
      return onStop(state, nowMs);
    case "timeout":
      return onTimeout(state, nowMs);
    case "renew":
      return onRenew(state);
    case "flow-lost":
      return onFlowLost(config, state, nowMs);
    case "revoked":
      return onRevoked(config, state, input.waitMs, nowMs);
    default:
      break;
  }
  if (state.kind === "unregistering") {
    return { state: GONE, actions: [{ kind: "tell-unregistered" }] };
  }
  if (state.kind !== "registering") return stay(state);
  if (input.kind === "accepted") return onAccepted(config, state.expiresS, input, nowMs);
  if (input.kind === "refused" && input.status === 423) {
    const { leaseMostS, leaseNeverBriefS } = REGISTRATION_TIMES;
    const expiresS = Math.min(input.minExpiresS ?? leaseNeverBriefS, leaseMostS);
    // A server may raise its demand once more, but not for ever: that counts as failures do.
    if (expiresS > state.expiresS && state.failures < 3) {
      return register(expiresS, state.failures + 1, state.leaseEndsMs);
    }
  }
  const retryMs = retryWaitMs(config, state.failures, input);
  return {
    state: {
      kind: "waiting",
      expiresS: state.expiresS,
      failures: state.failures + 1,
      retryAtMs: nowMs + retryMs,
      ...lease(state.leaseEndsMs),
    },
    actions: [{ kind: "tell-failed", retryMs }],
  };
}

/** When the machine wants its next `timeout`. */
export function registrationDeadlineMs(state: RegistrationState): number | undefined {
  if (state.kind === "registered") return state.refreshAtMs;
  return state.kind === "waiting" ? state.retryAtMs : undefined;
}

function stay(state: RegistrationState): RegistrationStep {
  return { state, actions: [] };
}

function lease(leaseEndsMs: number | undefined): { readonly leaseEndsMs?: number } {
  return leaseEndsMs === undefined ? {} : { leaseEndsMs };
}

function register(
  expiresS: number,
  failures: number,
  leaseEndsMs: number | undefined,
): RegistrationStep {
  return {
    state: { kind: "registering", expiresS, failures, ...lease(leaseEndsMs) },
    actions: [{ kind: "send", expiresS }],
  };
}

function onAccepted(
  config: RegistrationConfig,
  expiresS: number,
  input: Extract<RegistrationInput, { readonly kind: "accepted" }>,
  nowMs: number,
): RegistrationStep {
  const { leaseLeastS, leaseMostS, primaryAgainMs } = REGISTRATION_TIMES;
  const boundedS = Math.min(Math.max(input.leaseS, leaseLeastS), leaseMostS);
  const mostMs = input.isBackup === true ? primaryAgainMs : Number.POSITIVE_INFINITY;
  const share = REFRESH_FROM + REFRESH_SPREAD * fractionOf(config.spreadSeed);
  return {
    state: {
      kind: "registered",
      expiresS,
      refreshAtMs: nowMs + Math.floor(Math.min(boundedS * 1000, mostMs) * share),
      leaseEndsMs: nowMs + boundedS * 1000,
    },
    actions: [{ kind: "tell-registered", expiresS: boundedS }],
  };
}

function onTimeout(state: RegistrationState, nowMs: number): RegistrationStep {
  const deadlineMs = registrationDeadlineMs(state);
  if (deadlineMs === undefined || deadlineMs > nowMs) return stay(state);
  if (state.kind === "registered") return register(state.expiresS, 0, state.leaseEndsMs);
  if (state.kind === "waiting") return register(state.expiresS, state.failures, state.leaseEndsMs);
  return stay(state);
}

function onRenew(state: RegistrationState): RegistrationStep {
  switch (state.kind) {
    case "registering":
    case "registered":
    case "waiting":
      return register(state.expiresS, 0, state.leaseEndsMs);
    default:
      return stay(state);
  }
}

function onFlowLost(
  config: RegistrationConfig,
  state: RegistrationState,
  nowMs: number,
): RegistrationStep {
  if (state.kind !== "registered") return stay(state);
  const waitMs = REGISTRATION_TIMES.flowAgainMs * (1 + fractionOf(config.spreadSeed));
  const { expiresS, leaseEndsMs } = state;
  const retryAtMs = nowMs + waitMs;
  return { state: { kind: "waiting", expiresS, failures: 0, retryAtMs, leaseEndsMs }, actions: [] };
}

/** Many may be told at once: they come back one after the other, as after a lost flow. */
function onRevoked(
  config: RegistrationConfig,
  state: RegistrationState,
  waitMs: number,
  nowMs: number,
): RegistrationStep {
  if (state.kind !== "registered") return stay(state);
  const { flowAgainMs, retryAfterMostMs } = REGISTRATION_TIMES;
  const leastMs = Math.min(Math.max(waitMs, flowAgainMs), retryAfterMostMs);
  const retryMs = leastMs + flowAgainMs * fractionOf(config.spreadSeed);
  const { expiresS } = state;
  return {
    state: { kind: "waiting", expiresS, failures: 0, retryAtMs: nowMs + retryMs },
    actions: [{ kind: "tell-failed", retryMs }],
  };
}

function onStop(state: RegistrationState, nowMs: number): RegistrationStep {
  switch (state.kind) {
    case "unregistering":
    case "gone":
      return stay(state);
    case "idle":
      return { state: GONE, actions: [{ kind: "tell-unregistered" }] };
    case "waiting":
      if (state.leaseEndsMs === undefined || state.leaseEndsMs <= nowMs) {
        return { state: GONE, actions: [{ kind: "tell-unregistered" }] };
      }
      break;
    default:
      break;
  }
  // A REGISTER under way may have been taken although its answer is not here yet.
  return { state: { kind: "unregistering" }, actions: [{ kind: "send", expiresS: 0 }] };
}

function retryWaitMs(
  { spreadSeed }: RegistrationConfig,
  failures: number,
  input: Extract<RegistrationInput, { readonly kind: "refused" | "unanswered" }>,
): number {
  const { retryFirstMs, retryMostMs, refusedMs, retryAfterMostMs } = REGISTRATION_TIMES;
  const doublings = Math.min(failures, 10);
  const backOffMs =
    input.hasOthers === true
      ? flowWaitMs(doublings, `${spreadSeed} ${failures}`)
      : Math.min(retryFirstMs * 2 ** doublings, retryMostMs);
  if (input.kind === "unanswered") return backOffMs;
  if (input.retryAfterS !== undefined) {
    return Math.min(Math.max(input.retryAfterS * 1000, retryFirstMs), retryAfterMostMs);
  }
  // A 408 comes from a proxy that found nobody; a 5xx is the server's trouble, not ours.
  const mayPass = input.status === 408 || (input.status >= 500 && input.status < 600);
  return mayPass ? backOffMs : refusedMs;
}

/** The wait for one flow of several, between half and the whole of a doubling time. */
function flowWaitMs(doublings: number, seed: string): number {
  const { flowBaseMs, flowMostMs } = REGISTRATION_TIMES;
  const longestMs = Math.min(flowBaseMs * 2 ** (doublings + 1), flowMostMs);
  return Math.floor(longestMs * (0.5 + 0.5 * fractionOf(seed)));
}
