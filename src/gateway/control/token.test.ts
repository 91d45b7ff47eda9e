import { describe, expect, it } from "vitest";
import { createTokenSource } from "./token.ts";

describe("createTokenSource()", () => {
  it("makes 16 letters and digits of 16 random bytes, five bits of each", () => {
    const create = createTokenSource({
      bytes: (count) => Uint8Array.from({ length: count }, (_, at) => at * 17),
    });
    expect(create()).toBe("0h2j4l6n8parctev");
  });
});
