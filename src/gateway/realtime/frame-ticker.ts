import type { MediaOutput } from "../../media/index.ts";
import type { Beating, FrameBeat, FrameBeats } from "./frame-beat.ts";

/** Most frames that are made up for at once after the clock stood still. */
const CATCH_UP_FRAMES_MAX = 50;

/** What is clocked: does the work of one frame, and tells what that causes. */
export interface Framed {
  process(nowMs: number): readonly MediaOutput[];
}

/**
 * The clock of what has no line. Frames begin with the beats, so they do not drift, and all that
 * tick wake the thread once; the first frame is cut short by that. What a late beat left out is
 * made up for, up to a limit.
 */
export class FrameTicker implements Beating {
  readonly #framed: Framed;
  readonly #carry: (output: MediaOutput) => void;
  readonly #beat: FrameBeat;
  /** The frame of the clock that is to be next; undefined while it is still. */
  #dueFrame: number | undefined;

  /** @param carry is told what frames cause */
  constructor(
    beats: FrameBeats,
    frameMs: number,
    framed: Framed,
    carry: (output: MediaOutput) => void,
  ) {
    this.#framed = framed;
    this.#carry = carry;
    this.#beat = beats.of(frameMs);
  }

  start(): void {
    if (this.#dueFrame !== undefined) return;
    this.#dueFrame = this.#beat.nextFrame;
    this.#beat.join(this);
  }

  stop(): void {
    if (this.#dueFrame === undefined) return;
    this.#dueFrame = undefined;
    this.#beat.leave(this);
  }

  beat(nowMs: number, frame: number): void {
    if (this.#dueFrame === undefined || frame < this.#dueFrame) return;
    const behind = frame - this.#dueFrame;
    this.#dueFrame += behind + 1;
    for (let left = Math.min(behind, CATCH_UP_FRAMES_MAX); left >= 0; left--) {
      if (this.#dueFrame === undefined) return;
      for (const output of this.#framed.process(nowMs)) this.#carry(output);
    }
  }
}
