import { type CallContext, type Step, toLine } from "./call-state.ts";

/** Busy or reorder tone, in place of whatever was heard. */
export function startTone(context: CallContext, tone: "busy" | "reorder", nowMs: number): Step {
  return {
    state: { kind: "tone", tone, untilMs: nowMs + context.config.timers.reorderMs },
    outputs: [toLine({ kind: "tone", tone })],
  };
}
