import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HookConfig, HookMachine, type HookSign } from "./hook.ts";

const CONFIG: HookConfig = {
  offHookMinMs: 30,
  onHookMinMs: 400,
  flashMinMs: 90,
  flashMaxMs: 310,
  breakMinMs: 15,
  breakMaxMs: 120,
  interDigitMs: 200,
};

/** When the telephone of the rows below is lifted, ms. */
const LIFT_MS = 1000;
/** When its first break begins, ms. */
const BREAK_MS = 2000;

interface Row {
  readonly dialing?: boolean;
  /** Lengths of break, make, break … from `BREAK_MS` on, ms. */
  readonly partsMs: readonly number[];
  /** How long the last level lasts until the machine is asked, ms. */
  readonly lastMs?: number;
  readonly config?: Partial<HookConfig>;
}

/** The signs after the telephone was lifted. */
function signsOf(row: Row): readonly HookSign[] {
  const machine = new HookMachine({ ...CONFIG, ...row.config }, 0);
  machine.expectPulses(row.dialing ?? false);
  const signs = [...machine.edge(true, LIFT_MS)];
  let atMs = BREAK_MS;
  let closed = false;
  for (const partMs of row.partsMs) {
    signs.push(...machine.edge(closed, atMs));
    atMs += partMs;
    closed = !closed;
  }
  signs.push(...machine.edge(closed, atMs), ...machine.watermark(atMs + (row.lastMs ?? 5000)));
  expect(signs[0]).toEqual({ kind: "off-hook", atMs: LIFT_MS });
  return signs.slice(1);
}

const flash = (durationMs: number): HookSign => ({ kind: "flash", atMs: BREAK_MS, durationMs });
const firstBreak: HookSign = { kind: "first-break", atMs: BREAK_MS };
const noPulse = (atMs: number): HookSign => ({ kind: "no-pulse", atMs });
const onHook = (atMs: number): HookSign => ({ kind: "on-hook", atMs });
const pulses = (count: number, atMs: number): HookSign => ({ kind: "pulses", atMs, pulses: count });

describe("HookMachine", () => {
  const talking: readonly [number, readonly HookSign[]][] = [
    [5, []],
    [60, []],
    [89, []],
    [90, [flash(90)]],
    [200, [flash(200)]],
    [309, [flash(309)]],
    [310, []],
    [399, []],
    [400, [onHook(BREAK_MS), { kind: "off-hook", atMs: BREAK_MS + 400 }]],
    [900, [onHook(BREAK_MS), { kind: "off-hook", atMs: BREAK_MS + 900 }]],
  ];
  for (const [breakMs, expected] of talking) {
    it(`makes of a break of ${breakMs} ms in talk ${expected[0]?.kind ?? "nothing"}`, () => {
      expect(signsOf({ partsMs: [breakMs] })).toEqual(expected);
    });
  }

  const dialing: readonly [number, readonly HookSign[]][] = [
    [5, []],
    [14, [firstBreak, noPulse(BREAK_MS + 14)]],
    [15, [firstBreak, pulses(1, BREAK_MS + 15)]],
    [61, [firstBreak, pulses(1, BREAK_MS + 61)]],
    [119, [firstBreak, pulses(1, BREAK_MS + 119)]],
    [120, [firstBreak, noPulse(BREAK_MS + 120), flash(120)]],
    [309, [firstBreak, noPulse(BREAK_MS + 309), flash(309)]],
    [310, [firstBreak, noPulse(BREAK_MS + 310)]],
    [399, [firstBreak, noPulse(BREAK_MS + 399)]],
  ];
  for (const [breakMs, expected] of dialing) {
    it(`makes of a break of ${breakMs} ms while dialing ${expected.at(-1)?.kind}`, () => {
      expect(signsOf({ dialing: true, partsMs: [breakMs] })).toEqual(expected);
    });
  }

  it("takes the flash window's end as on-hook where it is later than the on-hook time", () => {
    const config = { flashMinMs: 300, flashMaxMs: 1000 };
    expect(signsOf({ config, partsMs: [999] })).toEqual([flash(999)]);
    expect(signsOf({ config, partsMs: [1000] })[0]).toEqual(onHook(BREAK_MS));
  });

  const gaps: readonly [number, readonly number[]][] = [
    [199, [2]],
    [200, [1, 1]],
    [700, [1, 1]],
  ];
  for (const [gapMs, counts] of gaps) {
    it(`counts pulses ${gapMs} ms apart as ${counts.length} digit(s)`, () => {
      const signs = signsOf({ dialing: true, partsMs: [60, gapMs, 60] });
      const counted = signs.flatMap((sign) => (sign.kind === "pulses" ? [sign.pulses] : []));
      expect(counted).toEqual(counts);
    });
  }

  it("drops a digit's pulses at a break that is none", () => {
    const partsMs = [60, 40, 60, 40, 250];
    const signs = signsOf({ dialing: true, partsMs });
    expect(signs.map((sign) => sign.kind)).toEqual(["first-break", "no-pulse", "flash"]);
  });

  it("keeps a digit's pulses over a break too short for one", () => {
    const signs = signsOf({ dialing: true, partsMs: [60, 20, 10, 10, 60] });
    expect(signs.map((sign) => sign.kind)).toEqual(["first-break", "pulses"]);
    expect(signs.at(-1)).toMatchObject({ pulses: 2 });
  });

  it("hangs up in the middle of a digit without a digit", () => {
    const machine = new HookMachine(CONFIG, 0);
    machine.edge(true, 0);
    machine.expectPulses(true);
    const edges: readonly [boolean, number][] = [
      [false, 1000],
      [true, 1060],
      [false, 1100],
    ];
    const signs = edges.flatMap(([closed, atMs]) => machine.edge(closed, atMs));
    signs.push(...machine.watermark(1500));
    expect(signs.map((sign) => sign.kind)).toEqual(["off-hook", "first-break", "on-hook"]);
  });

  it("finishes a digit that began before pulses were no longer expected", () => {
    const machine = new HookMachine(CONFIG, 0);
    machine.edge(true, 0);
    machine.expectPulses(true);
    const signs = [...machine.edge(false, 1000), ...machine.edge(true, 1060)];
    machine.expectPulses(false);
    signs.push(
      ...machine.edge(false, 1100),
      ...machine.edge(true, 1160),
      ...machine.watermark(1360),
    );
    expect(signs.at(-1)).toEqual(pulses(2, 1160));
  });

  const lifts: readonly [string, readonly number[], readonly HookSign[]][] = [
    ["a closure of 29 ms", [0, 29], []],
    ["a closure of 30 ms", [0, 30], [{ kind: "off-hook", atMs: 0 }]],
    ["a hook contact that bounces 16 ms", [0, 8, 16], [{ kind: "off-hook", atMs: 16 }]],
    ["a dial contact's bounce", [0, 2, 4], [{ kind: "off-hook", atMs: 0 }]],
  ];
  for (const [name, edgesMs, expected] of lifts) {
    it(`makes of ${name} ${expected[0]?.kind ?? "nothing"}`, () => {
      const machine = new HookMachine(CONFIG, 0);
      const signs = edgesMs.flatMap((atMs, index) => machine.edge(index % 2 === 0, atMs));
      // A second of loop as it is: less than on-hook would take for the row that opens again.
      expect([...signs, ...machine.watermark(330)]).toEqual(expected);
    });
  }

  it("watermarkWantedMs() names each next decision, and none at rest", () => {
    const machine = new HookMachine(CONFIG, 0);
    expect(machine.watermarkWantedMs()).toBeUndefined();
    machine.edge(true, 100);
    expect(machine.watermarkWantedMs()).toBe(106);
    machine.watermark(106);
    expect(machine.watermarkWantedMs()).toBe(130);
    machine.watermark(130);
    expect(machine.watermarkWantedMs()).toBeUndefined();
    machine.edge(false, 1000);
    machine.watermark(1006);
    expect(machine.watermarkWantedMs()).toBe(1400);
  });

  it("watermarkWantedMs() asks nothing of a hidden hook but its end", () => {
    const machine = new HookMachine(CONFIG, 0);
    machine.edge(true, 100);
    machine.watermark(130);
    machine.edge(false, 200);
    machine.watermark(210);
    machine.setRegime("blind", 220);
    expect(machine.watermarkWantedMs()).toBe(220);
    machine.watermark(220);
    expect(machine.watermarkWantedMs()).toBeUndefined();
    machine.setRegime("watch", 700);
    expect(machine.watermarkWantedMs()).toBe(700);
  });

  it("watermark() never answers what it asked for with the same question", () => {
    const step = fc.record({ kind: fc.integer({ min: 0, max: 9 }), ms: fc.integer({ max: 400 }) });
    const run = (steps: readonly { kind: number; ms: number }[]) => {
      const machine = new HookMachine(CONFIG, 0);
      let nowMs = 0;
      let closed = false;
      for (const { kind, ms } of steps) {
        nowMs += Math.abs(ms) % 400;
        if (kind === 0) machine.setRegime("blind", nowMs);
        else if (kind === 1) machine.setRegime("watch", nowMs + 80);
        else if (kind === 2) machine.setRegime("ringing", nowMs);
        else if (kind === 3) machine.expectPulses(ms % 2 === 0);
        else {
          closed = !closed;
          machine.edge(closed, nowMs);
        }
        for (let rounds = 0; ; rounds++) {
          const wantedMs = machine.watermarkWantedMs();
          if (wantedMs === undefined || wantedMs > nowMs) break;
          expect(rounds).toBeLessThan(10);
          machine.watermark(wantedMs);
        }
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), run), { numRuns: 300 });
  });
});
