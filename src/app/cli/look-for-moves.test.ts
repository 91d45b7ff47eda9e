import { describe, expect, it } from "vitest";
import { LookForMoves, type Whereabouts } from "./look-for-moves.ts";

/** A box whose machine moves as it is told; time passes look by look. */
function setUp(isSure: boolean) {
  const waits: { readonly run: () => void; readonly ms: number }[] = [];
  let find: () => Promise<Whereabouts> = () => Promise.resolve("here");
  let moves = 0;
  const moving = new LookForMoves(
    {
      look: () => find(),
      moved: () => {
        moves++;
      },
      later: (run, ms) => {
        const wait = { run, ms };
        waits.push(wait);
        return () => {
          if (waits.includes(wait)) waits.splice(waits.indexOf(wait), 1);
        };
      },
    },
    isSure,
  );
  return {
    moving,
    finds: (found: () => Promise<Whereabouts>) => {
      find = found;
    },
    moves: () => moves,
    /** The next look, if one is due: after how many ms it came. */
    look: async () => {
      const wait = waits.shift();
      wait?.run();
      await new Promise((resolve) => setImmediate(resolve));
      return wait?.ms;
    },
  };
}

describe("LookForMoves", () => {
  it("looks some times after a change: a route may come later than its address", async () => {
    const { moving, look, finds, moves } = setUp(true);
    expect(await look()).toBeUndefined();
    moving.changed();
    for (const ms of [0, 2000, 8000, 20_000]) expect(await look()).toBe(ms);
    expect([await look(), moves()]).toEqual([undefined, 0]);
    moving.changed();
    await look();
    finds(() => Promise.resolve("elsewhere"));
    expect([await look(), moves()]).toEqual([2000, 1]);
    expect([await look(), moves()]).toEqual([undefined, 1]);
  });

  it("goes on looking where the start was unsure, though nothing changes", async () => {
    const { look, finds, moves } = setUp(false);
    finds(() => Promise.resolve("unsure"));
    for (let turn = 0; turn < 5; turn++) expect(await look()).toBe(30_000);
    finds(() => Promise.resolve("elsewhere"));
    expect([await look(), moves(), await look()]).toEqual([30_000, 1, undefined]);
  });

  it("goes on looking for as long as it is unsure, and no longer", async () => {
    const { moving, look, finds } = setUp(true);
    finds(() => Promise.resolve("unsure"));
    moving.changed();
    for (const ms of [0, 2000, 8000, 20_000, 30_000, 30_000]) expect(await look()).toBe(ms);
    finds(() => Promise.reject(new Error("too many files")));
    expect(await look()).toBe(30_000);
    finds(() => Promise.resolve("here"));
    expect([await look(), await look()]).toEqual([30_000, undefined]);
  });

  it("takes a look that fails for one that found nothing", async () => {
    const { moving, look, finds, moves } = setUp(true);
    finds(() => Promise.reject(new Error("too many files")));
    moving.changed();
    expect([await look(), await look(), moves()]).toEqual([0, 2000, 0]);
  });

  it.each([
    ["stopped", (moving: LookForMoves) => moving.stop(), [undefined, 0]],
    ["changed again", (moving: LookForMoves) => moving.changed(), [0, 1]],
  ])("passes over what a look finds that was under way when it was %s", async (_, act, then) => {
    const { moving, look, finds, moves } = setUp(true);
    let found: (where: Whereabouts) => void = () => {};
    finds(
      () =>
        new Promise((resolve) => {
          found = resolve;
        }),
    );
    moving.changed();
    await look();
    act(moving);
    found("elsewhere");
    expect(moves()).toBe(0);
    finds(() => Promise.resolve("elsewhere"));
    expect([await look(), moves()]).toEqual(then);
  });
});
