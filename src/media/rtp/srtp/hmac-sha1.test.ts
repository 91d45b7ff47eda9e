import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1, hexFromBytes } from "../../../base/bytes.ts";
import { HmacSha1 } from "./hmac-sha1.ts";

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): string => {
  const hash = new HmacSha1(key);
  hash.begin();
  for (const part of parts) hash.update(part);
  return hexFromBytes(hash.finish());
};

describe("HmacSha1", () => {
  // @see RFC 2202 §3, cases 1 to 3
  it.each([
    {
      key: new Uint8Array(20).fill(0x0b),
      text: "Hi There",
      tag: "b617318655057264e28bc0b6fb378c8ef146be00",
    },
    {
      key: bytesFromLatin1("Jefe"),
      text: "what do ya want for nothing?",
      tag: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    },
    {
      key: new Uint8Array(20).fill(0xaa),
      text: "\xdd".repeat(50),
      tag: "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
    },
  ])("finish() gives $tag", ({ key, text, tag }) => {
    expect(hmac(key, bytesFromLatin1(text))).toBe(tag);
  });

  it("finish() is what OpenSSL says, however the message is cut", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 4 }),
        (key, parts) => {
          const theirs = createHmac("sha1", key);
          for (const part of parts) theirs.update(part);
          expect(hmac(key, ...parts)).toBe(theirs.digest("hex"));
        },
      ),
      { numRuns: 300 },
    );
  });
});
