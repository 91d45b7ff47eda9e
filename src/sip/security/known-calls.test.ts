import { describe, expect, it } from "vitest";
import { GATHERED_FOR_MS, KnownCalls } from "./known-calls.ts";

describe("KnownCalls", () => {
  it("knows what there is, what is new, and no longer than a second what is gone", () => {
    const there = new Set(["a"]);
    let gathered = 0;
    const known = new KnownCalls(() => {
      gathered++;
      return there;
    });
    known.add("x");
    expect(gathered).toBe(0);
    expect(known.has("a", 0)).toBe(true);
    expect(known.has("x", 0)).toBe(false);
    known.add("b");
    there.add("b");
    there.delete("a");
    expect(known.has("b", GATHERED_FOR_MS - 1)).toBe(true);
    expect(known.has("a", GATHERED_FOR_MS - 1)).toBe(true);
    expect(gathered).toBe(1);
    expect(known.has("b", GATHERED_FOR_MS)).toBe(true);
    expect(known.has("a", GATHERED_FOR_MS)).toBe(false);
    expect(gathered).toBe(2);
  });

  it("does not grow with what comes after the flood", () => {
    let gathered = 0;
    const known = new KnownCalls(() => {
      gathered++;
      return [];
    });
    known.has("a", 0);
    for (let n = 0; n < 20_000; n++) known.add(`c${n}`);
    expect(known.has("c19999", 0)).toBe(false);
    expect(gathered).toBe(2);
  });

  it.each([
    [GATHERED_FOR_MS - 1, true],
    [GATHERED_FOR_MS, false],
  ])("keeps what it has where the next comes %i ms after the flood: %s", (nowMs, isKept) => {
    const known = new KnownCalls(() => []);
    known.has("a", 0);
    known.add("b", nowMs);
    expect(known.has("b", 0)).toBe(isKept);
  });
});
