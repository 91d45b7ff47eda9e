import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toLine,
  toUa,
} from "./call-state.ts";
import type { CallInput } from "./call-types.ts";
import { resume } from "./hold.ts";
import { finishedCall } from "./side-calls.ts";

type Recall = Extract<CallState, { kind: "recall" }>;

/** The bell reminds the user of a call on hold. */
export function startRecall(
  context: CallContext,
  call: Call,
  nowMs: number,
): Pick<Step, "state" | "outputs"> {
  const { config } = context;
  const party = call.direction === "in" ? call.from : call.to;
  const { month, day, hour, minute } = config.wallTime(nowMs);
  const isNumber = /^[0-9*#+]+$/.test(party);
  const callerId = {
    ...(isNumber ? { number: party } : { absence: "unavailable" as const }),
    time: { month, day, hour, minute },
  };
  return {
    state: { kind: "recall", call, untilMs: nowMs + config.timers.noAnswerMs },
    outputs: [
      toLine({ kind: "ring", ...(config.callerId ? { callerId } : {}) }),
      logOf(context, "info", `Rings: ${party} is still on hold.`),
    ],
  };
}

/** How long a call is parked before the bell reminds of it, ms. No source says how long. */
const PARK_MS = 120_000;

/** A call on hold is parked: the telephone is down, and quiet for a while. */
export function startParked(
  context: CallContext,
  call: Call,
  nowMs: number,
): Pick<Step, "state" | "outputs"> {
  const untilMs = nowMs + (context.config.parkMs ?? PARK_MS);
  const party = call.direction === "in" ? call.from : call.to;
  return {
    state: { kind: "recall", call, untilMs, isParked: true },
    outputs: [logOf(context, "info", `${party} is parked.`)],
  };
}

/** Lifted: the call is taken back. Left ringing, it is ended; where it is parked it rings first. */
export function recallStep(
  context: CallContext,
  state: Recall,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  const { call } = state;
  switch (input.kind) {
    case "timeout":
      if (nowMs < state.untilMs) return undefined;
      if (state.isParked === true) return startRecall(context, call, nowMs);
      return {
        state: { kind: "idle" },
        outputs: [toLine({ kind: "stop-ringing" }), toUa({ kind: "end", session: call.session })],
        finished: finishedCall(call, "box"),
      };
    case "line": {
      if (input.event.kind !== "ring-trip" && input.event.kind !== "off-hook") return undefined;
      const taken = resume(context, call);
      return {
        state: { kind: "talking", call: taken.call },
        outputs: [toLine({ kind: "stop-ringing" }), ...taken.outputs],
      };
    }
    case "ua":
      if (input.event.kind !== "ended") return undefined;
      return {
        state: { kind: "idle" },
        outputs: [toLine({ kind: "stop-ringing" })],
        finished: finishedCall(call, "far"),
      };
    case "media":
    case "stop":
      return undefined;
  }
}
