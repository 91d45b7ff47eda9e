import { describe, expect, it } from "vitest";
import { announced } from "./reflection.ts";

describe("announced()", () => {
  const own = { host: "192.168.1.20", port: 16_384 };
  const outside = (port: number) => ({ host: "203.0.113.7", port });

  it.each([
    ["nothing was seen", {}, { local: own }],
    ["RTCP alone was seen", { rtcp: outside(40_001) }, { local: own }],
    ["voice alone was seen", { rtp: outside(40_000) }, { local: outside(40_000) }],
    [
      "both are neighbours",
      { rtp: outside(40_000), rtcp: outside(40_001) },
      { local: outside(40_000) },
    ],
    [
      "they are none",
      { rtp: outside(40_000), rtcp: outside(50_001) },
      { local: outside(40_000), localRtcp: outside(50_001) },
    ],
  ])("where %s", (_what, seen, told) => {
    expect(announced(own, seen)).toEqual(told);
  });
});
