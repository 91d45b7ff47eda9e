import { describe, expect, it } from "vitest";
import { bestStatus } from "./final-status.ts";

describe("bestStatus()", () => {
  it.each([
    [[], 480],
    [[486], 486],
    [[302], 480],
    [[401], 480],
    [[407], 480],
    [[503], 500],
    [[408, 486], 486],
    [[480, 486], 486],
    [[486, 480], 486],
    [[404, 480], 480],
    [[408, 404], 404],
    [[486, 484], 484],
    [[500, 404], 404],
    [[600, 486], 600],
    [[486, 603], 603],
    [[606, 488], 606],
    [[503, 302], 480],
  ])("of %j is %i", (statuses, best) => {
    expect(bestStatus(statuses)).toBe(best);
  });
});
