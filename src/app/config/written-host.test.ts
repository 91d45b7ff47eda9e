import { describe, expect, it } from "vitest";
import { isAddress, isHostName, isNameOrIpv4 } from "./written-host.ts";

const LABEL_63 = "a".repeat(63);
const NAME_253 = `${`${LABEL_63}.`.repeat(3)}${"a".repeat(61)}`;

describe("isHostName()", () => {
  it.each([
    ["pbx"],
    ["pbx.example.net"],
    ["pbx.example.net."],
    ["3com.example"],
    ["1.2.3.a"],
    ["300.1.1.x1"],
    ["xn--bcher-kva.example"],
    ["my_pbx.local"],
    [LABEL_63],
    [NAME_253],
    [`${NAME_253}.`],
  ])("takes %j", (text) => expect(isHostName(text)).toBe(true));

  it.each([
    ["300.1.1.1"],
    ["10.0.0.1"],
    ["1.2.3"],
    ["7"],
    ["pbx.1"],
    ["300.1.1.1."],
    [""],
    ["."],
    ["a..b"],
    [".a"],
    ["-a.b"],
    ["a-.b"],
    ["a b"],
    ["b\u00fccher.example"],
    ["a:5060"],
    [`${LABEL_63}a`],
    [`${NAME_253}a`],
  ])("refuses %j", (text) => expect(isHostName(text)).toBe(false));
});

describe("isNameOrIpv4()", () => {
  it.each([
    ["pbx", true],
    ["255.255.255.255", true],
    ["256.1.1.1", false],
    ["300.1.1.1", false],
    ["1.2.3.4.5", false],
    ["010.1.1.1", false],
    ["::1", false],
  ])("of %j is %s", (text, expected) => expect(isNameOrIpv4(text)).toBe(expected));
});

describe("isAddress()", () => {
  it.each([
    ["192.168.1.20", true, false],
    ["255.255.255.255", true, false],
    ["300.1.1.1", false, false],
    ["192.168.1.256", false, false],
    ["192.168.1", false, false],
    ["192.168.01.1", false, false],
    ["2001:db8::20", true, true],
    ["::ffff:10.0.0.1", true, true],
    ["::ffff:300.0.0.1", false, false],
    ["2001:db8:::20", false, false],
    ["12345::1", false, false],
    ["fe80::1%eth0", false, false],
    ["[::1]", false, false],
    ["localhost", false, false],
    ["", false, false],
  ])("of %j is %s, of IPv6 %s", (text, any, six) => {
    expect([isAddress(text), isAddress(text, 6)]).toEqual([any, six]);
  });
});
