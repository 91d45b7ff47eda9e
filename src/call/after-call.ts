import { type CallContext, type CallState, type Step, toLine } from "./call-state.ts";
import type { CallInput } from "./call-types.ts";
import { startDialing } from "./dialing.ts";
import { afterAnnouncement, startTone } from "./tone.ts";

type After = Extract<CallState, { kind: "open-loop" | "tone" | "howler" }>;

/** The far end has gone: open switching interval where the line has it, then the usual tone. */
export function startDisconnect(context: CallContext, nowMs: number): Step {
  const { openLoopMs, autoAnswer } = context.config;
  // A device that cannot hang up is at rest at once.
  if (autoAnswer !== undefined)
    return { state: { kind: "idle" }, outputs: [toLine({ kind: "rest" })] };
  if (openLoopMs === 0) return startDisconnectTone(context, nowMs);
  return {
    state: { kind: "open-loop", untilMs: nowMs + openLoopMs },
    outputs: [toLine({ kind: "open-loop", durationMs: openLoopMs })],
  };
}

function startDisconnectTone(context: CallContext, nowMs: number): Step {
  const tone = context.config.disconnectTone;
  return tone === "dial" ? startDialing(context, nowMs) : startTone(context, tone, nowMs);
}

/** What follows a call while the receiver stays off the hook: one thing after the other in time. */
export function afterCallStep(
  context: CallContext,
  state: After,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind === "line" && input.event.kind === "announced" && state.kind === "tone") {
    return afterAnnouncement(context, state, nowMs);
  }
  if (input.kind !== "timeout" || nowMs < state.untilMs) return undefined;
  switch (state.kind) {
    case "open-loop":
      return startDisconnectTone(context, nowMs);
    case "tone": {
      const tone = afterAnnouncement(context, state, nowMs);
      if (tone !== undefined) return tone;
      return {
        state: { kind: "howler", untilMs: nowMs + context.config.timers.howlerMs },
        outputs: [toLine({ kind: "tone", tone: "howler" })],
      };
    }
    case "howler":
      return { state: { kind: "locked-out" }, outputs: [toLine({ kind: "tone-off" })] };
  }
}
