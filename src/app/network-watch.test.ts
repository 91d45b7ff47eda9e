import { describe, expect, it } from "vitest";
import { NetworkWatch } from "./network-watch.ts";

function watched(first: readonly string[]) {
  const told: string[] = [];
  const machine = { now: [...first], wallMs: 1_000, monotonicMs: 0 };
  const watch = new NetworkWatch((what) => told.push(what), {
    addresses: () => machine.now,
    wallMs: () => machine.wallMs,
    monotonicMs: () => machine.monotonicMs,
  });
  return { told, machine, watch };
}

describe("NetworkWatch look()", () => {
  it.each([
    ["another address", ["192.0.2.7"]],
    ["one more", ["192.0.2.1", "2001:db8::1"]],
    ["none", []],
  ])("tells once of %s", (_what, after) => {
    const { told, machine, watch } = watched(["192.0.2.1"]);
    watch.look();
    expect(told).toEqual([]);
    machine.now = after;
    watch.look();
    watch.look();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(after[0] ?? "none");
  });

  it("does not take another order for news", () => {
    const { told, machine, watch } = watched(["192.0.2.1", "192.0.2.2"]);
    machine.now = ["192.0.2.2", "192.0.2.1"];
    watch.look();
    expect(told).toEqual([]);
  });

  it.each([
    [3_599_999, 0],
    [3_600_000, 1],
    [-3_600_000, 1],
    [1e12, 1],
  ])("of a clock that is set by %i ms tells %i time", (stepMs, times) => {
    const { told, machine, watch } = watched([]);
    machine.wallMs += stepMs;
    watch.look();
    watch.look();
    expect(told).toHaveLength(times);
  });

  it("does not take time that passes for a step", () => {
    const { told, machine, watch } = watched([]);
    machine.wallMs += 1e9;
    machine.monotonicMs += 1e9;
    watch.look();
    expect(told).toEqual([]);
  });

  it("looks at this machine where it is told nothing else, and stops", () => {
    const told: string[] = [];
    const watch = new NetworkWatch((what) => told.push(what));
    const stop = watch.start();
    watch.look();
    stop();
    expect(told).toEqual([]);
  });
});
