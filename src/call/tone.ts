import { type CallContext, type CallState, type Step, toLine } from "./call-state.ts";
import type { AnnouncementName } from "./policy/announcement.ts";

/** An announcement that does not come to its end is followed by its tone after so long. */
const ANNOUNCEMENT_LIMIT_MS = 120_000;

/**
 * Busy or reorder tone, in place of whatever was heard; where there is an announcement of what it
 * is about, that comes first.
 */
export function startTone(
  context: CallContext,
  tone: "busy" | "reorder",
  nowMs: number,
  about?: AnnouncementName,
): Step {
  const { timers, announcements } = context.config;
  const sound = about === undefined ? undefined : announcements?.[about];
  if (sound !== undefined) {
    const untilMs = nowMs + ANNOUNCEMENT_LIMIT_MS;
    return {
      state: { kind: "tone", tone, untilMs, announces: true },
      outputs: [toLine({ kind: "announce", sound })],
    };
  }
  return {
    state: { kind: "tone", tone, untilMs: nowMs + timers.reorderMs },
    outputs: [toLine({ kind: "tone", tone })],
  };
}

/** The confirmation tone: what was keyed is taken, and no more keys are. */
export function confirmTone(context: CallContext, nowMs: number): Step {
  return {
    state: { kind: "tone", tone: "confirm", untilMs: nowMs + context.config.timers.reorderMs },
    outputs: [toLine({ kind: "collect", on: false }), toLine({ kind: "tone", tone: "confirm" })],
  };
}

/** The tone after its announcement, which is over. */
export function afterAnnouncement(
  context: CallContext,
  { tone, announces }: Extract<CallState, { kind: "tone" }>,
  nowMs: number,
): Step | undefined {
  if (announces !== true || tone === "confirm") return undefined;
  return startTone(context, tone, nowMs);
}
