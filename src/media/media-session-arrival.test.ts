import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MediaStats } from "../base/media-messages.ts";
import { addressA, addressB, createSession, FRAME, flowTo, keep } from "./media-session.fixture.ts";
import { parseRtcp } from "./rtp/parse-rtcp.ts";

const FRAME_MS = 10;
const PTIME_MS = 20;
/** The least between reports. */
const REPORT_MS = 6000;

/** A packet of a voice that says its own number. */
function voice(n: number): Uint8Array {
  const bytes = new Uint8Array(12 + PTIME_MS * 8).fill(0x80 + (n % 64), 12);
  new DataView(bytes.buffer).setUint16(2, n);
  new DataView(bytes.buffer).setUint32(4, n * PTIME_MS * 8);
  bytes.set([0x80, 0], 0);
  bytes[11] = 9;
  return bytes;
}

/**
 * A session to which packets come at these times, later ones last: taken as they come, or with the
 * frame after, then told when they came or not. What it plays, and its report's block.
 */
function listen(arrivalsMs: readonly number[], taken: "at once" | "with frames" | "untold") {
  const session = createSession("b", 2);
  session.setFlow(flowTo(addressA), 0);
  const heard: number[] = [];
  const frame = new Int16Array(FRAME);
  const come = arrivalsMs.map((atMs, n) => ({ atMs, bytes: voice(n) }));
  come.sort((one, other) => one.atMs - other.atMs);
  for (let nowMs = FRAME_MS; come.length > 0 || nowMs <= REPORT_MS; nowMs += FRAME_MS) {
    while ((come[0]?.atMs ?? nowMs) < nowMs) {
      const { atMs, bytes } = come.shift() ?? { atMs: 0, bytes: voice(0) };
      const cameMs = taken === "with frames" ? atMs : undefined;
      const input = { kind: "rtp", bytes, from: addressA, cameMs } as const;
      session.handle(input, taken === "at once" ? atMs : nowMs);
    }
    session.pull(frame, nowMs);
    heard.push(...frame);
  }
  const said = keep(session.handle({ kind: "timeout" }, REPORT_MS));
  const report = said.find((out) => out.kind === "send" && out.channel === "rtcp");
  const packets = report?.kind === "send" ? parseRtcp(report.bytes) : undefined;
  const [first] = packets?.ok === true ? packets.value : [];
  const block = first?.kind === "receiver-report" ? first.reports[0] : undefined;
  return { heard, block, stats: session.stats() };
}

describe("MediaSession, told when packets came", () => {
  it("plays and reports the same, taken with frames or as they come", () => {
    const lateMs = fc.double({ min: 0, max: 70, noNaN: true });
    fc.assert(
      fc.property(fc.array(lateMs, { minLength: 5, maxLength: 120 }), (late) => {
        const arrivalsMs = late.map((ms, n) => n * PTIME_MS + ms);
        expect(listen(arrivalsMs, "with frames")).toEqual(listen(arrivalsMs, "at once"));
      }),
      { numRuns: 40 },
    );
  });

  // Evenly, so many ms after a frame: one more frame is waited for where the next is near.
  it.each([
    [0.5, 0, 10],
    [5, 0, 10],
    [7.9, 0, 10],
    [8.1, 10, 10],
    [9.9, 10, 10],
  ])(
    "of packets that come %d ms after a frame waits %d ms more, untold %d",
    (phaseMs, told, untold) => {
      const arrivalsMs = Array.from({ length: 100 }, (_, n) => n * PTIME_MS + phaseMs);
      const waited = ({ heard }: ReturnType<typeof listen>): number =>
        heard.findIndex((sample) => sample !== 0) / 8;
      expect([
        waited(listen(arrivalsMs, "with frames")),
        waited(listen(arrivalsMs, "untold")),
      ]).toEqual([told, untold]);
    },
  );

  // The first of all came before there was a frame to be near to.
  it.each([
    ["right before the first frame", -0.1, 10],
    ["a while before it", -5, 0],
    ["in its very moment", 0, 10],
  ])(
    "of a first packet that came %s (%d ms) every one is played, %d ms later",
    (_, atMs, moreMs) => {
      const session = createSession("b", 2);
      session.setFlow(flowTo(addressA), 0);
      const frame = new Int16Array(FRAME);
      const heard: number[] = [];
      for (let nowMs = 20; nowMs < 2000; nowMs += FRAME_MS) {
        if (nowMs % PTIME_MS === 0) {
          const bytes = voice(nowMs / PTIME_MS);
          session.handle({ kind: "rtp", bytes, from: addressA, cameMs: nowMs + atMs }, nowMs);
        }
        session.pull(frame, nowMs);
        heard.push(...frame);
      }
      expect(heard.findIndex((sample) => sample !== 0)).toBe(moreMs * 8);
      expect(heard.slice(moreMs * 8)).not.toContain(0);
      expect(session.stats().framesConcealed).toBe(0);
    },
  );

  it("measures the network's jitter and not that of frames", () => {
    // Every second one is later by 4 ms, 32 units, which the estimate comes near from below.
    const arrivalsMs = Array.from({ length: 200 }, (_, n) => n * PTIME_MS + (n % 2 === 0 ? 1 : 5));
    const jitter = (taken: Parameters<typeof listen>[1]) => listen(arrivalsMs, taken).block?.jitter;
    expect([jitter("with frames"), jitter("untold")]).toEqual([31, 0]);
  });

  it("counts the round trip to the moment when the answer came", () => {
    const a = createSession("a", 1);
    const b = createSession("b", 2);
    a.setFlow(flowTo(addressB), 0);
    b.setFlow(flowTo(addressA), 0);
    const rtcp = (of: typeof a, nowMs: number) => {
      for (let n = 0; n < 2; n++) of.push(new Int16Array(FRAME), nowMs);
      const [report] = keep(of.handle({ kind: "timeout" }, nowMs)).filter(
        (out) => out.kind === "send" && out.channel === "rtcp",
      );
      return report?.kind === "send" ? report.bytes : new Uint8Array(0);
    };
    b.handle({ kind: "rtp", bytes: keepRtp(a), from: addressA }, 0);
    const asked = rtcp(a, 6000);
    // 30 ms there, taken 9 ms later; answered after 100 ms, 30 ms back, taken 8 ms later.
    b.handle({ kind: "rtp", bytes: asked, from: addressA, cameMs: 6030 }, 6039);
    const answer = rtcp(b, 6130);
    a.handle({ kind: "rtp", bytes: answer, from: addressB, cameMs: 6160 }, 6168);
    const { roundTripMs }: MediaStats = a.stats();
    expect(roundTripMs).toBeCloseTo(60, 0);
  });
});

/** A packet of voice of that session's. */
function keepRtp(session: ReturnType<typeof createSession>): Uint8Array {
  for (;;) {
    for (const out of keep(session.push(new Int16Array(FRAME), 0))) {
      if (out.kind === "send" && out.channel === "rtp") return out.bytes;
    }
  }
}
