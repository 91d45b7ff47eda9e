import { SAMPLES_PER_MS } from "../../base/audio.ts";
import type { Clock, Timer } from "../../hal/ports/clock.ts";
import type { PcmXrun } from "../../hal/ports/pcm-stream.ts";

/** One moment at which a device was not served makes several: both its sides, and again. */
const MOMENT_MS = 200;
/** After xruns were told, the next ones are told together, so long after, ms. */
const TOGETHER_MS = 10_000;

/** Xruns of one line's sound since they were told last. */
export interface XrunSum {
  /** The device of the last one. */
  readonly what: string;
  readonly recording: number;
  readonly playing: number;
  /** What the telephone said and nobody heard. */
  readonly lostMs: number;
  /** For how long they were summed, ms; 0 for those of one moment, after a while without any. */
  readonly withinMs: number;
}

/**
 * Tells of xruns without flooding: those of the first moment in the next, all that follow within
 * 10 s as one sum, and so on until 10 s have passed without any.
 */
export class XrunReport {
  readonly #clock: Clock;
  readonly #tell: (sum: XrunSum) => void;
  #sum: XrunSum | undefined;
  #next: Timer | undefined;
  #isFirst = true;

  constructor(clock: Clock, tell: (sum: XrunSum) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  note({ what, side, lostSamples }: PcmXrun): void {
    const { recording, playing, lostMs } = this.#sum ?? { recording: 0, playing: 0, lostMs: 0 };
    this.#sum = {
      what,
      recording: recording + (side === "recording" ? 1 : 0),
      playing: playing + (side === "playing" ? 1 : 0),
      lostMs: lostMs + lostSamples / SAMPLES_PER_MS,
      withinMs: this.#isFirst ? 0 : TOGETHER_MS,
    };
    if (this.#next === undefined) this.#flushIn(MOMENT_MS);
  }

  /** Tells what was not told yet. */
  close(): void {
    this.#next?.cancel();
    this.#next = undefined;
    if (this.#sum !== undefined) this.#tell(this.#sum);
    this.#sum = undefined;
  }

  #flushIn(ms: number): void {
    this.#next = this.#clock.at(this.#clock.nowMs() + ms, () => {
      this.#next = undefined;
      const sum = this.#sum;
      this.#sum = undefined;
      this.#isFirst = sum === undefined;
      if (sum === undefined) return;
      this.#flushIn(TOGETHER_MS);
      this.#tell(sum);
    });
  }
}

/** What happened, as a sentence. */
export function xrunText({ what, recording, playing, lostMs, withinMs }: XrunSum): string {
  const within = withinMs === 0 ? "" : ` within ${Math.round(withinMs / 1000)} s`;
  const happened = [times("ran over", recording), times("ran dry", playing)];
  const lost = lostMs === 0 ? "" : `; ${Math.round(lostMs)} ms of what the telephone said are lost`;
  return (
    `${what} ${happened.filter((words) => words !== "").join(" and ")}${within}${lost}. ` +
    "It was served too late: is this machine too busy?"
  );
}

function times(verb: string, count: number): string {
  if (count === 0) return "";
  return count === 1 ? verb : `${verb} ${count} times`;
}
