import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EchoBridge } from "./endpoints.ts";
import { addressA, createSession, FRAME, flowTo } from "./media-session.fixture.ts";
import { SharedFrames } from "./shared-frames.ts";

/** A call with an echo, a frame of 10 ms each time it is asked; returns what is sent. */
function createCall(call: {
  readonly name: string;
  /** Of what comes, and of what is sent. */
  readonly theirPtimeMs: number;
  readonly ptimeMs: number;
  readonly seed: number;
  readonly lossShare: number;
  readonly suppresses: boolean;
}): () => readonly string[] {
  const session = createSession(call.name, 3);
  const codec = { name: call.name, payloadType: 0, clockRateHz: 8000, ptimeMs: call.ptimeMs };
  const noise = call.suppresses ? { comfortNoisePayloadType: 13, suppressSilence: true } : {};
  const { telephoneEventPayloadType: _, ...flow } = flowTo(addressA, { codec, ...noise });
  session.setFlow(flow, 0);
  const bridge = new EchoBridge(session, FRAME);
  let state = call.seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let nowMs = 0;
  let sequence = 0;
  return () => {
    nowMs += 10;
    if (nowMs % call.theirPtimeMs === 0) {
      const samples = call.theirPtimeMs * 8;
      const bytes = Uint8Array.from({ length: 12 + samples }, () => random() * 256);
      const timestamp = sequence * samples;
      bytes.set([0x80, 0, sequence >> 8, sequence, 0, timestamp >> 16, timestamp >> 8, timestamp]);
      bytes.set([0, 0, 0, 5], 8);
      sequence++;
      if (random() >= call.lossShare) session.handle({ kind: "rtp", bytes, from: addressA }, nowMs);
    }
    // Without events a digit is mixed into what is sent.
    if (random() < 0.02) session.sendDigit("5", 60);
    return bridge
      .process(nowMs)
      .map((out) => (out.kind === "send" ? Buffer.from(out.bytes).toString("hex") : out.kind));
  };
}

describe("SharedFrames", () => {
  it("of() gives one frame a length", () => {
    const frames = new SharedFrames();
    expect(frames.of(80)).toHaveLength(80);
    expect(frames.of(160)).toHaveLength(160);
    expect(frames.of(80)).toBe(frames.of(80));
    expect(new SharedFrames().of(80)).not.toBe(frames.of(80));
  });

  it("leave each session with its own sound, however many take turns", () => {
    const ptimeMs = fc.constantFrom(10, 20, 30, 40);
    const call = fc.record({
      name: fc.constantFrom("PCMU", "PCMA", "G722"),
      theirPtimeMs: ptimeMs,
      ptimeMs,
      seed: fc.integer({ min: 1, max: 1 << 30 }),
      lossShare: fc.constantFrom(0, 0, 0.1, 0.5),
      suppresses: fc.boolean(),
    });
    const calls = fc.array(call, { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(calls, (all) => {
        const frames = Array.from({ length: 40 });
        const alone = all.map((one) => {
          const next = createCall(one);
          return frames.map(() => next());
        });
        const turns = all.map(createCall);
        const together = frames.map(() => turns.map((next) => next()));
        for (const [at, wanted] of alone.entries()) {
          expect(together.map((frame) => frame[at])).toEqual(wanted);
          expect(wanted.flat().length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 8 },
    );
  });
});
