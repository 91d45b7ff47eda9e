import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64FromBytes, bytesFromBase64 } from "./base64.ts";
import { bytesFromLatin1 } from "./bytes.ts";

describe("base64FromBytes(), bytesFromBase64()", () => {
  // @see RFC 4648 §10
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("%j is %j, and back", (plain, coded) => {
    expect(base64FromBytes(bytesFromLatin1(plain))).toBe(coded);
    expect(bytesFromBase64(coded)).toEqual(bytesFromLatin1(plain));
    expect(bytesFromBase64(coded.replace(/=+$/, ""))).toEqual(bytesFromLatin1(plain));
  });

  it.each(["A", "AAAAA", "Zg=", "Zg===", "=", "Zm9v=", "Z g=", "Zm-v", "Zm9v\n", "Zm=9"])(
    "%j is none",
    (text) => expect(bytesFromBase64(text)).toBeUndefined(),
  );

  it("reads what it wrote, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(bytesFromBase64(base64FromBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  it("bytesFromBase64() takes any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const bytes = bytesFromBase64(text);
        expect(bytes === undefined || bytes.length <= text.length).toBe(true);
      }),
    );
  });
});
