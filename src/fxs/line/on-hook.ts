import { earliestMs } from "../../base/core.ts";
import { unreachable } from "../../base/invariant.ts";
import type { CallerId } from "../../base/line-messages.ts";
import type { CountryProfile, RingCadenceMs } from "../country/profile.ts";
import { type AlertAction, Alerting } from "./alerting.ts";
import { type DisplayCommand, Lamp, type LampCommand } from "./lamp.ts";
import type { LineFeed } from "./line-feed.ts";
import type { LineConfig, LineOutput, SlicAction } from "./line-types.ts";
import { planDisplay, planLamp, planRing } from "./on-hook-plan.ts";

/** What an on-hook line works with. */
export interface OnHookHands {
  push(output: LineOutput): void;
  readonly feed: LineFeed;
  /** Whether the PCM stream must run. */
  audio(on: boolean): void;
  /** Whether the receiver is up, for whatever reason. */
  isLifted(): boolean;
  /** Ringing voltage comes on the line; or something has disturbed the loop, ringing or else. */
  rings(on: boolean, nowMs: number): void;
  /** The receiver was lifted, and somebody is to be told. */
  lifted(kind: "off-hook" | "ring-trip", atMs: number): void;
}

/** What goes on at a telephone while it is on-hook: calls made known, its lamp and its display. */
export class OnHook {
  readonly #config: LineConfig;
  readonly #hands: OnHookHands;
  readonly #alerting: Alerting;
  readonly #lamp = new Lamp();
  readonly #display = new Lamp<DisplayCommand>();

  constructor(config: LineConfig, hands: OnHookHands) {
    this.#config = config;
    this.#hands = hands;
    this.#alerting = new Alerting(config.capabilities, config.ringShare);
  }

  /** Whether a call is being made known. */
  get isRinging(): boolean {
    return this.#alerting.isRinging;
  }

  /** Whether the receiver is up for its display's sake, which nobody else is to know. */
  get holdsHook(): boolean {
    return this.#alerting.holdsHook;
  }

  deadlineMs(): number | undefined {
    if (!this.#isQuiet) return this.#alerting.deadlineMs();
    const ownMs = earliestMs(this.#lamp.deadlineMs(), this.#display.deadlineMs());
    return earliestMs(this.#alerting.deadlineMs(), ownMs);
  }

  /** Makes a call known; or rings on in another cadence. */
  ring(cadenceName: string | undefined, callerId: CallerId | undefined, nowMs: number): void {
    const { country, capabilities } = this.#config;
    const cadenceMs = cadenceOf(country, cadenceName);
    if (this.#alerting.isRinging) {
      this.#alerting.changeCadence(cadenceMs);
      return;
    }
    this.#hands.feed.restore(nowMs);
    this.#busy(nowMs);
    const plan = planRing(callerId, country.callerId, capabilities);
    this.#carry(this.#alerting.ring(plan, cadenceMs, nowMs), nowMs);
  }

  /** The call is over. */
  stop(nowMs: number): void {
    if (!this.#alerting.isRinging) return;
    this.#carry(this.#alerting.stop(nowMs), nowMs);
    this.#busy(nowMs);
  }

  /** Takes what the lamp is to show; it is told when the line is quiet. */
  tellLamp(command: LampCommand, nowMs: number): void {
    const { country, capabilities } = this.#config;
    if (country.callerId.lamp.by === "neon" && capabilities.neonLamp === true) {
      this.#slic({ kind: "neon-lamp", on: command.waiting });
    }
    const steps = planLamp(command, country.callerId, capabilities);
    this.#lamp.tell(command, steps.length > 0, nowMs);
    this.#startLamp(nowMs);
  }

  /** Takes what the display is to show; it is told when the line is quiet. */
  tellDisplay(command: DisplayCommand, nowMs: number): void {
    const { country, capabilities } = this.#config;
    const steps = planDisplay(command.callerId, country.callerId, capabilities);
    this.#display.tell(command, steps.length > 0, nowMs);
    this.#startLamp(nowMs);
  }

  /** A signal was played to its end. */
  sent(nowMs: number): void {
    this.#carry(this.#alerting.sent(nowMs), nowMs);
  }

  /** The receiver was lifted. */
  offHook(atMs: number, nowMs: number): void {
    const wasRinging = this.#alerting.isRinging;
    const { held, actions } = this.#alerting.offHook(atMs, nowMs);
    this.#carry(actions, nowMs);
    if (held) return;
    this.#busy(nowMs);
    this.#hands.lifted(wasRinging ? "ring-trip" : "off-hook", atMs);
  }

  /** The receiver was put back. */
  hungUp(nowMs: number): void {
    this.#busy(nowMs);
    this.#carry(this.#alerting.onHook(nowMs), nowMs);
  }

  timeout(nowMs: number): void {
    const wasIdle = this.#alerting.isIdle;
    this.#carry(this.#alerting.timeout(nowMs), nowMs);
    if (!wasIdle && this.#alerting.isIdle) this.#busy(nowMs);
    this.#startLamp(nowMs);
  }

  /** The card has made itself safe: what was played ends, the rest it has done already. */
  fault(nowMs: number): void {
    const actions = this.#alerting.stop(nowMs);
    if (actions.some(({ kind }) => kind === "cut")) this.#hands.push({ kind: "signal-off" });
    this.#busy(nowMs);
  }

  get #isQuiet(): boolean {
    return !this.#hands.isLifted() && this.#alerting.isIdle;
  }

  /** Something goes on at the line, or has just ended: messages wait. */
  #busy(nowMs: number): void {
    this.#lamp.busy(nowMs);
    this.#display.busy(nowMs);
  }

  #startLamp(nowMs: number): void {
    if (!this.#isQuiet) return;
    const { country, capabilities } = this.#config;
    const lamp = this.#lamp.take(nowMs);
    const display = lamp === undefined ? this.#display.take(nowMs) : undefined;
    const steps =
      lamp !== undefined
        ? planLamp(lamp, country.callerId, capabilities)
        : display !== undefined
          ? planDisplay(display.callerId, country.callerId, capabilities)
          : [];
    if (steps.length > 0) this.#carry(this.#alerting.lamp(steps, nowMs), nowMs);
  }

  #carry(actions: readonly AlertAction[], nowMs: number): void {
    for (const action of actions) this.#act(action, nowMs);
    // Ended between an alert tone and its data, there was nothing to cut.
    if (this.#alerting.isIdle) this.#hands.audio(this.#hands.isLifted());
  }

  #act(action: AlertAction, nowMs: number): void {
    const hands = this.#hands;
    switch (action.kind) {
      case "burst": {
        const { frequencyHz, shape, voltsRms } = this.#config.country.ringing;
        this.#slic({ kind: "ringing", on: action.on, frequencyHz, shape, voltsRms });
        hands.rings(action.on, nowMs);
        break;
      }
      case "reverse":
        hands.feed.reverse(action.on, nowMs);
        break;
      case "open-loop":
        hands.feed.open(action.ms, nowMs);
        break;
      case "transmission":
        this.#slic({ kind: "on-hook-transmission", on: action.on });
        hands.rings(false, nowMs);
        break;
      case "play":
        hands.audio(true);
        hands.push({ kind: "play-signal", signal: action.signal });
        break;
      case "cut":
        hands.push({ kind: "signal-off" });
        hands.audio(hands.isLifted());
        break;
      case "sent":
        hands.audio(hands.isLifted());
        if (action.what === "lamp") {
          this.#lamp.sent();
          this.#display.sent();
        } else hands.push({ kind: "event", event: { kind: "caller-id-sent", atMs: nowMs } });
        break;
      case "answered":
        hands.lifted(action.call ? "ring-trip" : "off-hook", action.atMs);
        break;
      default:
        unreachable(action);
    }
  }

  #slic(action: SlicAction): void {
    this.#hands.push({ kind: "slic", action });
  }
}

/** A named distinctive cadence; the country's own where there is no such name, or none. */
function cadenceOf({ ringing }: CountryProfile, name: string | undefined): RingCadenceMs {
  const isKnown = name !== undefined && Object.hasOwn(ringing.distinctive, name);
  return (isKnown ? ringing.distinctive[name] : undefined) ?? ringing.cadenceMs;
}
