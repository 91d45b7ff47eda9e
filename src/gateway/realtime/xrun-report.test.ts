import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import { XrunReport, type XrunSum, xrunText } from "./xrun-report.ts";

const over = { what: "sound card 1", side: "recording", lostSamples: 800 } as const;
const dry = { what: "sound card 1", side: "playing", lostSamples: 0 } as const;

function rig() {
  const world = new World({ seed: 1 });
  const { clock } = world;
  const told: (Omit<XrunSum, "what"> & { readonly atMs: number })[] = [];
  const report = new XrunReport(clock, ({ what: _, ...sum }) =>
    told.push({ ...sum, atMs: clock.nowMs() }),
  );
  return { world, told, report };
}

describe("XrunReport", () => {
  it("tells those of one moment in the next, and no more", () => {
    const { world, told, report } = rig();
    report.note(over);
    world.runFor(30);
    report.note(dry);
    world.runFor(60_000);
    expect(told).toEqual([{ recording: 1, playing: 1, lostMs: 100, withinMs: 0, atMs: 200 }]);
  });

  it("sums what follows within 10 s, and is silent again after 10 s without any", () => {
    const { world, told, report } = rig();
    for (let n = 0; n < 25; n++) {
      report.note(n % 5 === 4 ? dry : over);
      world.runFor(500);
    }
    world.runFor(60_000);
    expect(told).toEqual([
      { recording: 1, playing: 0, lostMs: 100, withinMs: 0, atMs: 200 },
      { recording: 16, playing: 4, lostMs: 1600, withinMs: 10_000, atMs: 10_200 },
      { recording: 3, playing: 1, lostMs: 300, withinMs: 10_000, atMs: 20_200 },
    ]);
    report.note(dry);
    world.runFor(200);
    expect(told.at(-1)).toMatchObject({ playing: 1, withinMs: 0 });
  });

  it("tells the rest when it is closed", () => {
    const { world, told, report } = rig();
    for (let n = 0; n < 3; n++) {
      report.note(over);
      world.runFor(200);
    }
    report.close();
    report.close();
    world.runFor(60_000);
    expect(told.map(({ recording }) => recording)).toEqual([1, 2]);
  });
});

describe("xrunText()", () => {
  it.each<[Partial<XrunSum>, RegExp]>([
    [
      { recording: 1, lostMs: 99.6 },
      /^card 1 ran over; 100 ms of what the telephone said are lost\./,
    ],
    [{ playing: 1 }, /^card 1 ran dry\. /],
    [
      { recording: 2, playing: 3, lostMs: 200, withinMs: 10_000 },
      /^card 1 ran over 2 times and ran dry 3 times within 10 s; 200 ms/,
    ],
  ])("%j", (sum, text) => {
    const none = { what: "card 1", recording: 0, playing: 0, lostMs: 0, withinMs: 0 };
    expect(xrunText({ ...none, ...sum })).toMatch(text);
  });
});
