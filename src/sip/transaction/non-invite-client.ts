import { earliestMs } from "../../base/core.ts";
import {
  giveUpMs,
  isDue,
  lingerMs,
  nextResend,
  type Resend,
  type Step,
  startResend,
  type TransactionConfig,
} from "./timers.ts";

/*
 * Non-INVITE client transaction.
 *
 *                    |request from TU: send
 *   Timer E: send    v
 *     +---------+-----------+  Timer F or transport error: tell TU
 *     +-------->|  trying   |-------------------------------------+
 *               +-----------+                                     |
 *       1xx: up |        | 200-699: up                            |
 *               v        |                                        |
 *   +------------+       |     Timer F or transport error: tell TU|
 *   | proceeding |-------|--------------------------------------->|
 *   +------------+       |                                        |
 *   1xx: up     |        v                                        |
 *   E: send     | 200-699: up                                     |
 *               v                                                 v
 *           +-----------+  Timer K                       +------------+
 *           | completed |------------------------------->| terminated |
 *           +-----------+                                +------------+
 */

/** @see RFC 3261 §17.1.2 */
export type NonInviteClientState =
  | {
      readonly kind: "trying" | "proceeding";
      readonly resend: Resend;
      readonly giveUpAtMs: number;
    }
  | { readonly kind: "completed"; readonly endAtMs: number }
  | { readonly kind: "terminated" };

/** `abandon`: nobody waits for the answer any more. */
export type NonInviteClientInput =
  | { readonly kind: "response"; readonly status: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "send-failed" }
  | { readonly kind: "abandon" };

/** What the owner of the machine has to do, in order. */
export type NonInviteClientAction =
  | "send-request"
  /** Hand the response of this input up. */
  | "pass-response"
  | "report-timeout"
  | "report-send-failed";

type NonInviteClientStep = Step<NonInviteClientState, NonInviteClientAction>;

const TERMINATED = { kind: "terminated" } as const satisfies NonInviteClientState;

/** Sends the request and waits. */
export function nonInviteClientStart(
  config: TransactionConfig,
  nowMs: number,
): NonInviteClientStep {
  return {
    state: {
      kind: "trying",
      resend: startResend(config, config.t1Ms, nowMs),
      giveUpAtMs: nowMs + giveUpMs(config),
    },
    actions: ["send-request"],
  };
}

/** One step of the machine above. */
export function nonInviteClientStep(
  config: TransactionConfig,
  state: NonInviteClientState,
  input: NonInviteClientInput,
  nowMs: number,
): NonInviteClientStep {
  if (state.kind === "terminated" || input.kind === "abandon") {
    return { state: TERMINATED, actions: [] };
  }
  if (state.kind === "completed") {
    const over = input.kind === "timeout" && state.endAtMs <= nowMs;
    return { state: over ? TERMINATED : state, actions: [] };
  }
  switch (input.kind) {
    case "response": {
      if (input.status < 200) {
        return { state: { ...state, kind: "proceeding" }, actions: ["pass-response"] };
      }
      const waitMs = lingerMs(config, config.t4Ms);
      return {
        state: waitMs === 0 ? TERMINATED : { kind: "completed", endAtMs: nowMs + waitMs },
        actions: ["pass-response"],
      };
    }
    case "send-failed":
      return { state: TERMINATED, actions: ["report-send-failed"] };
    case "timeout":
      if (state.giveUpAtMs <= nowMs) return { state: TERMINATED, actions: ["report-timeout"] };
      if (!isDue(state.resend, nowMs)) return { state, actions: [] };
      return {
        state: { ...state, resend: afterTimerE(config, state, nowMs) },
        actions: ["send-request"],
      };
  }
}

/** When the machine wants its next `timeout`. */
export function nonInviteClientDeadlineMs(state: NonInviteClientState): number | undefined {
  switch (state.kind) {
    case "trying":
    case "proceeding":
      return earliestMs(state.resend.atMs, state.giveUpAtMs);
    case "completed":
      return state.endAtMs;
    case "terminated":
      return undefined;
  }
}

/** Timer E doubles up to T2 while trying and is T2 once a provisional response came. */
function afterTimerE(
  config: TransactionConfig,
  state: NonInviteClientState & { readonly resend: Resend },
  nowMs: number,
): Resend {
  const resend =
    state.kind === "proceeding" ? { ...state.resend, intervalMs: config.t2Ms } : state.resend;
  return nextResend(resend, config.t2Ms, nowMs);
}
