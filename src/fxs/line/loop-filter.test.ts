import { describe, expect, it } from "vitest";
import { LOOP_FILTER, type LoopChange, LoopFilter } from "./loop-filter.ts";

/** Edges in ms; the level begins open and turns with each. */
function filtered(edgesMs: readonly number[], untilMs: number): readonly LoopChange[] {
  const filter = new LoopFilter(LOOP_FILTER, 0);
  const changes = edgesMs.flatMap((atMs, index) => filter.edge(index % 2 === 0, atMs));
  return [...changes, ...filter.advance(untilMs)];
}

const closedAt = (atMs: number): LoopChange => ({ kind: "loop", closed: true, atMs });
const openAt = (atMs: number): LoopChange => ({ kind: "loop", closed: false, atMs });

describe("LoopFilter", () => {
  const rows: readonly [string, readonly number[], number, readonly LoopChange[]][] = [
    ["tells a change once it has held", [100], 106, [closedAt(100)]],
    ["does not tell one that may still go back", [100], 105.9, []],
    ["drops a glitch under its time", [100, 105.9], 200, []],
    ["takes a level that held exactly its time", [100, 106], 200, [closedAt(100), openAt(106)]],
    ["dates a change before its bounce", [100, 102, 105], 200, [closedAt(100)]],
    [
      "dates both ends before the bounce",
      [100, 101, 104, 160, 163, 164],
      300,
      [closedAt(100), openAt(160)],
    ],
    ["dates a long chatter near its end", [0, 5, 10, 15, 20, 25, 30, 35, 40], 300, [closedAt(20)]],
    ["says nothing of a chatter that ends as it was", [0, 5, 10, 15], 300, []],
  ];
  for (const [name, edgesMs, untilMs, expected] of rows) {
    it(name, () => {
      expect(filtered(edgesMs, untilMs)).toEqual(expected);
    });
  }

  it("edge() takes an edge that repeats the level as nothing", () => {
    const filter = new LoopFilter(LOOP_FILTER, 0);
    filter.edge(true, 100);
    filter.edge(true, 104);
    expect(filter.advance(106)).toEqual([closedAt(100)]);
  });

  it("wantedMs tells when a change will have held, and nothing when steady", () => {
    const filter = new LoopFilter(LOOP_FILTER, 0);
    expect(filter.wantedMs).toBeUndefined();
    filter.edge(true, 100);
    expect(filter.wantedMs).toBe(106);
    filter.advance(106);
    expect(filter.wantedMs).toBeUndefined();
  });

  it("edge() under ringing trips only on a loop that stays closed", () => {
    const filter = new LoopFilter(LOOP_FILTER, 0);
    filter.setRegime("ringing", 50);
    expect(filter.edge(true, 100)).toEqual([{ kind: "hidden", atMs: 50 }]);
    expect(filter.edge(false, 109.9)).toEqual([]);
    filter.edge(true, 125);
    expect(filter.edge(false, 135)).toEqual([{ kind: "trip", atMs: 125 }]);
  });

  it("edge() reads an edge by the regime of its own time, however late it comes", () => {
    const filter = new LoopFilter(LOOP_FILTER, 0);
    filter.setRegime("blind", 200);
    filter.setRegime("watch", 280);
    const changes = [...filter.edge(true, 150), ...filter.edge(false, 210)];
    expect(changes).toEqual([closedAt(150), { kind: "hidden", atMs: 200 }]);
    expect(filter.edge(true, 240)).toEqual([]);
    expect(filter.advance(285.9)).toEqual([]);
    expect(filter.advance(286)).toEqual([closedAt(280)]);
  });

  it("setRegime() replaces regimes that were to come later", () => {
    const filter = new LoopFilter(LOOP_FILTER, 0);
    filter.setRegime("blind", 100);
    filter.setRegime("watch", 180);
    filter.setRegime("blind", 150);
    filter.advance(1000);
    expect(filter.edge(true, 1001)).toEqual([]);
    expect(filter.knownUntilMs).toBe(100);
  });
});
