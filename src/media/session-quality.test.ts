import { describe, expect, it } from "vitest";
import type { MediaFlow } from "../base/media-messages.ts";
import { LossHistory } from "./rtp/loss-history.ts";
import { extendedBlocks, type PathFigures } from "./session-quality.ts";

const path = (settled: number): PathFigures => ({
  codec: "PCMU",
  ptimeMs: 20,
  losses: { ...new LossHistory().figures(), settled },
  roundTripMs: undefined,
  jitterBufferMs: 0,
});

describe("extendedBlocks()", () => {
  // Losses that stand last are malformed to Wireshark 4.0, where something else is wanted as well.
  it.each([
    { metrics: true, lossRle: true, settled: 0, kinds: [] },
    { metrics: true, lossRle: true, settled: 1, kinds: ["loss-rle", "voip-metrics"] },
    { metrics: false, lossRle: true, settled: 0, kinds: ["loss-rle"] },
    { metrics: true, lossRle: false, settled: 0, kinds: [] },
  ])("tells $kinds with $settled settled, metrics $metrics, losses $lossRle", (row) => {
    let taken = 0;
    const receiver = {
      ssrc: 7,
      takeReceipts: () => {
        taken++;
        return { begin: 10, came: [true, false, true] };
      },
    };
    const rtcpXr: NonNullable<MediaFlow["rtcpXr"]> = { metrics: row.metrics, lossRle: row.lossRle };
    const blocks = extendedBlocks({ rtcpXr }, receiver, path(row.settled));
    expect(blocks.map(({ kind }) => kind)).toEqual(row.kinds);
    // What is not told is kept for the next report.
    expect(taken).toBe(blocks.some(({ kind }) => kind === "loss-rle") ? 1 : 0);
  });
});
