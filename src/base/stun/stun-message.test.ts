import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1 } from "../bytes.ts";
import {
  isStun,
  mappedAddress,
  parseStun,
  printStun,
  STUN_ATTRIBUTE,
  STUN_BINDING,
  STUN_LIMITS,
  type StunMessage,
  stunAttribute,
  stunErrorCode,
  xorAddress,
} from "./stun-message.ts";
import { checkFingerprint, checkIntegrity, withFingerprint, withIntegrity } from "./stun-seal.ts";

const hmac = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac("sha1", key).update(bytes).digest());

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const ID = "b7e7a701 bc34d686 fa87dfae";

/** The sample messages of RFC 5769 §2.2 and §2.3: responses with IPv4 and IPv6 addresses. */
const SAMPLE_IPV4 = fromHex(`
  0101003c 2112a442 ${ID} 8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`);
const SAMPLE_IPV6 = fromHex(`
  01010048 2112a442 ${ID} 8022000b 74657374 20766563 746f7220
  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c`);
const PASSWORD = bytesFromLatin1("VOkJxbRl1RmTxUk/WvJxBt");

describe("parseStun()", () => {
  it.each([
    ["IPv4", SAMPLE_IPV4, { host: "192.0.2.1", port: 32853 }],
    ["IPv6", SAMPLE_IPV6, { host: "2001:db8:1234:5678:11:2233:4455:6677", port: 32853 }],
  ])("reads the sample response with an %s address", (_what, bytes, address) => {
    const parsed = parseStun(bytes);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value).toMatchObject({ kind: "success", method: STUN_BINDING });
    expect(mappedAddress(parsed.value)).toEqual(address);
    expect(stunAttribute(parsed.value, STUN_ATTRIBUTE.software)).toEqual(
      bytesFromLatin1("test vector"),
    );
    expect(checkFingerprint(bytes)).toBe(true);
    expect(checkIntegrity(bytes, PASSWORD, hmac)).toBe(true);
    expect(checkIntegrity(bytes, bytesFromLatin1("wrong"), hmac)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["less than a head", "0001000021"],
    ["SIP", "5349502f322e3020323030204f4b0d0a0d0a0d0a0d0a"],
    ["another cookie", `00010000 2112a443 ${ID}`],
    ["the first bits set", `80010000 2112a442 ${ID}`],
    ["a length that is no multiple of four", `00010002 2112a442 ${ID} 0000`],
    ["a length past the end", `00010004 2112a442 ${ID}`],
    ["bytes behind its length", `00010000 2112a442 ${ID} 00000000`],
    ["an attribute past the end", `00010004 2112a442 ${ID} 00060005`],
    ["half an attribute head", `00010008 2112a442 ${ID} 00060004 0000`],
  ])("refuses %s", (_what, hex) => {
    expect(parseStun(fromHex(hex)).ok).toBe(false);
  });

  it.each([
    [STUN_LIMITS.attributes, true],
    [STUN_LIMITS.attributes + 1, false],
  ])("%i attributes are taken: %s", (count, isTaken) => {
    const attributes = Array.from({ length: count }, () => ({ type: 6, value: new Uint8Array(1) }));
    const transaction = new Uint8Array(12);
    const message = { kind: "request", method: 1, transaction, attributes } as const;
    expect(parseStun(printStun(message)).ok).toBe(isTaken);
  });

  it("never throws, and reads back what printStun() wrote", () => {
    const bytes = (max: number) => fc.uint8Array({ minLength: 0, maxLength: max });
    const message: fc.Arbitrary<StunMessage> = fc.record({
      kind: fc.constantFrom("request", "indication", "success", "error"),
      method: fc.nat(0xff),
      transaction: fc.uint8Array({ minLength: 12, maxLength: 12 }),
      attributes: fc.array(fc.record({ type: fc.nat(0xffff), value: bytes(20) }), {
        maxLength: 20,
      }),
    });
    fc.assert(
      fc.property(message, (one) => {
        const printed = printStun(one);
        expect(isStun(printed)).toBe(true);
        expect(parseStun(printed)).toEqual({ ok: true, value: one });
      }),
    );
    fc.assert(
      fc.property(bytes(80), fc.boolean(), (noise, hasHead) => {
        const input = hasHead ? fromHex(`0101003c 2112a442 ${ID}`) : new Uint8Array(0);
        const all = new Uint8Array([...input, ...noise]);
        const parsed = parseStun(all);
        if (parsed.ok) mappedAddress(parsed.value);
        checkFingerprint(all);
        checkIntegrity(all, PASSWORD, hmac);
      }),
    );
  });
});

describe("xorAddress() and mappedAddress()", () => {
  const transaction = fromHex(ID);
  const response = (type: number, value: Uint8Array): StunMessage => ({
    ...{ kind: "success", method: STUN_BINDING, transaction },
    attributes: [{ type, value }],
  });

  it.each([["192.0.2.1"], ["0.0.0.0"], ["2001:db8::1"], ["::"], ["::1"], ["fe80::1:0:0:2"]])(
    "carry %s there and back",
    (host) => {
      const value = xorAddress({ host, port: 5060 }, transaction) ?? new Uint8Array(0);
      const message = response(STUN_ATTRIBUTE.xorMappedAddress, value);
      expect(mappedAddress(message)).toEqual({ host, port: 5060 });
    },
  );

  it("read the plain address of an old server", () => {
    const value = fromHex("00011234 c0000207");
    const message = response(STUN_ATTRIBUTE.mappedAddress, value);
    expect(mappedAddress(message)).toEqual({ host: "192.0.2.7", port: 0x1234 });
  });

  it.each([["0003 1234 c0000207"], ["0001 1234 c00002"], ["0002 1234 c0000207"], [""]])(
    "have no address of %j",
    (hex) => {
      const message = response(STUN_ATTRIBUTE.xorMappedAddress, fromHex(hex));
      expect(mappedAddress(message)).toBe(undefined);
    },
  );

  it("write no address of a name", () => {
    expect(xorAddress({ host: "stun.example", port: 1 }, transaction)).toBe(undefined);
  });
});

describe("stunErrorCode()", () => {
  it.each([
    ["00000401", 401],
    ["00000600", 600],
    ["00000299", undefined],
    ["00000700", undefined],
    ["00000464", undefined],
    ["0000", undefined],
  ])("of %s is %s", (hex, code) => {
    const attributes = [{ type: STUN_ATTRIBUTE.errorCode, value: fromHex(hex) }];
    const message = { kind: "error", method: 1, transaction: fromHex(ID), attributes } as const;
    expect(stunErrorCode(message)).toBe(code);
  });
});

describe("withFingerprint() and withIntegrity()", () => {
  it("seal what checks again, and one changed bit does not", () => {
    const message = {
      kind: "request",
      method: 1,
      transaction: fromHex(ID),
      attributes: [],
    } as const;
    const sealed = withFingerprint(withIntegrity(printStun(message), PASSWORD, hmac));
    expect(parseStun(sealed).ok).toBe(true);
    expect([checkFingerprint(sealed), checkIntegrity(sealed, PASSWORD, hmac)]).toEqual([
      true,
      true,
    ]);
    for (let at = 8; at < sealed.length; at++) {
      const bent = sealed.map((byte, index) => (index === at ? byte ^ 1 : byte));
      const isWhole =
        checkFingerprint(bent) === true && checkIntegrity(bent, PASSWORD, hmac) === true;
      expect(isWhole).toBe(false);
    }
  });

  it("are not there in a message without them", () => {
    const message = {
      kind: "request",
      method: 1,
      transaction: fromHex(ID),
      attributes: [],
    } as const;
    const printed = printStun(message);
    expect(checkFingerprint(printed)).toBe(undefined);
    expect(checkIntegrity(printed, PASSWORD, hmac)).toBe(undefined);
  });
});
