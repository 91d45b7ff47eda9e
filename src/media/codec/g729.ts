import type { FrameEngine } from "../../base/codec-engines.ts";
import type { Codec, CodecSpec } from "./codec.ts";

/** Ten bytes for 10 ms; a last frame of two describes silence (annex B). @see RFC 3551 §4.5.6 */
const FRAME_SAMPLES = 80;
const FRAME_BYTES = 10;
const SILENCE_BYTES = 2;

/** G.729 of a library that the machine has. @see RFC 3551 §4.5.6 */
export function createG729Spec(engine: FrameEngine): CodecSpec {
  return {
    name: "G729",
    staticPayloadType: 18,
    clockRateHz: 8000,
    maxPayloadBytes: (samples) => Math.ceil(samples / FRAME_SAMPLES) * FRAME_BYTES,
    createCodec: () => createG729(engine),
  };
}

function framesOf(payload: Uint8Array): number {
  const whole = Math.floor(payload.length / FRAME_BYTES);
  return whole + (payload.length % FRAME_BYTES === SILENCE_BYTES ? 1 : 0);
}

function createG729(engine: FrameEngine): Codec {
  const codec = engine.create();
  return {
    encode(pcm, out) {
      let bytes = 0;
      for (let at = 0; at + FRAME_SAMPLES <= pcm.length; at += FRAME_SAMPLES) {
        bytes += codec.encodeFrame(pcm.subarray(at, at + FRAME_SAMPLES), out.subarray(bytes));
      }
      return bytes;
    },
    decode(payload, out) {
      const frames = Math.min(framesOf(payload), Math.floor(out.length / FRAME_SAMPLES));
      for (let frame = 0; frame < frames; frame++) {
        const at = frame * FRAME_SAMPLES;
        const bytes = payload.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES);
        codec.decodeFrame(bytes, out.subarray(at, at + FRAME_SAMPLES));
      }
      return frames * FRAME_SAMPLES;
    },
    payloadSamples: (payload) => framesOf(payload) * FRAME_SAMPLES,
    conceal(out) {
      if (out.length % FRAME_SAMPLES !== 0) return false;
      for (let at = 0; at < out.length; at += FRAME_SAMPLES) {
        codec.concealFrame(out.subarray(at, at + FRAME_SAMPLES));
      }
      return true;
    },
    close: () => codec.close(),
  };
}
