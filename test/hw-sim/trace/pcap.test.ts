import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import { bytesFromIpAddress } from "./ip-address.ts";
import { pcapFileHead, pcapRecord } from "./pcap.ts";

function recordBytes(from: string, to: string, payload: Uint8Array, wallMs = 0): Uint8Array {
  const record = pcapRecord({
    wallMs,
    from: { host: from, port: 5060 },
    to: { host: to, port: 40000 },
    payload,
  });
  return record.ok ? record.value : new Uint8Array(0);
}

/** The ones' complement sum that must come out as all ones over correct bytes. */
function foldedSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return sum;
}

describe("pcapFileHead()", () => {
  it("has the magic number, version 2.4 and raw IP", () => {
    expect(hexFromBytes(pcapFileHead())).toBe(
      "a1b2c3d400020004000000000000000000010027" + "00000065",
    );
  });
});

describe("pcapRecord()", () => {
  it("writes time, lengths, IPv4 and UDP heads and the payload", () => {
    const bytes = recordBytes(
      "127.0.0.1",
      "192.0.2.1",
      Uint8Array.of(1, 2, 3),
      1_767_225_600_123.456,
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([0, 4, 8, 12].map((at) => view.getUint32(at))).toEqual([1_767_225_600, 123_456, 31, 31]);
    expect(hexFromBytes(bytes.subarray(16, 26))).toBe("4500001f000040004011");
    expect(foldedSum(bytes.subarray(16, 36))).toBe(0xffff);
    expect(hexFromBytes(bytes.subarray(28, 36))).toBe("7f000001c0000201");
    expect(hexFromBytes(bytes.subarray(36, 42))).toBe("13c49c40000b");
    expect(hexFromBytes(bytes.subarray(44))).toBe("010203");
  });

  it("writes a right UDP sum for any payload, IPv4 and IPv6", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.boolean(), (payload, isIpv6) => {
        const bytes = isIpv6
          ? recordBytes("2001:db8::1", "::ffff:192.0.2.1", payload)
          : recordBytes("10.0.0.1", "10.0.0.2", payload);
        const headBytes = isIpv6 ? 40 : 20;
        const addresses = bytes.subarray(16 + (isIpv6 ? 8 : 12), 16 + headBytes);
        const udp = bytes.subarray(16 + headBytes);
        expect(udp.length).toBe(payload.length + 8);
        const pseudo = Uint8Array.of(...addresses, 0, 17, 0, udp.length);
        expect(foldedSum(Uint8Array.of(...pseudo, ...udp))).toBe(0xffff);
        expect([udp[6], udp[7]]).not.toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["127.0.0.1", "::1", 1],
    ["pbx", "127.0.0.1", 1],
    ["127.0.0.1", "127.0.0.1", 65508],
    ["::1", "::1", 65528],
  ])("refuses from %s to %s with %d bytes", (from, to, length) => {
    expect(recordBytes(from, to, new Uint8Array(length))).toHaveLength(0);
  });

  it.each([
    ["127.0.0.1", 65507, 65535],
    ["::1", 65527, 65575],
  ])("takes the longest datagram of %s", (host, length, packetBytes) => {
    expect(recordBytes(host, host, new Uint8Array(length))).toHaveLength(16 + packetBytes);
  });
});

describe("bytesFromIpAddress()", () => {
  it.each([
    ["0.0.0.0", "00000000"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["2001:DB8::8:800:200c:417a", "20010db80000000000080800200c417a"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1::", "00010000000000000000000000000000"],
    ["::ffff:192.0.2.128", "00000000000000000000ffffc0000280"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
  ])("reads %s", (text, hex) => {
    expect(hexFromBytes(bytesFromIpAddress(text) ?? new Uint8Array(0))).toBe(hex);
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "1.2.3.-4",
    "a.b.c.d",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "::g",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4",
  ])("refuses %j", (text) => {
    expect(bytesFromIpAddress(text)).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.]{0,45}$/), (text) => {
        const bytes = bytesFromIpAddress(text);
        expect([undefined, 4, 16]).toContain(bytes?.length);
      }),
      { numRuns: 300 },
    );
  });
});
