import { describe, expect, it } from "vitest";
import { addressA, createSession, FRAME, flowTo, keep } from "./media-session.fixture.ts";

const attacker = { host: "203.0.113.66", port: 4000 };

/** A packet of a constant sound. */
function packet(sequence: number, ssrc: number): Uint8Array {
  const bytes = new Uint8Array(12 + 160).fill(ssrc, 12);
  const timestamp = sequence * 160;
  bytes.set([0x80, 0, sequence >> 8, sequence, 0, timestamp >> 16, timestamp >> 8, timestamp]);
  bytes.set([0, 0, 0, ssrc], 8);
  return bytes;
}

describe("MediaSession and sources that nobody named", () => {
  it.each([
    { what: "one at a time", atOnce: 1 },
    { what: "hundreds at once", atOnce: 400 },
  ])("gives the far end what it says and hears, whoever sends first, $what", ({ atOnce }) => {
    const session = createSession("s", 3);
    session.setFlow(flowTo(addressA), 0);
    const frame = new Int16Array(FRAME);
    const to: string[] = [];
    let forged = 0;
    for (let nowMs = 10; nowMs <= 6000; nowMs += 10) {
      if (nowMs % 20 === 0) {
        for (let n = 0; n < atOnce && forged < 2000; n++) {
          session.handle({ kind: "rtp", bytes: packet(forged++, 66), from: attacker }, nowMs);
        }
        // The far end speaks from the third second on.
        if (nowMs > 3000) {
          const bytes = packet(nowMs / 20, 7);
          session.handle({ kind: "rtp", bytes, from: addressA }, nowMs);
        }
      }
      for (const out of keep(session.push(frame, nowMs))) {
        if (out.kind === "send" && out.channel === "rtp") to.push(out.to.host);
      }
      session.pull(frame, nowMs);
    }
    expect(to).toHaveLength(300);
    expect(new Set(to.slice(155))).toEqual(new Set([addressA.host]));
    expect(session.stats().packetsReceived).toBeGreaterThan(140);
    // What is heard is what the far end says.
    const said = session.handle({ kind: "rtp", bytes: packet(301, 7), from: addressA }, 6005);
    expect(said).toEqual([]);
    session.pull(frame, 6010);
    expect(new Set(frame).size).toBe(1);
    expect(frame[0]).not.toBe(0);
  });

  it.each([
    { what: "further on", first: 5000 },
    { what: "further back", first: 20 },
    { what: "where the other is", first: 100 },
  ])("hears another stream of the far end at once, whose numbers are $what", ({ first }) => {
    const session = createSession("s", 3);
    session.setFlow(flowTo(addressA), 0);
    const frame = new Int16Array(FRAME);
    const heard: number[] = [];
    for (let nowMs = 10; nowMs <= 3000; nowMs += 10) {
      const n = Math.floor(nowMs / 20);
      const isSecond = nowMs > 2000;
      if (nowMs % 20 === 0) {
        const bytes = isSecond ? packet(first + n - 100, 20) : packet(n, 7);
        session.handle({ kind: "rtp", bytes, from: addressA }, nowMs);
      }
      session.pull(frame, nowMs);
      heard.push(frame[0] ?? 0);
    }
    const [one, other] = [heard[195], heard.at(-1)];
    expect(other).not.toBe(one);
    expect(other).not.toBe(0);
    // Its first packet may be a stray one, and is not played; from 60 ms on it is there.
    expect(new Set(heard.slice(206))).toEqual(new Set([other]));
    expect(session.stats().packetsLate).toBe(0);
  });
});
