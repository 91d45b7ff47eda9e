import type { Digit } from "../../base/audio.ts";
import { type Core, earliestMs } from "../../base/core.ts";
import { invariant, unreachable } from "../../base/invariant.ts";
import type { LineCommand, LineEvent, ToneName } from "../../base/line-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";
import type { CountryProfile } from "../country/profile.ts";
import { CallWaiting } from "./call-waiting.ts";
import { type HookConfig, HookMachine, type HookSign } from "./hook.ts";
import { LineFeed } from "./line-feed.ts";
import { LineTone } from "./line-tone.ts";
import type { LineConfig, LineInput, LineOutput, SlicAction } from "./line-types.ts";
import { Metering } from "./metering.ts";
import { OnHook } from "./on-hook.ts";
import { digitFromPulses } from "./pulse-digits.ts";

/**
 * How long the loop detector is not believed after we disturbed the loop, ms: the end of a burst,
 * a reversal, the battery's return. Public drivers blank it for 80–200 ms after such a change; half
 * a cycle of 16 Hz ringing and the Ag1171's way out of ring mode are 45.
 */
export const LOOP_SETTLE_MS = 80;

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
 *     ALERTING ───────┼──┘                           │
 *      │ bursts, silences, caller ID; the lamp too   │
 *      │              ▼                              │
 *      └───────► OFF-HOOK ───────────────────────────┘
 *       ring trip   tones; digits, flashes; call waiting; open loop, reversal, metering
 *
 *     FAULTED  from anywhere by `fault` (safe, tones off, audio off; the call there is lost);
 *              `recovered` leads to ON-HOOK with forward battery, and a closed loop then is a
 *              fresh off-hook
 *
 * A telephone that is off-hook at power-up is reported as off-hook. What a command asks that
 * cannot be in the state it meets (a tone on-hook, ringing off-hook) is dropped: it crossed with
 * an event that its sender will see. Pulses are expected while `collect` is on; on-hook and `rest`
 * turn it off. A telephone that lifts for its display's sake (NTT) counts as on-hook meanwhile.
 */
class LineMachine implements Line {
  readonly #config: LineConfig;
  readonly #push = (output: LineOutput): void => void this.#outputs.push(output);
  readonly #onHook: OnHook;
  readonly #tone = new LineTone(this.#push);
  readonly #feed: LineFeed;
  readonly #waiting: CallWaiting;
  readonly #metering: Metering;
  #hook: HookMachine;
  #isFaulted = false;
  /** A recorded sound is played. */
  #announces = false;
  /** The key that was told of last, while it is pressed. */
  #keyed: Digit | undefined;
  #isAudioOn = false;
  #outputs: LineOutput[] = [];

  constructor(config: LineConfig) {
    const { country, capabilities } = config;
    const { ringDutyMax, ringBurstMaxMs } = capabilities;
    invariant(ringDutyMax > 0 && ringDutyMax <= 1, "ringDutyMax is over 0, at most 1");
    invariant(ringBurstMaxMs > 0, "ringBurstMaxMs is over 0");
    this.#config = config;
    this.#feed = new LineFeed(capabilities, this.#push, (what, nowMs) => {
      if (what === "opened") this.#hook.setRegime("blind", nowMs);
      else this.#blind(nowMs);
    });
    this.#onHook = new OnHook(config, {
      push: this.#push,
      feed: this.#feed,
      audio: (on) => this.#audio(on),
      isLifted: () => this.#hook.isOffHook,
      rings: (on, nowMs) => {
        if (on) this.#hook.setRegime("ringing", nowMs);
        else this.#blind(nowMs);
      },
      lifted: (kind, atMs) => this.#lifted(kind, atMs),
    });
    const tone = country.tones.table["call-waiting"];
    this.#waiting = new CallWaiting(country.callerId, tone, this.#push);
    this.#metering = new Metering(country.supervision.metering, this.#push);
    this.#hook = new HookMachine(hookConfigOf(country), Number.NEGATIVE_INFINITY);
  }

  deadlineMs(): number | undefined {
    if (this.#isFaulted) return undefined;
    return earliestMs(
      this.#onHook.deadlineMs(),
      this.#feed.deadlineMs(),
      this.#waiting.deadlineMs(),
      this.#metering.deadlineMs(),
    );
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
        if (!this.#waiting.digit(input.digit, nowMs)) this.#digit(input.digit, "dtmf", input.atMs);
        break;
      case "dtmf-end":
        this.#digitEnd(input.durationMs, input.atMs);
        break;
      case "audio-done":
        if (this.#announces) {
          this.#announces = false;
          this.#event({ kind: "announced", atMs: nowMs });
          break;
        }
        if (this.#waiting.sent(nowMs)) this.#event({ kind: "caller-id-sent", atMs: nowMs });
        this.#onHook.sent(nowMs);
        break;
      case "timeout":
        this.#timeout(nowMs);
        break;
      default:
        unreachable(input);
    }
  }

  /** Whether the telephone is off-hook as far as anybody is told. */
  get #isOffHook(): boolean {
    return this.#hook.isOffHook && !this.#onHook.holdsHook;
  }

  // ---- commands

  #command(command: LineCommand, nowMs: number): void {
    switch (command.kind) {
      case "ring":
        if (!this.#isOffHook) this.#onHook.ring(command.cadence, command.callerId, nowMs);
        break;
      case "stop-ringing":
        this.#onHook.stop(nowMs);
        break;
      case "tone":
        this.#playTone(command.tone, command.untilDigit ?? false);
        break;
      case "tone-off":
        this.#quiet();
        break;
      case "announce":
        this.#announce(command.sound);
        break;
      case "call-waiting":
        if (this.#isOffHook) {
          this.#tone.stop();
          this.#waiting.start(command.callerId, nowMs);
        }
        break;
      case "call-waiting-off":
        this.#waiting.stop();
        break;
      case "message-waiting":
        this.#onHook.tellLamp(command, nowMs);
        break;
      case "display":
        this.#onHook.tellDisplay(command, nowMs);
        break;
      case "collect":
        this.#expectPulses(command.on);
        break;
      case "open-loop":
        if (!this.#onHook.isRinging) this.#openLoop(command.durationMs, nowMs);
        break;
      case "reverse-battery":
        if (!this.#onHook.isRinging) this.#feed.reverse(command.reversed, nowMs);
        break;
      case "metering":
        if (this.#canMeter && this.#isOffHook) this.#metering.add(command.pulses, nowMs);
        break;
      case "rest":
        this.#onHook.stop(nowMs);
        this.#quiet();
        this.#metering.stop();
        this.#expectPulses(false);
        this.#feed.restore(nowMs);
        break;
      default:
        unreachable(command);
    }
  }

  #openLoop(durationMs: number, nowMs: number): void {
    this.#metering.afterwards((atMs) => this.#feed.open(durationMs, atMs), nowMs);
  }

  #playTone(name: ToneName, untilDigit: boolean): void {
    if (!this.#isOffHook) return;
    this.#quiet();
    this.#tone.play(this.#config.country.tones.table[name], untilDigit);
  }

  #announce(sound: string): void {
    if (!this.#isOffHook) return;
    this.#quiet();
    this.#announces = true;
    this.#outputs.push({ kind: "play-sound", sound });
  }

  /** Nothing that the line itself plays is heard any more. */
  #quiet(): void {
    if (this.#announces) this.#outputs.push({ kind: "signal-off" });
    this.#announces = false;
    this.#waiting.stop();
    this.#tone.stop();
  }

  get #canMeter(): boolean {
    const { frequencyHz } = this.#config.country.supervision.metering;
    return this.#config.capabilities.meteringHz?.includes(frequencyHz) ?? false;
  }

  #expectPulses(on: boolean): void {
    this.#hook.expectPulses(on && (this.#config.pulseDialing ?? true));
  }

  #blind(nowMs: number): void {
    this.#hook.setRegime("blind", nowMs);
    this.#hook.setRegime("watch", nowMs + LOOP_SETTLE_MS);
  }

  // ---- the wire

  #signs(signs: readonly HookSign[], nowMs: number): void {
    for (const sign of signs) this.#sign(sign, nowMs);
  }

  #sign(sign: HookSign, nowMs: number): void {
    switch (sign.kind) {
      case "off-hook":
      case "trip":
        this.#onHook.offHook(sign.atMs, nowMs);
        break;
      case "on-hook":
        this.#hungUp(sign.atMs, nowMs);
        break;
      case "flash":
        if (!this.#onHook.holdsHook) this.#event({ ...sign, kind: "hook-flash" });
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

  #lifted(kind: "off-hook" | "ring-trip", atMs: number): void {
    this.#audio(true);
    this.#event({ kind, atMs });
  }

  #hungUp(atMs: number, nowMs: number): void {
    if (this.#onHook.holdsHook) {
      this.#audio(false);
      this.#onHook.hungUp(nowMs);
      return;
    }
    this.#quiet();
    this.#metering.stop();
    this.#expectPulses(false);
    this.#audio(false);
    this.#onHook.hungUp(nowMs);
    this.#event({ kind: "on-hook", atMs });
  }

  #digit(digit: Digit, source: "dtmf" | "pulse", atMs: number): void {
    if (!this.#isOffHook) return;
    this.#tone.digit();
    this.#event({ kind: "digit", atMs, digit, source });
    this.#keyed = source === "dtmf" ? digit : undefined;
  }

  #digitEnd(durationMs: number, atMs: number): void {
    const digit = this.#keyed;
    this.#keyed = undefined;
    if (digit !== undefined) this.#event({ kind: "digit-end", atMs, digit, durationMs });
  }

  // ---- timers and faults

  #timeout(nowMs: number): void {
    this.#feed.timeout(nowMs);
    this.#onHook.timeout(nowMs);
    this.#waiting.timeout(nowMs);
    this.#metering.timeout(nowMs);
  }

  #fault(fault: PortFault, nowMs: number): void {
    this.#slic({ kind: "safe" });
    this.#onHook.fault(nowMs);
    this.#quiet();
    this.#metering.stop();
    this.#hook = new HookMachine(hookConfigOf(this.#config.country), nowMs);
    this.#feed.reset();
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
