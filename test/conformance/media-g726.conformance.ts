import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Adpcm } from "../../src/media/codec/g726/adpcm.ts";
import { G726_16, G726_24, G726_32, G726_40 } from "../../src/media/codec/g726/rates.ts";
import { AAL2_G726, G726 } from "../../src/media/index.ts";
import { compileJudge, type Judge, judgesAvailable } from "./line-judges.ts";
import { A_LAW, type Law, LawDecoder, MU_LAW } from "./media-g726-law.ts";
import { vectorFolder, wordsFromBytes } from "./media-vectors.ts";

const g726 = vectorFolder("media/g726");
const words = (name: string): readonly number[] => Array.from(wordsFromBytes(g726.read(name)));

const RATES = { 16: G726_16, 24: G726_24, 32: G726_32, 40: G726_40 } as const;
type Kbps = keyof typeof RATES;
const KBPS = [16, 24, 32, 40] as const satisfies readonly Kbps[];
const LAWS: Readonly<Record<"a" | "m", Law>> = { a: A_LAW, m: MU_LAW };

/** Where the homing sequences begin is not in the folder; by here it is forgotten. */
const SETTLED_SAMPLES = 12288;

function encodeLaw(codes: readonly number[], law: Law, kbps: Kbps): number[] {
  const adpcm = new Adpcm();
  return codes.map((code) => adpcm.encode(law.linear[code] ?? 0, RATES[kbps]));
}

function decodeLaw(codes: readonly number[], law: Law, kbps: Kbps): number[] {
  const decoder = new LawDecoder(law);
  return codes.map((code) => decoder.decode(code, RATES[kbps]));
}

/** The encoder's sequences: normal and overload, by law and rate. */
const ENCODED = KBPS.flatMap((kbps) =>
  (["a", "m"] as const).flatMap((law) => [
    { kbps, law, pcm: `nrm.${law}`, codes: `rn${kbps}f${law}.i` },
    { kbps, law, pcm: `ovr.${law}`, codes: `rv${kbps}f${law}.i` },
  ]),
);

/** The decoder's: `x` is A-law coded and µ-law heard, `c` the other way; `i` any codes at all. */
function decodedOf(prefix: "r" | "h", signals: readonly ("n" | "v" | "i")[]) {
  return KBPS.flatMap((kbps) =>
    signals.flatMap((signal) => {
      const name = `${prefix}${signal}${kbps}f`;
      const codes = (law: string) => (signal === "i" ? `i${kbps}` : `${name}${law}.i`);
      const same = [
        { kbps, codes: codes("a"), law: "a", heard: `${name}a.o` },
        { kbps, codes: codes("m"), law: "m", heard: `${name}m.o` },
      ] as const;
      if (signal === "i") return same;
      return [
        ...same,
        { kbps, codes: codes("a"), law: "m", heard: `${name}x.o` } as const,
        { kbps, codes: codes("m"), law: "a", heard: `${name}c.o` } as const,
      ];
    }),
  );
}

describe.skipIf(!g726.available)("[media.g726]", () => {
  it.each(ENCODED)("encode() from reset codes $pcm as $codes", ({ kbps, law, pcm, codes }) => {
    expect(encodeLaw(words(pcm), LAWS[law], kbps)).toEqual(words(codes));
  });

  it.each(decodedOf("r", ["n", "v", "i"]))(
    "decode() from reset hears $codes as $heard",
    ({ kbps, codes, law, heard }) => {
      expect(decodeLaw(words(codes), LAWS[law], kbps)).toEqual(words(heard));
    },
  );

  it.each(decodedOf("h", ["n", "i"]))(
    "decode() from a wrong start comes to hear $codes as $heard",
    ({ kbps, codes, law, heard }) => {
      const decoded = decodeLaw(words(codes), LAWS[law], kbps);
      const wanted = words(heard);
      expect(decoded).toHaveLength(wanted.length);
      expect(decoded.slice(SETTLED_SAMPLES)).toEqual(wanted.slice(SETTLED_SAMPLES));
    },
  );

  it("the rate may change every 16 samples: voicevbr.lrf", () => {
    const rates = [G726_16, G726_24, G726_32, G726_40, G726_32, G726_24];
    const encoder = new Adpcm();
    const decoder = new LawDecoder(A_LAW);
    const heard = words("voice.src").map((sample, at) => {
      const rate = rates[(at >> 4) % rates.length] ?? G726_32;
      const code = encoder.encode(A_LAW.linear[A_LAW.compress(sample >> 2)] ?? 0, rate);
      return (A_LAW.linear[decoder.decode(code, rate)] ?? 0) << 2;
    });
    expect(heard).toEqual(words("voicevbr.lrf"));
  });
});

describe.skipIf(!g726.available || !judgesAvailable)("[media.g726] beside spandsp", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("codec-judge");
  });
  afterAll(() => judge.close());

  it.each([
    ...G726.map((spec) => ({ spec, packing: "g726-right" })),
    ...AAL2_G726.map((spec) => ({ spec, packing: "g726-left" })),
  ])("$spec.name: linear speech in and out, and how octets are packed", ({ spec, packing }) => {
    const bits = `${Number(spec.name.slice(-2)) * 1000}`;
    const line = wordsFromBytes(g726.read("voice.src"));
    const octets = new Uint8Array(spec.maxPayloadBytes(line.length));
    const codec = spec.createCodec();
    codec.encode(line, octets);
    expect(Array.from(octets)).toEqual(judge.hear(line, [packing, "encode", bits]).map(Number));
    const heard = new Int16Array(line.length);
    expect(codec.decode(octets, heard)).toBe(line.length);
    const wanted = judge.hear(Int16Array.from(octets), [packing, "decode", bits]).map(Number);
    expect(Array.from(heard)).toEqual(wanted);
  });
});
