import { describe, expect, it } from "vitest";
import { World } from "../../test/hw-sim/world/world.ts";
import { type Core, NOTHING_SOONER } from "../base/core.ts";
import { CoreRunner } from "./core-runner.ts";
import { RunQueue } from "./run-queue.ts";

type Input = { readonly kind: "in"; readonly dueMs: number | undefined } | { kind: "timeout" };

/** A core whose deadline is what it was last told; it puts out what it took, with the time. */
class Echo implements Core<Input, string> {
  dueMs: number | undefined;

  handle(input: Input, nowMs: number): readonly string[] {
    this.dueMs = input.kind === "in" ? input.dueMs : undefined;
    return [`${input.kind}@${nowMs}`];
  }

  deadlineMs(): number | undefined {
    return this.dueMs;
  }
}

function setUp() {
  const world = new World({ seed: 1 });
  const queue = new RunQueue();
  const out: string[] = [];
  const core = new Echo();
  const runner = new CoreRunner<Input, string>(
    core,
    world.clock,
    queue,
    (output) => out.push(output),
    () => out.push("after"),
  );
  return { world, queue, out, core, runner };
}

describe("CoreRunner", () => {
  it("carries outputs out and hands in one timeout when it is due", () => {
    const { world, out, runner } = setUp();
    runner.feed({ kind: "in", dueMs: 30 });
    world.runUntil(29);
    expect(out).toEqual(["in@0", "after"]);
    world.runUntil(100);
    expect(out).toEqual(["in@0", "after", "timeout@30", "after"]);
  });

  it("moves its timer with the deadline, earlier, later and away", () => {
    const { world, out, runner } = setUp();
    runner.feed({ kind: "in", dueMs: 30 });
    runner.feed({ kind: "in", dueMs: 10 });
    world.runUntil(20);
    expect(out.filter((line) => line.startsWith("timeout"))).toEqual(["timeout@10"]);
    runner.feed({ kind: "in", dueMs: 40 });
    runner.feed({ kind: "in", dueMs: undefined });
    world.runUntil(100);
    expect(out.filter((line) => line.startsWith("timeout"))).toEqual(["timeout@10"]);
  });

  it("asks for no deadline where the core says that none is nearer, and is on time", () => {
    const { world, out, core, queue } = setUp();
    let asked = 0;
    const quiet: Core<Input, string> = {
      handle(input, nowMs) {
        const outputs = core.handle(input, nowMs);
        return input.kind === "in" && input.dueMs === 30 ? NOTHING_SOONER : outputs;
      },
      deadlineMs() {
        asked++;
        return core.dueMs;
      },
    };
    const after = (): void => void out.push("after");
    const runner = new CoreRunner<Input, string>(
      quiet,
      world.clock,
      queue,
      (output) => out.push(output),
      after,
    );
    runner.feed({ kind: "in", dueMs: 20 });
    expect(asked).toBe(1);
    runner.feed({ kind: "in", dueMs: 30 });
    expect(asked).toBe(1);
    world.runUntil(100);
    expect(out).toEqual(["in@0", "after", "after", "timeout@30", "after"]);
  });

  it("asks for no timer while its deadline only moves away, and is on time all the same", () => {
    const { world, out, core, queue } = setUp();
    const asked: number[] = [];
    const clock = {
      ...world.clock,
      nowMs: () => world.clock.nowMs(),
      at(atMs: number, run: () => void) {
        asked.push(atMs);
        return world.clock.at(atMs, run);
      },
    };
    const runner = new CoreRunner<Input, string>(core, clock, queue, (output) => out.push(output));
    for (let nowMs = 0; nowMs < 50; nowMs += 10) {
      world.runUntil(nowMs);
      runner.feed({ kind: "in", dueMs: nowMs + 30 });
    }
    world.runUntil(1000);
    expect(asked).toEqual([30, 50, 70]);
    expect(out.at(-1)).toBe("timeout@70");
    expect(out.filter((line) => line.startsWith("timeout"))).toHaveLength(1);
  });

  it("hands in nothing where the deadline went away past it", () => {
    const { world, out, core, runner } = setUp();
    runner.feed({ kind: "in", dueMs: 30 });
    core.dueMs = undefined;
    world.runUntil(100);
    expect(out).toEqual(["in@0", "after"]);
  });

  it("arms anew where the core was called past it", () => {
    const { world, out, core, runner } = setUp();
    core.dueMs = 5;
    runner.rearm();
    world.runUntil(5);
    expect(out).toEqual(["timeout@5", "after"]);
  });

  it("does nothing once it is stopped", () => {
    const { world, out, runner } = setUp();
    runner.feed({ kind: "in", dueMs: 30 });
    runner.stop();
    runner.feed({ kind: "in", dueMs: 40 });
    world.runUntil(100);
    expect(out).toEqual(["in@0", "after"]);
  });
});
