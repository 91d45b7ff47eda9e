import { BoundedQueue } from "../../base/bounded-queue.ts";
import { SEGMENT_MAX_UNITS, type TelephoneEvent } from "./telephone-event.ts";

/** Digits waiting to be sent. More are refused. */
export const DIGIT_QUEUE_LIMIT = 32;

/** How often the last packet of an event is sent in all. @see RFC 4733 §2.5.1.4 */
const END_PACKETS = 3;

/** Power of the digits we send: the usual −10 dBm0. @see RFC 4733 §2.3.4 */
const VOLUME = 10;

/**
 * Silence between two digits whose lengths we make ourselves, ms.
 * @see ITU-T Q.24 (Annex A: pause not under 40 ms)
 */
const PAUSE_MS = 50;

/** A digit, or a pause, that nobody said the length of is not shorter, ms. */
const SHORTEST_MS = 20;

/** A key that is held longer is let go, ms. */
const OPEN_LIMIT_MS = 60_000;

/** One telephone-event packet to send. */
export interface EventPacket {
  readonly timestamp: number;
  /** Set on the first packet of an event. */
  readonly marker: boolean;
  readonly payload: TelephoneEvent;
  /** The event sounds in this packet time: no voice is sent. False for repeats of the end. */
  readonly replacesVoice: boolean;
}

interface Waiting {
  readonly event: number;
  /** Undefined while it still sounds where it comes from. */
  units: number | undefined;
  /** When it begins; undefined: as soon as it can. */
  readonly at: number | undefined;
}

interface Sounding {
  readonly from: Waiting;
  readonly startedAt: number;
  /** The timestamp of the present segment. */
  segmentAt: number;
  /** What was told of the present segment. */
  told: number;
}

const NOTHING: readonly EventPacket[] = [];

/**
 * Sends digits as telephone events: stepped once each packet time with the timestamp of the
 * samples that the packet would have carried.
 *
 *    idle ──digit──▶ sounding ──duration over: E──▶ idle, and E, E in the two packet times after
 *                     │   ▲ every packet time
 *                     └───┘ past 65535 units: a new segment with its own timestamp
 *
 * A digit whose length is known waits until 50 ms after the one before. One that is being keyed
 * (`begin`, `end`) begins at its own time, anywhere in a packet, and lasts as long as it was
 * keyed: the pauses between such digits are what they were. While an event sounds no voice is
 * sent. @see RFC 4733 §2.5.1
 */
export class TelephoneEventSender {
  readonly #clockRateHz: number;
  /** Made with the first: many calls have none. */
  #queue: BoundedQueue<Waiting> | undefined;
  #sounding: Sounding | undefined;
  /** The digit begun last, while nobody said how long it is. */
  #open: Waiting | undefined;
  #repeat: { readonly packet: EventPacket; left: number } | undefined;
  /** Where the last event ended. */
  #overAt = Number.NEGATIVE_INFINITY;

  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz;
  }

  /** False where too many digits wait already. */
  enqueue(event: number, durationMs: number): boolean {
    return this.#push({ event, units: this.#units(durationMs), at: undefined });
  }

  /**
   * A digit that `end` will end. `at` is the extended timestamp of its beginning; what is past
   * begins in the packet to come. False where too many wait already.
   */
  begin(event: number, at: number): boolean {
    this.interrupt();
    const open = { event, units: undefined, at };
    if (!this.#push(open)) return false;
    this.#open = open;
    return true;
  }

  /** The digit begun last lasted so long in all. Nothing where it has ended already. */
  end(durationMs: number): void {
    if (this.#open !== undefined) this.#open.units = this.#units(durationMs);
    this.#open = undefined;
  }

  /**
   * Tells of an event that was there since `at` (extended) for so long, beside the voice that it
   * was in. False where another is being told of.
   */
  report(event: number, at: number, durationMs: number): boolean {
    if (this.#repeat !== undefined || this.#sounding !== undefined) return false;
    const duration = Math.min(SEGMENT_MAX_UNITS, this.#units(durationMs));
    const payload = { event, end: true, volume: VOLUME, duration };
    const timestamp = ((at % 2 ** 32) + 2 ** 32) % 2 ** 32;
    const packet = { timestamp, marker: true, replacesVoice: false, payload };
    this.#repeat = { packet, left: END_PACKETS };
    return true;
  }

  /** Whoever keyed the digit begun last will not say any more how long it was. */
  interrupt(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const now = this.#sounding;
    const told = now?.from === open ? now.segmentAt - now.startedAt + now.told : 0;
    open.units = Math.max(told, this.#units(SHORTEST_MS));
  }

  /**
   * One packet time: `timestamp` (extended, never wrapping) is that of its first sample and
   * `units` its length. Returns the event packets to send, two at most.
   */
  step(timestamp: number, units: number): readonly EventPacket[] {
    const repeated = this.#repeated();
    const now = this.#sounding ?? this.#start(timestamp, timestamp + units);
    if (now === undefined) return repeated === undefined ? NOTHING : [repeated];
    const packet = this.#sound(now, timestamp + units);
    return repeated === undefined ? [packet] : [repeated, packet];
  }

  #push(waiting: Waiting): boolean {
    this.#queue ??= new BoundedQueue(DIGIT_QUEUE_LIMIT);
    return this.#queue.push(waiting);
  }

  #repeated(): EventPacket | undefined {
    const repeat = this.#repeat;
    if (repeat === undefined) return undefined;
    const marker = repeat.left === END_PACKETS;
    repeat.left--;
    if (repeat.left === 0) this.#repeat = undefined;
    return { ...repeat.packet, marker, replacesVoice: false };
  }

  /** The digit that begins before `end`, if one does. */
  #start(timestamp: number, end: number): Sounding | undefined {
    const next = this.#queue?.first;
    if (next === undefined) return undefined;
    const pauseMs = next.at === undefined ? PAUSE_MS : SHORTEST_MS;
    const startedAt = Math.max(timestamp, next.at ?? 0, this.#overAt + this.#units(pauseMs));
    if (startedAt >= end) return undefined;
    this.#queue?.shift();
    this.#sounding = { from: next, startedAt, segmentAt: startedAt, told: 0 };
    return this.#sounding;
  }

  #sound(now: Sounding, endOfPacket: number): EventPacket {
    const marker = now.told === 0 && now.segmentAt === now.startedAt;
    const elapsed = endOfPacket - now.segmentAt;
    const timestamp = now.segmentAt % 2 ** 32;
    const of = (duration: number, end: boolean): EventPacket => ({
      timestamp,
      marker,
      replacesVoice: true,
      payload: { event: now.from.event, end, volume: VOLUME, duration },
    });
    const passed = now.segmentAt - now.startedAt;
    // What was told is not taken back.
    const left = Math.max((now.from.units ?? this.#units(OPEN_LIMIT_MS)) - passed, now.told, 1);
    if (elapsed >= left && left <= SEGMENT_MAX_UNITS) {
      const packet = of(left, true);
      if (this.#open === now.from) this.#open = undefined;
      this.#sounding = undefined;
      this.#overAt = now.segmentAt + left;
      this.#repeat = { packet, left: END_PACKETS - 1 };
      return packet;
    }
    if (elapsed >= SEGMENT_MAX_UNITS) {
      now.segmentAt += SEGMENT_MAX_UNITS;
      now.told = 0;
      return of(SEGMENT_MAX_UNITS, false);
    }
    now.told = elapsed;
    return of(elapsed, false);
  }

  #units(ms: number): number {
    return Math.max(1, Math.round((ms * this.#clockRateHz) / 1000));
  }
}
