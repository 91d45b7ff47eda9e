import type { Clock, Timer } from "../../hal/ports/clock.ts";

/** Deadlines of sessions are kept to this grid, ms: the longest frame of what ticks. */
const BEAT_MS = 20;
/** They come so much behind its frames, ms: when the thread wakes for those, after all is sent. */
const BEHIND_MS = 0.001;

/** Who is called at each beat; `hasLeft` also while a beat goes on. */
interface Member {
  readonly run: (nowMs: number) => void;
  hasLeft: boolean;
}

/**
 * Beats at whole frames of a clock for all that tick: one timer for all of them, which runs while
 * there are any. After a standstill there is one beat; who needs those left out makes up for them.
 */
export class FrameBeat {
  readonly #clock: Clock;
  readonly #frameMs: number;
  #members: readonly Member[] = [];
  #timer: Timer | undefined;
  readonly #before: (() => void) | undefined;
  readonly #onDue = (): void => this.#beat();

  /** @param before called at each beat, before all who joined */
  constructor(clock: Clock, frameMs: number, before?: () => void) {
    this.#clock = clock;
    this.#frameMs = frameMs;
    this.#before = before;
  }

  /** When it beats next, where somebody joins now. */
  get nextMs(): number {
    return (Math.floor(this.#clock.nowMs() / this.#frameMs) + 1) * this.#frameMs;
  }

  /** Calls at each beat from the next one on, until what it returns is called. */
  join(run: (nowMs: number) => void): () => void {
    const member: Member = { run, hasLeft: false };
    this.#members = [...this.#members, member];
    if (this.#members.length === 1) this.#arm(this.nextMs);
    return () => {
      member.hasLeft = true;
      this.#members = this.#members.filter((other) => other !== member);
      if (this.#members.length > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  #arm(atMs: number): void {
    this.#timer = this.#clock.at(atMs, this.#onDue, "frame");
  }

  #beat(): void {
    const nowMs = this.#clock.nowMs();
    this.#timer = undefined;
    const nextMs = (Math.floor(nowMs / this.#frameMs) + 1) * this.#frameMs;
    try {
      this.#before?.();
      for (const member of this.#members) if (!member.hasLeft) member.run(nowMs);
    } finally {
      // Also after one that threw. Where all left and others came, those have armed it.
      if (this.#members.length > 0 && this.#timer === undefined) this.#arm(nextMs);
    }
  }
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
