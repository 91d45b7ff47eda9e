import { describe, expect, it } from "vitest";
import { SourceLatch } from "./source-latch.ts";

const signalled = { host: "192.0.2.1", port: 4000 };
const moved = { host: "198.51.100.9", port: 61000 };
const stranger = { host: "203.0.113.5", port: 4000 };

describe("SourceLatch", () => {
  it("sends where signalling said until something comes", () => {
    const latch = new SourceLatch(signalled);
    expect(latch.destination).toEqual(signalled);
    expect(latch.accept(signalled)).toBe(true);
    expect(latch.isMoved).toBe(false);
  });

  it("takes the first source, sends there and ignores strangers", () => {
    const latch = new SourceLatch(signalled);
    expect(latch.accept(moved)).toBe(true);
    expect(latch.destination).toEqual(moved);
    expect(latch.isMoved).toBe(true);
    expect(latch.accept(stranger)).toBe(false);
    expect(latch.destination).toEqual(moved);
  });

  it.each([
    { packets: 49, taken: true },
    { packets: 50, taken: false },
  ])("lets the signalled source take over after $packets packets: $taken", ({ packets, taken }) => {
    const latch = new SourceLatch(signalled);
    for (let n = 0; n < packets; n++) latch.accept(moved);
    expect(latch.accept(signalled)).toBe(taken);
    expect(latch.destination).toEqual(taken ? signalled : moved);
    if (taken) expect(latch.accept(moved)).toBe(false);
  });

  it("signal() of another address listens anew, of the same changes nothing", () => {
    const latch = new SourceLatch(signalled);
    latch.accept(moved);
    latch.signal({ ...signalled });
    expect(latch.destination).toEqual(moved);
    latch.signal(stranger);
    expect(latch.destination).toEqual(stranger);
    expect(latch.accept(stranger)).toBe(true);
  });

  it("release() listens to whoever comes next", () => {
    const latch = new SourceLatch(signalled);
    latch.accept(moved);
    latch.release();
    expect(latch.accept(stranger)).toBe(true);
  });
});
