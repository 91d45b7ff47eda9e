import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  SRTP_SUITES,
  type SrtpKeys,
  type SrtpSuite,
  srtpMasterBytes,
} from "../../../base/srtp-suites.ts";
import { ciphers } from "../../../hal/node/index.ts";
import { writeRtpHeader } from "../rtp-packet.ts";
import { REPLAY_WINDOW } from "./replay-window.ts";
import { SRTP_SOURCES_LIMIT, SrtpSession } from "./srtp-session.ts";

// The keys of SRTP_SUITES are the names.
const SUITES = Object.keys(SRTP_SUITES) as SrtpSuite[];

const master = (suite: SrtpSuite, seed: number): Uint8Array =>
  Uint8Array.from({ length: srtpMasterBytes(suite) }, (_, at) => (at * 7 + seed * 31) & 0xff);

/** Two ends of one session. */
function pair(suite: SrtpSuite, theirSeed = 2) {
  const ours: SrtpKeys = { suite, send: master(suite, 1), receive: master(suite, 2) };
  const theirs: SrtpKeys = { suite, send: master(suite, theirSeed), receive: master(suite, 1) };
  return { a: new SrtpSession(ours, ciphers), b: new SrtpSession(theirs, ciphers) };
}

function rtp(sequence: number, payload: readonly number[] = [1, 2, 3], ssrc = 77): Uint8Array {
  const packet = new Uint8Array(12 + payload.length);
  const timestamp = sequence * 160;
  writeRtpHeader(packet, { marker: false, payloadType: 0, sequence, timestamp, ssrc });
  packet.set(payload, 12);
  return packet;
}

const rtcp = (ssrc: number, words = 6): Uint8Array =>
  Uint8Array.from([0x80, 200, 0, words, 0, 0, 0, ssrc, ...Array(4 * (words - 1)).fill(9)]);

describe("SrtpSession", () => {
  it.each([
    { suite: "AES_CM_128_HMAC_SHA1_80", rtpMore: 10, rtcpMore: 14 },
    { suite: "AES_CM_128_HMAC_SHA1_32", rtpMore: 4, rtcpMore: 14 },
    { suite: "AES_256_CM_HMAC_SHA1_80", rtpMore: 10, rtcpMore: 14 },
    { suite: "AES_256_CM_HMAC_SHA1_32", rtpMore: 4, rtcpMore: 14 },
    { suite: "AEAD_AES_128_GCM", rtpMore: 16, rtcpMore: 20 },
    { suite: "AEAD_AES_256_GCM", rtpMore: 16, rtcpMore: 20 },
  ] as const)("$suite adds $rtpMore bytes to RTP, $rtcpMore to RTCP", (row) => {
    const { a } = pair(row.suite);
    expect(a.protectRtp(rtp(1)).length).toBe(15 + row.rtpMore);
    expect(a.protectRtcp(rtcp(1))?.length).toBe(28 + row.rtcpMore);
  });

  it.each(SUITES)("%s: what is protected opens at the far end, and only there", (suite) => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 0, maxLength: 400 }), { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 0xffff }),
        (payloads, first) => {
          const { a, b } = pair(suite);
          const stranger = pair(suite, 3).a;
          for (const [at, payload] of payloads.entries()) {
            const packet = rtp((first + at) & 0xffff, [...payload]);
            const wire = a.protectRtp(packet).slice();
            if (payload.length > 8)
              expect([...wire.subarray(12, 20)]).not.toEqual(payload.slice(0, 8));
            expect(stranger.openRtp(wire)).toBeUndefined();
            expect(b.openRtp(wire)).toEqual(packet);
            expect(b.openRtp(wire)).toBeUndefined();
            const report = rtcp(5, 2 + at);
            const sealed = a.protectRtcp(report)?.slice() ?? new Uint8Array(0);
            expect(stranger.openRtcp(sealed)).toBeUndefined();
            expect(b.openRtcp(sealed)).toEqual(report);
            expect(b.openRtcp(sealed)).toBeUndefined();
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each(SUITES)("%s: one changed bit anywhere is not opened", (suite) => {
    const { a, b } = pair(suite);
    const wire = a.protectRtp(rtp(500, Array(20).fill(0x55))).slice();
    const sealed = a.protectRtcp(rtcp(9))?.slice() ?? new Uint8Array(0);
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const bad = wire.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(b.openRtp(bad)).toBeUndefined();
    }
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bad = sealed.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(b.openRtcp(bad)).toBeUndefined();
    }
    expect(b.openRtp(wire)).toBeDefined();
    expect(b.openRtcp(sealed)).toBeDefined();
  });

  it("openRtp() follows the sequence numbers over their end, in disorder and after loss", () => {
    const { a, b } = pair("AES_CM_128_HMAC_SHA1_80");
    // Over three ends; between stretches less is lost than half of all numbers.
    const stretches = [65_000, 80_000, 110_000, 130_000, 150_000, 180_000, 196_000];
    const numbers = stretches.flatMap((from) =>
      Array.from({ length: 2000 }, (_, n) => (from + n) & 0xffff),
    );
    let missed = 0;
    let waiting: Uint8Array | undefined;
    for (const [at, sequence] of numbers.entries()) {
      const wire = a.protectRtp(rtp(sequence, [at & 0xff])).slice();
      if (at % 7 === 3) continue;
      if (at % 5 === 1 && waiting === undefined) {
        waiting = wire;
        continue;
      }
      if (b.openRtp(wire)?.[12] !== (at & 0xff)) missed++;
      if (waiting !== undefined && b.openRtp(waiting) === undefined) missed++;
      waiting = undefined;
    }
    expect(missed).toBe(0);
  });

  it.each([
    { first: 65_530, lost: 0 },
    { first: 65_530, lost: 6 },
    { first: 65_530, lost: 3000 },
    { first: 40_000, lost: 26_000 },
    { first: 0, lost: 20 },
  ])("openRtp() hears a source from $first on, its first $lost packets lost", ({ first, lost }) => {
    const { a, b } = pair("AES_CM_128_HMAC_SHA1_80");
    const wires: Uint8Array[] = [];
    for (let n = 0; n < lost + 5; n++) {
      const wire = a.protectRtp(rtp((first + n) & 0xffff, [n & 0xff])).slice();
      if (n < lost) continue;
      expect(b.openRtp(wire)?.[12]).toBe(n & 0xff);
      wires.push(wire);
    }
    for (const wire of wires) expect(b.openRtp(wire)).toBeUndefined();
  });

  it.each([
    { back: REPLAY_WINDOW - 1, taken: true },
    { back: REPLAY_WINDOW, taken: false },
  ])("openRtp() takes a packet $back behind the newest: $taken", ({ back, taken }) => {
    const { a, b } = pair("AES_CM_128_HMAC_SHA1_80");
    b.openRtp(a.protectRtp(rtp(1000)).slice());
    const old = a.protectRtp(rtp(1001)).slice();
    b.openRtp(a.protectRtp(rtp(1001 + back)));
    expect(b.openRtp(old) !== undefined).toBe(taken);
  });

  it("a flood of strangers' sources leaves no trace, and genuine ones have a limit", () => {
    const { a, b } = pair("AES_CM_128_HMAC_SHA1_32");
    const first = a.protectRtp(rtp(5, [1], 1)).slice();
    expect(b.openRtp(first)).toBeDefined();
    for (let n = 0; n < 100; n++)
      expect(b.openRtp(rtp(n, Array(20).fill(n), n + 2))).toBeUndefined();
    expect(b.openRtp(first)).toBeUndefined();
    for (let n = 2; n < SRTP_SOURCES_LIMIT + 2; n++) {
      expect(b.openRtp(a.protectRtp(rtp(6, [1], n)))).toBeDefined();
    }
  });

  it.each(SUITES)("%s: openRtp() and openRtcp() take any bytes", (suite) => {
    const { b } = pair(suite);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(b.openRtp(bytes)).toBeUndefined();
        expect(b.openRtcp(bytes)).toBeUndefined();
      }),
    );
  });
});
