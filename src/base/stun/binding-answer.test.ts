import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindingAnswer } from "./binding-answer.ts";

const FROM = { host: "192.0.2.1", port: 32_853 };
const COOKIE = [0x21, 0x12, 0xa4, 0x42];
const ID = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

const message = (type: number, body: readonly number[] = []): Uint8Array =>
  Uint8Array.from([type >> 8, type & 0xff, 0, body.length, ...COOKIE, ...ID, ...body]);

describe("bindingAnswer()", () => {
  it("tells where the request came from, as RFC 5769 §2.2 writes that address", () => {
    const answer = bindingAnswer(message(0x0001), FROM);
    const xored = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
    expect([...(answer ?? [])]).toEqual([0x01, 0x01, 0, 12, ...COOKIE, ...ID, ...xored]);
  });

  it("tells an IPv6 address, as RFC 5769 §2.3 writes it", () => {
    const from = { host: "2001:db8:1234:5678:11:2233:4455:6677", port: 32_853 };
    const xored = [
      ...[0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79],
      ...[0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9],
    ];
    const answer = bindingAnswer(message(0x0001), from);
    expect([...(answer ?? [])].slice(24)).toEqual([0, 2, 0xa1, 0x47, ...xored]);
  });

  it.each([
    ["a name and a fingerprint that nobody asked for", [0, 6, 0, 1, 97, 0, 0, 0], 0x0101],
    ["an optional attribute that is not known", [0x80, 0x77, 0, 0], 0x0101],
    ["an attribute that one has to know", [0, 3, 0, 4, 0, 0, 0, 6], 0x0111],
  ])("answers a request with %s", (_what, body, type) => {
    const answer = bindingAnswer(message(0x0001, body), FROM) ?? new Uint8Array(0);
    expect(((answer[0] ?? 0) << 8) | (answer[1] ?? 0)).toBe(type);
  });

  it("says which attribute it does not know", () => {
    const request = message(0x0001, [0, 3, 0, 0, 0x7f, 0x01, 0, 0, 0, 3, 0, 0]);
    const answer = [...(bindingAnswer(request, FROM) ?? [])];
    // ERROR-CODE 420 with its reason, then UNKNOWN-ATTRIBUTES with each type once.
    expect(answer.slice(20, 28)).toEqual([0, 9, 0, 21, 0, 0, 4, 20]);
    expect(answer.slice(-8)).toEqual([0, 10, 0, 4, 0, 3, 0x7f, 1]);
  });

  it.each([
    ["an answer", message(0x0101)],
    ["an indication", message(0x0011)],
    ["another method", message(0x0003)],
    ["half a request", message(0x0001).subarray(0, 12)],
    ["SIP", new TextEncoder().encode("OPTIONS sip:a SIP/2.0\r\n\r\n")],
  ])("leaves %s alone", (_what, bytes) => {
    expect(bindingAnswer(bytes, FROM)).toBe(undefined);
  });

  it("is no larger than thrice what was asked, whatever that was", () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(noise, fc.boolean(), (bytes, isBody) => {
        const body = [...bytes.subarray(0, bytes.length & ~3)];
        const asked = isBody ? message(0x0001, body) : bytes;
        const answer = bindingAnswer(asked, FROM);
        if (answer !== undefined) expect(answer.length).toBeLessThanOrEqual(3 * asked.length);
      }),
    );
  });
});
