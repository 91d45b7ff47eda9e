import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OggOpusWriter, oggChecksum } from "./ogg-opus.ts";

const HEAD = {
  channels: 2,
  preSkip: 312,
  inputRateHz: 8000,
  serial: 0xfedc_ba98,
  vendor: "t",
} as const;

interface Page {
  readonly flags: number;
  readonly position: number;
  readonly serial: number;
  readonly number: number;
  readonly packets: readonly (readonly number[])[];
}

/** Reads pages by the figure of the standard; throws where they are not whole. @see RFC 3533 §6 */
function pagesOf(file: readonly number[]): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < file.length; ) {
    const u32 = (from: number) =>
      [3, 2, 1, 0].reduce((sum, n) => sum * 256 + (file[at + from + n] ?? 0), 0);
    expect(String.fromCharCode(...file.slice(at, at + 4))).toBe("OggS");
    const count = file[at + 26] ?? 0;
    const lengths = file.slice(at + 27, at + 27 + count);
    const body = at + 27 + count;
    const end = body + lengths.reduce((sum, length) => sum + length, 0);
    const bytes = Uint8Array.from(file.slice(at, end));
    const told = u32(22);
    bytes.fill(0, 22, 26);
    expect(told).toBe(oggChecksum(bytes));
    const packets: number[][] = [];
    let packet: number[] = [];
    let from = body;
    for (const length of lengths) {
      packet.push(...file.slice(from, from + length));
      from += length;
      if (length < 255) {
        packets.push(packet);
        packet = [];
      }
    }
    expect(packet).toEqual([]);
    const position = u32(6) + u32(10) * 2 ** 32;
    pages.push({ flags: file[at + 5] ?? -1, position, serial: u32(14), number: u32(18), packets });
    at = end;
  }
  return pages;
}

describe("oggChecksum()", () => {
  it.each([
    // By hand from the polynomial: one byte of 1 leaves the polynomial itself.
    [[], 0],
    [[1], 0x04c1_1db7],
    [[1, 0], 0xd219_c1dc],
  ])("of %j is %i", (bytes, crc) => {
    expect(oggChecksum(Uint8Array.from(bytes))).toBe(crc);
  });
});

describe("OggOpusWriter", () => {
  it("begin() writes both headers, each in its page", () => {
    const [head, tags, ...more] = pagesOf([...new OggOpusWriter(HEAD).begin()]);
    expect(more).toEqual([]);
    expect(head).toMatchObject({ flags: 2, position: 0, serial: HEAD.serial, number: 0 });
    const magic = [..."OpusHead"].map((letter) => letter.charCodeAt(0));
    expect(head?.packets).toEqual([[...magic, 1, 2, 0x38, 1, 0x40, 0x1f, 0, 0, 0, 0, 0]]);
    expect(tags).toMatchObject({ flags: 0, position: 0, number: 1 });
    expect(String.fromCharCode(...(tags?.packets[0] ?? []).slice(0, 8))).toBe("OpusTags");
  });

  it("keeps every packet whole and in order, whatever lengths there are", () => {
    const packets = fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 150 });
    fc.assert(
      fc.property(packets, fc.nat({ max: 959 }), (all, short) => {
        const writer = new OggOpusWriter(HEAD);
        const file = [...writer.begin()];
        for (const packet of all) file.push(...writer.packet(packet, 960));
        const sound = Math.max(0, all.length * 960 - HEAD.preSkip - short);
        file.push(...writer.end(sound));
        const pages = pagesOf(file);
        expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(all.map((one) => [...one]));
        expect(pages.map(({ number }) => number)).toEqual(pages.map((_, n) => n));
        expect(pages.at(-1)?.flags).toBe(4);
        // Each page tells where its last packet ends; the last one, where the sound does.
        let ended = 0;
        for (const { position, packets: held } of pages.slice(2, -1)) {
          ended += held.length * 960;
          expect(position).toBe(ended);
        }
        expect(pages.at(-1)?.position).toBe(Math.min(all.length * 960, HEAD.preSkip + sound));
      }),
      { numRuns: 30 },
    );
  });

  it("packet() closes a page once it holds a second", () => {
    const writer = new OggOpusWriter(HEAD);
    const lengths = Array.from(
      { length: 101 },
      () => writer.packet(new Uint8Array(40), 960).length,
    );
    expect(lengths.flatMap((length, at) => (length > 0 ? [at] : []))).toEqual([50, 100]);
  });
});
