import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromIp, ipFromBytes, plainIp } from "./ip-bytes.ts";

describe("bytesFromIp() and ipFromBytes()", () => {
  it("agree with the system on what is an address, and with each other", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const bytes = bytesFromIp(text);
        const printed = bytes === undefined ? "" : (ipFromBytes(bytes) ?? "");
        expect(isIP(printed)).toBe(isIP(text));
        expect(bytesFromIp(printed)).toEqual(bytes);
      }),
    );
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "a::b::c",
    "1:2:3:4:5:6:7",
    ":::",
    "::g",
    "::1.2",
  ])("%j is no address", (text) => {
    expect(bytesFromIp(text)).toBe(undefined);
  });

  it.each([
    ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["0:0:1:0:0:0:0:0", "0:0:1::"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ])("%s is written %s", (text, short) => {
    expect(ipFromBytes(bytesFromIp(text) ?? new Uint8Array(0))).toBe(short);
  });
});

describe("plainIp()", () => {
  it.each([
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["FE80::00A", "fe80::a"],
    ["2001:db8::1", "2001:db8::1"],
    ["::FFFF:192.0.2.1", "::FFFF:192.0.2.1"],
    ["fe80::1%ETH0", "fe80::1%ETH0"],
    ["192.0.2.1", "192.0.2.1"],
    ["Example.NET", "Example.NET"],
    ["a:b", "a:b"],
    ["", ""],
  ])("%s is written %s", (text, plain) => {
    expect(plainIp(text)).toBe(plain);
  });

  it("writes each address as the URL parser of the runtime does", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        fc.pre(!text.includes("."));
        expect(`[${plainIp(text)}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
    );
  });
});
