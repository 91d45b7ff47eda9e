import { earliestMs } from "../../base/core.ts";
import { invariant, unreachable } from "../../base/invariant.ts";
import { type Signal, signalDurationMs } from "../caller-id/signal.ts";
import type { RingCadenceMs } from "../country/profile.ts";
import type { OnHookStep, RingPlan, SilencePlan } from "./on-hook-plan.ts";
import type { RingShare } from "./ring-supply.ts";
import { type RingAction, Ringing, type RingLimits, SEND_GRACE_MS } from "./ringing.ts";

/** What alerting asks to be done. */
export type AlertAction =
  | { readonly kind: "burst"; readonly on: boolean }
  | { readonly kind: "reverse"; readonly on: boolean }
  | { readonly kind: "open-loop"; readonly ms: number }
  /**
   * Whether audio must reach the on-hook telephone. It stays so until the next burst: what was
   * handed over last is still on its way through the sound card.
   */
  | { readonly kind: "transmission"; readonly on: boolean }
  | { readonly kind: "play"; readonly signal: Signal }
  /** Stop what is played. */
  | { readonly kind: "cut" }
  /** The caller ID has gone out whole; `lamp`: the message for the lamp has. */
  | { readonly kind: "sent"; readonly what: "caller-id" | "lamp" }
  /**
   * The telephone had answered for its display, at `atMs`, and stays off-hook: a person did
   * (`call`), or the call is over and it has yet to hang up.
   */
  | { readonly kind: "answered"; readonly atMs: number; readonly call: boolean };

/** NTT: bursts that call a display, and how long. Lantiq: it hangs up within 7 s; 6 s to answer. */
const REQUEST_CADENCE_MS: RingCadenceMs = [500, 500];
const REQUEST_LIMIT_MS = 6000;
const HANG_UP_LIMIT_MS = 7000;
/** The silence after a ring pulse is not the ringing's to end. */
const PULSE_SILENCE_MS = 60_000;

/** What follows when the steps are done. */
type After = { readonly kind: "ring"; readonly plan: RingPlan } | { readonly kind: "nothing" };

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "wait"; readonly untilMs: number; readonly rest: Rest }
  | { readonly kind: "pulse"; readonly rest: Rest }
  | { readonly kind: "play"; readonly giveUpMs: number; readonly rest: Rest }
  /** Ringing that asks a display to answer. */
  | { readonly kind: "request"; readonly untilMs: number; readonly slot: SilencePlan }
  /** The display has answered: it is told, and expected to hang up. */
  | {
      readonly kind: "attended";
      readonly atMs: number;
      readonly part: "delay" | "play" | "hang-up";
      readonly untilMs: number;
      readonly slot: SilencePlan;
    }
  | { readonly kind: "ring" };

interface Rest {
  readonly steps: readonly OnHookStep[];
  readonly after: After;
}

/**
 * What is done at an on-hook telephone: a call made known, or its lamp told.
 *
 *     idle ─ ring ──► steps before ringing ─────────────────► ringing, caller ID in its silence
 *      │ ▲            (reversal, tones, data, ring pulse)       ▲
 *      │ │                                                      │ it hangs up
 *      │ │   NTT:     request ── off-hook ──► delay, data, ─────┘
 *      │ │            (not answered: ringing)  hang-up  ── it does not: a person answered
 *      │ └ done, stop, off-hook
 *      └─ lamp ─────► steps
 *
 * Times are of the control plane's clock; how the telephone's hook is read is the line's business.
 */
export class Alerting {
  readonly #ringing: Ringing;
  #state: State = { kind: "idle" };
  #cadenceMs: RingCadenceMs = [];
  #silence: SilencePlan | undefined;
  #isTransmitting = false;
  #isReversed = false;
  #actions: AlertAction[] = [];

  constructor(limits: RingLimits, share?: RingShare) {
    this.#ringing = new Ringing(limits, share);
  }

  /** Whether a call is being made known, from the first sign to the end of ringing. */
  get isRinging(): boolean {
    const state = this.#state;
    if (state.kind === "idle") return false;
    return "rest" in state ? state.rest.after.kind === "ring" : true;
  }

  get isIdle(): boolean {
    return this.#state.kind === "idle";
  }

  /** Whether the telephone is off-hook for its display's sake, which nobody else is to know. */
  get holdsHook(): boolean {
    return this.#state.kind === "attended";
  }

  deadlineMs(): number | undefined {
    const state = this.#state;
    switch (state.kind) {
      case "idle":
        return undefined;
      case "wait":
      case "attended":
        return state.untilMs;
      case "pulse":
      case "ring":
        return this.#ringing.deadlineMs();
      case "request":
        return earliestMs(this.#ringing.deadlineMs(), state.untilMs);
      case "play":
        return state.giveUpMs;
    }
  }

  /** While a call is made known: ring in another cadence from the next cycle on. */
  changeCadence(cadenceMs: RingCadenceMs): void {
    this.#cadenceMs = cadenceMs;
    if (this.#state.kind === "ring") this.#ringing.changeCadence(cadenceMs);
  }

  /** Makes a call known, in place of whatever is being done. */
  ring(plan: RingPlan, cadenceMs: RingCadenceMs, nowMs: number): readonly AlertAction[] {
    this.#end(nowMs);
    this.#cadenceMs = cadenceMs;
    this.#go({ steps: plan.before, after: { kind: "ring", plan } }, nowMs);
    return this.#taken();
  }

  /** Tells the lamp. Only while idle. */
  lamp(steps: readonly OnHookStep[], nowMs: number): readonly AlertAction[] {
    invariant(this.isIdle, "a lamp is told while nothing else is done");
    this.#go({ steps, after: { kind: "nothing" } }, nowMs);
    return this.#taken();
  }

  /** Silent at once, whatever goes on. */
  stop(nowMs: number): readonly AlertAction[] {
    const state = this.#state;
    this.#end(nowMs);
    if (state.kind === "attended") {
      this.#actions.push({ kind: "answered", atMs: state.atMs, call: false });
    }
    return this.#taken();
  }

  /** What was played has come to its end. */
  sent(nowMs: number): readonly AlertAction[] {
    const state = this.#state;
    if (state.kind === "play") this.#next(state.rest, nowMs);
    else if (state.kind === "attended" && state.part === "play") {
      this.#state = { ...state, part: "hang-up", untilMs: nowMs + HANG_UP_LIMIT_MS };
      this.#actions.push({ kind: "sent", what: "caller-id" });
    } else if (state.kind === "ring") this.#carry(this.#ringing.sent(nowMs));
    return this.#taken();
  }

  /**
   * The telephone was lifted at `atMs`. True where it was so for its display's sake; else
   * everything is over.
   */
  offHook(atMs: number, nowMs: number): { held: boolean; actions: readonly AlertAction[] } {
    const state = this.#state;
    if (state.kind !== "request") {
      this.#end(nowMs);
      return { held: false, actions: this.#taken() };
    }
    this.#carry(this.#ringing.stop(nowMs));
    const untilMs = nowMs + state.slot.delayMs;
    this.#state = { kind: "attended", atMs, part: "delay", untilMs, slot: state.slot };
    return { held: true, actions: this.#taken() };
  }

  /** The telephone that was held was hung up. */
  onHook(nowMs: number): readonly AlertAction[] {
    const state = this.#state;
    if (state.kind !== "attended") return [];
    if (state.part === "play") this.#actions.push({ kind: "cut" });
    const steps = [{ kind: "wait", ms: state.slot.guardMs }] as const;
    this.#go({ steps, after: { kind: "ring", plan: { before: [] } } }, nowMs);
    return this.#taken();
  }

  /** A deadline is due. */
  timeout(nowMs: number): readonly AlertAction[] {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return [];
    const state = this.#state;
    switch (state.kind) {
      case "idle":
        break;
      case "wait":
        this.#next(state.rest, nowMs);
        break;
      case "pulse":
        this.#pulse(state.rest, nowMs);
        break;
      case "play":
        // The sound channel stands still: without the message it can ring all the same.
        this.#actions.push({ kind: "cut" });
        this.#next(state.rest, nowMs, true);
        break;
      case "request":
        if (nowMs < state.untilMs) this.#carry(this.#ringing.timeout(nowMs));
        else this.#startRinging(undefined, nowMs);
        break;
      case "attended":
        this.#attend(state, nowMs);
        break;
      case "ring":
        this.#carry(this.#ringing.timeout(nowMs));
        break;
      default:
        unreachable(state);
    }
    return this.#taken();
  }

  #taken(): readonly AlertAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  #end(nowMs: number): void {
    const state = this.#state;
    if (state.kind === "play" || (state.kind === "attended" && state.part === "play")) {
      this.#actions.push({ kind: "cut" });
    }
    this.#carry(this.#ringing.stop(nowMs));
    this.#rest();
    this.#state = { kind: "idle" };
  }

  /** The steps from here on, then what follows them. */
  #go(rest: Rest, nowMs: number): void {
    if (rest.steps.some(({ kind }) => kind === "play")) this.#transmit(true);
    const [step, ...steps] = rest.steps;
    if (step === undefined) {
      this.#finish(rest.after, nowMs);
      return;
    }
    const next = { steps, after: rest.after };
    switch (step.kind) {
      case "reverse":
        this.#reverse(true);
        this.#go(next, nowMs);
        break;
      case "open-loop":
        this.#actions.push({ kind: "open-loop", ms: step.ms });
        this.#state = { kind: "wait", untilMs: nowMs + step.ms, rest: next };
        break;
      case "wait":
        this.#state = { kind: "wait", untilMs: nowMs + step.ms, rest: next };
        break;
      case "ring":
        this.#carry(this.#ringing.start([step.ms, PULSE_SILENCE_MS], undefined, nowMs));
        this.#state = { kind: "pulse", rest: next };
        break;
      case "play":
        this.#play(step.signal, next, nowMs);
        break;
      default:
        unreachable(step);
    }
  }

  #play(signal: Signal, rest: Rest, nowMs: number): void {
    this.#actions.push({ kind: "play", signal });
    const giveUpMs = nowMs + signalDurationMs(signal) + SEND_GRACE_MS;
    this.#state = { kind: "play", giveUpMs, rest };
  }

  /** A wait or a signal is over. The last signal of the steps is the message. */
  #next(rest: Rest, nowMs: number, wasCut = false): void {
    const wasPlay = this.#state.kind === "play";
    const isMessage = !rest.steps.some(({ kind }) => kind === "play");
    if (wasPlay && isMessage) {
      const what = rest.after.kind === "ring" ? "caller-id" : "lamp";
      // A lamp that nobody hears of is not told again and again.
      if (!wasCut || what === "lamp") this.#actions.push({ kind: "sent", what });
    }
    this.#go(rest, nowMs);
  }

  #pulse(rest: Rest, nowMs: number): void {
    const actions = this.#ringing.timeout(nowMs);
    this.#carry(actions);
    if (!actions.includes("burst-off")) return;
    this.#carry(this.#ringing.stop(nowMs));
    this.#go(rest, nowMs);
  }

  #finish(after: After, nowMs: number): void {
    if (after.kind === "nothing") {
      this.#rest();
      this.#state = { kind: "idle" };
      return;
    }
    const { answered, inSilence } = after.plan;
    if (answered === undefined) {
      this.#startRinging(inSilence, nowMs);
      return;
    }
    this.#carry(this.#ringing.start(REQUEST_CADENCE_MS, undefined, nowMs));
    this.#state = { kind: "request", untilMs: nowMs + REQUEST_LIMIT_MS, slot: answered };
  }

  #startRinging(silence: SilencePlan | undefined, nowMs: number): void {
    this.#carry(this.#ringing.stop(nowMs));
    this.#state = { kind: "ring" };
    this.#silence = silence;
    this.#carry(this.#ringing.start(this.#cadenceMs, silence, nowMs));
  }

  #attend(state: Extract<State, { kind: "attended" }>, nowMs: number): void {
    const { signal, durationMs } = state.slot;
    switch (state.part) {
      case "delay":
        this.#actions.push({ kind: "play", signal });
        this.#state = { ...state, part: "play", untilMs: nowMs + durationMs + SEND_GRACE_MS };
        break;
      case "play":
        this.#actions.push({ kind: "cut" });
        this.#state = { ...state, part: "hang-up", untilMs: nowMs + HANG_UP_LIMIT_MS };
        break;
      case "hang-up":
        this.#state = { kind: "idle" };
        this.#actions.push({ kind: "answered", atMs: state.atMs, call: true });
        break;
    }
  }

  #carry(actions: readonly RingAction[]): void {
    for (const action of actions) {
      switch (action) {
        case "burst-on":
          this.#rest();
          this.#actions.push({ kind: "burst", on: true });
          break;
        case "burst-off":
          this.#actions.push({ kind: "burst", on: false });
          if (this.#ringing.willSend) this.#transmit(true);
          break;
        case "send":
          invariant(this.#silence !== undefined, "ringing sends only what it was given");
          this.#actions.push({ kind: "play", signal: this.#silence.signal });
          break;
        case "cut":
          this.#transmit(false);
          this.#actions.push({ kind: "cut" });
          break;
        case "sent":
          this.#actions.push({ kind: "sent", what: "caller-id" });
          break;
        default:
          unreachable(action);
      }
    }
  }

  /** Power as ringing wants it, and as it is left. */
  #rest(): void {
    this.#transmit(false);
    this.#reverse(false);
  }

  #reverse(on: boolean): void {
    if (on === this.#isReversed) return;
    this.#isReversed = on;
    this.#actions.push({ kind: "reverse", on });
  }

  #transmit(on: boolean): void {
    if (on === this.#isTransmitting) return;
    this.#isTransmitting = on;
    this.#actions.push({ kind: "transmission", on });
  }
}
