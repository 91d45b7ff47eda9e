import { describe, expect, it } from "vitest";
import type { Timer } from "../ports/clock.ts";
import { type ClockSource, createClock } from "./clock.ts";

/** A runtime whose timers fire when the test says so, `earlyMs` before or after their time. */
class ScriptedSource implements ClockSource {
  now = 1000.25;
  delays: number[] = [];
  settled: boolean[] = [];
  #armed: (() => void) | undefined;

  nowMs(): number {
    return this.now;
  }

  wallMs(): number {
    return 5;
  }

  wake(delayMs: number, run: () => void, isSettled: boolean): Timer {
    this.delays.push(delayMs);
    this.settled.push(isSettled);
    this.#armed = run;
    return {
      cancel: () => {
        if (this.#armed === run) this.#armed = undefined;
      },
    };
  }

  get isArmed(): boolean {
    return this.#armed !== undefined;
  }

  /** Time goes to `now` and the armed timer, if any, fires. */
  fireAt(now: number): void {
    this.now = now;
    const run = this.#armed;
    this.#armed = undefined;
    run?.();
  }
}

describe("createClock()", () => {
  it("at() waits for the rest where the runtime's timer fires early", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    const ran: number[] = [];
    clock.at(1010.25, () => ran.push(clock.nowMs()));
    source.fireAt(1010.2);
    expect(ran).toEqual([]);
    source.fireAt(1010.25);
    expect(ran).toEqual([1010.25]);
    expect(source.delays[0]).toBe(10);
    expect(source.delays[1]).toBeCloseTo(0.05);
    expect(source.isArmed).toBe(false);
  });

  it("tells whether nothing but frames was due", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    const again = (): void => void clock.at(clock.nowMs() + 10, again, "frame");
    clock.at(1010, again, "frame");
    clock.at(1025, () => {});
    source.fireAt(1010);
    source.fireAt(1020);
    source.fireAt(1025);
    source.fireAt(1030);
    expect(source.settled).toEqual([false, true, true, false, true]);
  });

  it("at() runs everything that is due, by time and then by order asked", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    const ran: string[] = [];
    clock.at(1020, () => ran.push("c"));
    clock.at(1010, () => ran.push("a"));
    clock.at(1010, () => ran.push("b"));
    clock.at(1030.1, () => ran.push("not yet"));
    source.fireAt(1030);
    expect(ran).toEqual(["a", "b", "c"]);
    expect(source.isArmed).toBe(true);
  });

  it("at() cuts a delay that the runtime's timer cannot hold", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    const atMs = source.now + 2 ** 31 + 500;
    let ran = 0;
    clock.at(atMs, () => ran++);
    expect(source.delays).toEqual([2 ** 31 - 1]);
    source.fireAt(source.now + 2 ** 31 - 1);
    expect(ran).toBe(0);
    expect(source.delays[1]).toBeCloseTo(501);
    source.fireAt(atMs);
    expect(ran).toBe(1);
  });

  it("at() asked inside a callback waits for the next turn, even when it is due", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    const ran: string[] = [];
    clock.at(1001, () => {
      ran.push("outer");
      clock.at(0, () => ran.push("inner"));
    });
    source.fireAt(1001);
    expect(ran).toEqual(["outer"]);
    source.fireAt(1001);
    expect(ran).toEqual(["outer", "inner"]);
  });

  it("at() goes on with the others after a callback that throws", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    let ran = 0;
    clock.at(1001, () => {
      throw new Error("a bug");
    });
    clock.at(1001, () => ran++);
    expect(() => source.fireAt(1001)).toThrow("a bug");
    source.fireAt(1001);
    expect(ran).toBe(1);
  });

  it("cancel() disarms the runtime's timer and is harmless twice or late", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    let ran = 0;
    const first = clock.at(1005, () => ran++);
    const second = clock.at(1006, () => ran++);
    second.cancel();
    second.cancel();
    source.fireAt(1007);
    first.cancel();
    expect(ran).toBe(1);
    expect(source.isArmed).toBe(false);
  });

  it("a callback may cancel one that is due at the same instant", () => {
    const source = new ScriptedSource();
    const clock = createClock(source);
    let ran = 0;
    clock.at(1001, () => victim.cancel());
    const victim = clock.at(1001, () => ran++);
    source.fireAt(1001);
    expect(ran).toBe(0);
  });
});

describe("createClock() on the machine", () => {
  it("at() never runs before its time and never inside the call", async () => {
    const clock = createClock();
    const waits = [-5, 0, 0.2, 0.9, 1, 1.5, 3.3, 7];
    const early = await Promise.all(
      waits.map((waitMs) => {
        const atMs = clock.nowMs() + waitMs;
        let inside = true;
        const ran = new Promise<boolean>((resolve) => {
          clock.at(atMs, () => resolve(inside || clock.nowMs() < atMs));
        });
        inside = false;
        return ran;
      }),
    );
    expect(early).toEqual(waits.map(() => false));
  });

  it("nowMs() is the kernel's monotonic clock, the same in every thread", () => {
    const kernelMs = (): number => Number(process.hrtime.bigint()) / 1e6;
    const clock = createClock();
    const beforeMs = kernelMs();
    const nowMs = clock.nowMs();
    const afterMs = kernelMs();
    expect(nowMs).toBeGreaterThanOrEqual(beforeMs - 0.5);
    expect(nowMs).toBeLessThanOrEqual(afterMs + 0.5);
  });

  it("wallMs() is the time of day", () => {
    expect(Math.abs(createClock().wallMs() - Date.now())).toBeLessThan(1000);
  });
});
