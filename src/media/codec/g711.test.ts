import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCodec, findStaticCodec } from "./codecs.ts";
import { PCMA, PCMU } from "./g711.ts";

const encode = (spec: typeof PCMU, samples: readonly number[]) => {
  const out = new Uint8Array(samples.length);
  expect(spec.createCodec().encode(Int16Array.from(samples), out)).toBe(samples.length);
  return Array.from(out);
};
const decode = (spec: typeof PCMU, codes: readonly number[]) => {
  const out = new Int16Array(codes.length);
  expect(spec.createCodec().decode(Uint8Array.from(codes), out)).toBe(codes.length);
  return Array.from(out);
};

describe("PCMU", () => {
  it.each([
    { sample: 0, code: 0xff, back: 0 },
    { sample: 3, code: 0xff, back: 0 },
    { sample: 4, code: 0xfe, back: 8 },
    { sample: -1, code: 0x7f, back: 0 },
    { sample: -4, code: 0x7f, back: 0 },
    { sample: -5, code: 0x7e, back: -8 },
    { sample: 32767, code: 0x80, back: 32124 },
    { sample: -32768, code: 0x00, back: -32124 },
  ])("codes $sample as $code and back as $back", ({ sample, code, back }) => {
    expect(encode(PCMU, [sample])).toEqual([code]);
    expect(decode(PCMU, [code])).toEqual([back]);
  });
});

describe("PCMA", () => {
  it.each([
    { sample: 0, code: 0xd5, back: 8 },
    { sample: 15, code: 0xd5, back: 8 },
    { sample: 16, code: 0xd4, back: 24 },
    { sample: -1, code: 0x55, back: -8 },
    { sample: 32767, code: 0xaa, back: 32256 },
    { sample: -32768, code: 0x2a, back: -32256 },
  ])("codes $sample as $code and back as $back", ({ sample, code, back }) => {
    expect(encode(PCMA, [sample])).toEqual([code]);
    expect(decode(PCMA, [code])).toEqual([back]);
  });
});

describe.each([PCMU, PCMA])("$name", (spec) => {
  it("keeps within half a step of every sample", () => {
    fc.assert(
      fc.property(fc.integer({ min: -32768, max: 32767 }), (sample) => {
        const [back = 0] = decode(spec, encode(spec, [sample]));
        // The coarsest chord has steps of 1024; steps shrink with the level, never below 16.
        expect(Math.abs(back - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
      }),
    );
  });

  it("decode() leaves out what does not fit", () => {
    const out = new Int16Array(3);
    expect(spec.createCodec().decode(new Uint8Array(5), out)).toBe(3);
  });
});

describe("findCodec()", () => {
  it.each([
    { name: "PCMU", clockRateHz: 8000, found: PCMU },
    { name: "pcma", clockRateHz: 8000, found: PCMA },
    { name: "PCMU", clockRateHz: 16000, found: undefined },
    { name: "G722", clockRateHz: 16000, found: undefined },
    { name: "OPUS", clockRateHz: 48000, found: undefined },
  ])("finds $name/$clockRateHz or nothing", ({ name, clockRateHz, found }) => {
    expect(findCodec(name, clockRateHz)).toBe(found);
  });

  it("findStaticCodec() knows payload types 0, 8 and 9 alone", () => {
    const known = Array.from({ length: 128 }, (_, type) => findStaticCodec(type)?.name);
    expect(known.filter((name) => name !== undefined)).toEqual(["PCMU", "PCMA", "G722"]);
    expect(known.indexOf("PCMA")).toBe(8);
  });
});
