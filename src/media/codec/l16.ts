import type { Codec, CodecSpec } from "./codec.ts";

/** No memory: one serves all. */
const codec: Codec = {
  encode(pcm, out) {
    for (let at = 0; at < pcm.length; at++) {
      const sample = pcm[at] ?? 0;
      out[2 * at] = sample >> 8;
      out[2 * at + 1] = sample;
    }
    return 2 * pcm.length;
  },
  decode(payload, out) {
    const samples = Math.min(payload.length >> 1, out.length);
    for (let at = 0; at < samples; at++) {
      out[at] = ((payload[2 * at] ?? 0) << 8) | (payload[2 * at + 1] ?? 0);
    }
    return samples;
  },
  payloadSamples: (payload) => payload.length >> 1,
};

/** 16-bit linear, highest byte first, at the line's own 8 kHz. @see RFC 3551 §4.5.11 */
export const L16: CodecSpec = {
  name: "L16",
  clockRateHz: 8000,
  carriesModems: true,
  maxPayloadBytes: (samples) => 2 * samples,
  createCodec: () => codec,
};
