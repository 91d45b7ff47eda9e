import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ringer, type RingerEvent } from "./ringer.ts";

/** Square wave of `volts` about `offset`; returns what the bell did, with times. */
function ring(options: {
  readonly hz: number;
  readonly volts: number;
  readonly halfCycles: number;
  readonly offset?: number;
}): readonly (RingerEvent & { readonly atMs: number })[] {
  const { hz, volts, halfCycles, offset = 0 } = options;
  const ringer = new Ringer();
  const events: (RingerEvent & { readonly atMs: number })[] = [];
  const take = (event: RingerEvent | undefined, atMs: number): void => {
    if (event !== undefined) events.push({ ...event, atMs });
  };
  take(ringer.change(offset - volts, -1000), -1000);
  let atMs = 0;
  for (let half = 0; half <= halfCycles; half++) {
    atMs = (half * 500) / hz;
    const dueMs = ringer.deadlineMs();
    if (dueMs !== undefined && dueMs < atMs) take(ringer.timeout(dueMs), dueMs);
    take(ringer.change(offset + (half % 2 === 0 ? volts : -volts), atMs), atMs);
  }
  const dueMs = ringer.deadlineMs();
  if (dueMs !== undefined) take(ringer.timeout(dueMs), dueMs);
  expect(ringer.deadlineMs()).toBeUndefined();
  return events;
}

const base = { hz: 20, volts: 72, halfCycles: 40 };

describe("Ringer.change()", () => {
  const rows: readonly (readonly [string, Parameters<typeof ring>[0], boolean])[] = [
    ["20 Hz, 72 V", base, true],
    ["25 Hz on an offset of -48 V", { ...base, hz: 25, offset: -48 }, true],
    ["50 Hz", { ...base, hz: 50 }, true],
    ["15 Hz", { ...base, hz: 15 }, true],
    ["14 Hz", { ...base, hz: 14 }, false],
    ["68 Hz", { ...base, hz: 68 }, true],
    ["70 Hz", { ...base, hz: 70 }, false],
    ["40 V", { ...base, volts: 40 }, true],
    ["39 V", { ...base, volts: 39 }, false],
    ["4 half cycles", { ...base, halfCycles: 4 }, true],
    ["3 half cycles", { ...base, halfCycles: 3 }, false],
    ["one battery reversal", { ...base, volts: 48, halfCycles: 0 }, false],
    ["dial pulses of another set", { hz: 10, volts: 20, halfCycles: 20 }, false],
  ];
  for (const [what, wave, rings] of rows) {
    it(`${rings ? "rings" : "does not ring"} with ${what}`, () => {
      const kinds = ring(wave).map((event) => event.kind);
      expect(kinds).toEqual(rings ? ["started", "stopped"] : []);
    });
  }

  it("starts after two cycles and stops 50 ms after the last swing, telling Hz and volts", () => {
    expect(ring({ hz: 25, volts: 65, halfCycles: 50 })).toEqual([
      { kind: "started", atMs: 80, ringHz: 25, ringVolts: 65 },
      { kind: "stopped", atMs: 1050 },
    ]);
  });

  it("never rings with steady voltages, whatever their height", () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: -150, max: 0 }), fc.nat(1000)), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(changes, (steps) => {
        const ringer = new Ringer();
        let atMs = 0;
        for (const [volts, forMs] of steps) {
          atMs += 34 + forMs; // longer than a half cycle of the lowest ringing
          expect(ringer.change(volts, atMs)).toBeUndefined();
        }
        expect(ringer.ringing).toBe(false);
      }),
    );
  });
});

describe("Ringer.disconnect()", () => {
  it("silences the bell at once and forgets the cycles so far", () => {
    const ringer = new Ringer();
    for (let half = 0; half < 8; half++) ringer.change(half % 2 === 0 ? 72 : -72, half * 25);
    expect(ringer.ringing).toBe(true);
    expect(ringer.disconnect()).toEqual({ kind: "stopped" });
    expect(ringer.disconnect()).toBeUndefined();
    expect(ringer.change(72, 200)).toBeUndefined();
    expect(ringer.change(-72, 225)).toBeUndefined();
    expect(ringer.ringing).toBe(false);
  });
});
