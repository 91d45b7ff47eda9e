import { describe, expect, it } from "vitest";
import type { PortFault } from "../../base/port-fault.ts";
import type { PcmXrun } from "../ports/pcm-stream.ts";
import { CardStreams } from "./card-streams.ts";
import { FakeSoundCard } from "./testing/fake-sound-card.ts";
import { HandClock } from "./testing/hand-clock.ts";

/** Two lines on a card, of which the left one is started. */
function rig() {
  const clock = new HandClock();
  const card = new FakeSoundCard(clock, { channels: 2 });
  const streams = new CardStreams(card, clock, () => {});
  const open = (side: "left" | "right") => {
    const [xruns, faults]: [PcmXrun[], PortFault[]] = [[], []];
    const line = { xruns, faults, frames: 0 };
    const stream = streams.open(side, {
      onFrame: () => line.frames++,
      onFault: (fault) => faults.push(fault),
      onXrun: (xrun) => xruns.push(xrun),
    });
    return Object.assign(line, { stream });
  };
  const left = open("left");
  const right = open("right");
  left.stream.start();
  clock.runFor(100);
  return { clock, card, left, right };
}

const told = ({ xruns }: { readonly xruns: readonly PcmXrun[] }, side: PcmXrun["side"]): number =>
  xruns.filter((xrun) => xrun.side === side).length;

describe("CardStreams at xruns", () => {
  it("tells the lines that are started, by side, with what was lost", () => {
    const { clock, card, left, right } = rig();
    clock.runFor(5);
    card.xruns.recording = 1;
    clock.runFor(100);
    const { what } = card;
    expect(left.xruns).toEqual([{ what, side: "recording", lostSamples: 80 }]);
    card.xruns.playing = 1;
    clock.runFor(100);
    expect(left.xruns.slice(1)).toEqual([{ what, side: "playing", lostSamples: 0 }]);
    expect([right.xruns, left.faults]).toEqual([[], []]);
  });

  it.each(["recording", "playing"] as const)("starts %s again ten times in a row", (side) => {
    const { clock, card, left } = rig();
    card.xruns[side] = 10;
    clock.runFor(1000);
    expect([told(left, side), left.faults]).toEqual([10, []]);
    const before = left.frames;
    clock.runFor(100);
    expect(left.frames - before).toBe(10);
  });

  it.each(["recording", "playing"] as const)(
    "is out of order at the eleventh of %s, and says what to do",
    (side) => {
      const { clock, card, left, right } = rig();
      card.xruns[side] = 11;
      clock.runFor(1000);
      expect(told(left, side)).toBe(10);
      for (const { faults } of [left, right]) {
        expect(faults).toMatchObject([{ kind: "io", what: card.what }]);
        expect(faults[0]?.advice).toContain("cannot keep up");
      }
      expect(card.journal.at(-1)).toBe("close");
    },
  );

  it.each([
    [90, true],
    [150, false],
  ])("with frames between them, one each %d ms: out of order is %s", (everyMs, isOver) => {
    const { clock, card, left } = rig();
    for (let n = 0; n < 80; n++) {
      card.xruns.recording = 1;
      clock.runFor(everyMs);
    }
    expect(left.faults.length > 0).toBe(isOver);
  });
});
