import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunEnd, START_AGAIN, STOP_LIMIT_MS } from "./run-end.ts";

/** When a signal comes at the latest, counted in steps of a run. */
const STEPS_MAX = 24;
const STEP_MS = 100;

interface Plan {
  /** What each box ends with by itself, and when; it runs on where that is undefined. */
  readonly boxes: readonly { readonly startSteps: number; readonly code?: number }[];
  /** Steps at which something asks for the end. */
  readonly signals: readonly number[];
  readonly crashes: readonly number[];
  /** Whether lines refuse to become safe. */
  readonly isStuck: boolean;
}

/** Time in steps, and what waits for it; promises have their turn between two steps. */
class Steps {
  now = 0;
  #waits: { readonly atStep: number; readonly go: () => void }[] = [];

  wait(count: number): Promise<void> {
    return new Promise((go) => this.#waits.push({ atStep: this.now + count, go }));
  }

  /** Calls once, later; what is returned takes it back. */
  later(run: () => void, count: number): () => void {
    const wait = { atStep: this.now + count, go: run };
    this.#waits.push(wait);
    return () => {
      this.#waits = this.#waits.filter((one) => one !== wait);
    };
  }

  async step(): Promise<void> {
    const due = this.#waits.filter(({ atStep }) => atStep <= this.now);
    this.#waits = this.#waits.filter(({ atStep }) => atStep > this.now);
    for (const { go } of due) go();
    for (let n = 0; n < 20; n++) await Promise.resolve();
    this.now++;
  }
}

/** Lines that are open or safe, and boxes on them that take their time. */
async function play(plan: Plan) {
  const log: string[] = [];
  const open = new Set<number>();
  const steps = new Steps();
  let ended: { readonly code: number; readonly open: number } | undefined;
  const exit = (code: number): void => {
    ended ??= { code, open: open.size };
  };
  const later = (run: () => void, ms: number) => steps.later(run, ms / STEP_MS);
  const end = new RunEnd({ exit, later });
  const runBox = (at: number): Promise<number> => {
    const { startSteps, code } = plan.boxes[at] ?? { startSteps: 0 };
    let isStopped = false;
    const lines = {
      async stop() {
        isStopped = true;
        await steps.wait(plan.isStuck ? Number.POSITIVE_INFINITY : 1);
        open.delete(at);
      },
    };
    return end.live(lines, async (endBox) => {
      log.push(`start ${at}`);
      await steps.wait(1);
      // As a host does: one that was stopped starts no more.
      if (isStopped) throw new Error("it was stopped");
      open.add(at);
      await steps.wait(startSteps);
      if (code !== undefined) steps.later(() => endBox(code), 2);
      return {
        unwatch: () => void log.push(`unwatch ${at}`),
        async stop() {
          await steps.wait(2);
          await lines.stop();
        },
      };
    });
  };
  const runAll = async (): Promise<number> => {
    for (let at = 0; !end.isAsked; at++) {
      const code = await runBox(at);
      if (code !== START_AGAIN) return code;
      await steps.wait(1);
    }
    return end.code;
  };
  runAll().then(exit, () => exit(1));
  while (steps.now < 400 && ended === undefined) {
    if (plan.signals.includes(steps.now)) end.ask();
    if (plan.crashes.includes(steps.now)) end.crashed();
    await steps.step();
  }
  return { log, exitCode: ended?.code, openAtExit: ended?.open, endedMs: STEP_MS * steps.now };
}

const box = fc.record(
  {
    startSteps: fc.integer({ min: 0, max: 5 }),
    code: fc.constantFrom(START_AGAIN, START_AGAIN, 1),
  },
  { requiredKeys: ["startSteps"] },
);
const when = fc.integer({ min: 0, max: STEPS_MAX });

describe("RunEnd", () => {
  const again = { startSteps: 2, code: START_AGAIN };
  const stays = { startSteps: 2 };

  it.each(Array.from({ length: STEPS_MAX + 1 }, (_, at) => at))(
    "one signal at step %i of two boxes one after the other: lines safe, 0",
    async (at) => {
      const plan = { boxes: [again, stays], signals: [at], crashes: [], isStuck: false };
      const { exitCode, openAtExit, endedMs } = await play(plan);
      expect([exitCode, openAtExit]).toEqual([0, 0]);
      // The signal is enough: nothing waits for a limit.
      expect(endedMs).toBeLessThan(100 * (at + 12));
    },
  );

  it("without a signal the second box follows the first, and stays", async () => {
    const plan = { boxes: [again, stays], signals: [], crashes: [], isStuck: false };
    const { log, exitCode } = await play(plan);
    expect([log, exitCode]).toEqual([["start 0", "unwatch 0", "start 1"], undefined]);
  });

  it("a box that cannot be started rejects, its lines safe", async () => {
    const end = new RunEnd({ exit() {}, later: () => () => {} });
    let stops = 0;
    const lines = { stop: async () => void stops++ };
    const starting = end.live(lines, () => Promise.reject(new Error("no such board")));
    await expect(starting).rejects.toThrow("no such board");
    expect(stops).toBe(1);
  });

  it("lines that do not become safe end the process all the same, with 1", async () => {
    const plan = { boxes: [stays], signals: [6], crashes: [], isStuck: true };
    const { exitCode, endedMs } = await play(plan);
    expect(exitCode).toBe(1);
    expect(endedMs).toBeLessThanOrEqual(STOP_LIMIT_MS + 1000);
  });

  it("one that cannot end in order to start over ends the process with 1", async () => {
    const plan = { boxes: [again], signals: [], crashes: [], isStuck: true };
    expect((await play(plan)).exitCode).toBe(1);
  });

  it("any signals and bugs at any moments: it ends, and no line is left open", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(box, { minLength: 1, maxLength: 4 }),
        fc.array(when, { minLength: 1, maxLength: 3 }),
        fc.array(when, { maxLength: 2 }),
        async (boxes, signals, crashes) => {
          const plan = { boxes, signals, crashes, isStuck: false };
          const { exitCode, openAtExit } = await play(plan);
          expect(exitCode).toBeDefined();
          expect(openAtExit).toBe(0);
          const endsItself = boxes.some(({ code }) => code === 1);
          const isCrash = crashes.some((at) => at < Math.min(...signals));
          if (isCrash && !endsItself) expect(exitCode).toBe(1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
