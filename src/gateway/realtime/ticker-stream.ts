import { SAMPLES_PER_MS } from "../../base/audio.ts";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import type { FrameBeats } from "./frame-beat.ts";

/** Most frames that are made up for at once after the clock stood still. */
const CATCH_UP_FRAMES_MAX = 50;

/**
 * A PCM stream without samples: silence comes in and what goes out is heard by nobody. It clocks
 * what has no line. Frames begin with the beats, so they do not drift, and all that tick wake the
 * thread once; the first frame is cut short by that. After a longer standstill the frames past the
 * limit are left out and show as a gap in the position.
 */
export function createTickerStream(
  beats: FrameBeats,
  frameSamples: number,
  onFrame: (silence: Int16Array, playout: Int16Array, firstSample: number, nowMs: number) => void,
): PcmStream {
  const frameMs = frameSamples / SAMPLES_PER_MS;
  const beat = beats.of(frameMs);
  const silence = new Int16Array(frameSamples);
  const playout = new Int16Array(frameSamples);
  let leave: (() => void) | undefined;
  let dueMs = 0;
  let position = 0;

  const tick = (nowMs: number): void => {
    const behind = Math.floor((nowMs - dueMs) / frameMs);
    const frames = 1 + Math.min(Math.max(0, behind), CATCH_UP_FRAMES_MAX);
    const skipped = Math.max(0, behind - CATCH_UP_FRAMES_MAX);
    position += skipped * frameSamples;
    dueMs += skipped * frameMs;
    for (let frame = 0; frame < frames; frame++) {
      if (leave === undefined) return;
      dueMs += frameMs;
      const first = position;
      position += frameSamples;
      onFrame(silence, playout, first, nowMs);
    }
  };

  return {
    frameSamples,
    start() {
      if (leave !== undefined) return;
      dueMs = beat.nextMs;
      leave = beat.join(tick);
    },
    stop() {
      leave?.();
      leave = undefined;
    },
    close() {
      this.stop();
    },
  };
}
