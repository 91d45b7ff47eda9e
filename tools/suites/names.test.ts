import { describe, expect, it } from "vitest";
import { vitestFilters } from "./names.ts";

describe("vitestFilters()", () => {
  it.each([
    { words: [], told: [] },
    { words: ["sip", "-t", "hold"], told: ["sip", "-t", "hold"] },
    { words: ["[media.g711]"], told: ["-t", "\\[media\\.g711\\]"] },
    { words: ["media", "[media.g711-plc]"], told: ["media", "-t", "\\[media\\.g711-plc\\]"] },
    {
      words: ["[media.srtp]", "[media.fax]"],
      told: ["-t", "\\[media\\.srtp\\]|\\[media\\.fax\\]"],
    },
    { words: ["[A]", "a[b]"], told: ["[A]", "a[b]"] },
  ])("$words are $told", ({ words, told }) => {
    expect(vitestFilters(words)).toEqual(told);
  });

  it("takes one suite, and none whose name only begins as its does", () => {
    const [, pattern = ""] = vitestFilters(["[media.g711]"]);
    expect("[media.g711] encode()").toMatch(new RegExp(pattern));
    expect("recorded speech [media.g711] loss").toMatch(new RegExp(pattern));
    expect("[media.g711-plc] loss").not.toMatch(new RegExp(pattern));
    expect("[mediaXg711] loss").not.toMatch(new RegExp(pattern));
  });
});
