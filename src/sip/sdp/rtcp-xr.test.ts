import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALL_REPORTS, extendedReportLines, extendedReportsOf } from "./rtcp-xr.ts";

describe("extendedReportsOf()", () => {
  it.each([
    { values: ["voip-metrics"], reports: { metrics: true, lossRle: false } },
    { values: ["pkt-loss-rle"], reports: { metrics: false, lossRle: true } },
    {
      values: ["pkt-loss-rle=200 voip-metrics"],
      reports: { ...ALL_REPORTS, lossRleMaxBytes: 200 },
    },
    {
      values: ["rcvr-rtt=all:10000", "stat-summary=loss,dup voip-metrics"],
      reports: { metrics: true, lossRle: false },
    },
    { values: ["pkt-loss-rle=x"], reports: undefined },
    { values: ["xvoip-metrics", "post-repair-loss-rle"], reports: undefined },
    { values: [""], reports: undefined },
    { values: [], reports: undefined },
  ])("$values asks for $reports", ({ values, reports }) => {
    expect(extendedReportsOf(values)).toEqual(reports);
  });

  it("reads what extendedReportLines() writes", () => {
    for (const reports of [ALL_REPORTS, { metrics: false, lossRle: true }]) {
      const [line = ""] = extendedReportLines(reports);
      expect(extendedReportsOf([line.replace("rtcp-xr:", "")])).toEqual(reports);
    }
    expect(extendedReportLines(undefined)).toEqual([]);
  });

  it("takes any text", () => {
    fc.assert(fc.property(fc.array(fc.string()), (values) => void extendedReportsOf(values)));
  });
});
