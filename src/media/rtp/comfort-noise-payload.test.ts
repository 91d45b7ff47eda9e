import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COMFORT_NOISE_MAX_BYTES,
  parseComfortNoise,
  writeComfortNoise,
} from "./comfort-noise-payload.ts";

describe("parseComfortNoise()", () => {
  it.each([
    { bytes: [0], value: { levelDbov: 0, reflections: [] } },
    { bytes: [127], value: { levelDbov: -127, reflections: [] } },
    // The top bit is to be 0 and is not looked at.
    { bytes: [0x80 | 60], value: { levelDbov: -60, reflections: [] } },
    { bytes: [60, 127], value: { levelDbov: -60, reflections: [0] } },
    {
      bytes: [60, 0, 254, 255],
      value: { levelDbov: -60, reflections: [-32766 / 32768, 32766 / 32768, 32766 / 32768] },
    },
  ])("reads $bytes", ({ bytes, value }) => {
    expect(parseComfortNoise(Uint8Array.from(bytes))).toEqual({ ok: true, value });
  });

  it("refuses nothing at all", () => {
    expect(parseComfortNoise(new Uint8Array())).toEqual({ ok: false, error: "empty" });
  });

  it("leaves out what comes after ten coefficients", () => {
    const parsed = parseComfortNoise(new Uint8Array(40).fill(130));
    expect(parsed.ok && parsed.value.reflections.length).toBe(10);
  });

  it("gives a stable filter for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), (bytes) => {
        const parsed = parseComfortNoise(bytes);
        expect(parsed.ok).toBe(true);
        if (parsed.ok)
          for (const k of parsed.value.reflections) expect(Math.abs(k)).toBeLessThan(1);
      }),
    );
  });

  it("reads what writeComfortNoise() writes, to half a step", () => {
    const coefficient = fc.double({ min: -0.99, max: 0.99, noNaN: true });
    const model = fc.record({
      levelDbov: fc.integer({ min: -127, max: 0 }),
      reflections: fc.array(coefficient, { maxLength: 10 }),
    });
    fc.assert(
      fc.property(model, (said) => {
        const out = new Uint8Array(COMFORT_NOISE_MAX_BYTES);
        const length = writeComfortNoise(out, said);
        const parsed = parseComfortNoise(out.subarray(0, length));
        expect(parsed.ok).toBe(true);
        if (!parsed.ok) return;
        expect(parsed.value.levelDbov === said.levelDbov).toBe(true);
        expect(parsed.value.reflections).toHaveLength(said.reflections.length);
        parsed.value.reflections.forEach((k, at) => {
          expect(Math.abs(k - (said.reflections[at] ?? 9))).toBeLessThanOrEqual(129 / 32768 + 1e-9);
        });
      }),
    );
  });
});

describe("writeComfortNoise()", () => {
  it.each([
    [12, 0],
    [-0.4, 0],
    [-60.6, 61],
    [-127, 127],
    [-300, 127],
  ])("a level of %d dBov is byte %d", (levelDbov, byte) => {
    const out = new Uint8Array(COMFORT_NOISE_MAX_BYTES);
    expect(writeComfortNoise(out, { levelDbov, reflections: [] })).toBe(1);
    expect(out[0]).toBe(byte);
  });
});
