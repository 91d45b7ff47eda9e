import type { Digit } from "../../base/audio.ts";
import { type Core, earliestMs } from "../../base/core.ts";
import { invariant, unreachable } from "../../base/invariant.ts";
import type { CallerId, LineCommand, LineEvent } from "../../base/line-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";
import { callerIdJob, type FskJob, fskDurationMs } from "../caller-id/fsk-source.ts";
import type { CountryProfile } from "../country/profile.ts";
import { type HookConfig, HookMachine, type HookSign } from "./hook.ts";
import { LineTone } from "./line-tone.ts";
import type { LineConfig, LineInput, LineOutput, SlicAction } from "./line-types.ts";
import { digitFromPulses } from "./pulse-digits.ts";
import { type RingAction, Ringing } from "./ringing.ts";

/**
 * How long the loop detector is not believed after we disturbed the loop, ms: the end of a burst,
 * a reversal, the battery's return. Public drivers blank it for 80–200 ms after such a change; half
 * a cycle of 16 Hz ringing and the Ag1171's way out of ring mode are 45.
 */
export const LOOP_SETTLE_MS = 80;

/** Longest time without battery, ms; more is cut to it. */
export const OPEN_LOOP_LIMIT_MS = 10_000;

/** A line: a core that also tells which watermark its hook deadlines wait for. */
export interface Line extends Core<LineInput, LineOutput> {
  /**
   * The wire time that the shell should ask the card's watermark for; `undefined` for none. Hook
   * deadlines run on the watermark, never on `timeout`.
   */
  watermarkWantedMs(): number | undefined;
}

/**
 * One telephone line.
 *
 *                    off-hook: audio on
 *      ┌─────────── ON-HOOK ◄────────────────────────┐ on-hook: tone off, audio off
 *      │ ring         │  ▲                           │
 *      ▼              │  │ stop-ringing, rest        │
 *     RINGING ────────┼──┘                           │
 *      │ bursts, silences; caller ID with audio on   │
 *      │              ▼                              │
 *      └───────► OFF-HOOK ───────────────────────────┘
 *       ring trip   tones; digits, flashes; open loop, reversal
 *
 *     FAULTED  from anywhere by `fault` (safe, tones off, audio off; the call there is lost);
 *              `recovered` leads to ON-HOOK with forward battery, and a closed loop then is a
 *              fresh off-hook
 *
 * A telephone that is off-hook at power-up is reported as off-hook. What a command asks that
 * cannot be in the state it meets (a tone on-hook, ringing off-hook) is dropped: it crossed with
 * an event that its sender will see. Pulses are expected while `collect` is on; on-hook and `rest`
 * turn it off.
 */
class LineMachine implements Line {
  readonly #config: LineConfig;
  readonly #ringing: Ringing;
  readonly #tone = new LineTone((output) => this.#outputs.push(output));
  #hook: HookMachine;
  #isFaulted = false;
  #isAudioOn = false;
  #isReversed = false;
  #openUntilMs: number | undefined;
  #callerIdJob: FskJob | undefined;
  #outputs: LineOutput[] = [];

  constructor(config: LineConfig) {
    const { ringDutyMax, ringBurstMaxMs } = config.capabilities;
    invariant(ringDutyMax > 0 && ringDutyMax <= 1, "ringDutyMax is over 0, at most 1");
    invariant(ringBurstMaxMs > 0, "ringBurstMaxMs is over 0");
    this.#config = config;
    this.#ringing = new Ringing(config.capabilities);
    this.#hook = new HookMachine(hookConfigOf(config.country), Number.NEGATIVE_INFINITY);
  }

  deadlineMs(): number | undefined {
    return earliestMs(this.#ringing.deadlineMs(), this.#openUntilMs);
  }

  watermarkWantedMs(): number | undefined {
    return this.#hook.watermarkWantedMs();
  }

  handle(input: LineInput, nowMs: number): readonly LineOutput[] {
    this.#outputs = [];
    this.#take(input, nowMs);
    return this.#outputs;
  }

  #take(input: LineInput, nowMs: number): void {
    if (input.kind === "fault") {
      this.#fault(input.fault, nowMs);
      return;
    }
    if (input.kind === "recovered") {
      this.#recovered(nowMs);
      return;
    }
    if (this.#isFaulted) return;
    switch (input.kind) {
      case "loop":
        this.#signs(this.#hook.edge(input.closed, input.atMs), nowMs);
        break;
      case "watermark":
        this.#signs(this.#hook.watermark(input.atMs), nowMs);
        break;
      case "command":
        this.#command(input.command, nowMs);
        break;
      case "dtmf":
        this.#digit(input.digit, "dtmf", input.atMs);
        break;
      case "audio-done":
        this.#ringActions(this.#ringing.sent(nowMs), nowMs);
        break;
      case "timeout":
        this.#timeout(nowMs);
        break;
      default:
        unreachable(input);
    }
  }

  get #isOffHook(): boolean {
    return this.#hook.isOffHook;
  }

  // ---- commands

  #command(command: LineCommand, nowMs: number): void {
    switch (command.kind) {
      case "ring":
        this.#ring(command.cadence, command.callerId, nowMs);
        break;
      case "stop-ringing":
        this.#ringActions(this.#ringing.stop(nowMs), nowMs);
        break;
      case "tone":
        if (this.#isOffHook) {
          const tone = this.#config.country.tones.table[command.tone];
          this.#tone.play(tone, command.untilDigit ?? false);
        }
        break;
      case "tone-off":
        this.#tone.stop();
        break;
      case "collect":
        this.#expectPulses(command.on);
        break;
      case "open-loop":
        this.#openLoop(command.durationMs, nowMs);
        break;
      case "reverse-battery":
        this.#reverse(command.reversed, nowMs);
        break;
      case "rest":
        this.#ringActions(this.#ringing.stop(nowMs), nowMs);
        this.#tone.stop();
        this.#expectPulses(false);
        this.#restoreFeed(nowMs);
        break;
      default:
        unreachable(command);
    }
  }

  #expectPulses(on: boolean): void {
    this.#hook.expectPulses(on && (this.#config.pulseDialing ?? true));
  }

  #openLoop(durationMs: number, nowMs: number): void {
    if (!this.#config.capabilities.openLoop || this.#ringing.isOn) return;
    if (!(durationMs > 0)) return;
    const isOpen = this.#openUntilMs !== undefined;
    this.#openUntilMs = nowMs + Math.min(durationMs, OPEN_LOOP_LIMIT_MS);
    if (isOpen) return;
    this.#hook.setRegime("blind", nowMs);
    this.#slic({ kind: "feed", feed: "open" });
  }

  #closeLoop(nowMs: number): void {
    if (this.#openUntilMs === undefined) return;
    this.#openUntilMs = undefined;
    this.#slic({ kind: "feed", feed: this.#isReversed ? "reverse" : "forward" });
    this.#blind(nowMs);
  }

  #reverse(reversed: boolean, nowMs: number): void {
    if (!this.#config.capabilities.reversal || this.#ringing.isOn) return;
    if (reversed === this.#isReversed) return;
    this.#isReversed = reversed;
    if (this.#openUntilMs !== undefined) return; // takes effect when the battery returns
    this.#slic({ kind: "feed", feed: reversed ? "reverse" : "forward" });
    this.#blind(nowMs);
  }

  #restoreFeed(nowMs: number): void {
    const wasReversed = this.#isReversed;
    this.#isReversed = false;
    if (this.#openUntilMs !== undefined) this.#closeLoop(nowMs);
    else if (wasReversed) {
      this.#slic({ kind: "feed", feed: "forward" });
      this.#blind(nowMs);
    }
  }

  #blind(nowMs: number): void {
    this.#hook.setRegime("blind", nowMs);
    this.#hook.setRegime("watch", nowMs + LOOP_SETTLE_MS);
  }

  // ---- ringing

  #ring(cadenceName: string | undefined, callerId: CallerId | undefined, nowMs: number): void {
    if (this.#isOffHook) return;
    const { ringing, callerId: scheme } = this.#config.country;
    const named =
      cadenceName !== undefined && Object.hasOwn(ringing.distinctive, cadenceName)
        ? ringing.distinctive[cadenceName]
        : undefined;
    const cadenceMs = named ?? ringing.cadenceMs;
    if (this.#ringing.isOn) {
      this.#ringing.changeCadence(cadenceMs);
      return;
    }
    this.#restoreFeed(nowMs);
    const sends = this.#config.capabilities.onHookTransmission && scheme.when !== "none";
    this.#callerIdJob = callerId !== undefined && sends ? callerIdJob(callerId, scheme) : undefined;
    const slot =
      this.#callerIdJob === undefined
        ? undefined
        : {
            delayMs: scheme.delayMs,
            durationMs: fskDurationMs(this.#callerIdJob),
            guardMs: scheme.guardMs,
          };
    this.#ringActions(this.#ringing.start(cadenceMs, slot, nowMs), nowMs);
  }

  #ringActions(actions: readonly RingAction[], nowMs: number): void {
    for (const action of actions) this.#ringAction(action, nowMs);
  }

  #ringAction(action: RingAction, nowMs: number): void {
    const { frequencyHz } = this.#config.country.ringing;
    switch (action) {
      case "burst-on":
        this.#slic({ kind: "ringing", on: true, frequencyHz });
        this.#hook.setRegime("ringing", nowMs);
        break;
      case "burst-off":
        this.#slic({ kind: "ringing", on: false, frequencyHz });
        this.#blind(nowMs);
        break;
      case "send":
        invariant(this.#callerIdJob !== undefined, "ringing sends only what it was given");
        this.#audio(true);
        this.#outputs.push({ kind: "play-caller-id", job: this.#callerIdJob });
        return;
      case "cut":
        this.#outputs.push({ kind: "caller-id-off" });
        this.#audio(this.#isOffHook);
        break;
      case "sent":
        this.#audio(this.#isOffHook);
        this.#event({ kind: "caller-id-sent", atMs: nowMs });
        break;
      default:
        unreachable(action);
    }
  }

  // ---- the wire

  #signs(signs: readonly HookSign[], nowMs: number): void {
    for (const sign of signs) this.#sign(sign, nowMs);
  }

  #sign(sign: HookSign, nowMs: number): void {
    switch (sign.kind) {
      case "off-hook":
      case "trip": {
        const wasRinging = this.#ringing.isOn;
        this.#ringActions(this.#ringing.stop(nowMs), nowMs);
        this.#audio(true);
        this.#event({ kind: wasRinging ? "ring-trip" : "off-hook", atMs: sign.atMs });
        break;
      }
      case "on-hook":
        this.#tone.stop();
        this.#expectPulses(false);
        this.#audio(false);
        this.#event({ kind: "on-hook", atMs: sign.atMs });
        break;
      case "flash":
        this.#event({ ...sign, kind: "hook-flash" });
        break;
      case "first-break":
        this.#tone.holdBack();
        break;
      case "no-pulse":
        this.#tone.bringBack();
        break;
      case "pulses": {
        const digit = digitFromPulses(sign.pulses, this.#config.country.pulse.digitMap);
        if (digit === undefined) {
          this.#tone.bringBack();
          return;
        }
        this.#digit(digit, "pulse", sign.atMs);
        break;
      }
      default:
        unreachable(sign);
    }
  }

  #digit(digit: Digit, source: "dtmf" | "pulse", atMs: number): void {
    if (!this.#isOffHook) return;
    this.#tone.digit();
    this.#event({ kind: "digit", atMs, digit, source });
  }

  // ---- timers and faults

  #timeout(nowMs: number): void {
    if (this.#openUntilMs !== undefined && nowMs >= this.#openUntilMs) this.#closeLoop(nowMs);
    this.#ringActions(this.#ringing.timeout(nowMs), nowMs);
  }

  #fault(fault: PortFault, nowMs: number): void {
    this.#slic({ kind: "safe" });
    const actions = this.#ringing.stop(nowMs);
    if (actions.includes("cut")) this.#outputs.push({ kind: "caller-id-off" });
    this.#tone.stop();
    this.#hook = new HookMachine(hookConfigOf(this.#config.country), nowMs);
    this.#isReversed = false;
    this.#openUntilMs = undefined;
    this.#audio(false);
    this.#isFaulted = true;
    this.#event({ kind: "fault", atMs: nowMs, fault });
  }

  #recovered(nowMs: number): void {
    if (!this.#isFaulted) return;
    this.#isFaulted = false;
    this.#slic({ kind: "feed", feed: "forward" });
    this.#event({ kind: "recovered", atMs: nowMs });
  }

  // ---- outputs

  #audio(on: boolean): void {
    if (on === this.#isAudioOn) return;
    this.#isAudioOn = on;
    this.#outputs.push({ kind: "audio", on });
  }

  #slic(action: SlicAction): void {
    this.#outputs.push({ kind: "slic", action });
  }

  #event(event: LineEvent): void {
    this.#outputs.push({ kind: "event", event });
  }
}

function hookConfigOf({ hook, flash, pulse }: CountryProfile): HookConfig {
  return {
    offHookMinMs: hook.offHookMinMs,
    onHookMinMs: hook.onHookMinMs,
    flashMinMs: flash.minMs,
    flashMaxMs: flash.maxMs,
    breakMinMs: pulse.breakMinMs,
    breakMaxMs: pulse.breakMaxMs,
    interDigitMs: pulse.interDigitMs,
  };
}

/** A line, on-hook, with forward battery. @throws InvariantError on limits that make no sense */
export function createLine(config: LineConfig): Line {
  return new LineMachine(config);
}
