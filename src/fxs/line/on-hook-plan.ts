import type { CallerId, WallMinute } from "../../base/line-messages.ts";
import {
  alertSignal,
  callerIdSignal,
  messageWaitingSignal,
} from "../caller-id/caller-id-signal.ts";
import type { CallerIdParts, LeadStep } from "../caller-id/scheme.ts";
import { type CallerIdScheme, callerIdScheme } from "../caller-id/schemes.ts";
import { type Signal, signalDurationMs } from "../caller-id/signal.ts";
import type { LineCapabilities } from "./line-types.ts";

/** One thing done at an on-hook line after the other. Times in ms. */
export type OnHookStep =
  | { readonly kind: "reverse" }
  | { readonly kind: "wait"; readonly ms: number }
  /** One burst of ringing. */
  | { readonly kind: "ring"; readonly ms: number }
  | { readonly kind: "open-loop"; readonly ms: number }
  | { readonly kind: "play"; readonly signal: Signal };

/** A message that goes into a silence. */
export interface SilencePlan {
  readonly signal: Signal;
  readonly delayMs: number;
  readonly durationMs: number;
  readonly guardMs: number;
}

/** How a call is made known to a telephone. */
export interface RingPlan {
  /** Before the first ring. */
  readonly before: readonly OnHookStep[];
  /** In the first silence of ringing. */
  readonly inSilence?: SilencePlan;
  /** To a telephone that answers a call to its display, and hangs up again. */
  readonly answered?: SilencePlan;
}

/** How long a ring pulse before a lamp's message is, and the silence after it. */
const LAMP_RING = [
  { kind: "ring", ms: 250 },
  { kind: "wait", ms: 600 },
] as const satisfies readonly LeadStep[];

/** Until a message has come through the sound card whole, and a display has had its silence. */
const LAMP_END_MS = 200;

/** A scheme, and those that the same call is told by as well. */
export function partsOf(scheme: CallerIdScheme): readonly CallerIdParts[] {
  return [scheme, ...scheme.also.map(callerIdScheme)];
}

/** What is done for a call; nothing but ringing where the card cannot send on-hook. */
export function planRing(
  callerId: CallerId | undefined,
  scheme: CallerIdScheme,
  able: Pick<LineCapabilities, "onHookTransmission" | "reversal" | "openLoop">,
): RingPlan {
  const plan: { -readonly [Key in keyof RingPlan]: RingPlan[Key] } = { before: [] };
  if (callerId === undefined || !able.onHookTransmission) return plan;
  for (const parts of partsOf(scheme)) {
    const signal = callerIdSignal(callerId, parts);
    if (signal.length === 0) continue;
    const { when, lead, delayMs, guardMs } = parts.transport;
    const slot = { signal, delayMs, guardMs, durationMs: signalDurationMs(signal) };
    if (when === "after-first-ring") plan.inSilence ??= slot;
    if (when === "answered" && plan.answered === undefined) {
      plan.answered = slot;
      plan.before = [...plan.before, ...stepsOf(lead, able)];
    }
    if (when === "before-ringing") {
      plan.before = [
        ...plan.before,
        ...stepsOf(lead, able),
        { kind: "wait", ms: delayMs },
        { kind: "play", signal },
        { kind: "wait", ms: guardMs },
      ];
    }
  }
  return plan;
}

/** What lights a telephone's lamp or puts it out by a modem; empty where there is no such way. */
export function planLamp(
  lamp: { readonly waiting: boolean; readonly count?: number; readonly time: WallMinute },
  scheme: CallerIdScheme,
  able: Pick<LineCapabilities, "onHookTransmission" | "reversal" | "openLoop">,
): readonly OnHookStep[] {
  const { by, lead, delayMs } = scheme.lamp;
  if ((by !== "fsk" && by !== "fsk-after-ring") || !able.onHookTransmission) return [];
  const parts = partsOf(scheme).find((one) => one.signal.kind === "fsk");
  if (parts === undefined) return [];
  const signal = messageWaitingSignal(lamp, parts, scheme.lamp);
  return [
    ...stepsOf(by === "fsk-after-ring" ? LAMP_RING : lead, able),
    { kind: "wait", ms: delayMs },
    { kind: "play", signal },
    { kind: "wait", ms: LAMP_END_MS },
  ];
}

/**
 * What shows something on a display that no call comes with: as a call is told, but for its
 * ringing, in whose place a short ring wakes displays that wait for one. Empty where there is no
 * such way.
 */
export function planDisplay(
  callerId: CallerId,
  scheme: CallerIdScheme,
  able: Pick<LineCapabilities, "onHookTransmission" | "reversal" | "openLoop">,
): readonly OnHookStep[] {
  if (!able.onHookTransmission) return [];
  for (const parts of partsOf(scheme)) {
    const { when, lead, delayMs } = parts.transport;
    const signal = callerIdSignal(callerId, parts);
    if (when === "answered" || signal.length === 0) continue;
    return [
      ...(when === "after-first-ring" ? LAMP_RING : stepsOf(lead, able)),
      { kind: "wait", ms: delayMs },
      { kind: "play", signal },
      { kind: "wait", ms: LAMP_END_MS },
    ];
  }
  return [];
}

/** The lead without what the card cannot do. */
function stepsOf(
  lead: readonly LeadStep[],
  able: Pick<LineCapabilities, "reversal" | "openLoop">,
): readonly OnHookStep[] {
  return lead.flatMap((step): readonly OnHookStep[] => {
    switch (step.kind) {
      case "alert-tone":
        return [{ kind: "play", signal: alertSignal(step.ms) }];
      case "reverse":
        return able.reversal ? [step] : [];
      case "open-loop":
        return able.openLoop ? [step] : [];
      default:
        return [step];
    }
  });
}
