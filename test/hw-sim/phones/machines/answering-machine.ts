import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import type { CallerIdMessage } from "../../audio/caller-id-message.ts";
import { sineMix } from "../../audio/levels.ts";
import type { Observation } from "../observation.ts";
import type { Phone } from "../phone.ts";
import type { Recording } from "../sound-recorder.ts";

/** How an answering machine is set. */
export interface AnsweringMachineOptions {
  /** What it says; then it beeps. */
  readonly greeting: Int16Array;
  /** Answers in this burst of ringing. Default 2. */
  readonly rings?: number;
  /** The longest message. Default 60 000. */
  readonly messageMaxMs?: number;
}

/** One message, and how the machine knew that it was over. */
export interface RecordedMessage {
  readonly caller: CallerIdMessage | undefined;
  readonly recording: Recording;
  readonly endedBy: "open-loop" | "reversal" | "tone" | "limit";
}

const RINGS = 2;
const MESSAGE_MAX_MS = 60_000;
/** A burst after a longer silence begins another call. */
const NEW_CALL_AFTER_MS = 10_000;
const LIFT_AFTER_MS = 300;
const GREET_AFTER_MS = 500;
const BEEP_HZ = 1000;
const BEEP_DBM = -15;
const BEEP_MS = 400;
/** Tones that say that nobody is there any more. */
const END_TONES: readonly string[] = ["busy", "reorder", "dial-tone", "howler"];

/**
 * An answering machine: a telephone with nobody at it. It hangs up at what exchanges give for a far
 * end that has gone: an open loop, the battery turned back, or a tone; else at its limit.
 */
export class AnsweringMachine {
  readonly #phone: Phone;
  readonly #clock: Clock;
  readonly #options: AnsweringMachineOptions;
  readonly #messages: RecordedMessage[] = [];
  #bursts = 0;
  #rangAtMs = Number.NEGATIVE_INFINITY;
  #turns = 0;
  #pending: Timer[] = [];

  constructor(phone: Phone, clock: Clock, options: AnsweringMachineOptions) {
    this.#phone = phone;
    this.#clock = clock;
    this.#options = options;
    phone.onObservation((seen) => this.#notice(seen));
  }

  /** What it has recorded so far. */
  get messages(): readonly RecordedMessage[] {
    return this.#messages;
  }

  #notice(seen: Observation): void {
    switch (seen.kind) {
      case "ringing-started":
        this.#count(seen.atMs);
        return;
      case "line-dead":
        this.#end("open-loop");
        return;
      case "polarity":
        // The first turn tells that the call is answered, the next one that it is over.
        this.#turns++;
        if (this.#turns > 1) this.#end("reversal");
        return;
      case "tone":
        if (END_TONES.includes(seen.name)) this.#end("tone");
        return;
    }
  }

  #count(atMs: number): void {
    if (atMs - this.#rangAtMs > NEW_CALL_AFTER_MS) this.#bursts = 0;
    this.#rangAtMs = atMs;
    this.#bursts++;
    if (this.#bursts !== (this.#options.rings ?? RINGS)) return;
    this.#after(LIFT_AFTER_MS, () => this.#answer());
  }

  #answer(): void {
    if (this.#phone.isOffHook) return;
    this.#turns = 0;
    this.#phone.lift();
    this.#after(GREET_AFTER_MS, () => {
      this.#phone.say(this.#options.greeting);
      const said = this.#phone.say(sineMix([BEEP_HZ], BEEP_DBM, BEEP_MS));
      const untilMs = said.ok ? said.value - this.#clock.nowMs() : 0;
      this.#after(untilMs, () => this.#phone.startRecording());
      const limitMs = untilMs + (this.#options.messageMaxMs ?? MESSAGE_MAX_MS);
      this.#after(limitMs, () => this.#end("limit"));
    });
  }

  #end(endedBy: RecordedMessage["endedBy"]): void {
    if (!this.#phone.isOffHook) return;
    for (const timer of this.#pending.splice(0)) timer.cancel();
    const recording = this.#phone.stopRecording();
    const caller = this.#phone.display;
    if (recording !== undefined) this.#messages.push({ caller, recording, endedBy });
    // A set that is told inside its own change of state hangs up right after it.
    this.#clock.at(this.#clock.nowMs(), () => this.#phone.hang());
  }

  #after(ms: number, run: () => void): void {
    this.#pending.push(this.#clock.at(this.#clock.nowMs() + ms, run));
  }
}
