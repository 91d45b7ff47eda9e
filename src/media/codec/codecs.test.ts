import { describe, expect, it } from "vitest";
import type { CodecSettings } from "./codecs.ts";
import { codecsWith, findCodec } from "./codecs.ts";

/** What a codec of a box so set makes of a loud tone, in hexadecimal digits. */
function coded(name: string, settings?: CodecSettings): string {
  const spec = findCodec(name, 8000, codecsWith({}, settings));
  const pcm = Int16Array.from({ length: 80 }, (_, at) => 12_000 * Math.sin(at / 2));
  const out = new Uint8Array(spec?.maxPayloadBytes(pcm.length) ?? 0);
  spec?.createCodec().encode(pcm, out);
  return Array.from(out, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

describe("codecsWith() G.726", () => {
  it.each(["16", "24", "32", "40"])("at %s kbit/s is packed as far ends have it", (rate) => {
    const [plain, other] = [coded(`G726-${rate}`), coded(`AAL2-G726-${rate}`)];
    expect(plain).toHaveLength(20 * (Number(rate) / 8));
    expect(plain).not.toBe(other);
    expect(coded(`G726-${rate}`, { g726Packing: "rfc3551" })).toBe(plain);
    expect(coded(`G726-${rate}`, { g726Packing: "aal2" })).toBe(other);
    expect(coded(`AAL2-G726-${rate}`, { g726Packing: "aal2" })).toBe(other);
  });

  it("changes nothing else", () => {
    const names = (settings?: CodecSettings) => codecsWith({}, settings).map(({ name }) => name);
    expect(names({ g726Packing: "aal2" })).toEqual(names());
    for (const name of ["PCMU", "PCMA", "G722", "L16"]) {
      expect(coded(name, { g726Packing: "aal2" })).toBe(coded(name));
    }
  });
});
