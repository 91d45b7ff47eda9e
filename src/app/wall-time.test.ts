import { describe, expect, it } from "vitest";
import { localWallTime } from "./wall-time.ts";

describe("localWallTime()", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000Z"],
    [1_773_500_966_007, "2026-03-14T15:09:26.007Z"],
  ])("tells %i by universal time, and as the same moment in this zone", (wallMs, utc) => {
    const told = localWallTime(wallMs);
    expect(told.utc).toBe(utc);
    expect(told.iso).toMatch(/[+-]\d\d:\d\d$/);
    expect(Date.parse(told.iso)).toBe(wallMs);
  });
});
