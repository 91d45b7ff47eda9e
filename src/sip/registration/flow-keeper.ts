import { fractionOf } from "../fraction.ts";

/*
 * The keep-alive of one registration's way to its server.
 *
 *            | start
 *            v           the interval is over: ping
 *        +-------+-------------------------------->+---------+  not answered in time:
 *        | quiet |                                 | waiting |--+ ping, up to the last time
 *        +-------+<--------------------------------+---------+<-+
 *                     answered                        | still not answered
 *                                                     v
 *                                                    lost
 *
 * Where no answer is to be expected (a double line end over UDP) `waiting` is left out.
 */

/** How a way is kept open, and whether it is seen that it works. */
export interface KeepAlive {
  /** `crlf`: RFC 5626 §3.5.1. `stun`: §3.5.2. `options`: a request that the server answers. */
  readonly kind: "crlf" | "stun" | "options";
  /** The longest time between two, ms. */
  readonly everyMs: number;
  /** Whether the far end is known to answer: then silence means that the way is lost. */
  readonly isAnswered: boolean;
}

/** Times of a keep-alive. */
export const KEEP_ALIVE_TIMES = {
  /** A binding of a translator for UDP may end after 30 s. @see RFC 5626 §4.4.2 */
  datagramMs: 29_000,
  /** @see RFC 5626 §4.4.1 */
  streamMs: 120_000,
  /** How long a pong may take. @see RFC 5626 §4.4.1 */
  answerMs: 10_000,
  /** STUN over UDP may be lost: so many tries share that time. */
  stunTries: 4,
  /** Shorter ones that a server or a user asks for are read as this. */
  leastMs: 5_000,
} as const;

/** Where a keep-alive stands. Times are points on the caller's clock. */
export type KeeperState =
  | { readonly kind: "quiet"; readonly pingAtMs: number; readonly count: number }
  | {
      readonly kind: "waiting";
      readonly tries: number;
      readonly answerByMs: number;
      readonly count: number;
    };

/** What happens to a keep-alive. */
export type KeeperInput = "timeout" | "answered";

/** What is to be done. */
export type KeeperAction = "ping" | "lost";

/** What one step comes to. */
export interface KeeperStep {
  readonly state: KeeperState;
  readonly actions: readonly KeeperAction[];
}

/** The first ping is due after one interval. `seed` spreads the pings of many boxes. */
export function keeperStart(config: KeepAlive, seed: string, nowMs: number): KeeperState {
  return quiet(config, seed, 0, nowMs);
}

/** One step of the machine above. */
export function keeperStep(
  config: KeepAlive,
  seed: string,
  state: KeeperState,
  input: KeeperInput,
  nowMs: number,
): KeeperStep {
  const { count } = state;
  if (input === "answered") {
    const next = state.kind === "waiting" ? quiet(config, seed, count + 1, nowMs) : state;
    return { state: next, actions: [] };
  }
  if (keeperDeadlineMs(state) > nowMs) return { state, actions: [] };
  if (state.kind === "quiet") {
    if (!config.isAnswered) {
      return { state: quiet(config, seed, count + 1, nowMs), actions: ["ping"] };
    }
    return { state: waiting(config, 1, count, nowMs), actions: ["ping"] };
  }
  if (state.tries < triesOf(config)) {
    return { state: waiting(config, state.tries + 1, count, nowMs), actions: ["ping"] };
  }
  return { state: quiet(config, seed, count + 1, nowMs), actions: ["lost"] };
}

/** When the machine wants its next `timeout`. */
export function keeperDeadlineMs(state: KeeperState): number {
  return state.kind === "quiet" ? state.pingAtMs : state.answerByMs;
}

function triesOf({ kind }: KeepAlive): number {
  return kind === "stun" ? KEEP_ALIVE_TIMES.stunTries : 1;
}

/** Between 80 and 100 % of the interval, anew each time. @see RFC 5626 §4.4 */
function quiet(config: KeepAlive, seed: string, count: number, nowMs: number): KeeperState {
  const everyMs = Math.max(config.everyMs, KEEP_ALIVE_TIMES.leastMs);
  const share = 0.8 + 0.2 * fractionOf(`${seed} ${count}`);
  return { kind: "quiet", pingAtMs: nowMs + Math.floor(everyMs * share), count };
}

function waiting(config: KeepAlive, tries: number, count: number, nowMs: number): KeeperState {
  const answerByMs = nowMs + KEEP_ALIVE_TIMES.answerMs / triesOf(config);
  return { kind: "waiting", tries, answerByMs, count };
}
