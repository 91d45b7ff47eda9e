import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SourceLatch, STRANGER_PACKETS } from "./source-latch.ts";

const signalled = { host: "192.0.2.1", port: 4000 };
const moved = { host: "198.51.100.9", port: 61000 };
const stranger = { host: "203.0.113.5", port: 4000 };
const mark = (sequence: number, ssrc = 7) => ({ ssrc, sequence: sequence & 0xffff });

/** So many packets in a row; returns which of them were taken. */
function send(latch: SourceLatch, from: typeof moved, count: number, first = 0, ssrc = 7) {
  return Array.from({ length: count }, (_, n) => latch.accept(from, mark(first + n, ssrc)));
}

describe("SourceLatch", () => {
  it("sends where signalling said until something comes", () => {
    const latch = new SourceLatch(signalled);
    expect(latch.destination).toEqual(signalled);
    expect(latch.accept(signalled, mark(1))).toBe(true);
    expect(latch.isMoved).toBe(false);
  });

  it("takes a source behind a NAT with its third packet in a row, and ignores others then", () => {
    const latch = new SourceLatch(signalled);
    expect(send(latch, moved, 4, 65_534)).toEqual([false, false, true, true]);
    expect(latch.destination).toEqual(moved);
    expect(latch.isMoved).toBe(true);
    expect(send(latch, stranger, 10)).not.toContain(true);
    expect(latch.destination).toEqual(moved);
  });

  it.each([
    { what: "numbers that do not follow", packets: [mark(1), mark(3), mark(5), mark(7)] },
    { what: "one number again and again", packets: [mark(1), mark(1), mark(1), mark(1)] },
    { what: "a source that changes", packets: [mark(1, 1), mark(2, 2), mark(3, 3), mark(4, 4)] },
  ])("does not take a stranger with $what", ({ packets }) => {
    const latch = new SourceLatch(signalled);
    for (const packet of packets) expect(latch.accept(stranger, packet)).toBe(false);
    expect(latch.destination).toEqual(signalled);
  });

  it.each([
    { packets: 49, needs: 1 },
    { packets: 50, needs: STRANGER_PACKETS },
    { packets: 5000, needs: STRANGER_PACKETS },
  ])("gives a stranger's place after $packets packets to $needs of the signalled source", (row) => {
    const latch = new SourceLatch(signalled);
    send(latch, moved, row.packets + STRANGER_PACKETS - 1);
    expect(send(latch, signalled, row.needs, 70).indexOf(true)).toBe(row.needs - 1);
    expect(latch.destination).toEqual(signalled);
    expect(send(latch, moved, 10, row.packets + 2)).not.toContain(true);
  });

  it("does not give it to packets of the signalled address that do not follow one another", () => {
    const latch = new SourceLatch(signalled);
    send(latch, moved, 60);
    for (const sequence of [1, 3, 5, 5, 7, 6]) {
      expect(latch.accept(signalled, mark(sequence))).toBe(false);
    }
    expect(latch.destination).toEqual(moved);
  });

  it("gives nobody the place of a source that was nominated", () => {
    const latch = new SourceLatch(signalled);
    latch.nominate(moved);
    expect(send(latch, signalled, 10, 0, 66)).not.toContain(true);
    expect(send(latch, stranger, 10, 0, 67)).not.toContain(true);
    expect(latch.destination).toEqual(moved);
  });

  it("keeps nothing for an attacker who was there before the far end said a word", () => {
    const latch = new SourceLatch(signalled);
    send(latch, stranger, 500, 0, 66);
    expect(latch.destination).toEqual(stranger);
    send(latch, signalled, 60, 9000);
    expect(latch.destination).toEqual(signalled);
    latch.release();
    expect(send(latch, stranger, 500, 500, 66)).not.toContain(true);
    expect(latch.accept(signalled, mark(9060))).toBe(true);
  });

  it.each([
    { packets: STRANGER_PACKETS, back: true },
    { packets: 55, back: false },
  ])("is back at a source behind a NAT after a silence: $back, for $packets false ones", (row) => {
    const latch = new SourceLatch(signalled);
    send(latch, moved, 100);
    send(latch, signalled, row.packets, 0, 66);
    expect(latch.destination).toEqual(signalled);
    latch.release();
    expect(send(latch, moved, 5, 400).includes(true)).toBe(row.back);
    expect(send(latch, stranger, 5, 400, 99)).not.toContain(true);
  });

  it("signal() of another address listens anew, of the same changes nothing", () => {
    const latch = new SourceLatch(signalled);
    send(latch, moved, 3);
    latch.signal({ ...signalled });
    expect(latch.destination).toEqual(moved);
    latch.signal(stranger);
    expect(latch.destination).toEqual(stranger);
    expect(send(latch, moved, 3, 50, 99)).toContain(true);
  });

  it.each([
    { who: "the same stream from elsewhere", from: stranger, ssrc: 7, taken: true },
    { who: "another stream of the same host", from: { ...moved, port: 9 }, ssrc: 8, taken: true },
    { who: "another stream from elsewhere", from: stranger, ssrc: 8, taken: false },
  ])("release() listens to $who: $taken", ({ from, ssrc, taken }) => {
    const latch = new SourceLatch(signalled);
    send(latch, moved, 5);
    latch.release();
    expect(send(latch, from, 20, 500, ssrc).includes(true)).toBe(taken);
    expect(latch.accept(signalled, mark(9, 1))).toBe(true);
  });

  it("takes what is authentic from anywhere, at once", () => {
    const latch = new SourceLatch(signalled);
    expect(latch.accept(signalled, mark(1), true)).toBe(true);
    expect(latch.accept(stranger, mark(9, 3), true)).toBe(true);
    expect(latch.destination).toEqual(stranger);
  });

  it("never follows a stranger once the signalled source was heard, whatever it sends", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 3 }))), (packets) => {
        const latch = new SourceLatch(signalled);
        latch.accept(signalled, mark(1000));
        for (const [sequence, ssrc] of packets) {
          expect(latch.accept(stranger, mark(sequence, ssrc))).toBe(false);
        }
        expect(latch.destination).toEqual(signalled);
      }),
    );
  });
});
