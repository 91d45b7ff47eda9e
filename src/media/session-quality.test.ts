import { describe, expect, it } from "vitest";
import type { MediaFlow } from "../base/media-messages.ts";
import { LossHistory } from "./rtp/loss-history.ts";
import { extendedBlocks, type PathFigures, type PlayoutKind } from "./session-quality.ts";

const path = (settled: number): PathFigures => ({
  codec: "PCMU",
  ptimeMs: 20,
  losses: { ...new LossHistory().figures(), settled },
  roundTripMs: undefined,
  jitterBufferMs: 40,
  playout: { adapts: true, conceals: true, limitMs: 300 },
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

  // @see RFC 3611 §4.7.6, §4.7.7
  it.each([
    { adapts: true, conceals: true, limitMs: 300, config: 0b10_11_0000, told: 300 },
    { adapts: false, conceals: true, limitMs: 40, config: 0b10_10_0000, told: 40 },
    { adapts: false, conceals: false, limitMs: 120, config: 0b01_10_0000, told: 40 },
  ])("tells how playout is done, adapting $adapts, concealing $conceals", (row) => {
    const { config, told, ...playout }: PlayoutKind & { config: number; told: number } = row;
    const receiver = { ssrc: 7, takeReceipts: () => undefined };
    const figures = { ...path(10), playout };
    const [block] = extendedBlocks(
      { rtcpXr: { metrics: true, lossRle: false } },
      receiver,
      figures,
    );
    expect(block).toMatchObject({
      kind: "voip-metrics",
      metrics: {
        receiverConfig: config,
        jitterBufferMs: 40,
        jitterBufferMaximumMs: 40,
        jitterBufferLimitMs: told,
      },
    });
  });
});
