import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownText } from "./own-text.ts";

describe("ownText()", () => {
  it("gives the same text, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.nat(30), (text, at) => {
        expect(ownText(text)).toBe(text);
        expect(ownText(text.slice(at))).toBe(text.slice(at));
      }),
    );
  });
});
