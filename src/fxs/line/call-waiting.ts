import type { Digit, ToneSpec } from "../../base/audio.ts";
import type { CallerId } from "../../base/line-messages.ts";
import { alertSignal, waitingCallerSignal } from "../caller-id/caller-id-signal.ts";
import type { CallWaitingDisplay } from "../caller-id/scheme.ts";
import type { CallerIdScheme } from "../caller-id/schemes.ts";
import { type Signal, signalDurationMs } from "../caller-id/signal.ts";
import type { LineOutput } from "./line-types.ts";
import { partsOf } from "./on-hook-plan.ts";
import { SEND_GRACE_MS } from "./ringing.ts";

type State =
  | { readonly kind: "idle" }
  /** The tone alone, again and again. */
  | { readonly kind: "tone" }
  | {
      readonly kind: "first-tone" | "silence" | "alert" | "ack" | "acked" | "data" | "gap";
      readonly untilMs: number;
      readonly data: Signal;
    };

/**
 * A second call made known during the first (type II).
 *
 *     idle ──► first-tone ─► silence ─► alert ─► ack ─► acked ─► data ─► gap ─► tone ─► …
 *      ▲         SAS                     CAS     │ no answer              ▲
 *      │       └──────────── the far end muted ──┴────────────┴───────────┘
 *      └ stop, from anywhere
 *
 * Where there is no display to be told, the country's tone is all there is.
 */
export class CallWaiting {
  readonly #scheme: CallerIdScheme;
  readonly #tone: ToneSpec;
  readonly #push: (output: LineOutput) => void;
  readonly #display: CallWaitingDisplay;
  #state: State = { kind: "idle" };
  #isMuted = false;

  constructor(scheme: CallerIdScheme, tone: ToneSpec, push: (output: LineOutput) => void) {
    this.#scheme = scheme;
    this.#display = scheme.waiting;
    this.#tone = tone;
    this.#push = push;
  }

  get isOn(): boolean {
    return this.#state.kind !== "idle";
  }

  deadlineMs(): number | undefined {
    return "untilMs" in this.#state ? this.#state.untilMs : undefined;
  }

  /** Makes a call known; while one is, nothing changes. */
  start(callerId: CallerId | undefined, nowMs: number): void {
    if (this.isOn) return;
    const data = callerId === undefined ? undefined : this.#dataOf(callerId);
    if (data === undefined) {
      this.#state = { kind: "tone" };
      this.#push({ kind: "tone", tone: this.#tone });
      return;
    }
    const { first, firstMs } = this.#parts();
    this.#mute(true);
    this.#push({ kind: "tone", tone: first });
    this.#state = { kind: "first-tone", untilMs: nowMs + firstMs, data };
  }

  /** Silent at once. */
  stop(): void {
    const { kind } = this.#state;
    if (kind === "idle") return;
    if (kind === "alert" || kind === "data") this.#push({ kind: "signal-off" });
    if (kind === "tone" || kind === "first-tone") this.#push({ kind: "tone-off" });
    this.#mute(false);
    this.#state = { kind: "idle" };
  }

  /** A digit was heard. True where it is the display's answer, and nobody else's business. */
  digit(digit: Digit, nowMs: number): boolean {
    const state = this.#state;
    const listens = state.kind === "ack" || state.kind === "alert";
    if (!listens || !this.#display.ackDigits.includes(digit)) {
      return state.kind === "acked" && this.#display.ackDigits.includes(digit);
    }
    if (state.kind === "alert") this.#push({ kind: "signal-off" });
    this.#state = { ...state, kind: "acked", untilMs: nowMs + this.#display.ackToDataMs };
    return true;
  }

  /** What was played has come to its end; true where the caller has been shown. */
  sent(nowMs: number): boolean {
    const state = this.#state;
    if (state.kind === "alert") {
      this.#state = { ...state, kind: "ack", untilMs: nowMs + this.#display.ackWaitMs };
      return false;
    }
    if (state.kind !== "data") return false;
    this.#rest(state.data, nowMs);
    return true;
  }

  timeout(nowMs: number): void {
    const state = this.#state;
    if (!("untilMs" in state) || nowMs < state.untilMs) return;
    switch (state.kind) {
      case "first-tone":
        this.#push({ kind: "tone-off" });
        this.#state = { ...state, kind: "silence", untilMs: nowMs + this.#display.silenceMs };
        break;
      case "silence":
        this.#play(
          alertSignal(this.#display.alertMs, this.#display.alertLevelDbm0),
          "alert",
          nowMs,
        );
        break;
      case "acked":
        this.#play(state.data, "data", nowMs);
        break;
      case "alert":
      case "data":
        // The sound channel stands still: the call goes on.
        this.#push({ kind: "signal-off" });
        this.#rest(state.data, nowMs);
        break;
      case "ack":
        this.#rest(state.data, nowMs);
        break;
      case "gap":
        this.#state = { kind: "tone" };
        this.#push({ kind: "tone", tone: this.#tone });
        break;
    }
  }

  #play(signal: Signal, kind: "alert" | "data", nowMs: number): void {
    const state = this.#state;
    if (!("data" in state)) return;
    this.#push({ kind: "play-signal", signal });
    const untilMs = nowMs + signalDurationMs(signal) + SEND_GRACE_MS;
    this.#state = { ...state, kind, untilMs };
  }

  /** The two talk on until the tone is due again. */
  #rest(data: Signal, nowMs: number): void {
    this.#mute(false);
    this.#state = { kind: "gap", untilMs: nowMs + this.#parts().gapMs, data };
  }

  #dataOf(callerId: CallerId): Signal | undefined {
    if (this.#display.by === "none") return undefined;
    for (const parts of partsOf(this.#scheme)) {
      const signal = waitingCallerSignal(callerId, parts, this.#display);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  /** The tone's bursts up to its last silence, and that silence. */
  #parts(): { readonly first: ToneSpec; readonly firstMs: number; readonly gapMs: number } {
    const { segments } = this.#tone;
    const last = segments.at(-1);
    const endsSilent = segments.length > 1 && last?.frequenciesHz.length === 0;
    const bursts = (endsSilent ? segments.slice(0, -1) : segments).map((segment) => ({
      ...segment,
      durationMs: Math.min(segment.durationMs ?? BURST_LIMIT_MS, BURST_LIMIT_MS),
    }));
    const firstMs = bursts.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return {
      first: { segments: bursts },
      firstMs,
      gapMs: endsSilent ? (last?.durationMs ?? GAP_MS) : GAP_MS,
    };
  }

  #mute(on: boolean): void {
    if (on === this.#isMuted) return;
    this.#isMuted = on;
    this.#push({ kind: "mute", on });
  }
}

/** Longest burst of a call-waiting tone that the two are parted for, ms. */
const BURST_LIMIT_MS = 1000;
/** Where a tone has no silence of its own: the North American 10 s. */
const GAP_MS = 10_000;
