import fc from "fast-check";
import { packets as oracle } from "rtp.js";
import { describe, expect, it } from "vitest";
import { middleNtp, ntpFromWallMs } from "./ntp-time.ts";
import { parseRtcp } from "./parse-rtcp.ts";
import { printRtcp } from "./print-rtcp.ts";
import { rtcpIntervalMs } from "./rtcp-interval.ts";
import { RTCP_COMPOUND_LIMIT, type RtcpPacket } from "./rtcp-packet.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const reports = fc.array(
  fc.record({
    ssrc: u32,
    fractionLost: fc.integer({ min: 0, max: 255 }),
    cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
    highestSequence: u32,
    jitter: u32,
    lastSr: u32,
    delaySinceLastSr: u32,
  }),
  { maxLength: 31 },
);
const text = fc.string({
  maxLength: 60,
  unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)),
});
const anyPacket: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    kind: fc.constant("sender-report" as const),
    ssrc: u32,
    ntp: fc.record({ seconds: u32, fraction: u32 }),
    rtpTimestamp: u32,
    packetsSent: u32,
    payloadBytesSent: u32,
    reports,
  }),
  fc.record({ kind: fc.constant("receiver-report" as const), ssrc: u32, reports }),
  fc.record({
    kind: fc.constant("source-description" as const),
    chunks: fc.array(
      fc.record({
        ssrc: u32,
        items: fc.array(fc.record({ type: fc.integer({ min: 1, max: 8 }), text }), {
          maxLength: 8,
        }),
      }),
      { maxLength: 4 },
    ),
  }),
  fc.record(
    {
      kind: fc.constant("bye" as const),
      ssrcs: fc.array(u32, { maxLength: 4 }),
      reason: text,
    },
    { requiredKeys: ["kind", "ssrcs"] },
  ),
);

describe("parseRtcp()", () => {
  const rr = [0x80, 201, 0, 1, 0, 0, 0, 7];
  it.each([
    { what: "nothing", bytes: [], error: "empty" },
    { what: "three bytes", bytes: [0x80, 201, 0], error: "length" },
    { what: "a length past the end", bytes: [0x80, 201, 0, 2, 0, 0, 0, 7], error: "length" },
    { what: "version 1", bytes: [0x40, ...rr.slice(1)], error: "version" },
    { what: "a report that is not there", bytes: [0x81, ...rr.slice(1)], error: "body" },
    { what: "an SR of one word", bytes: [0x80, 200, 0, 1, 0, 0, 0, 7], error: "body" },
    { what: "padding of 3", bytes: [0xa0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 3], error: "padding" },
    { what: "padding of 0", bytes: [0xa0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0], error: "padding" },
    {
      what: "padding before the last packet",
      bytes: [0xa0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4, ...rr],
      error: "padding",
    },
    {
      what: "an endless SDES item",
      bytes: [0x81, 202, 0, 2, 0, 0, 0, 7, 1, 9, 65, 0],
      error: "body",
    },
    {
      what: "an SDES chunk without end",
      bytes: [0x81, 202, 0, 2, 0, 0, 0, 7, 1, 2, 65, 66],
      error: "body",
    },
    {
      what: "a BYE with an endless reason",
      bytes: [0x80, 203, 0, 1, 9, 65, 66, 67],
      error: "body",
    },
    {
      what: "too many packets",
      bytes: Array.from({ length: RTCP_COMPOUND_LIMIT + 1 }, () => rr).flat(),
      error: "too-many",
    },
  ])("refuses $what", ({ bytes, error }) => {
    expect(parseRtcp(Uint8Array.from(bytes))).toEqual({ ok: false, error });
  });

  it("takes a padded last packet and one of unknown type", () => {
    const bytes = [0x80, 210, 0, 1, 1, 2, 3, 4, 0xa0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4];
    expect(parseRtcp(Uint8Array.from(bytes))).toEqual({
      ok: true,
      value: [
        { kind: "other", packetType: 210, body: Uint8Array.of(1, 2, 3, 4) },
        { kind: "receiver-report", ssrc: 7, reports: [] },
      ],
    });
  });

  it("takes any bytes without throwing", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0x80, max: 0xbf }),
        fc.integer({ min: 199, max: 205 }),
        fc.uint8Array({ maxLength: 60 }),
        (first, type, rest) => {
          const words = rest.length >> 2;
          const bytes = [first, type, 0, words, ...rest.subarray(0, 4 * words)];
          expect(parseRtcp(Uint8Array.from(bytes))).toHaveProperty("ok");
          expect(parseRtcp(rest)).toHaveProperty("ok");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("printRtcp()", () => {
  it("prints what parseRtcp() reads", () => {
    fc.assert(
      fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 5 }), (packets) => {
        expect(parseRtcp(printRtcp(packets))).toEqual({ ok: true, value: packets });
      }),
    );
  });

  it("prints a negative loss in 24 bits (duplicates)", () => {
    const report = {
      ssrc: 0x01020304,
      fractionLost: 0,
      cumulativeLost: -3,
      highestSequence: 5,
      jitter: 6,
      lastSr: 7,
      delaySinceLastSr: 8,
    };
    const bytes = printRtcp([{ kind: "receiver-report", ssrc: 9, reports: [report] }]);
    expect(Array.from(bytes)).toEqual([
      ...[0x81, 201, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0, 0xff, 0xff, 0xfd],
      ...[0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8],
    ]);
  });

  it("prints what rtp.js reads", () => {
    const report = {
      ssrc: 0xdeadbeef,
      fractionLost: 12,
      cumulativeLost: 3,
      highestSequence: 0x10005,
      jitter: 99,
      lastSr: 0xaabbccdd,
      delaySinceLastSr: 65536,
    };
    const bytes = printRtcp([
      {
        kind: "sender-report",
        ssrc: 0xfffffff0,
        ntp: { seconds: 0xe0000000, fraction: 0x80000000 },
        rtpTimestamp: 0xffffffff,
        packetsSent: 5,
        payloadBytesSent: 800,
        reports: [report],
      },
      { kind: "source-description", chunks: [{ ssrc: 1, items: [{ type: 1, text: "a@b" }] }] },
      { kind: "bye", ssrcs: [1], reason: "done" },
    ]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [sr, sdes, bye] = new oracle.CompoundPacket(view).getPackets();
    expect(sr).toBeInstanceOf(oracle.SenderReportPacket);
    if (sr instanceof oracle.SenderReportPacket) {
      expect(sr.getSsrc()).toBe(0xfffffff0);
      expect([sr.getNtpSeconds(), sr.getNtpFraction()]).toEqual([0xe0000000, 0x80000000]);
      expect(sr.getRtpTimestamp()).toBe(0xffffffff);
      expect([sr.getPacketCount(), sr.getOctetCount()]).toEqual([5, 800]);
      const [block] = sr.getReports();
      expect(block?.getSsrc()).toBe(report.ssrc);
      expect(block?.getFractionLost()).toBe(12);
      expect(block?.getTotalLost()).toBe(3);
      expect(block?.getHighestSeqNumber()).toBe(0x10005);
      expect(block?.getJitter()).toBe(99);
      expect(block?.getLastSRTimestamp()).toBe(0xaabbccdd);
      expect(block?.getDelaySinceLastSR()).toBe(65536);
    }
    expect(sdes).toBeInstanceOf(oracle.SdesPacket);
    if (sdes instanceof oracle.SdesPacket) {
      expect(sdes.getChunks()[0]?.getItems()).toMatchObject([{ text: "a@b" }]);
    }
    expect(bye).toBeInstanceOf(oracle.ByePacket);
    if (bye instanceof oracle.ByePacket) {
      expect(bye.getSsrcs()).toEqual([1]);
      expect(bye.getReason()).toBe("done");
    }
  });
});

describe("ntpFromWallMs()", () => {
  it.each([
    { wallMs: 0, seconds: 2_208_988_800, fraction: 0 },
    { wallMs: 500, seconds: 2_208_988_800, fraction: 0x80000000 },
    // 2036-02-07T06:28:16Z: the seconds begin anew.
    { wallMs: 2_085_978_496_000, seconds: 0, fraction: 0 },
    { wallMs: 2_085_978_495_750, seconds: 0xffffffff, fraction: 0xc0000000 },
  ])("gives $seconds s for $wallMs ms", ({ wallMs, seconds, fraction }) => {
    expect(ntpFromWallMs(wallMs)).toEqual({ seconds, fraction });
  });

  it("middleNtp() takes the middle bits", () => {
    expect(middleNtp({ seconds: 0xaaaa1234, fraction: 0x5678bbbb })).toBe(0x12345678);
  });
});

describe("rtcpIntervalMs()", () => {
  const call = {
    initial: false,
    members: 2,
    senders: 2,
    weSend: true,
    rtcpBytesPerSecond: 500,
    averageBytes: 128,
  };
  const mean = 5000 / (Math.E - 1.5);
  it.each([
    { what: "a call", input: { ...call, random: 0.5 }, ms: mean },
    { what: "a call, low end", input: { ...call, random: 0 }, ms: mean / 2 },
    { what: "the first report", input: { ...call, initial: true, random: 0.5 }, ms: mean / 2 },
    {
      what: "a conference over its share",
      input: { ...call, members: 100, senders: 100, random: 0.5 },
      ms: (100 * 128 * 1000) / 500 / (Math.E - 1.5),
    },
    {
      what: "a listener among few senders",
      input: { ...call, members: 100, senders: 4, weSend: false, random: 0.5 },
      ms: (96 * 128 * 1000) / 375 / (Math.E - 1.5),
    },
  ])("gives $ms for $what", ({ input, ms }) => {
    expect(rtcpIntervalMs(input)).toBeCloseTo(ms, 6);
  });
});
