import { describe, expect, it } from "vitest";
import { figure, isWithin } from "./figure.ts";

describe("figure()", () => {
  it("has the ratio of ours to the peer's", () => {
    expect(figure("a", 30, "ms", { name: "other", value: 60 })).toEqual({
      name: "a",
      ours: 30,
      unit: "ms",
      peer: 60,
      peerName: "other",
      ratio: 0.5,
    });
  });

  it("has null for peer, peerName and ratio where there is no peer", () => {
    const { peer, peerName, ratio } = figure("a", 1, "ms");
    expect([peer, peerName, ratio]).toEqual([null, null, null]);
  });

  it("has no ratio to a peer of 0", () => {
    expect(figure("a", 1, "%", { name: "other", value: 0 }).ratio).toBeNull();
  });

  it("keeps four digits", () => {
    expect(figure("a", 12.345678, "ms").ours).toBe(12.35);
  });
});

describe("isWithin()", () => {
  it.each([
    { value: 50, limit: { atMost: 50 }, expected: true },
    { value: 50.1, limit: { atMost: 50 }, expected: false },
    { value: 200, limit: { atLeast: 200 }, expected: true },
    { value: 199.9, limit: { atLeast: 200 }, expected: false },
  ])("$value within $limit is $expected", ({ value, limit, expected }) => {
    expect(isWithin(value, limit)).toBe(expected);
  });
});
