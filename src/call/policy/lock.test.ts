import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBarred, NO_TRIES, tryPin } from "./lock.ts";

const LOCK = { pin: "4711", allowed: "1xx|2x.T" };
const HELP = ["112", "911"];

describe("isBarred() of a locked telephone", () => {
  it.each([
    ["one that is allowed", "102", false],
    ["one that is allowed and might go on", "25", false],
    ["the beginning of one", "10", true],
    ["a longer one", "1022", true],
    ["another", "302", true],
    ["one for help", "911", false],
    ["one for help that is allowed", "112", false],
    ["nothing", "", true],
  ])("%s: %s, %s", (_, number, barred) => {
    expect(isBarred(number, true, { lock: LOCK, emergencyNumbers: HELP })).toBe(barred);
    expect(isBarred(number, false, { lock: LOCK, emergencyNumbers: HELP })).toBe(false);
    expect(isBarred(number, true, { emergencyNumbers: HELP })).toBe(false);
  });

  it("bars all but help where nothing is allowed, or what is allowed makes no sense", () => {
    for (const lock of [{ pin: "4711" }, { pin: "4711", allowed: "[" }]) {
      expect(isBarred("102", true, { lock, emergencyNumbers: HELP })).toBe(true);
      expect(isBarred("112", true, { lock, emergencyNumbers: HELP })).toBe(false);
    }
  });
});

describe("tryPin()", () => {
  it("looks at none for a quarter of an hour after three wrong ones in a row", () => {
    let tries = NO_TRIES;
    const keyed = (pin: string, nowMs: number): boolean | undefined => {
      const tried = tryPin(pin, LOCK, tries, nowMs);
      tries = tried.tries;
      return tried.isRight;
    };
    expect([keyed("1", 0), keyed("2", 0), keyed("4711", 0)]).toEqual([false, false, true]);
    expect([keyed("1", 9), keyed("2", 9), keyed("47110", 9)]).toEqual([false, false, false]);
    expect(keyed("4711", 9)).toBeUndefined();
    expect(keyed("4711", 900_008)).toBeUndefined();
    expect(keyed("1", 900_009)).toBe(false);
    expect(keyed("4711", 900_009)).toBe(true);
  });

  it("answers three wrong guesses in a quarter of an hour, in any order of tries", () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(400_000), pin: fc.nat(9999) }));
    fc.assert(
      fc.property(steps, (all) => {
        let [tries, nowMs] = [NO_TRIES, 0];
        const wrongAtMs: number[] = [];
        for (const { afterMs, pin } of all) {
          nowMs += afterMs;
          const tried = tryPin(String(pin), { pin: "no guess" }, tries, nowMs);
          tries = tried.tries;
          if (tried.isRight === false) wrongAtMs.push(nowMs);
        }
        for (const [at, third] of wrongAtMs.entries()) {
          if (at % 3 !== 2) continue;
          expect((wrongAtMs[at + 1] ?? Number.POSITIVE_INFINITY) - third).toBeGreaterThanOrEqual(
            900_000,
          );
        }
      }),
    );
  });
});
