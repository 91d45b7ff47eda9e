import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Adpcm } from "./g726/adpcm.ts";
import { CodeReader, CodeWriter, type Packing } from "./g726/packing.ts";
import { G726_16, G726_24, G726_32, G726_40 } from "./g726/rates.ts";
import { multiply, shortFloat, ZERO } from "./g726/short-float.ts";
import { AAL2_G726, G726 } from "./g726.ts";

const SPECS = [...G726, ...AAL2_G726];

const sine = (samples: number, peak: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, at) => peak * Math.sin(at * 0.35));

describe("G726, AAL2_G726", () => {
  it.each([
    { name: "G726-40", bytes: 100 },
    { name: "G726-32", bytes: 80 },
    { name: "G726-24", bytes: 60 },
    { name: "G726-16", bytes: 40 },
    { name: "AAL2-G726-40", bytes: 100 },
    { name: "AAL2-G726-32", bytes: 80 },
    { name: "AAL2-G726-24", bytes: 60 },
    { name: "AAL2-G726-16", bytes: 40 },
  ])("$name is $bytes bytes for 20 ms, and a payload type by SDP", ({ name, bytes }) => {
    const spec = SPECS.find((each) => each.name === name);
    expect(spec?.clockRateHz).toBe(8000);
    expect(spec?.staticPayloadType).toBeUndefined();
    expect(spec?.maxPayloadBytes(160)).toBe(bytes);
    const codec = spec?.createCodec();
    expect(codec?.encode(new Int16Array(160), new Uint8Array(bytes))).toBe(bytes);
    expect(codec?.payloadSamples(new Uint8Array(bytes))).toBe(160);
  });

  it.each([
    { at: 0, name: "G726-40", noiseDb: -30 },
    { at: 1, name: "G726-32", noiseDb: -24 },
    { at: 2, name: "G726-24", noiseDb: -18 },
    { at: 3, name: "G726-16", noiseDb: -10 },
  ])("$name keeps noise below $noiseDb dB", ({ at, noiseDb }) => {
    const line = sine(4000, 8000);
    for (const spec of [G726[at], AAL2_G726[at]]) {
      const codec = spec?.createCodec();
      const payload = new Uint8Array(spec?.maxPayloadBytes(line.length) ?? 0);
      const heard = new Int16Array(line.length);
      codec?.encode(line, payload);
      expect(codec?.decode(payload, heard)).toBe(line.length);
      let noise = 0;
      let signal = 0;
      for (let n = 1000; n < line.length; n++) {
        noise += ((heard[n] ?? 0) - (line[n] ?? 0)) ** 2;
        signal += (line[n] ?? 0) ** 2;
      }
      expect(10 * Math.log10(noise / signal)).toBeLessThan(noiseDb);
    }
  });

  it.each(SPECS)("$name: the codes are the same in frames and in one piece", (spec) => {
    const line = sine(400, 9000);
    const whole = new Uint8Array(spec.maxPayloadBytes(400));
    spec.createCodec().encode(line, whole);
    const codec = spec.createCodec();
    const parts = [0, 80, 160, 240, 320].flatMap((from) => {
      const out = new Uint8Array(spec.maxPayloadBytes(80));
      codec.encode(line.subarray(from, from + 80), out);
      return Array.from(out);
    });
    expect(parts).toEqual(Array.from(whole));
  });

  it.each(SPECS)("$name: decode() takes any bytes, and leaves out what does not fit", (spec) => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
        fc.nat({ max: 900 }),
        (payloads, room) => {
          const codec = spec.createCodec();
          for (const payload of payloads) {
            const samples = codec.payloadSamples(payload);
            const written = codec.decode(payload, new Int16Array(room));
            expect(written).toBe(Math.min(samples, room));
            expect(spec.maxPayloadBytes(samples)).toBeLessThanOrEqual(payload.length);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("Adpcm", () => {
  it("decode() stays finite and within 16 bits for any codes at any rates", () => {
    const rate = fc.constantFrom(G726_16, G726_24, G726_32, G726_40);
    const step = fc.tuple(rate, fc.nat({ max: 31 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
        const adpcm = new Adpcm();
        for (const [each, code] of steps) {
          const sample = adpcm.decode(code & ((1 << each.bits) - 1), each);
          expect(sample).toBeGreaterThanOrEqual(-32768);
          expect(sample).toBeLessThanOrEqual(32767);
          expect(Number.isInteger(sample)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    { rate: G726_16, silence: 0 },
    { rate: G726_24, silence: 7 },
    { rate: G726_32, silence: 15 },
    { rate: G726_40, silence: 31 },
  ])("codes silence as $silence", ({ rate, silence }) => {
    expect(new Adpcm().encode(0, rate)).toBe(silence);
  });

  it("quantize() takes nothing", () => {
    const adpcm = new Adpcm();
    const codes = [500, -500, 500].map((sample) => adpcm.quantize(sample, G726_32));
    expect(codes[2]).toBe(codes[0]);
    expect(adpcm.encode(500, G726_32)).toBe(codes[0]);
  });
});

describe("shortFloat(), multiply()", () => {
  it.each([
    { magnitude: 0, negative: false, float: ZERO },
    { magnitude: 1, negative: false, float: (1 << 6) + 32 },
    { magnitude: 1, negative: true, float: (1 << 6) + 32 - 0x400 },
    { magnitude: 63, negative: false, float: (6 << 6) + 63 },
    { magnitude: 64, negative: false, float: (7 << 6) + 32 },
    { magnitude: 32767, negative: false, float: (15 << 6) + 63 },
  ])("$magnitude, negative $negative, is $float", ({ magnitude, negative, float }) => {
    expect(shortFloat(magnitude, negative)).toBe(float);
  });

  it("multiply() is near the product, with its sign", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -15000, max: 15000 }),
        fc.integer({ min: -8000, max: 8000 }),
        (coefficient, value) => {
          const got = multiply(coefficient, shortFloat(Math.abs(value), value < 0));
          const exact = (coefficient * value) / 8192;
          expect(Math.abs(got - exact)).toBeLessThanOrEqual(Math.abs(exact) / 12 + 20);
        },
      ),
    );
  });
});

describe("CodeWriter, CodeReader", () => {
  const write = (bits: number, packing: Packing, codes: readonly number[]): number[] => {
    const out = new Uint8Array(Math.ceil((codes.length * bits) / 8));
    const writer = new CodeWriter(bits, packing);
    writer.begin(out);
    for (const code of codes) writer.write(code);
    expect(writer.end()).toBe(out.length);
    return Array.from(out);
  };

  it.each([
    { bits: 2, packing: "rfc3551", codes: [1, 2, 3, 0], octets: [0b00_11_10_01] },
    { bits: 2, packing: "aal2", codes: [1, 2, 3, 0], octets: [0b01_10_11_00] },
    { bits: 4, packing: "rfc3551", codes: [1, 2], octets: [0x21] },
    { bits: 4, packing: "aal2", codes: [1, 2], octets: [0x12] },
    { bits: 4, packing: "aal2", codes: [1, 2, 3], octets: [0x12, 0x30] },
    { bits: 4, packing: "rfc3551", codes: [1, 2, 3], octets: [0x21, 0x03] },
    {
      bits: 3,
      packing: "rfc3551",
      codes: [1, 2, 3, 4, 5, 6, 7, 0],
      octets: [0b11_010_001, 0b0_101_100_0, 0b000_111_11],
    },
    {
      bits: 3,
      packing: "aal2",
      codes: [1, 2, 3, 4, 5, 6, 7, 0],
      octets: [0b001_010_01, 0b1_100_101_1, 0b10_111_000],
    },
    { bits: 5, packing: "rfc3551", codes: [1, 31], octets: [0b111_00001, 0b11] },
    { bits: 5, packing: "aal2", codes: [1, 31], octets: [0b00001_111, 0b11_000000] },
  ] as const)("$packing packs $codes of $bits bits", ({ bits, packing, codes, octets }) => {
    expect(write(bits, packing, codes)).toEqual(octets);
  });

  it("what is written is read, and zeros behind it", () => {
    const packing = fc.constantFrom<Packing>("rfc3551", "aal2");
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), packing, fc.array(fc.nat()), (bits, how, raw) => {
        const codes = raw.map((code) => code & ((1 << bits) - 1));
        const reader = new CodeReader(bits, how);
        reader.begin(Uint8Array.from(write(bits, how, codes)));
        expect(codes.map(() => reader.read())).toEqual(codes);
        expect([reader.read(), reader.read(), reader.read()]).toEqual([0, 0, 0]);
      }),
    );
  });
});
