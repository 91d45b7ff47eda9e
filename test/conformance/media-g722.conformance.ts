import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HigherBand, LowerBand, type LowerBits } from "../../src/media/codec/g722/bands.ts";
import { WidebandDecoder, WidebandEncoder } from "../../src/media/codec/g722/wideband.ts";
import { G722 } from "../../src/media/index.ts";
import { compileJudge, type Judge, judgesAvailable } from "./line-judges.ts";
import { vectorFolder, wordsFromBytes } from "./media-vectors.ts";

const g722 = vectorFolder("media/g722");

/** Big-endian words with a sign, as the sequences have them. */
function sequence(name: string): readonly number[] {
  const bytes = g722.read(name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(2 * at));
}

/** Runs a sequence through fresh bands after each word that says reset; those have no outcome. */
function eachWord(
  words: readonly number[],
  bits: LowerBits,
  step: (lower: LowerBand, higher: HigherBand, word: number, at: number) => void,
): { readonly resets: number } {
  let lower = new LowerBand(bits);
  let higher = new HigherBand();
  let resets = 0;
  words.forEach((word, at) => {
    if ((word & 1) === 0) {
      step(lower, higher, word, at);
      return;
    }
    lower = new LowerBand(bits);
    higher = new HigherBand();
    resets++;
  });
  return { resets };
}

/** Little-endian words of the speech files. */
const speech = (name: string) => wordsFromBytes(g722.read(`speech/${name}`));

function encodeWide(samples: Int16Array): number[] {
  const encoder = new WidebandEncoder();
  return Array.from({ length: samples.length >> 1 }, (_, at) =>
    encoder.encode(samples[2 * at] ?? 0, samples[2 * at + 1] ?? 0),
  );
}

function decodeWide(octets: ArrayLike<number>, bits: LowerBits = 6): number[] {
  const decoder = new WidebandDecoder(bits);
  return Array.from(octets).flatMap((octet) => {
    decoder.decode(octet);
    return [decoder.first, decoder.second];
  });
}

describe.skipIf(!g722.available)("[media.g722]", () => {
  it.each([
    { samples: "bt1c1.xmt", codes: "bt2r1.cod" },
    { samples: "bt1c2.xmt", codes: "bt2r2.cod" },
  ])("both bands code $samples as $codes", ({ samples, codes }) => {
    const wanted = sequence(codes);
    const coded = wanted.slice();
    const { resets } = eachWord(sequence(samples), 6, (lower, higher, word, at) => {
      const octet = (higher.encode(word >> 1) << 6) | lower.encode(word >> 1);
      coded[at] = (octet << 24) >> 16;
    });
    expect(resets).toBe(32);
    expect(coded).toEqual(wanted);
  });

  const codes = ["bt2r1.cod", "bt2r2.cod", "bt1d3.cod"];
  const modes = [
    { mode: 1, bits: 6 },
    { mode: 2, bits: 5 },
    { mode: 3, bits: 4 },
  ] as const;
  it.each(codes.flatMap((name, at) => modes.map((mode) => ({ name, number: at + 1, ...mode }))))(
    "both bands decode $name in mode $mode",
    ({ name, number, mode, bits }) => {
      const wantedLower = sequence(`bt3l${number}.rc${mode}`);
      const wantedHigher = sequence(`bt3h${number}.rc0`);
      const decodedLower = wantedLower.slice();
      const decodedHigher = wantedHigher.slice();
      const { resets } = eachWord(sequence(name), bits, (lower, higher, word, at) => {
        const octet = (word >> 8) & 0xff;
        decodedLower[at] = lower.decode(octet & 0x3f) << 1;
        decodedHigher[at] = higher.decode(octet >> 6) << 1;
      });
      expect(resets).toBe(32);
      expect(decodedLower).toEqual(wantedLower);
      expect(decodedHigher).toEqual(wantedHigher);
    },
  );

  it("speech of 16 kHz is coded as the reference codes it, mirror filters included", () => {
    expect(encodeWide(speech("inpsp.bin"))).toEqual(Array.from(speech("codspw.cod")));
  });

  it.each(modes)("speech is decoded as in outsp$mode.bin", ({ mode, bits }) => {
    const decoded = decodeWide(speech("codspw.cod"), bits);
    expect(decoded).toEqual(Array.from(speech(`outsp${mode}.bin`)));
  });
});

/** Noise over the whole range, by a fixed law. */
function noise(samples: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >> 16;
  });
}

function isClipped(sample: number | undefined): boolean {
  return sample === 32767 || sample === -32768;
}

/** From 16 to 8 kHz by a long filter, without delay. */
function everySecond(samples: Int16Array): number[] {
  const reach = 100;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const x = (Math.PI * (at - reach)) / 2;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * (at - reach)) / (reach + 1));
    return (window * (x === 0 ? 1 : Math.sin(x) / x)) / 2;
  });
  return Array.from({ length: samples.length >> 1 }, (_, at) =>
    taps.reduce((sum, tap, n) => sum + tap * (samples[2 * at + n - reach] ?? 0), 0),
  );
}

/** How far the second is from the first, in dB below it, where it is `late` samples behind. */
function noiseDb(said: ArrayLike<number>, heard: ArrayLike<number>, late: number): number {
  let signal = 0;
  let error = 0;
  for (let at = 0; at + late < heard.length; at++) {
    signal += (said[at] ?? 0) ** 2;
    error += ((heard[at + late] ?? 0) - (said[at] ?? 0)) ** 2;
  }
  return 10 * Math.log10(error / signal);
}

describe.skipIf(!g722.available || !judgesAvailable)("[media.g722] beside spandsp", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("codec-judge");
  });
  afterAll(() => judge.close());
  const judged = (samples: Int16Array, verb: "encode" | "decode"): number[] =>
    judge.hear(samples, ["g722", verb]).map(Number);

  it("codes and decodes the same, octet for octet and sample for sample", () => {
    for (const samples of [speech("inpsp.bin"), noise(16000)]) {
      const octets = encodeWide(samples);
      expect(octets).toEqual(judged(samples, "encode"));
      const decoded = decodeWide(octets);
      const wanted = judged(Int16Array.from(octets), "decode");
      // What is too loud turns over there, and is clipped here, as the recommendation has it.
      const comparable = wanted.map((sample, at) =>
        isClipped(decoded[at]) ? decoded[at] : sample,
      );
      expect(decoded).toEqual(comparable);
      expect(decoded.filter(isClipped).length).toBeLessThan(decoded.length * 0.002);
    }
  });

  it("speech from the line is heard at 16 kHz by spandsp", () => {
    const line = wordsFromBytes(vectorFolder("media/g726").read("voice.src"));
    const octets = new Uint8Array(line.length);
    G722.createCodec().encode(line, octets);
    const heard = judged(Int16Array.from(octets), "decode");
    // The interpolator's 16 samples of 16 kHz, and 22 of the mirror filters.
    const ofLine = heard.filter((_, at) => at % 2 === 0);
    expect(noiseDb(line, ofLine, 19)).toBeLessThan(-15);
  });

  it("speech of 16 kHz from spandsp is heard on the line", () => {
    const wide = speech("inpsp.bin");
    const octets = Uint8Array.from(judged(wide, "encode"));
    const heard = new Int16Array(octets.length);
    G722.createCodec().decode(octets, heard);
    // 22 samples of 16 kHz of the mirror filters, and the decimator's 14.
    expect(noiseDb(everySecond(wide), heard, 18)).toBeLessThan(-15);
  });
});
