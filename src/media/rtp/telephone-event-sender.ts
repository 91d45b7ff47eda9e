import { BoundedQueue } from "../../base/bounded-queue.ts";
import { SEGMENT_MAX_UNITS, type TelephoneEvent } from "./telephone-event.ts";

/** Digits waiting to be sent. More are refused. */
export const DIGIT_QUEUE_LIMIT = 32;

/** How often the last packet of an event is sent in all. @see RFC 4733 §2.5.1.4 */
const END_PACKETS = 3;

/** Power of the digits we send: the usual −10 dBm0. @see RFC 4733 §2.3.4 */
const VOLUME = 10;

/** Least silence between two digits, ms. @see ITU-T Q.24 (Annex A: pause not under 40 ms) */
const PAUSE_MS = 50;

/** One telephone-event packet to send. */
export interface EventPacket {
  readonly timestamp: number;
  /** Set on the first packet of an event. */
  readonly marker: boolean;
  readonly payload: TelephoneEvent;
  /** The event sounds in this packet time: no voice is sent. False for repeats of the end. */
  readonly replacesVoice: boolean;
}

type State =
  | { readonly kind: "idle" }
  | {
      readonly kind: "sounding";
      readonly event: number;
      /** The timestamp of the present segment. */
      segmentAt: number;
      /** Units of the whole event that are left from `segmentAt` on. */
      remaining: number;
      first: boolean;
    }
  | { readonly kind: "ending"; readonly packet: EventPacket; left: number }
  | { readonly kind: "pause"; readonly untilUnits: number };

/**
 * Sends digits as telephone events: stepped once each packet time with the timestamp of the
 * samples that the packet would have carried.
 *
 *    idle ──digit──▶ sounding ──duration over: E──▶ ending ──E, E──▶ pause ──50 ms──▶ idle
 *                     │   ▲ every packet time
 *                     └───┘ past 65535 units: a new segment with its own timestamp
 *
 * While an event sounds no voice is sent. @see RFC 4733 §2.5.1
 */
export class TelephoneEventSender {
  readonly #queue = new BoundedQueue<{ event: number; units: number }>(DIGIT_QUEUE_LIMIT);
  readonly #clockRateHz: number;
  #state: State = { kind: "idle" };

  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz;
  }

  /** False where too many digits wait already. */
  enqueue(event: number, durationMs: number): boolean {
    const units = Math.max(1, Math.round((durationMs * this.#clockRateHz) / 1000));
    return this.#queue.push({ event, units });
  }

  /**
   * One packet time: `timestamp` (extended, never wrapping) is that of its first sample and
   * `units` its length. Returns the event packet to send, if any.
   */
  step(timestamp: number, units: number): EventPacket | undefined {
    let state = this.#state;
    if (state.kind === "pause" && timestamp >= state.untilUnits) {
      state = { kind: "idle" };
      this.#state = state;
    }
    if (state.kind === "idle") {
      const next = this.#queue.shift();
      if (next === undefined) return undefined;
      state = {
        kind: "sounding",
        event: next.event,
        segmentAt: timestamp,
        remaining: next.units,
        first: true,
      };
      this.#state = state;
    }
    switch (state.kind) {
      case "sounding":
        return this.#sound(state, timestamp + units);
      case "ending":
        state.left--;
        if (state.left === 0) {
          const pause = Math.round((PAUSE_MS * this.#clockRateHz) / 1000);
          this.#state = { kind: "pause", untilUnits: timestamp + pause };
        }
        return { ...state.packet, marker: false, replacesVoice: false };
      case "pause":
        return undefined;
    }
  }

  #sound(state: State & { kind: "sounding" }, endOfPacket: number): EventPacket {
    const marker = state.first;
    state.first = false;
    const elapsed = endOfPacket - state.segmentAt;
    const timestamp = state.segmentAt % 2 ** 32;
    const of = (duration: number, end: boolean): EventPacket => ({
      timestamp,
      marker,
      replacesVoice: true,
      payload: { event: state.event, end, volume: VOLUME, duration },
    });
    if (elapsed >= state.remaining && state.remaining <= SEGMENT_MAX_UNITS) {
      const packet = of(state.remaining, true);
      this.#state = { kind: "ending", packet, left: END_PACKETS - 1 };
      return packet;
    }
    if (elapsed >= SEGMENT_MAX_UNITS) {
      state.segmentAt += SEGMENT_MAX_UNITS;
      state.remaining -= SEGMENT_MAX_UNITS;
      return of(SEGMENT_MAX_UNITS, false);
    }
    return of(elapsed, false);
  }
}
