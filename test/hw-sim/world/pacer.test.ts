import { describe, expect, it } from "vitest";
import { createPacer, type RealTimePacerOptions } from "./pacer.ts";
import { World } from "./world.ts";

/** A host whose time passes when the test says so; a timer fires `lateMs` after it is due. */
function setUp(options: RealTimePacerOptions = {}) {
  const world = new World({ seed: 1 });
  let hostMs = 5000;
  let timer: { readonly dueMs: number; readonly run: () => void } | undefined;
  let armed = 0;
  const host = {
    nowMs: () => hostMs,
    after: (ms: number, run: () => void) => {
      const mine = { dueMs: hostMs + ms, run };
      timer = mine;
      armed++;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  };
  const pacer = createPacer(world, host, options);
  const pass = (ms: number, lateMs = 0): void => {
    const endMs = hostMs + ms;
    while (timer !== undefined && timer.dueMs + lateMs <= endMs) {
      const { dueMs, run } = timer;
      timer = undefined;
      hostMs = Math.max(hostMs, dueMs + lateMs);
      run();
    }
    hostMs = endMs;
  };
  return { world, pacer, pass, isArmed: () => timer !== undefined, armed: () => armed };
}

describe("createPacer()", () => {
  it("runs each callback at its time, which it sees as now even where the host is late", () => {
    const { world, pacer, pass } = setUp();
    const ran: number[] = [];
    for (const atMs of [10, 20.5, 30]) world.clock.at(atMs, () => ran.push(world.clock.nowMs()));
    pass(100);
    expect(ran).toEqual([]);
    pacer.start();
    pass(9, 3);
    expect(ran).toEqual([]);
    pass(91, 3);
    expect(ran).toEqual([10, 20.5, 30]);
  });

  it("arms for work that comes between runs, at the time that it is by then", () => {
    const { world, pacer, pass, isArmed } = setUp();
    pacer.start();
    expect(isArmed()).toBe(false);
    pass(400);
    const ran: number[] = [];
    expect(world.clock.nowMs()).toBe(400);
    world.clock.at(world.clock.nowMs() + 7, () => ran.push(world.clock.nowMs()));
    pass(6);
    expect(ran).toEqual([]);
    pass(1);
    expect(ran).toEqual([407]);
  });

  it("never lets time pass an event that is still to run", () => {
    const { world, pacer, pass } = setUp();
    pacer.start();
    const ran: number[] = [];
    world.clock.at(10, () => ran.push(world.clock.nowMs()));
    pass(500, 1000);
    expect(world.clock.nowMs()).toBe(10);
    pass(1000, 1000);
    expect(ran).toEqual([10]);
  });

  it("enter() runs what is due first, then the call at the current time", () => {
    const { world, pacer, pass } = setUp();
    const log: string[] = [];
    pacer.start();
    world.clock.at(10, () => log.push("due"));
    pass(12, 1000);
    const result = pacer.enter(() => {
      log.push(`in ${world.clock.nowMs()}`);
      world.clock.at(0, () => log.push("at once"));
      return "result";
    });
    expect(result).toBe("result");
    expect(log).toEqual(["due", "in 12", "at once"]);
  });

  it("slips where it falls farther behind than allowed", () => {
    const slips: number[] = [];
    const { world, pacer, pass } = setUp({ catchUpMaxMs: 100, onSlip: (ms) => slips.push(ms) });
    const ran: number[] = [];
    pacer.start();
    world.clock.at(10, () => ran.push(10));
    world.clock.at(120, () => ran.push(120));
    pass(400, 340);
    expect(slips).toEqual([340]);
    expect(pacer.slippedMs).toBe(340);
    expect(ran).toEqual([10]);
    pass(70);
    expect(ran).toEqual([10, 120]);
  });

  it("answers waits without driving the world", async () => {
    const { world, pacer, pass } = setUp();
    pacer.start();
    let ready = false;
    const met = world.waitUntil(() => ready, 100);
    const late = world.waitUntil(() => false, 50);
    const done = world.complete(Promise.resolve("done"), 100);
    await Promise.resolve();
    pass(1);
    pacer.enter(() => {
      ready = true;
    });
    expect(await met).toBe(true);
    expect(await done).toBe("done");
    pass(60);
    expect(await late).toBe(false);
  });

  it("throws what a callback throws out of the timer, or hands it over, and goes on", () => {
    const errors: unknown[] = [];
    const plain = setUp();
    const taken = setUp({ onError: (reason) => errors.push(reason) });
    for (const { world, pacer } of [plain, taken]) {
      pacer.start();
      world.clock.at(5, () => {
        throw new Error("boom");
      });
    }
    expect(() => plain.pass(10)).toThrow("boom");
    taken.pass(10);
    expect(errors).toEqual([new Error("boom")]);
    let after = false;
    taken.world.clock.at(15, () => {
      after = true;
    });
    taken.pass(10);
    expect(after).toBe(true);
  });

  it("stop() lets nothing run until start(), which goes on where time stood", () => {
    const { world, pacer, pass, isArmed } = setUp();
    const ran: number[] = [];
    world.clock.at(10, () => ran.push(10));
    pacer.start();
    pass(5);
    pacer.stop();
    expect(isArmed()).toBe(false);
    pass(100);
    expect(ran).toEqual([]);
    pacer.start();
    pass(9);
    expect(ran).toEqual([]);
    pass(1);
    expect(ran).toEqual([10]);
  });
});
