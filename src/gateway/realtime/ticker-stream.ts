import type { Clock, Timer } from "../../hal/ports/clock.ts";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";

/** Most frames that are made up for at once after the clock stood still. */
const CATCH_UP_FRAMES_MAX = 50;

/**
 * A PCM stream without samples: silence comes in and what goes out is heard by nobody. It clocks
 * what has no line. Deadlines are absolute, so it does not drift, and whole frames of the clock, so
 * that all that tick wake the thread once; the first frame is cut short by that. After a longer
 * standstill the frames past the limit are left out and show as a gap in the position.
 */
export function createTickerStream(
  clock: Clock,
  frameSamples: number,
  frameMs: number,
  onFrame: (silence: Int16Array, playout: Int16Array, firstSample: number) => void,
): PcmStream {
  const silence = new Int16Array(frameSamples);
  const playout = new Int16Array(frameSamples);
  let timer: Timer | undefined;
  let dueMs = 0;
  let position = 0;

  const tick = (): void => {
    const behind = Math.floor((clock.nowMs() - dueMs) / frameMs);
    const frames = 1 + Math.min(Math.max(0, behind), CATCH_UP_FRAMES_MAX);
    const skipped = Math.max(0, behind - CATCH_UP_FRAMES_MAX);
    position += skipped * frameSamples;
    dueMs += skipped * frameMs;
    for (let frame = 0; frame < frames; frame++) {
      if (timer === undefined) return;
      dueMs += frameMs;
      const first = position;
      position += frameSamples;
      onFrame(silence, playout, first);
    }
    if (timer !== undefined) timer = clock.at(dueMs, tick, "frame");
  };

  return {
    frameSamples,
    start() {
      if (timer !== undefined) return;
      dueMs = (Math.floor(clock.nowMs() / frameMs) + 1) * frameMs;
      timer = clock.at(dueMs, tick, "frame");
    },
    stop() {
      timer?.cancel();
      timer = undefined;
    },
    close() {
      this.stop();
    },
  };
}
