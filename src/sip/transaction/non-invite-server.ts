import { giveUpMs, lingerMs, type Step, type TransactionConfig } from "./timers.ts";

/*
 * Non-INVITE server transaction.
 *
 *                    |request: up
 *                    v
 *               +-----------+  200-699 from TU: send
 *               |  trying   |--------------------------+
 *               +-----------+                          |
 *    1xx from TU: send |     unanswered: nothing       |
 *                      v            |                  |
 *   request: resend +------------+  |                  |
 *   1xx: send  +--->| proceeding |--+--------------+   |
 *              +----|            |                 |   |
 *                   +------------+                 |   |
 *     200-699 from TU: send |                      |   |
 *                           v                      |   |
 *   request: resend  +-----------+  <--------------|---+
 *                    | completed |                 v
 *                    +-----------+ Timer J  +------------+
 *                          +--------------->| terminated |
 *                                           +------------+
 *
 * Unanswered: the RFC gives the TU all the time there is; by 64*T1 the client has given up
 * (timer F), so what nobody answered is forgotten then.
 */

/** @see RFC 3261 §17.2.2 and RFC 4320 §4.2 */
export type NonInviteServerState =
  | { readonly kind: "trying" | "proceeding"; readonly giveUpAtMs: number }
  | { readonly kind: "completed"; readonly endAtMs: number }
  | { readonly kind: "terminated" };

/** `respond` is the TU's response of that status; `request` a copy of the request. */
export type NonInviteServerInput =
  | { readonly kind: "respond"; readonly status: number }
  | { readonly kind: "request" }
  | { readonly kind: "timeout" };

/** What the owner of the machine has to do, in order. */
export type NonInviteServerAction =
  /** Send the response of this input. */
  | "send-response"
  /** Send the last response once more. */
  | "resend-response";

type NonInviteServerStep = Step<NonInviteServerState, NonInviteServerAction>;

const TERMINATED = { kind: "terminated" } as const satisfies NonInviteServerState;

/** The state after the request came. */
export function nonInviteServerStart(
  config: TransactionConfig,
  nowMs: number,
): NonInviteServerState {
  return { kind: "trying", giveUpAtMs: nowMs + giveUpMs(config) };
}

/** One step of the machine above. */
export function nonInviteServerStep(
  config: TransactionConfig,
  state: NonInviteServerState,
  input: NonInviteServerInput,
  nowMs: number,
): NonInviteServerStep {
  switch (input.kind) {
    case "respond": {
      if (state.kind !== "trying" && state.kind !== "proceeding") return { state, actions: [] };
      if (input.status < 200) {
        return { state: { ...state, kind: "proceeding" }, actions: ["send-response"] };
      }
      const waitMs = lingerMs(config, giveUpMs(config));
      return {
        state: waitMs === 0 ? TERMINATED : { kind: "completed", endAtMs: nowMs + waitMs },
        actions: ["send-response"],
      };
    }
    case "request":
      return state.kind === "proceeding" || state.kind === "completed"
        ? { state, actions: ["resend-response"] }
        : { state, actions: [] };
    case "timeout": {
      const deadlineMs = nonInviteServerDeadlineMs(state);
      const over = deadlineMs !== undefined && deadlineMs <= nowMs;
      return { state: over ? TERMINATED : state, actions: [] };
    }
  }
}

/** When the machine wants its next `timeout`. */
export function nonInviteServerDeadlineMs(state: NonInviteServerState): number | undefined {
  switch (state.kind) {
    case "trying":
    case "proceeding":
      return state.giveUpAtMs;
    case "completed":
      return state.endAtMs;
    case "terminated":
      return undefined;
  }
}
