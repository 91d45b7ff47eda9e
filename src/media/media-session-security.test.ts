import { describe, expect, it } from "vitest";
import { SRTP_SUITE_NAMES, type SrtpSuite, srtpMasterBytes } from "../base/srtp-suites.ts";
import { ciphers } from "../hal/node/index.ts";
import { type MediaOutput, MediaSession } from "./media-session.ts";
import { parseRtcp } from "./rtp/parse-rtcp.ts";
import { parseRtp } from "./rtp/rtp-packet.ts";

const FRAME = 80;
const ADDRESS = { host: "192.0.2.1", port: 4000 };
const RTCP_ADDRESS = { host: "192.0.2.1", port: 4001 };
const key = (suite: SrtpSuite, fill: number) => new Uint8Array(srtpMasterBytes(suite)).fill(fill);

const session = (ssrc: number, withCiphers = true) =>
  new MediaSession({
    session: `s${ssrc}`,
    frameSamples: FRAME,
    ssrc,
    firstSequence: 100,
    firstTimestamp: 0,
    cname: "c",
    wallAtZeroMs: 0,
    random: () => 0.5,
    ...(withCiphers ? { ciphers } : {}),
  });

const flow = (suite?: SrtpSuite, send = 1, receive = 2, rtcpMux = false) => ({
  remote: ADDRESS,
  remoteRtcp: rtcpMux ? ADDRESS : RTCP_ADDRESS,
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 10 },
  send: true,
  receive: true,
  ...(suite === undefined
    ? {}
    : { srtp: { suite, send: key(suite, send), receive: key(suite, receive) } }),
  ...(rtcpMux ? { rtcpMux } : {}),
});

const sent = (outputs: readonly MediaOutput[]) =>
  outputs.flatMap((out) => (out.kind === "send" ? [{ ...out, bytes: out.bytes.slice() }] : []));
const loud = new Int16Array(FRAME).fill(8000);

/** Frames from one to the other; returns the loudest that is heard at the end. */
function carry(from: MediaSession, to: MediaSession, startMs = 0, frames = 20): number {
  const heard = new Int16Array(FRAME);
  for (let n = 1; n <= frames; n++) {
    const nowMs = startMs + n * 10;
    for (const { channel, bytes } of sent(from.push(loud, nowMs))) {
      to.handle({ kind: channel, bytes, from: ADDRESS }, nowMs);
    }
    to.pull(heard, nowMs);
  }
  return Math.max(...heard);
}

describe("MediaSession with keys", () => {
  it.each(SRTP_SUITE_NAMES)("%s: voice and reports go encrypted, and are heard", (suite) => {
    const [a, b] = [session(1), session(2)];
    a.setFlow(flow(suite), 0);
    b.setFlow(flow(suite, 2, 1), 0);
    const [packet] = sent(a.push(loud, 0));
    expect(parseRtp(packet?.bytes ?? new Uint8Array(0))).toMatchObject({ ok: true });
    expect(packet?.bytes.subarray(12, 92).every((byte) => byte === packet.bytes[12])).toBe(false);
    expect(carry(a, b)).toBeGreaterThan(7000);
    const [report] = sent(a.handle({ kind: "timeout" }, 60_000));
    expect(report?.channel).toBe("rtcp");
    expect(parseRtcp(report?.bytes ?? new Uint8Array(0)).ok).toBe(false);
    b.handle({ kind: "rtcp", bytes: report?.bytes ?? new Uint8Array(0), from: ADDRESS }, 60_000);
    const [answer] = sent(b.handle({ kind: "timeout" }, 60_100));
    a.handle({ kind: "rtcp", bytes: answer?.bytes ?? new Uint8Array(0), from: ADDRESS }, 60_150);
    expect(a.stats().roundTripMs).toBeCloseTo(50, 0);
  });

  it("is deaf to what is plain, or of another key", () => {
    const [plain, stranger, b] = [session(1), session(3), session(2)];
    plain.setFlow(flow(), 0);
    stranger.setFlow(flow("AES_CM_128_HMAC_SHA1_80", 9, 9), 0);
    b.setFlow(flow("AES_CM_128_HMAC_SHA1_80", 2, 1), 0);
    expect(carry(plain, b)).toBe(0);
    expect(carry(stranger, b, 300)).toBe(0);
    expect(b.stats().packetsReceived).toBe(0);
  });

  it("goes on under a new key of the far end, its own key untouched", () => {
    const suite = "AES_CM_128_HMAC_SHA1_80";
    const [a, b] = [session(1), session(2)];
    a.setFlow(flow(suite), 0);
    b.setFlow(flow(suite, 2, 1), 0);
    carry(a, b);
    carry(b, a);
    // The far end (a) offers anew with a fresh key.
    a.setFlow(flow(suite, 5, 2), 300);
    expect(carry(a, b, 300)).toBe(0);
    b.setFlow(flow(suite, 2, 5), 600);
    expect(carry(a, b, 600, 60)).toBeGreaterThan(7000);
    expect(carry(b, a, 1300, 60)).toBeGreaterThan(7000);
  });

  it("refuses a flow with keys where it has no ciphers, and sends nothing", () => {
    const a = session(1, false);
    expect(a.setFlow(flow("AEAD_AES_128_GCM"), 0)).toEqual({ ok: false, error: "no-ciphers" });
    expect(a.push(loud, 0)).toEqual([]);
  });

  it("sends RTCP the way of RTP where that is agreed", () => {
    const a = session(1);
    a.setFlow(flow("AES_CM_128_HMAC_SHA1_80", 1, 2, true), 0);
    a.push(loud, 0);
    const [report] = sent(a.handle({ kind: "timeout" }, 60_000));
    expect(report).toMatchObject({ channel: "rtp", to: ADDRESS });
  });

  it("says and hears nothing before DTLS has brought keys, not even in the clear", () => {
    const [a, b, plain] = [session(1), session(2), session(3)];
    const dtls = { role: "active", fingerprints: ["x"] } as const;
    const locked = { ...flow(), dtls };
    a.setFlow(locked, 0);
    b.setFlow({ ...locked, dtls: { ...dtls, role: "passive" } }, 0);
    plain.setFlow(flow(), 0);
    a.sendDigit("5", 100);
    expect(carry(a, b)).toBe(0);
    expect(sent(a.push(loud, 300))).toEqual([]);
    expect(sent(a.handle({ kind: "timeout" }, 60_000))).toEqual([]);
    expect(carry(plain, b, 60_100)).toBe(0);
    expect(b.paths?.rtpLatch.isLatched).toBe(false);
    const { srtp: ours } = flow("AEAD_AES_128_GCM");
    const { srtp: theirs } = flow("AEAD_AES_128_GCM", 2, 1);
    if (ours === undefined || theirs === undefined) throw new Error("there are keys");
    a.setKeys({ srtp: ours }, 61_000);
    b.setKeys({ srtp: theirs }, 61_000);
    expect(carry(a, b, 61_000)).toBeGreaterThan(7000);
    // RTCP has a port of its own, and no keys yet.
    expect(sent(a.handle({ kind: "timeout" }, 120_000))).toEqual([]);
    a.setKeys({ srtcp: ours }, 121_000);
    expect(sent(a.handle({ kind: "timeout" }, 180_000))).toMatchObject([{ channel: "rtcp" }]);
    expect(carry(a, b, 181_000, 60)).toBeGreaterThan(7000);
  });

  it("is not told keys for nothing, nor after its end", () => {
    const a = session(1);
    const { srtp } = flow("AEAD_AES_128_GCM");
    if (srtp === undefined) throw new Error("there are keys");
    a.setKeys({ srtp }, 0);
    expect(sent(a.push(loud, 0))).toEqual([]);
    a.setFlow(flow("AEAD_AES_128_GCM"), 0);
    a.close(1);
    a.setKeys({ srtp }, 2);
    expect(sent(a.push(loud, 3))).toEqual([]);
  });
});
