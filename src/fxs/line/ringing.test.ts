import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CallerIdSlot,
  DUTY_WINDOW_MS,
  RING_TAIL_MS,
  type RingAction,
  Ringing,
  type RingLimits,
} from "./ringing.ts";

const FREE: RingLimits = { ringDutyMax: 1, ringBurstMaxMs: 10_000 };
const SLOT: CallerIdSlot = { delayMs: 600, durationMs: 1000, guardMs: 200 };

/** Runs all deadlines up to a time, each `lateMs` late; a message takes what its slot says. */
function runTo(ringing: Ringing, untilMs: number, lateMs = 0): readonly string[] {
  const log: string[] = [];
  let sentMs: number | undefined;
  for (;;) {
    const deadlineMs = Math.min(ringing.deadlineMs() ?? Infinity, sentMs ?? Infinity);
    const nowMs = deadlineMs + lateMs;
    if (nowMs > untilMs) return log;
    let actions: readonly RingAction[];
    if (deadlineMs === sentMs) {
      sentMs = undefined;
      actions = ringing.sent(nowMs);
    } else actions = ringing.timeout(nowMs);
    for (const action of actions) {
      log.push(`${nowMs} ${action}`);
      if (action === "send") sentMs = nowMs + SLOT.durationMs;
    }
  }
}

describe("Ringing", () => {
  it("follows a cadence of several bursts", () => {
    const ringing = new Ringing(FREE);
    expect(ringing.start([400, 200, 800, 4000], undefined, 0)).toEqual(["burst-on"]);
    expect(runTo(ringing, 6000)).toEqual([
      "400 burst-off",
      "600 burst-on",
      "1400 burst-off",
      "5400 burst-on",
      "5800 burst-off",
      "6000 burst-on",
    ]);
  });

  const slots: readonly [string, readonly number[], number, number][] = [
    ["in the first silence", [2000, 4000], 2600, 6000],
    ["in a silence it just fits", [2000, 1800], 2600, 3800],
    ["in the last, which grows, where none is long enough", [2000, 1799], 2600, 3800],
    ["in the first silence with room, not the first", [400, 200, 800, 4000], 2000, 5400],
  ];
  for (const [name, cadence, sendMs, nextMs] of slots) {
    it(`sends caller ID ${name}, once`, () => {
      const ringing = new Ringing(FREE);
      ringing.start(cadence, SLOT, 0);
      const log = runTo(ringing, 20_000);
      const sends = log.filter((entry) => entry.endsWith("send"));
      expect(sends).toEqual([`${sendMs} send`]);
      const after = log.slice(log.indexOf(`${sendMs} send`) + 1);
      expect(after.slice(0, 2)).toEqual([`${sendMs + 1000} sent`, `${nextMs} burst-on`]);
    });
  }

  it("gives a message up that is never done, and rings on", () => {
    const ringing = new Ringing(FREE);
    ringing.start([2000, 4000], SLOT, 0);
    ringing.timeout(2000);
    expect(ringing.timeout(2600)).toEqual(["send"]);
    expect(ringing.deadlineMs()).toBe(4600);
    expect(ringing.timeout(4600)).toEqual(["cut"]);
    expect(ringing.deadlineMs()).toBe(6000);
    expect(ringing.sent(4700)).toEqual([]);
  });

  const stops: readonly [number, readonly RingAction[]][] = [
    [1000, ["burst-off"]],
    [2300, []],
    [3000, ["cut"]],
    [5000, []],
  ];
  for (const [stopMs, expected] of stops) {
    it(`stop() at ${stopMs} ms asks for ${expected.join() || "nothing"} and is over`, () => {
      const ringing = new Ringing(FREE);
      ringing.start([2000, 4000], SLOT, 0);
      runTo(ringing, stopMs);
      expect(ringing.stop(stopMs)).toEqual(expected);
      expect(ringing.isOn).toBe(false);
      expect(ringing.deadlineMs()).toBeUndefined();
      expect(ringing.timeout(10_000)).toEqual([]);
    });
  }

  it("cuts a burst to what the card bears", () => {
    const ringing = new Ringing({ ringDutyMax: 1, ringBurstMaxMs: 1500 });
    ringing.start([2000, 4000], undefined, 0);
    expect(runTo(ringing, 5500)).toEqual(["1500 burst-off", "5500 burst-on"]);
  });

  it("lengthens the silence of a cadence that rings more than the card bears", () => {
    const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 10_000 });
    ringing.start([2000, 4000], undefined, 0);
    const periodMs = 3 * (2000 + RING_TAIL_MS);
    expect(ringing.timeout(2000)).toEqual(["burst-off"]);
    expect(ringing.timeout(periodMs - 1)).toEqual([]);
    expect(ringing.timeout(periodMs)).toEqual(["burst-on"]);
  });

  it("owes the card rest across stop() and start()", () => {
    const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 10_000 });
    ringing.start([2000, 4000], undefined, 0);
    ringing.stop(1000);
    expect(ringing.start([2000, 4000], undefined, 1100)).toEqual([]);
    expect(ringing.deadlineMs()).toBe(3 * (1000 + RING_TAIL_MS));
    expect(ringing.timeout(ringing.deadlineMs() ?? 0)).toEqual(["burst-on"]);
  });

  it.each([
    [0, 6045],
    [1, 6049],
    [50, 6245],
    // Over the grace: the window has to lose what is too much of the first burst.
    [51, 9986 + 51],
    [500, 10_435 + 500],
  ])("makes up for late timers, and past the grace keeps the window: %i ms", (lateMs, secondMs) => {
    const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
    ringing.start([2000, 4000], undefined, 0);
    expect(runTo(ringing, secondMs, lateMs)).toEqual([
      `${2000 + lateMs} burst-off`,
      `${secondMs} burst-on`,
    ]);
  });

  it("keeps the cadence from whatever fraction of a millisecond it starts", () => {
    for (let startMs = 3000; startMs < 4000; startMs += 1.237) {
      const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
      ringing.start([2000, 4000], undefined, startMs);
      const lateMs = (startMs - 3000) / 100;
      runTo(ringing, startMs + 2001 + lateMs, lateMs);
      expect(ringing.deadlineMs()).toBeCloseTo(startMs + 6045 + 3 * lateMs, 5);
    }
  });

  // Sums of these are off in their last bits; taken for excess, that was 4 s more of silence.
  it.each([
    [8012.361, 13.7],
    [2694.993, 16.255],
    [3912.887, 0.412],
    [6874.915, 11.096],
  ])("does not take rounding for ringing too long: begun at %f, %f ms late", (startMs, lateMs) => {
    const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
    ringing.start([2000, 4000], undefined, startMs);
    ringing.timeout((ringing.deadlineMs() ?? 0) + lateMs);
    expect(ringing.deadlineMs()).toBeLessThan(startMs + 6200);
  });

  it("gives no window more than its duty where a burst was cut short before", () => {
    const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
    ringing.start([2000, 4000], undefined, 0);
    // Bursts at 0 and 6045; the second is stopped 1800 ms later.
    runTo(ringing, 7845);
    ringing.stop(7845);
    ringing.start([2000, 4000], undefined, 8000);
    // By its cycle alone it could ring at 6045 + 3 × 1815; the first burst has to leave the window
    // by 200 ms more than it would by then.
    const byCycleMs = 6045 + 3 * 1815;
    const startMs = ringing.deadlineMs() ?? 0;
    expect(startMs).toBeGreaterThan(byCycleMs);
    expect(startMs).toBeLessThan(12_090);
    const windowMs = startMs + 2015 - DUTY_WINDOW_MS;
    expect(2015 - windowMs + 1815 + 2015).toBeCloseTo(DUTY_WINDOW_MS / 3 + 2 * RING_TAIL_MS, 6);
  });

  it("never rings more than its duty in any window, stopped and started at any time", () => {
    const pause = fc.integer({ min: 0, max: 9000 });
    const property = fc.property(
      fc.array(fc.tuple(pause, pause), { minLength: 1, maxLength: 12 }),
      fc.constantFrom([2000, 4000], [800, 400, 800, 4000], [300, 200, 1000, 200, 300, 4000]),
      (calls, cadence) => {
        const ringing = new Ringing({ ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
        const bursts: [number, number][] = [];
        const note = (log: readonly string[]): void => {
          for (const entry of log) {
            const [at = "", action = ""] = entry.split(" ");
            if (action === "burst-on") bursts.push([Number(at), Number.NaN]);
            const last = bursts.at(-1);
            if (action === "burst-off" && last !== undefined) last[1] = Number(at);
          }
        };
        let nowMs = 0;
        for (const [ringMs, restMs] of calls) {
          note(ringing.start(cadence, undefined, nowMs).map((action) => `${nowMs} ${action}`));
          nowMs += ringMs;
          note(runTo(ringing, nowMs));
          note(ringing.stop(nowMs).map((action) => `${nowMs} ${action}`));
          nowMs += restMs;
        }
        for (const [, endMs] of bursts) {
          const fromMs = endMs - DUTY_WINDOW_MS;
          const onMs = bursts
            .filter(([, toMs]) => toMs <= endMs)
            .reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, fromMs)), 0);
          expect(onMs).toBeLessThanOrEqual(DUTY_WINDOW_MS / 3 + 2 * RING_TAIL_MS + 1e-6);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("changeCadence() takes effect with the next cycle", () => {
    const ringing = new Ringing(FREE);
    ringing.start([2000, 4000], undefined, 0);
    ringing.changeCadence([500, 500]);
    expect(runTo(ringing, 6500)).toEqual(["2000 burst-off", "6000 burst-on", "6500 burst-off"]);
  });

  it("never rings more than its duty over a cycle, nor a burst too long, late or not", () => {
    const part = fc.integer({ min: 100, max: 3000 });
    const property = fc.property(
      fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 20, max: 100 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 4000 }),
      (pairs, dutyPercent, lateMs, stopMs) => {
        const limits = { ringDutyMax: dutyPercent / 100, ringBurstMaxMs: 2000 };
        const ringing = new Ringing(limits);
        const cadence = pairs.flat();
        const marks: [number, string][] = [];
        const note = (log: readonly string[]) => {
          for (const entry of log) {
            const [at = "", action = ""] = entry.split(" ");
            marks.push([Number(at), action]);
          }
        };
        note(ringing.start(cadence, undefined, 0).map((action) => `0 ${action}`));
        note(runTo(ringing, stopMs, lateMs));
        note(ringing.stop(stopMs).map((action) => `${stopMs} ${action}`));
        note(ringing.start(cadence, SLOT, stopMs).map((action) => `${stopMs} ${action}`));
        note(runTo(ringing, stopMs + 60_000, lateMs));
        let onMs = 0;
        let sinceMs = 0;
        for (const [atMs, action] of marks) {
          if (action === "burst-on") sinceMs = atMs;
          if (action !== "burst-off") continue;
          expect(atMs - sinceMs).toBeLessThanOrEqual(limits.ringBurstMaxMs + lateMs + 1e-6);
          onMs += atMs - sinceMs;
        }
        const endMs = marks.filter(([, action]) => action === "burst-on").at(-1)?.[0] ?? 0;
        // All bursts before the last one that began, over all the time up to then.
        const cycleMs = pairs.reduce((sum, [on]) => sum + Math.min(on, 2000) + lateMs, 0);
        expect(onMs).toBeLessThanOrEqual(endMs * limits.ringDutyMax + cycleMs + 1e-6);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
