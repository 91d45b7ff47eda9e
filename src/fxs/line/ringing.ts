import { invariant, unreachable } from "../../base/invariant.ts";
import type { RingCadenceMs } from "../country/profile.ts";
import type { RingShare } from "./ring-supply.ts";

/** What the card allows of ringing. */
export interface RingLimits {
  /** The largest part of the time that ringing may be on, 0–1. */
  readonly ringDutyMax: number;
  /** How long one burst may last at most, ms. */
  readonly ringBurstMaxMs: number;
}

/** The caller ID to send in the first silence. Times in ms. */
export interface CallerIdSlot {
  /** From the end of the burst to the start of the message. */
  readonly delayMs: number;
  readonly durationMs: number;
  /** From the end of the message to the next burst, at the least. */
  readonly guardMs: number;
}

/** What ringing asks to be done. */
export type RingAction = "burst-on" | "burst-off" | "send" | "cut" | "sent";

/**
 * How long a card stays in its ringing mode after a burst, ms, at the most: it counts as ringing
 * for the duty. The Ag1171 wants more than 10 ms from the last reversal to the end of ring mode.
 */
export const RING_TAIL_MS = 15;

/**
 * The duty is also kept within any time this long, ms: two periods of the 2 s in 6 s that the
 * Ag1171's data sheet calls its duty. A tail for each of the two bursts is let pass.
 */
export const DUTY_WINDOW_MS = 12_000;

/**
 * How late a burst may end before {@link DUTY_WINDOW_MS} counts it longer than it was meant, ms. A
 * timer is always a little late: without this, one millisecond would make the next silence 4 s
 * longer. The duty of a cycle counts it all the same.
 */
const LATE_GRACE_MS = 50;

/** What sums of times that are no whole milliseconds may be off by, ms; it is no excess. */
const ROUNDING_MS = 1e-6;

/** How much longer than it should a message may take before it is given up, ms. */
export const SEND_GRACE_MS = 1000;

type RingState =
  | { readonly kind: "idle" }
  /** The card is owed rest from the ringing before, or the supply rings others: `reserved`. */
  | { readonly kind: "owed"; readonly untilMs: number; readonly reserved: boolean }
  | { readonly kind: "burst"; readonly part: number; readonly sinceMs: number }
  | {
      readonly kind: "silence";
      readonly part: number;
      readonly untilMs: number;
      readonly sendAtMs: number | undefined;
    }
  | {
      readonly kind: "sending";
      readonly part: number;
      readonly untilMs: number;
      readonly giveUpMs: number;
    };

/**
 * Bursts and silences of ringing, with caller ID in between, within what the card may do.
 *
 *               start                   on for its time, at most ringBurstMax
 *     idle ──────────────► owed ─────────► burst ───────────────────────► silence
 *      ▲           (rest, or its turn)       ▲                             │    ▲ │
 *      │                                     └──── off for its time ───────┘    │ │ sendAt
 *      │ stop, from anywhere                  a cycle ends: rest owed is kept   │ ▼
 *      └─────────────────────────────────────────────────────────────────────  sending
 *                                                                       sent, or given up
 *
 * Duty: from the start of a cycle, the next one begins no sooner than (ringing so far ÷ duty), nor
 * so soon that it would be too much of the last {@link DUTY_WINDOW_MS}; that holds across `stop`
 * and `start` as well. Bursts keep their length, silences grow. Bursts are counted as long as they
 * really were, so that a late timeout costs rest, not the card.
 *
 * Where lines share a ringing supply, a cycle begins when the supply is free for its bursts.
 *
 * Caller ID goes into the first silence of the first cycle that has room for it, else into that
 * cycle's last, which then grows.
 */
export class Ringing {
  readonly #limits: RingLimits;
  readonly #share: RingShare | undefined;
  #state: RingState = { kind: "idle" };
  #cadenceMs: RingCadenceMs = [];
  #nextCadenceMs: RingCadenceMs | undefined;
  #slot: CallerIdSlot | undefined;
  #cycleStartMs = Number.NEGATIVE_INFINITY;
  #ringingMs = 0;
  /** Ringing within the last window, oldest first. */
  #past: { readonly fromMs: number; readonly toMs: number }[] = [];

  constructor(limits: RingLimits, share?: RingShare) {
    this.#limits = limits;
    this.#share = share;
  }

  get isOn(): boolean {
    return this.#state.kind !== "idle";
  }

  /** Whether the caller ID goes into the silence that it is in. */
  get willSend(): boolean {
    return this.#state.kind === "silence" && this.#state.sendAtMs !== undefined;
  }

  deadlineMs(): number | undefined {
    const state = this.#state;
    switch (state.kind) {
      case "idle":
        return undefined;
      case "owed":
        return state.untilMs;
      case "burst":
        return state.sinceMs + this.#burstMs(state.part);
      case "silence":
        return state.sendAtMs ?? state.untilMs;
      case "sending":
        return state.giveUpMs;
      default:
        return unreachable(state);
    }
  }

  /** While ringing: take another cadence with the next cycle. */
  changeCadence(cadenceMs: RingCadenceMs): void {
    this.#nextCadenceMs = cadenceMs;
  }

  /** Begin to ring. Call it only while ringing is not on. */
  start(
    cadenceMs: RingCadenceMs,
    slot: CallerIdSlot | undefined,
    nowMs: number,
  ): readonly RingAction[] {
    invariant(!this.isOn, "ringing starts only once");
    this.#cadenceMs = cadenceMs;
    this.#nextCadenceMs = undefined;
    this.#slot = slot;
    const restMs = this.#restUntilMs();
    if (restMs > nowMs) {
      this.#state = { kind: "owed", untilMs: restMs, reserved: false };
      return [];
    }
    return this.#cycle(nowMs);
  }

  /** Silent at once, the caller ID cut. */
  stop(nowMs: number): readonly RingAction[] {
    const state = this.#state;
    this.#state = { kind: "idle" };
    this.#share?.release(nowMs);
    if (state.kind === "sending") return ["cut"];
    if (state.kind !== "burst") return [];
    this.#countBurst(state, nowMs);
    return ["burst-off"];
  }

  /** The message has been played to its end. */
  sent(nowMs: number): readonly RingAction[] {
    if (this.#state.kind !== "sending") return [];
    this.#endSending(this.#state, nowMs);
    return ["sent"];
  }

  /** A deadline is due. */
  timeout(nowMs: number): readonly RingAction[] {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return [];
    const state = this.#state;
    switch (state.kind) {
      case "idle":
        return [];
      case "owed":
        return state.reserved ? this.#begin(nowMs) : this.#cycle(nowMs);
      case "burst":
        return this.#endBurst(state, nowMs);
      case "silence":
        if (state.sendAtMs !== undefined) return this.#send(state, nowMs);
        return this.#endSilence(state.part, nowMs);
      case "sending":
        this.#endSending(state, nowMs);
        return ["cut"];
      default:
        return unreachable(state);
    }
  }

  /** A cycle begins when the supply is free for it. */
  #cycle(nowMs: number): readonly RingAction[] {
    const spanMs = this.#cadenceMs.slice(0, -1).reduce((sum, partMs) => sum + partMs, 0);
    const untilMs = this.#share?.reserve(spanMs + RING_TAIL_MS, nowMs) ?? nowMs;
    if (untilMs <= nowMs) return this.#begin(nowMs);
    this.#state = { kind: "owed", untilMs, reserved: true };
    return [];
  }

  #begin(nowMs: number): readonly RingAction[] {
    this.#cycleStartMs = nowMs;
    this.#ringingMs = 0;
    return this.#burst(0, nowMs);
  }

  #burst(part: number, nowMs: number): readonly RingAction[] {
    this.#state = { kind: "burst", part, sinceMs: nowMs };
    return ["burst-on"];
  }

  #endBurst(
    burst: { readonly part: number; readonly sinceMs: number },
    nowMs: number,
  ): readonly RingAction[] {
    this.#countBurst(burst, nowMs);
    const part = burst.part + 1;
    const isLast = part >= this.#cadenceMs.length - 1;
    const endMs = nowMs + (this.#cadenceMs[part] ?? 0);
    const untilMs = isLast ? Math.max(endMs, this.#restUntilMs()) : endMs;
    const sends = this.#slot !== undefined && part === this.#slotPart(this.#slot);
    const sendAtMs = sends ? nowMs + (this.#slot?.delayMs ?? 0) : undefined;
    this.#state = { kind: "silence", part, untilMs, sendAtMs };
    return ["burst-off"];
  }

  #send(
    silence: { readonly part: number; readonly untilMs: number },
    nowMs: number,
  ): readonly RingAction[] {
    const giveUpMs = nowMs + (this.#slot?.durationMs ?? 0) + SEND_GRACE_MS;
    this.#state = { kind: "sending", part: silence.part, untilMs: silence.untilMs, giveUpMs };
    return ["send"];
  }

  #endSending(sending: { readonly part: number; readonly untilMs: number }, nowMs: number): void {
    const untilMs = Math.max(sending.untilMs, nowMs + (this.#slot?.guardMs ?? 0));
    this.#slot = undefined;
    this.#state = { kind: "silence", part: sending.part, untilMs, sendAtMs: undefined };
  }

  #endSilence(part: number, nowMs: number): readonly RingAction[] {
    if (part + 1 < this.#cadenceMs.length) return this.#burst(part + 1, nowMs);
    this.#cadenceMs = this.#nextCadenceMs ?? this.#cadenceMs;
    this.#nextCadenceMs = undefined;
    return this.#cycle(nowMs);
  }

  #burstMs(part: number): number {
    return Math.min(this.#cadenceMs[part] ?? 0, this.#limits.ringBurstMaxMs);
  }

  #countBurst(
    { part, sinceMs }: { readonly part: number; readonly sinceMs: number },
    nowMs: number,
  ): void {
    this.#ringingMs += nowMs - sinceMs + RING_TAIL_MS;
    const meantMs = Math.min(nowMs, sinceMs + this.#burstMs(part));
    const toMs = Math.max(meantMs, nowMs - LATE_GRACE_MS) + RING_TAIL_MS;
    this.#past = this.#past.filter((burst) => burst.toMs > nowMs - DUTY_WINDOW_MS);
    this.#past.push({ fromMs: sinceMs, toMs });
  }

  /** When this cycle's ringing has been made up for, and the window has room for another cycle. */
  #restUntilMs(): number {
    let untilMs = this.#cycleStartMs + this.#ringingMs / this.#limits.ringDutyMax;
    const allowedMs = DUTY_WINDOW_MS * this.#limits.ringDutyMax + 2 * RING_TAIL_MS;
    // As if the coming bursts were one: what the window still holds at their end is too much then.
    const comingMs = this.#cycleRingingMs();
    for (const { fromMs, toMs } of this.#past) {
      const windowMs = untilMs + comingMs - DUTY_WINDOW_MS;
      const excessMs = this.#ringingSinceMs(windowMs) + comingMs - allowedMs;
      if (excessMs <= ROUNDING_MS) break;
      const goneMs = Math.min(toMs, Math.max(fromMs, windowMs) + excessMs);
      untilMs = Math.max(untilMs, goneMs + DUTY_WINDOW_MS - comingMs);
    }
    return untilMs;
  }

  /** How long the bursts of the cycle to come will be on. */
  #cycleRingingMs(): number {
    const cadenceMs = this.#nextCadenceMs ?? this.#cadenceMs;
    let sumMs = 0;
    for (let part = 0; part < cadenceMs.length; part += 2) {
      sumMs += Math.min(cadenceMs[part] ?? 0, this.#limits.ringBurstMaxMs) + RING_TAIL_MS;
    }
    return sumMs;
  }

  #ringingSinceMs(sinceMs: number): number {
    return this.#past.reduce(
      (sumMs, { fromMs, toMs }) => sumMs + Math.max(0, toMs - Math.max(fromMs, sinceMs)),
      0,
    );
  }

  /** The part of the cadence (odd: a silence) that the caller ID goes into. */
  #slotPart(slot: CallerIdSlot): number {
    const needMs = slot.delayMs + slot.durationMs + slot.guardMs;
    const roomy = this.#cadenceMs.findIndex((partMs, part) => part % 2 === 1 && partMs >= needMs);
    return roomy >= 0 ? roomy : this.#cadenceMs.length - 1;
  }
}
