import type { Clock, Timer } from "../../hal/ports/clock.ts";

/** Deadlines of sessions are kept to this grid, ms: the longest frame of what ticks. */
const BEAT_MS = 20;
/** They come so much behind its frames, ms: when the thread wakes for those, after all is sent. */
const BEHIND_MS = 0.001;

/** Who is called at each beat, with its time and the number of the clock's frame that it begins. */
export interface Beating {
  beat(nowMs: number, frame: number): void;
}

/**
 * Beats at whole frames of a clock for all that tick: one timer for all of them, which runs while
 * there are any. After a standstill there is one beat; who needs those left out makes up for them.
 */
export class FrameBeat {
  readonly #clock: Clock;
  readonly #frameMs: number;
  #members: readonly Beating[] = [];
  #timer: Timer | undefined;
  readonly #before: (() => void) | undefined;

  /** @param before called at each beat, before all who joined */
  constructor(clock: Clock, frameMs: number, before?: () => void) {
    this.#clock = clock;
    this.#frameMs = frameMs;
    this.#before = before;
  }

  /** The frame of the clock with which it beats next, where somebody joins now. */
  get nextFrame(): number {
    return Math.floor(this.#clock.nowMs() / this.#frameMs) + 1;
  }

  /** Calls at each beat from the next one on. */
  join(member: Beating): void {
    this.#members = [...this.#members, member];
    if (this.#members.length === 1) this.#arm(this.nextFrame);
  }

  /** Calls it no more, also where that is said while a beat goes on. */
  leave(member: Beating): void {
    this.#members = this.#members.filter((other) => other !== member);
    if (this.#members.length > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(frame: number): void {
    this.#timer = this.#clock.at(frame * this.#frameMs, this.#beat, "frame");
  }

  /** Handed to the clock as it is: after a sleep each function more is another page gone cold. */
  readonly #beat = (): void => {
    const nowMs = this.#clock.nowMs();
    this.#timer = undefined;
    const frame = Math.floor(nowMs / this.#frameMs);
    const members = this.#members;
    try {
      this.#before?.();
      for (const member of members) {
        const isHere = this.#members === members || this.#members.includes(member);
        if (isHere) member.beat(nowMs, frame);
      }
    } finally {
      // Also after one that threw. Where all left and others came, those have armed it.
      if (this.#members.length > 0 && this.#timer === undefined) this.#arm(frame + 1);
    }
  };
}

/** The beats of one clock, one for each length of frames. */
export class FrameBeats {
  readonly #clock: Clock;
  readonly #before: (() => void) | undefined;
  readonly #beats = new Map<number, FrameBeat>();

  /** @param before see `FrameBeat` */
  constructor(clock: Clock, before?: () => void) {
    this.#clock = clock;
    this.#before = before;
  }

  of(frameMs: number): FrameBeat {
    const beat = this.#beats.get(frameMs) ?? new FrameBeat(this.#clock, frameMs, this.#before);
    this.#beats.set(frameMs, beat);
    return beat;
  }
}

/**
 * The same clock, whose callbacks come right behind whole beats: a little late, but with the frames
 * that wake the thread anyway, and no packet waits for them. Only for what leaves no promise.
 */
export function beatingClock(clock: Clock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    at: (atMs, run) => clock.at(Math.ceil(atMs / BEAT_MS) * BEAT_MS + BEHIND_MS, run, "frame"),
  };
}
