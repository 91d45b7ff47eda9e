import type { Digit } from "../../../src/base/audio.ts";
import type { Result } from "../../../src/base/result.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";
import { SAMPLE_RATE_HZ } from "../audio/levels.ts";
import type { LineContacts } from "./line-contacts.ts";
import type { LineTime } from "./line-time.ts";
import type { Receiver } from "./receiver.ts";
import type { Transmitter } from "./transmitter.ts";

/** What a dial or keypad is built into. */
export interface DialerParts {
  readonly clock: Clock;
  readonly contacts: LineContacts;
  readonly transmitter: Transmitter;
  readonly receiver: Receiver;
  readonly lineTime: LineTime;
}

/** The part by which one kind of telephone differs from another. The handset is up in all calls. */
export interface Dialer {
  /** Dials after what is being dialled; the result is the time when the last digit is out. */
  dial(digits: readonly Digit[]): Result<number, string>;
  /** One digit by hand, now or as soon as the one before is out. */
  press(digit: Digit, durationMs: number | undefined): Result<number, string>;
  /** The handset went down: nothing more of it reaches the line. */
  stop(): void;
}

/** A sample number from the World's time: the first one not before it. */
export function sampleFromMs(ms: number): number {
  return Math.ceil((ms * SAMPLE_RATE_HZ) / 1000 - 1e-6);
}

/** The World's time of a sample. */
export function msFromSample(sample: number): number {
  return (sample * 1000) / SAMPLE_RATE_HZ;
}
