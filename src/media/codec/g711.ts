import type { CompandingLaw, SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { decodeByTable, encodeByTable } from "../dsp/g711-laws.ts";
import type { Codec, CodecSpec } from "./codec.ts";

/**
 * G.711: one byte a sample. A code byte is
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
function createSpec(name: string, payloadType: number, law: CompandingLaw): CodecSpec {
  const plain = createG711(
    {
      encodeLaw: encodeByTable,
      decodeLaw: decodeByTable,
    },
    law,
  );
  return {
    name,
    staticPayloadType: payloadType,
    clockRateHz: 8000,
    carriesModems: true,
    maxPayloadBytes: (samples) => samples,
    createCodec: (_parameters, arithmetic) =>
      arithmetic === undefined ? plain : createG711(arithmetic, law),
  };
}

function createG711(
  arithmetic: Pick<SoundArithmetic, "encodeLaw" | "decodeLaw">,
  law: CompandingLaw,
): Codec {
  return {
    encode(pcm, out) {
      arithmetic.encodeLaw(law, pcm, out);
      return pcm.length;
    },
    decode(payload, out) {
      arithmetic.decodeLaw(law, payload, out);
      return Math.min(payload.length, out.length);
    },
    payloadSamples: (payload) => payload.length,
  };
}

/** G.711 µ-law. @see RFC 3551 §4.5.14 */
export const PCMU: CodecSpec = createSpec("PCMU", 0, "mulaw");

/** G.711 A-law. @see RFC 3551 §4.5.14 */
export const PCMA: CodecSpec = createSpec("PCMA", 8, "alaw");
