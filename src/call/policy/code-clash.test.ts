import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areAlike } from "./code-clash.ts";

describe("areAlike()", () => {
  it.each([
    ["*72", "*72", true],
    ["*72", "*73", false],
    ["*7", "*72", false],
    ["*7N", "*72", true],
    ["*7N", "*7", false],
    ["*72N", "*7N", true],
    ["*51*K*N#", "*51*KK*N#", false],
    ["*51*KN#", "*51*KKN#", true],
    ["*33*P#", "*33*1234#", true],
    ["*33*P#", "*33*12*4#", false],
    ["*33*P#", "*33*#", false],
    ["*74KN", "*74K", false],
    ["*74KN", "*74KK", true],
    ["#74K", "#75K", false],
    ["N*1", "*1N", true],
  ])("%s and %s: %s", (one, other, alike) => {
    expect(areAlike(one, other)).toBe(alike);
    expect(areAlike(other, one)).toBe(alike);
  });

  it("finds whatever two codes have in common", () => {
    const key = fc.constantFrom(..."012*#");
    const place = fc.oneof(
      key.map((it) => ({ letter: it, keyed: it })),
      fc.constantFrom("0", "1", "2").map((keyed) => ({ letter: "K", keyed })),
      fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => ({
        letter: "N",
        keyed: keys.join(""),
      })),
    );
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (places) => {
        const code = places.map(({ letter }) => letter).join("");
        const keyed = places.map((each) => each.keyed).join("");
        expect(areAlike(code, keyed)).toBe(true);
      }),
    );
  });
});
