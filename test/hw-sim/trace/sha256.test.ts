import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sha256 } from "./sha256.ts";

describe("Sha256", () => {
  it("hex() agrees with the host's at every length around a block", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 0xff);
      const expected = createHash("sha256").update(bytes).digest("hex");
      expect(new Sha256().update(bytes).hex()).toBe(expected);
    }
  });

  it("gives the same in any pieces, and may be asked in between", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (pieces) => {
        const ours = new Sha256();
        const theirs = createHash("sha256");
        for (const piece of pieces) {
          ours.update(piece);
          theirs.update(piece);
          expect(ours.hex()).toBe(theirs.copy().digest("hex"));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("updateAscii() hashes a text's bytes", () => {
    const expected = createHash("sha256").update("line 1\n").digest("hex");
    expect(new Sha256().updateAscii("line 1\n").hex()).toBe(expected);
  });
});
