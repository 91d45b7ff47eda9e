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
 * INVITE server transaction, with the Accepted state of RFC 6026.
 *
 *                         |INVITE: up
 *   INVITE: send last 1xx v
 *   1xx from TU: send  +------------+
 *              +------>| proceeding |----------------+
 *              +-------|            |                | 2xx from TU: send
 *                      +------------+                v
 *      300-699 from TU: send |                  +----------+  INVITE: send last
 *                            v                  | accepted |  ACK: up
 *   INVITE: send      +-----------+             +----------+  2xx from TU: send
 *   Timer G: send +-->| completed |-----------+      |
 *                 +---|           |           |      | Timer L
 *                     +-----------+           |      |
 *                ACK       |    Timer H: tell |      |
 *                          v                  v      v
 *                     +-----------+ Timer I  +------------+
 *          ACK: none  | confirmed |--------->| terminated |
 *                     +-----------+          +------------+
 */

/** @see RFC 3261 §17.2.1 and RFC 6026 §7.1 */
export type InviteServerState =
  | { readonly kind: "proceeding" }
  | { readonly kind: "accepted"; readonly endAtMs: number }
  | { readonly kind: "completed"; readonly resend: Resend; readonly giveUpAtMs: number }
  | { readonly kind: "confirmed"; readonly endAtMs: number }
  | { readonly kind: "terminated" };

/** `respond` is the TU's response of that status; `invite` a copy of the request. */
export type InviteServerInput =
  | { readonly kind: "respond"; readonly status: number }
  | { readonly kind: "invite" }
  | { readonly kind: "ack" }
  | { readonly kind: "timeout" };

/** What the owner of the machine has to do, in order. */
export type InviteServerAction =
  /** Send the response of this input. */
  | "send-response"
  /** Send the last response once more; nothing where there was none yet. */
  | "resend-response"
  /** Hand the ACK of this input up: it belongs to a 2xx. */
  | "pass-ack"
  /** No ACK came for a refusal. */
  | "report-timeout";

type InviteServerStep = Step<InviteServerState, InviteServerAction>;

const TERMINATED = { kind: "terminated" } as const satisfies InviteServerState;

/** The state after the INVITE came. */
export const INVITE_SERVER_START = { kind: "proceeding" } as const satisfies InviteServerState;

/** One step of the machine above. */
export function inviteServerStep(
  config: TransactionConfig,
  state: InviteServerState,
  input: InviteServerInput,
  nowMs: number,
): InviteServerStep {
  switch (input.kind) {
    case "respond":
      return onRespond(config, state, input.status, nowMs);
    case "invite":
      // RFC 6026 absorbs a copy once accepted and leaves the 2xx to the TU's timer. To send it on a
      // copy too does no harm, mends a lost 2xx sooner, and is what callers in the field count on.
      return state.kind === "confirmed" || state.kind === "terminated"
        ? { state, actions: [] }
        : { state, actions: ["resend-response"] };
    case "ack": {
      if (state.kind === "accepted") return { state, actions: ["pass-ack"] };
      if (state.kind !== "completed") return { state, actions: [] };
      const waitMs = lingerMs(config, config.t4Ms);
      return {
        state: waitMs === 0 ? TERMINATED : { kind: "confirmed", endAtMs: nowMs + waitMs },
        actions: [],
      };
    }
    case "timeout":
      return onTimeout(config, state, nowMs);
  }
}

/** When the machine wants its next `timeout`. */
export function inviteServerDeadlineMs(state: InviteServerState): number | undefined {
  switch (state.kind) {
    case "completed":
      return earliestMs(state.resend.atMs, state.giveUpAtMs);
    case "accepted":
    case "confirmed":
      return state.endAtMs;
    default:
      return undefined;
  }
}

function onRespond(
  config: TransactionConfig,
  state: InviteServerState,
  status: number,
  nowMs: number,
): InviteServerStep {
  const isSuccess = status >= 200 && status < 300;
  if (state.kind === "accepted" && isSuccess) return { state, actions: ["send-response"] };
  if (state.kind !== "proceeding") return { state, actions: [] };
  if (status < 200) return { state, actions: ["send-response"] };
  return {
    state: isSuccess
      ? { kind: "accepted", endAtMs: nowMs + giveUpMs(config) }
      : {
          kind: "completed",
          resend: startResend(config, config.t1Ms, nowMs),
          giveUpAtMs: nowMs + giveUpMs(config),
        },
    actions: ["send-response"],
  };
}

function onTimeout(
  config: TransactionConfig,
  state: InviteServerState,
  nowMs: number,
): InviteServerStep {
  switch (state.kind) {
    case "completed":
      if (state.giveUpAtMs <= nowMs) return { state: TERMINATED, actions: ["report-timeout"] };
      if (!isDue(state.resend, nowMs)) return { state, actions: [] };
      return {
        state: { ...state, resend: nextResend(state.resend, config.t2Ms, nowMs) },
        actions: ["resend-response"],
      };
    case "accepted":
    case "confirmed":
      return { state: state.endAtMs <= nowMs ? TERMINATED : state, actions: [] };
    default:
      return { state, actions: [] };
  }
}
