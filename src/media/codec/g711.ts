import type { Codec, CodecSpec } from "./codec.ts";

/**
 * G.711: one byte a sample, by table. A code byte is
 *
 *      7   6 5 4   3 2 1 0
 *    +---+-------+---------+
 *    | S | chord |  step   |     µ-law: all bits inverted; A-law: even bits inverted (xor 0x55)
 *    +---+-------+---------+
 *
 * Negative samples are folded by one's complement, as the ITU's reference arithmetic does, so that
 * the decision levels are the same on both sides.
 * @see ITU-T G.711, ITU-T G.191 (reference arithmetic)
 */

/** Added to the 14-bit magnitude, so that each chord begins at a power of two. */
const MULAW_BIAS = 33;
const MULAW_MAX = 0x1fff;

function mulawFromLinear(sample: number): number {
  const folded = sample < 0 ? ~sample : sample;
  const magnitude = Math.min((folded >> 2) + MULAW_BIAS, MULAW_MAX);
  const chord = 26 - Math.clz32(magnitude);
  const step = (magnitude >> (chord + 1)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (chord << 4) | step) & 0xff;
}

function linearFromMulaw(code: number): number {
  const plain = ~code & 0xff;
  const chord = (plain >> 4) & 0x07;
  const magnitude = ((((plain & 0x0f) << 1) + MULAW_BIAS) << chord) - MULAW_BIAS;
  return (plain & 0x80) === 0 ? magnitude << 2 : -(magnitude << 2);
}

const ALAW_EVEN_BITS = 0x55;

function alawFromLinear(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const chord = magnitude < 16 ? 0 : 27 - Math.clz32(magnitude) + 1;
  const step = chord < 2 ? magnitude & 0x0f : (magnitude >> (chord - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (chord << 4) | step) ^ ALAW_EVEN_BITS;
}

function linearFromAlaw(code: number): number {
  const plain = code ^ ALAW_EVEN_BITS;
  const chord = (plain >> 4) & 0x07;
  const step = ((plain & 0x0f) << 4) + 8;
  const magnitude = chord === 0 ? step : (step + 0x100) << (chord - 1);
  return (plain & 0x80) === 0 ? -magnitude : magnitude;
}

/** The code of every 16-bit sample, indexed by the sample as an unsigned word. */
function encodeTable(fromLinear: (sample: number) => number): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let sample = -0x8000; sample < 0x8000; sample++) {
    table[sample & 0xffff] = fromLinear(sample);
  }
  return table;
}

function decodeTable(toLinear: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => toLinear(code));
}

function createSpec(
  name: string,
  payloadType: number,
  encode: Uint8Array,
  decode: Int16Array,
): CodecSpec {
  const codec: Codec = {
    // Four at a time: minding the loop takes as long as a table.
    encode(pcm, out) {
      const samples = pcm.length;
      const inFours = samples - (samples % 4);
      for (let at = 0; at < inFours; at += 4) {
        out[at] = encode[(pcm[at] ?? 0) & 0xffff] ?? 0;
        out[at + 1] = encode[(pcm[at + 1] ?? 0) & 0xffff] ?? 0;
        out[at + 2] = encode[(pcm[at + 2] ?? 0) & 0xffff] ?? 0;
        out[at + 3] = encode[(pcm[at + 3] ?? 0) & 0xffff] ?? 0;
      }
      for (let at = inFours; at < samples; at++) out[at] = encode[(pcm[at] ?? 0) & 0xffff] ?? 0;
      return samples;
    },
    decode(payload, out) {
      const samples = Math.min(payload.length, out.length);
      const inFours = samples - (samples % 4);
      for (let at = 0; at < inFours; at += 4) {
        out[at] = decode[payload[at] ?? 0] ?? 0;
        out[at + 1] = decode[payload[at + 1] ?? 0] ?? 0;
        out[at + 2] = decode[payload[at + 2] ?? 0] ?? 0;
        out[at + 3] = decode[payload[at + 3] ?? 0] ?? 0;
      }
      for (let at = inFours; at < samples; at++) out[at] = decode[payload[at] ?? 0] ?? 0;
      return samples;
    },
    payloadSamples: (payload) => payload.length,
  };
  return {
    name,
    staticPayloadType: payloadType,
    clockRateHz: 8000,
    carriesModems: true,
    maxPayloadBytes: (samples) => samples,
    createCodec: () => codec,
  };
}

/** G.711 µ-law. @see RFC 3551 §4.5.14 */
export const PCMU: CodecSpec = createSpec(
  "PCMU",
  0,
  encodeTable(mulawFromLinear),
  decodeTable(linearFromMulaw),
);

/** G.711 A-law. @see RFC 3551 §4.5.14 */
export const PCMA: CodecSpec = createSpec(
  "PCMA",
  8,
  encodeTable(alawFromLinear),
  decodeTable(linearFromAlaw),
);
