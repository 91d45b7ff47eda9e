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
 * INVITE client transaction, with the Accepted state of RFC 6026.
 *
 *                    |INVITE from TU: send
 *   Timer A: send    v
 *     +---------+-----------+  Timer B or transport error: tell TU
 *     +-------->|  calling  |-------------------------------------+
 *               +-----------+                                     |
 *         1xx: up |   |  |                                        |
 *                 v   |  | 2xx: up                                |
 *   1xx: up +------------+ ----------------------+                |
 *      +--->| proceeding |  2xx: up              v                |
 *      +----|            |----------------> +----------+ Timer M  |
 *           +------------+                  | accepted |--------->+
 *    300-699 |        | 300-699             +----------+          |
 *    ACK, up |        | ACK, up               2xx: up             |
 *            v        v                                           |
 *           +-----------+  Timer D, or transport error: tell TU   v
 *           | completed |------------------------------> +------------+
 *           +-----------+                                | terminated |
 *             300-699: ACK                               +------------+
 */

/** @see RFC 3261 §17.1.1 and RFC 6026 §7.2 */
export type InviteClientState =
  | { readonly kind: "calling"; readonly resend: Resend; readonly giveUpAtMs: number }
  | { readonly kind: "proceeding" }
  | { readonly kind: "accepted"; readonly endAtMs: number }
  | { readonly kind: "completed"; readonly endAtMs: number }
  | { readonly kind: "terminated" };

/** `abandon`: a CANCEL was sent and no final response followed in time (RFC 3261 §9.1). */
export type InviteClientInput =
  | { readonly kind: "response"; readonly status: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "send-failed" }
  | { readonly kind: "abandon" };

/** What the owner of the machine has to do, in order. */
export type InviteClientAction =
  | "send-request"
  | "send-ack"
  /** Hand the response of this input up. */
  | "pass-response"
  | "report-timeout"
  | "report-send-failed";

type InviteClientStep = Step<InviteClientState, InviteClientAction>;

const TERMINATED = { kind: "terminated" } as const satisfies InviteClientState;

/** Sends the INVITE and waits. */
export function inviteClientStart(config: TransactionConfig, nowMs: number): InviteClientStep {
  return {
    state: {
      kind: "calling",
      resend: startResend(config, config.t1Ms, nowMs),
      giveUpAtMs: nowMs + giveUpMs(config),
    },
    actions: ["send-request"],
  };
}

/** One step of the machine above. */
export function inviteClientStep(
  config: TransactionConfig,
  state: InviteClientState,
  input: InviteClientInput,
  nowMs: number,
): InviteClientStep {
  switch (input.kind) {
    case "response":
      return onResponse(config, state, input.status, nowMs);
    case "timeout":
      return onTimeout(state, nowMs);
    case "send-failed":
      return state.kind === "calling" || state.kind === "completed"
        ? { state: TERMINATED, actions: ["report-send-failed"] }
        : { state, actions: [] };
    case "abandon":
      return { state: TERMINATED, actions: [] };
  }
}

/**
 * The INVITE is not sent any more, since somebody else is asked in its receiver's place; what is
 * answered to it is heard until timer B, or as ever once something was.
 */
export function hushedInvite(state: InviteClientState): InviteClientState {
  if (state.kind !== "calling") return state;
  return { ...state, resend: { ...state.resend, atMs: undefined } };
}

/** When the machine wants its next `timeout`. */
export function inviteClientDeadlineMs(state: InviteClientState): number | undefined {
  switch (state.kind) {
    case "calling":
      return earliestMs(state.resend.atMs, state.giveUpAtMs);
    case "accepted":
    case "completed":
      return state.endAtMs;
    default:
      return undefined;
  }
}

function onResponse(
  config: TransactionConfig,
  state: InviteClientState,
  status: number,
  nowMs: number,
): InviteClientStep {
  if (state.kind === "calling" || state.kind === "proceeding") {
    if (status < 200) return { state: { kind: "proceeding" }, actions: ["pass-response"] };
    if (status < 300) {
      const accepted = { kind: "accepted", endAtMs: nowMs + giveUpMs(config) } as const;
      return { state: accepted, actions: ["pass-response"] };
    }
    const waitMs = lingerMs(config, giveUpMs(config));
    return {
      state: waitMs === 0 ? TERMINATED : { kind: "completed", endAtMs: nowMs + waitMs },
      actions: ["send-ack", "pass-response"],
    };
  }
  if (state.kind === "accepted" && status >= 200 && status < 300) {
    return { state, actions: ["pass-response"] };
  }
  if (state.kind === "completed" && status >= 300) return { state, actions: ["send-ack"] };
  return { state, actions: [] };
}

function onTimeout(state: InviteClientState, nowMs: number): InviteClientStep {
  switch (state.kind) {
    case "calling":
      if (state.giveUpAtMs <= nowMs) return { state: TERMINATED, actions: ["report-timeout"] };
      if (!isDue(state.resend, nowMs)) return { state, actions: [] };
      return {
        // Timer A has no upper limit: it doubles until timer B ends it.
        state: { ...state, resend: nextResend(state.resend, Number.POSITIVE_INFINITY, nowMs) },
        actions: ["send-request"],
      };
    case "accepted":
    case "completed":
      return { state: state.endAtMs <= nowMs ? TERMINATED : state, actions: [] };
    default:
      return { state, actions: [] };
  }
}
