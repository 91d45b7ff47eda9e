import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IFP_LIMITS, type IfpPacket, parseIfp, printIfp, type T38Version } from "./ifp.ts";
import {
  IFP_FIELD_TYPES,
  IFP_FIELD_TYPES_ROOT,
  T30_DATA_TYPES,
  T30_DATA_TYPES_ROOT,
  T30_INDICATORS,
  T30_INDICATORS_ROOT,
} from "./ifp-names.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const indicator = (name: (typeof T30_INDICATORS)[number]): IfpPacket => ({
  kind: "indicator",
  indicator: name,
});
const VERSIONS = [0, 1, 2, 3] as const;

describe("parseIfp() and printIfp() have each packet as the standard's ASN.1 does", () => {
  it.each<[what: string, version: T38Version, packet: IfpPacket, wire: readonly number[]]>([
    ["the first indicator", 0, indicator("no-signal"), [0x00]],
    ["flags of V.21", 0, indicator("v21-preamble"), [0x06]],
    ["the last of the first version", 0, indicator("v17-14400-long-training"), [0x1e]],
    ["the first of a later one", 1, indicator("v8-ansam"), [0x20, 0x00]],
    ["the last of all", 3, indicator("v33-14400-training"), [0x21, 0x80]],
    ["data without pieces", 0, { kind: "data", type: "v21", fields: [] }, [0x40]],
    [
      "a piece of a frame, version 0",
      0,
      {
        kind: "data",
        type: "v21",
        fields: [{ type: "hdlc-data", data: bytes(0xff, 0xc0) }, { type: "hdlc-fcs-ok" }],
      },
      [0xc0, 2, 0x80, 0, 1, 0xff, 0xc0, 0x20],
    ],
    [
      "the same, version 1",
      1,
      {
        kind: "data",
        type: "v21",
        fields: [{ type: "hdlc-data", data: bytes(0xff, 0xc0) }, { type: "hdlc-fcs-ok" }],
      },
      [0xc0, 2, 0x80, 0, 1, 0xff, 0xc0, 0x10],
    ],
    [
      "the end of an image, by the fastest modem",
      0,
      { kind: "data", type: "v17-14400", fields: [{ type: "t4-non-ecm-sig-end" }] },
      [0xd0, 1, 0x70],
    ],
    [
      "a later data type with a later piece",
      3,
      { kind: "data", type: "v8", fields: [{ type: "v34-rate", data: bytes(7) }] },
      [0xe0, 0x00, 1, 0xc1, 0x80, 0, 0, 7],
    ],
  ])("%s", (_, version, packet, wire) => {
    expect([...(printIfp(packet, version) ?? [])]).toEqual(wire);
    const parsed = parseIfp(Uint8Array.from(wire), version);
    expect(parsed).toEqual({ ok: true, value: { packet, length: wire.length } });
  });

  it("counts as its own no zeros behind it, which parity may leave there", () => {
    const parsed = parseIfp(bytes(0xc0, 1, 0x20, 0, 0, 0), 0);
    expect(parsed.ok && parsed.value.length).toBe(3);
  });
});

describe("parseIfp() refuses", () => {
  const pieces = (count: number) => [0xc0, count, ...Array<number>(count).fill(0x20)];
  it.each([
    ["nothing at all", [], 0, "too-short"],
    ["an indicator with pieces", [0x80, 0], 0, "bad-form"],
    ["half of a later indicator", [0x20], 3, "too-short"],
    ["an indicator past the last", [0x21, 0xc0], 3, "unknown-value"],
    ["a value of more than 6 bits", [0x30, 0x00], 3, "unknown-value"],
    ["a data type past the first version's last", [0x40 | (9 << 1)], 0, "unknown-value"],
    ["pieces without their count", [0xc0], 0, "too-short"],
    ["fewer pieces than are counted", [0xc0, 2, 0x20], 0, "too-short"],
    ["a piece shorter than its length", [0xc0, 1, 0x80, 0, 2, 1, 2], 0, "too-short"],
    ["half a length", [0xc0, 1, 0x80, 0], 0, "too-short"],
    ["a piece's type past the last", [0xc0, 1, 0x42, 0x00, 0x00], 1, "unknown-value"],
    ["a count in pieces of 16 K", [0xc0, 0xc1], 0, "too-long"],
    ["65 pieces", pieces(IFP_LIMITS.fields + 1), 0, "too-long"],
    ["4097 bytes", Array<number>(IFP_LIMITS.bytes + 1).fill(0), 0, "too-long"],
  ] as const)("%s", (_, wire, version, error) => {
    expect(parseIfp(Uint8Array.from(wire), version)).toEqual({ ok: false, error });
  });

  it("not 64 pieces", () => {
    expect(parseIfp(Uint8Array.from(pieces(IFP_LIMITS.fields)), 0).ok).toBe(true);
  });
});

describe("printIfp() writes nothing that a version does not have", () => {
  it.each([
    ["a later indicator", indicator("v8-ansam")],
    ["a later data type", { kind: "data", type: "v8", fields: [] }],
    ["a later piece", { kind: "data", type: "v21", fields: [{ type: "cm-message" }] }],
    [
      "an empty piece",
      { kind: "data", type: "v21", fields: [{ type: "hdlc-data", data: bytes() }] },
    ],
    [
      "too many pieces",
      {
        kind: "data",
        type: "v21",
        fields: Array.from({ length: IFP_LIMITS.fields + 1 }, () => ({ type: "hdlc-fcs-ok" })),
      },
    ],
    [
      "too many bytes",
      {
        kind: "data",
        type: "v21",
        fields: [{ type: "hdlc-data", data: new Uint8Array(IFP_LIMITS.bytes) }],
      },
    ],
  ] satisfies readonly (readonly [string, IfpPacket])[])("%s", (_, packet) => {
    expect(printIfp(packet, 0)).toBeUndefined();
  });
});

describe("every packet comes back as it went", () => {
  const packet = (version: T38Version): fc.Arbitrary<IfpPacket> => {
    const upTo = <T>(all: readonly T[], root: number) =>
      fc.constantFrom(...(version === 0 ? all.slice(0, root) : all));
    const field = fc.record(
      {
        type: upTo(IFP_FIELD_TYPES, IFP_FIELD_TYPES_ROOT),
        data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      },
      { requiredKeys: ["type"] },
    );
    return fc.oneof(
      upTo(T30_INDICATORS, T30_INDICATORS_ROOT).map(indicator),
      fc.record({
        kind: fc.constant("data" as const),
        type: upTo(T30_DATA_TYPES, T30_DATA_TYPES_ROOT),
        fields: fc.array(field, { maxLength: 6 }),
      }),
    );
  };
  it.each(VERSIONS)("version %d", (version) => {
    fc.assert(
      fc.property(packet(version), fc.uint8Array({ maxLength: 4 }), (sent, behind) => {
        const wire = printIfp(sent, version) ?? bytes();
        const parsed = parseIfp(Uint8Array.from([...wire, ...behind]), version);
        expect(parsed).toEqual({ ok: true, value: { packet: sent, length: wire.length } });
      }),
    );
  });

  it.each(VERSIONS)("and any bytes are a value, version %d", (version) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (wire) => {
        const parsed = parseIfp(wire, version);
        if (!parsed.ok) return;
        expect(parsed.value.length).toBeLessThanOrEqual(wire.length);
        const again = printIfp(parsed.value.packet, version);
        expect(again === undefined || again.length <= wire.length).toBe(true);
      }),
    );
  });
});
