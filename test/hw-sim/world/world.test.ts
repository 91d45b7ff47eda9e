import { describe, expect, it } from "vitest";
import { World } from "./world.ts";

describe("World.clock", () => {
  it("at() runs a callback once, at its time, never inside the call", () => {
    const world = new World({ seed: 1 });
    const ran: number[] = [];
    world.clock.at(5, () => ran.push(world.clock.nowMs()));
    world.clock.at(-3, () => ran.push(world.clock.nowMs()));
    expect(ran).toEqual([]);
    world.runUntil(4.999);
    expect(ran).toEqual([0]);
    world.runUntil(100);
    expect(ran).toEqual([0, 5]);
  });

  it("at() of the past runs at the present", () => {
    const world = new World({ seed: 1 });
    world.runUntil(50);
    const ran: number[] = [];
    world.clock.at(10, () => ran.push(world.clock.nowMs()));
    world.runFor(0);
    expect(ran).toEqual([50]);
  });

  it("wallMs() goes on with virtual time from the given start", () => {
    const world = new World({ seed: 1, wallStartMs: 1000 });
    world.runUntil(250);
    expect(world.clock.wallMs()).toBe(1250);
    expect(new World({ seed: 1 }).clock.wallMs()).toBe(Date.UTC(2026, 0, 1));
  });
});

describe("World", () => {
  it("runUntil() also runs what callbacks ask for within the time", () => {
    const world = new World({ seed: 1 });
    const ran: number[] = [];
    const again = (): void => {
      ran.push(world.clock.nowMs());
      world.clock.at(world.clock.nowMs() + 10, again);
    };
    world.clock.at(10, again);
    world.runUntil(30);
    expect(ran).toEqual([10, 20, 30]);
    expect(world.clock.nowMs()).toBe(30);
    expect(world.nextMs()).toBe(40);
  });

  it("step() runs one callback and says whether there was one", () => {
    const world = new World({ seed: 1 });
    world.clock.at(3, () => {});
    expect(world.step()).toBe(true);
    expect(world.clock.nowMs()).toBe(3);
    expect(world.step()).toBe(false);
  });

  it.each([
    { limitMs: 40, ended: true, atMs: 30 },
    { limitMs: 30, ended: true, atMs: 30 },
    { limitMs: 29, ended: false, atMs: 29 },
  ])("runWhile() with $limitMs ms stops at $atMs", ({ limitMs, ended, atMs }) => {
    const world = new World({ seed: 1 });
    let count = 0;
    for (const dueMs of [10, 20, 30, 40]) world.clock.at(dueMs, () => count++);
    expect(world.runWhile(() => count < 3, limitMs)).toBe(ended);
    expect(world.clock.nowMs()).toBe(atMs);
  });

  it("passes on what a callback throws, and can go on after it", () => {
    const world = new World({ seed: 1 });
    let after = false;
    world.clock.at(1, () => {
      throw new Error("boom");
    });
    world.clock.at(2, () => {
      after = true;
    });
    expect(() => world.runUntil(5)).toThrow("boom");
    world.runUntil(5);
    expect(after).toBe(true);
  });

  it("refuses to be run from within a callback", () => {
    const world = new World({ seed: 1 });
    world.clock.at(1, () => world.runFor(1));
    world.clock.at(1, () => {});
    expect(() => world.runUntil(5)).toThrow("must not run the world");
  });

  it("stops where time stands still", () => {
    const world = new World({ seed: 1 });
    const again = (): void => void world.clock.at(0, again);
    world.clock.at(1, again);
    expect(() => world.runUntil(5)).toThrow("time stands still at 1 ms");
  });

  it("random() gives the same stream at every call and streams that do not disturb", () => {
    const alone = new World({ seed: 3 });
    const both = new World({ seed: 3 });
    const alonePhone = [alone.random("phone").float(), alone.random("phone").float()];
    const bothPhone = [both.random("phone").float()];
    both.random("network").float();
    bothPhone.push(both.random("phone").float());
    expect(bothPhone).toEqual(alonePhone);
    expect(alonePhone[0]).not.toBe(alonePhone[1]);
  });
});

describe("World with promises", () => {
  it("advance() lets a chain of port calls settle before time goes on", async () => {
    const world = new World({ seed: 1 });
    const opened: number[] = [];
    world.clock.at(10, () => {
      void (async () => {
        for (let pin = 0; pin < 50; pin++) {
          await world.promise(() => pin);
          opened.push(world.clock.nowMs());
        }
      })();
    });
    world.clock.at(10.5, () => expect(opened).toHaveLength(50));
    await world.advance(20);
    expect(new Set(opened)).toEqual(new Set([10]));
    expect(world.clock.nowMs()).toBe(20);
  });

  it("promise() rejects with what is thrown", async () => {
    const world = new World({ seed: 1 });
    const refused = world.promise(() => {
      throw new Error("busy");
    });
    await expect(refused).rejects.toThrow("busy");
  });

  it.each([
    { limitMs: 30, met: true, atMs: 30 },
    { limitMs: 29, met: false, atMs: 29 },
  ])("waitUntil() within $limitMs ms answers $met", async ({ limitMs, met, atMs }) => {
    const world = new World({ seed: 1 });
    let ready = false;
    world.clock.at(30, () => {
      ready = true;
    });
    expect(await world.waitUntil(() => ready, limitMs)).toBe(met);
    expect(world.clock.nowMs()).toBe(atMs);
  });

  it("waits that are open at once each end at their own time", async () => {
    const world = new World({ seed: 1 });
    const log: string[] = [];
    const wait = async (name: string, ms: number): Promise<void> => {
      await world.advance(ms);
      log.push(`${name} ${world.clock.nowMs()}`);
      // What somebody does right after its wait happens at that very time.
      world.clock.at(0, () => log.push(`${name} acts ${world.clock.nowMs()}`));
      await world.advance(5);
      log.push(`${name} ends ${world.clock.nowMs()}`);
    };
    world.clock.at(12, () => log.push("event 12"));
    await Promise.all([wait("a", 10), wait("b", 20), wait("c", 10)]);
    expect(log).toEqual([
      "a 10",
      "c 10",
      "a acts 10",
      "c acts 10",
      "event 12",
      "a ends 15",
      "c ends 15",
      "b 20",
      "b acts 20",
      "b ends 25",
    ]);
  });

  it("a wait that a callback begins within another is looked at from then on", async () => {
    const world = new World({ seed: 1 });
    const seen: string[] = [];
    let isMet = false;
    for (const atMs of [10, 11, 12, 13, 30]) world.clock.at(atMs, () => seen.push(`${atMs}`));
    world.clock.at(11, () => {
      void world.waitUntil(() => isMet, 50).then((met) => seen.push(`${met} ${nowMs()}`));
      void world.advance(1).then(() => seen.push(`rested ${nowMs()}`));
    });
    world.clock.at(13, () => {
      isMet = true;
    });
    const nowMs = () => world.clock.nowMs();
    await world.advance(40);
    expect(seen).toEqual(["10", "11", "12", "rested 12", "13", "true 13", "30"]);
    expect(nowMs()).toBe(40);
  });

  it("complete() runs until a promise of the program settles", async () => {
    const world = new World({ seed: 1 });
    const stopped = new Promise<string>((resolve) => {
      world.clock.at(70, () => resolve("stopped"));
    });
    expect(await world.complete(stopped, 100)).toBe("stopped");
    expect(world.clock.nowMs()).toBe(70);
    await expect(world.complete(new Promise(() => {}), 50)).rejects.toThrow("not settled");
    await expect(world.complete(Promise.reject(new Error("no")), 50)).rejects.toThrow("no");
  });

  it("rejects every open wait with what a callback throws", async () => {
    const world = new World({ seed: 1 });
    world.clock.at(5, () => {
      throw new Error("boom");
    });
    const waits = await Promise.allSettled([world.advance(10), world.waitUntil(() => false, 20)]);
    expect(waits.map((wait) => wait.status)).toEqual(["rejected", "rejected"]);
    await world.advance(10);
    expect(world.clock.nowMs()).toBe(15);
  });
});
