import fc from "fast-check";
import { packets as oracle } from "rtp.js";
import { describe, expect, it } from "vitest";
import {
  looksLikeRtcp,
  parseRtp,
  RTP_HEADER_BYTES,
  RTP_PACKET_LIMIT_BYTES,
  RtpReader,
  writeRtpHeader,
} from "./rtp-packet.ts";

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const header = fc.record({
  marker: fc.boolean(),
  payloadType: fc.integer({ min: 0, max: 127 }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffffffff }),
  ssrc: fc.integer({ min: 0, max: 0xffffffff }),
});

/** Version 2, sequence 0x1234, then whatever the row adds. */
const packet = (first: number, ...rest: number[]) =>
  Uint8Array.from([first, 0x08, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 2, ...rest]);

describe("parseRtp()", () => {
  it.each([
    { what: "nothing", bytes: new Uint8Array(0), error: "too-short" },
    { what: "eleven bytes", bytes: packet(0x80).subarray(0, 11), error: "too-short" },
    { what: "version 1", bytes: packet(0x40), error: "version" },
    { what: "version 3", bytes: packet(0xc0), error: "version" },
    { what: "half a CSRC", bytes: packet(0x81, 1, 2), error: "csrc" },
    { what: "half an extension header", bytes: packet(0x90, 1, 2, 0), error: "extension" },
    { what: "a long extension", bytes: packet(0x90, 1, 2, 0, 1, 9, 9, 9), error: "extension" },
    { what: "padding of 0", bytes: packet(0xa0, 7, 0), error: "padding" },
    { what: "padding over the payload", bytes: packet(0xa0, 7, 3), error: "padding" },
    { what: "padding of no payload", bytes: packet(0xa0), error: "padding" },
    {
      what: "one byte too many",
      bytes: new Uint8Array(RTP_PACKET_LIMIT_BYTES + 1).fill(0x80),
      error: "too-long",
    },
  ])("refuses $what", ({ bytes, error }) => {
    expect(parseRtp(bytes)).toEqual({ ok: false, error });
  });

  it.each([
    { what: "no payload", bytes: packet(0x80), payload: [] },
    { what: "padding that is all", bytes: packet(0xa0, 0, 2), payload: [] },
    { what: "one CSRC", bytes: packet(0x81, 0, 0, 0, 5, 42), payload: [42] },
    { what: "an empty extension", bytes: packet(0x90, 0xbe, 0xde, 0, 0, 42), payload: [42] },
    {
      what: "CSRC, extension and padding",
      bytes: packet(0xb1, 0, 0, 0, 5, 0xbe, 0xde, 0, 1, 9, 9, 9, 9, 42, 43, 0, 2),
      payload: [42, 43],
    },
  ])("finds the payload behind $what", ({ bytes, payload }) => {
    const result = parseRtp(bytes);
    expect(result.ok && Array.from(result.value.payload)).toEqual(payload);
  });

  it("takes any bytes without throwing, and payload within them", () => {
    let taken = 0;
    const bytesOf = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ minLength: 12, maxLength: 80, size: "max" }),
    );
    fc.assert(
      fc.property(bytesOf, (bytes) => {
        if (bytes.length > 0) bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
        const result = parseRtp(bytes);
        if (!result.ok) return;
        taken++;
        expect(result.value.payload.length).toBeLessThanOrEqual(bytes.length - 12);
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it("reads what rtp.js writes, CSRCs and padding too", () => {
    fc.assert(
      fc.property(
        header,
        fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 15 }),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.boolean(),
        (fields, csrcs, payload, padded) => {
          const theirs = new oracle.RtpPacket();
          theirs.setPayloadType(fields.payloadType);
          theirs.setMarker(fields.marker);
          theirs.setSequenceNumber(fields.sequence);
          theirs.setTimestamp(fields.timestamp);
          theirs.setSsrc(fields.ssrc);
          theirs.setCsrcs(csrcs);
          theirs.setPayload(viewOf(payload));
          if (padded) theirs.padTo4Bytes();
          theirs.serialize();
          const view = theirs.getView();
          const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
          const parsed = parseRtp(bytes);
          expect(parsed).toMatchObject({ ok: true, value: { ...fields, csrcs } });
          expect(parsed.ok && Array.from(parsed.value.payload)).toEqual(Array.from(payload));
        },
      ),
    );
  });
});

describe("writeRtpHeader()", () => {
  it("writes what rtp.js and parseRtp() read", () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ minLength: 1, maxLength: 200 }), (fields, payload) => {
        const bytes = new Uint8Array(RTP_HEADER_BYTES + payload.length);
        writeRtpHeader(bytes, fields);
        bytes.set(payload, RTP_HEADER_BYTES);
        const theirs = new oracle.RtpPacket(viewOf(bytes));
        expect({
          marker: theirs.getMarker(),
          payloadType: theirs.getPayloadType(),
          sequence: theirs.getSequenceNumber(),
          timestamp: theirs.getTimestamp(),
          ssrc: theirs.getSsrc(),
        }).toEqual(fields);
        expect(parseRtp(bytes)).toMatchObject({ ok: true, value: fields });
      }),
    );
  });
});

describe("looksLikeRtcp()", () => {
  it.each([
    { second: 191, is: false },
    { second: 192, is: true },
    { second: 200, is: true },
    { second: 223, is: true },
    { second: 224, is: false },
    { second: 0, is: false },
    { second: 0x80, is: false },
  ])("says $is for a second byte of $second", ({ second, is }) => {
    expect(looksLikeRtcp(Uint8Array.of(0x80, second))).toBe(is);
  });
});

describe("RtpReader", () => {
  it("read() leaves nothing of the packet before, whatever came", () => {
    // With and without sources, an extension of some words, and padding.
    const likely = fc.record({
      ...{ sources: fc.nat(3), words: fc.option(fc.nat(3)), padded: fc.nat(3) },
      rest: fc.uint8Array({ minLength: 60, maxLength: 60 }),
    });
    const anything = fc.oneof(
      likely.map(({ sources, words, padded, rest: bytes }) => {
        bytes[0] = 0x80 | sources | (words === null ? 0 : 0x10) | (padded === 0 ? 0 : 0x20);
        if (words !== null) bytes.set([0, words], RTP_HEADER_BYTES + 4 * sources + 2);
        if (padded > 0) bytes[59] = padded;
        return bytes;
      }),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (datagrams) => {
        const reader = new RtpReader();
        for (const bytes of datagrams) {
          const error = reader.read(bytes);
          const parsed = parseRtp(bytes);
          expect(error).toBe(parsed.ok ? undefined : parsed.error);
          if (parsed.ok) expect({ ...reader }).toEqual(parsed.value);
        }
      }),
    );
  });
});
