import type { Call, CallContext, FinishedCall, Step } from "./call-state.ts";
import type { Hotline } from "./call-types.ts";
import { beginCall } from "./placing.ts";

/** Calls whom a lifted receiver calls by itself. */
export function callHotline(
  context: CallContext,
  { number, otherwise }: Hotline,
  nowMs: number,
): Step {
  return beginCall(context, number, nowMs, otherwise.length === 0 ? {} : { otherwise });
}

/** Where there is somebody else to be called in the place of who was not reached: that call. */
export function callNext(
  context: CallContext,
  finished: FinishedCall,
  nowMs: number,
): Step | undefined {
  const [next, ...otherwise] = finished.call.otherwise ?? [];
  if (next === undefined) return undefined;
  const placed = beginCall(context, next, nowMs, otherwise.length === 0 ? {} : { otherwise });
  const also = placed.finished === undefined ? [] : [placed.finished];
  return { ...placed, finished, alsoFinished: [...also, ...(placed.alsoFinished ?? [])] };
}

/**
 * How long a call may take to be answered: less, where there is somebody else to be called. One for
 * help is never given up for that.
 */
export function answerLimitMs({ config }: CallContext, { emergency, otherwise }: Call): number {
  const { timers, hotline } = config;
  if (emergency || otherwise === undefined || hotline === undefined) return timers.outgoingMs;
  return Math.min(hotline.tryMs, timers.outgoingMs);
}
