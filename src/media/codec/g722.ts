import { Decimator, Interpolator } from "../dsp/half-band.ts";
import type { Codec, CodecSpec } from "./codec.ts";
import { WidebandDecoder, WidebandEncoder } from "./g722/wideband.ts";

/**
 * G.722 at 64 kbit/s, between a line of 8 kHz and a codec of 16 kHz:
 *
 *    line ──▶ interpolator ──▶ 16 kHz encoder ──▶ octets ──▶ 16 kHz decoder ──▶ decimator ──▶ line
 *
 * Coding the line's samples as the lower sub-band alone would cost half as much and wait 3 ms less,
 * but the mirror filters are only 7 dB down at 4.4 kHz and 11 at 4.6: what a wideband far end says
 * there would fold into the voice, and the line's own voice would be heard mirrored by the far end.
 * With both bands the folding cancels, and the half-band filter takes away what the line cannot
 * carry. From line to line this is 3.25 ms late.
 */
function createG722(): Codec {
  const interpolator = new Interpolator();
  const encoder = new WidebandEncoder();
  const decoder = new WidebandDecoder();
  const decimator = new Decimator();
  return {
    encode(pcm, out) {
      for (let at = 0; at < pcm.length; at++) {
        interpolator.push(pcm[at] ?? 0);
        out[at] = encoder.encode(interpolator.first, interpolator.second);
      }
      return pcm.length;
    },
    decode(payload, out) {
      const samples = Math.min(payload.length, out.length);
      for (let at = 0; at < samples; at++) {
        decoder.decode(payload[at] ?? 0);
        out[at] = decimator.push(decoder.first, decoder.second);
      }
      return samples;
    },
    payloadSamples: (payload) => payload.length,
  };
}

/**
 * An octet is two samples of 16 kHz, which is one of the line; RTP counts it as one too: its clock
 * is 8000 by an old mistake that stayed. @see RFC 3551 §4.5.2
 */
export const G722: CodecSpec = {
  name: "G722",
  staticPayloadType: 9,
  clockRateHz: 8000,
  maxPayloadBytes: (samples) => samples,
  createCodec: createG722,
};
