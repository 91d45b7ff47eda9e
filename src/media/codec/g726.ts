import { clip } from "../dsp/levels.ts";
import type { Codec, CodecSpec } from "./codec.ts";
import { Adpcm } from "./g726/adpcm.ts";
import { CodeReader, CodeWriter, type Packing } from "./g726/packing.ts";
import { G726_16, G726_24, G726_32, G726_40, type G726Rate } from "./g726/rates.ts";

/** G.726 works on linear samples of 14 bits. @see ITU-T G.726 Annex A */
const LINEAR_SHIFT = 2;

function createG726(rate: G726Rate, packing: Packing): Codec {
  const encoder = new Adpcm();
  const decoder = new Adpcm();
  const writer = new CodeWriter(rate.bits, packing);
  const reader = new CodeReader(rate.bits, packing);
  const payloadSamples = (payload: Uint8Array): number =>
    Math.floor((payload.length * 8) / rate.bits);
  return {
    encode(pcm, out) {
      writer.begin(out);
      for (let at = 0; at < pcm.length; at++) {
        writer.write(encoder.encode((pcm[at] ?? 0) >> LINEAR_SHIFT, rate));
      }
      return writer.end();
    },
    decode(payload, out) {
      const samples = Math.min(payloadSamples(payload), out.length);
      reader.begin(payload);
      for (let at = 0; at < samples; at++) {
        out[at] = clip(decoder.decode(reader.read(), rate) << LINEAR_SHIFT);
      }
      return samples;
    },
    payloadSamples,
  };
}

function createSpec(name: string, rate: G726Rate, packing: Packing): CodecSpec {
  return {
    name,
    clockRateHz: 8000,
    maxPayloadBytes: (samples) => Math.ceil((samples * rate.bits) / 8),
    createCodec: () => createG726(rate, packing),
  };
}

/**
 * G.726 with the lowest bits of an octet first, at 40, 32, 24 and 16 kbit/s; no static payload
 * types. @see RFC 3551 §4.5.4
 */
export const G726 = [
  createSpec("G726-40", G726_40, "rfc3551"),
  createSpec("G726-32", G726_32, "rfc3551"),
  createSpec("G726-24", G726_24, "rfc3551"),
  createSpec("G726-16", G726_16, "rfc3551"),
] as const satisfies readonly CodecSpec[];

/** The same with the highest bits first. @see RFC 3551 §4.5.4, ITU-T I.366.2 Annex E */
export const AAL2_G726 = [
  createSpec("AAL2-G726-40", G726_40, "aal2"),
  createSpec("AAL2-G726-32", G726_32, "aal2"),
  createSpec("AAL2-G726-24", G726_24, "aal2"),
  createSpec("AAL2-G726-16", G726_16, "aal2"),
] as const satisfies readonly CodecSpec[];
