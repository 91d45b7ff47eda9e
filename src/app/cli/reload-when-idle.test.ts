import { describe, expect, it } from "vitest";
import type { LineStatus } from "../../gateway/control/box-events.ts";
import { AGAIN_MS, LOOK_EVERY_MS, ReloadWhenIdle } from "./reload-when-idle.ts";

const statusOf = (call: string): LineStatus => ({
  line: 1,
  user: "101",
  hardware: "ready",
  hook: "on-hook",
  registration: "registered",
  server: "pbx",
  call,
});

/** A reload with a clock by hand. */
function lab(problems: readonly string[] = []) {
  let nowMs = 0;
  const calls = ["idle"];
  const waiting: { readonly atMs: number; readonly run: () => void }[] = [];
  const told: string[] = [];
  const state = { reloads: 0 };
  const reload = new ReloadWhenIdle({
    nowMs: () => nowMs,
    later: (run, ms) => {
      const one = { atMs: nowMs + ms, run };
      waiting.push(one);
      return () => void waiting.splice(waiting.indexOf(one), 1);
    },
    status: () => calls.map(statusOf),
    problems: () => Promise.resolve(problems),
    reload: () => void state.reloads++,
    tell: (text) => void told.push(text),
  });
  const advance = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const one of waiting.splice(0)) one.run();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { reload, calls, told, state, advance };
}

describe("ReloadWhenIdle", () => {
  it("waits on where somebody lifts while the configuration is read", async () => {
    const { reload, calls, state, advance } = lab();
    await advance(AGAIN_MS);
    reload.asked();
    calls[0] = "dialing";
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(0);
    calls[0] = "idle";
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(1);
  });

  it.each([
    ["idle", 1],
    ["locked-out", 1],
    ["faulted", 1],
    ["dialing", 0],
    ["talking", 0],
    ["ringing", 0],
    ["recall", 0],
  ])("with a line that is %s it starts over %i times", async (call, reloads) => {
    const { reload, calls, state, advance } = lab();
    await advance(AGAIN_MS);
    calls[0] = call;
    reload.asked();
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(reloads);
  });

  it("waits for the last call, and starts over once however often it is asked", async () => {
    const { reload, calls, state, advance } = lab();
    await advance(AGAIN_MS);
    calls.push("talking");
    reload.asked();
    reload.asked();
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(0);
    calls.pop();
    await advance(LOOK_EVERY_MS);
    reload.asked();
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(1);
  });

  it("does not listen right after a start: a server could keep the box starting", async () => {
    const { reload, state, advance } = lab();
    await advance(AGAIN_MS - 1);
    reload.asked();
    await advance(0);
    expect(state.reloads).toBe(0);
    await advance(1);
    reload.asked();
    await advance(0);
    expect(state.reloads).toBe(1);
  });

  it("leaves a configuration with mistakes alone, tells them, and may be asked again", async () => {
    const { reload, told, state, advance } = lab(["tipring.yaml:2:1: contry is not a setting"]);
    await advance(AGAIN_MS);
    reload.asked();
    await advance(0);
    reload.asked();
    await advance(0);
    expect(state.reloads).toBe(0);
    expect(told.filter((text) => text.includes("contry"))).toHaveLength(2);
  });

  it("does nothing once it was stopped", async () => {
    const { reload, calls, state, advance } = lab();
    await advance(AGAIN_MS);
    calls[0] = "talking";
    reload.asked();
    reload.stop();
    calls[0] = "idle";
    await advance(LOOK_EVERY_MS);
    expect(state.reloads).toBe(0);
  });
});
