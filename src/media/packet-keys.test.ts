import { describe, expect, it } from "vitest";
import { type SrtpSuite, srtpMasterBytes } from "../base/srtp-suites.ts";
import { ciphers } from "../hal/node/index.ts";
import { KeyRing } from "./packet-keys.ts";

const SUITE: SrtpSuite = "AES_CM_128_HMAC_SHA1_80";
const keys = (send: number, receive = 99) => ({
  suite: SUITE,
  send: new Uint8Array(srtpMasterBytes(SUITE)).fill(send),
  receive: new Uint8Array(srtpMasterBytes(SUITE)).fill(receive),
});
const DTLS = { role: "active", fingerprints: ["x"] } as const;

/** A packet with a number and a word of voice. */
function packet(sequence: number): Uint8Array {
  return Uint8Array.of(0x80, 0, sequence >> 8, sequence & 255, ...Array(8).fill(1), 1, 2, 3, 4);
}

function taken(ring: KeyRing, flow: Parameters<KeyRing["take"]>[0]) {
  const got = ring.take(flow);
  if (got === "no-ciphers") throw new Error(got);
  return got;
}

describe("KeyRing", () => {
  it("has none for what is in the clear, and needs ciphers for the rest", () => {
    const ring = new KeyRing(undefined);
    expect(ring.take({})).toEqual({ srtp: undefined, srtcp: undefined, isLocked: false });
    expect(ring.take({ srtp: keys(1) })).toBe("no-ciphers");
    expect(ring.take({ dtls: DTLS })).toBe("no-ciphers");
  });

  it("lets nothing through before DTLS has brought keys, either way", () => {
    const { srtp, srtcp, isLocked } = taken(new KeyRing(ciphers), { dtls: DTLS });
    expect(isLocked).toBe(true);
    for (const one of [srtp, srtcp]) {
      if (one === undefined) throw new Error("it would go in the clear");
      const all = [one.protectRtp, one.protectRtcp, one.openRtp, one.openRtcp];
      expect(all.map((act) => act(packet(1)))).toEqual(Array(4).fill(undefined));
    }
  });

  it.each([
    ["by SDES", { srtp: keys(1) }, true],
    ["by DTLS on one port", { srtp: keys(1), dtls: DTLS, rtcpMux: true }, true],
    ["by DTLS on two", { srtp: keys(1), srtcp: keys(3), dtls: DTLS }, false],
  ])("RTCP has the keys of RTP, %s: %s", (_, flow, same) => {
    const { srtp, srtcp, isLocked } = taken(new KeyRing(ciphers), flow);
    expect([srtp === srtcp, isLocked]).toEqual([same, false]);
  });

  it("opens RTCP's port with its own keys alone", () => {
    const { srtp, srtcp } = taken(new KeyRing(ciphers), { srtp: keys(1), dtls: DTLS });
    const report = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 1);
    expect(srtcp?.protectRtcp(report)).toBeUndefined();
    expect(srtp?.protectRtcp(report)).toBeDefined();
  });

  it("never uses a number twice under one key, whatever was agreed on in between", () => {
    for (const between of [{}, { dtls: DTLS }]) {
      const ring = new KeyRing(ciphers);
      const flow = { srtp: keys(1) };
      const seen = new Set<string>();
      let { srtp } = taken(ring, flow);
      // Past a rollover: the counter of those is nothing that a packet tells.
      for (const sequence of [65_534, 65_535, 0]) {
        seen.add(Buffer.from(srtp?.protectRtp(packet(sequence)) ?? []).toString("hex"));
      }
      taken(ring, between);
      ({ srtp } = taken(ring, flow));
      const again = taken(new KeyRing(ciphers), flow).srtp?.protectRtp(packet(1));
      const bytes = srtp?.protectRtp(packet(1));
      expect(bytes).toBeDefined();
      expect(bytes).not.toEqual(again);
      expect(seen.size).toBe(3);
    }
  });
});
