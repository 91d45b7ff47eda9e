import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STAR_CODES } from "./feature-codes.ts";
import { isBarred, misdialledShown, NO_TRIES, tryPin, withoutPin } from "./lock.ts";

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

const SIGNS = { lock: LOCK, featureCodes: STAR_CODES };

describe("withoutPin() of a text for the log", () => {
  it.each([
    ["the first star forgotten", "33*4711", "33*…"],
    ["both forgotten", "334711", "33…"],
    ["another code's digits", "*34*4711#", "*34*…#"],
    ["a star twice", "**33*4711#", "**33*…#"],
    ["a digit too many", "*3*47112#", "*3*…2#"],
    ["the PIN alone", "4711", "…"],
    ["the PIN twice", "*4711*4711", "*…*…"],
    ["a number that ends in it", "0304711", "0304711"],
    ["a number that begins with it", "47110", "47110"],
    ["digits of the code with others before", "1334711", "1334711"],
    ["a part of it", "33*471", "33*471"],
    ["its digits in another order", "*33*1147#", "*33*1147#"],
    ["nothing", "", ""],
  ])("%s: %s becomes %s", (_, number, shown) => {
    expect(withoutPin(`Calls ${number}.`, SIGNS)).toBe(`Calls ${shown}.`);
    expect(withoutPin(`Calls ${number}.`, {})).toBe(`Calls ${number}.`);
  });

  it("knows the code for the lock of the configuration, or none", () => {
    const codes = { lock: "*5*P#", unlock: "" };
    expect(withoutPin("54711 334711", { lock: LOCK, featureCodes: codes })).toBe("5… 334711");
    expect(withoutPin("334711 *4711", { lock: LOCK })).toBe("334711 *…");
  });

  it("leaves no PIN beside a star or a pound sign, and takes nothing but PINs", () => {
    const keys = fc.string({ unit: fc.constantFrom(..."0147*# "), maxLength: 12 });
    fc.assert(
      fc.property(keys, keys, (before, after) => {
        const text = `${before}4711${after}`;
        const shown = withoutPin(text, SIGNS);
        expect(shown.replaceAll("…", "4711")).toBe(text);
        for (const keyed of shown.match(/[0-9*#]+/g) ?? []) {
          if (/[*#]/.test(keyed)) expect(keyed).not.toContain("4711");
        }
      }),
    );
  });
});

describe("misdialledShown()", () => {
  it.each([
    ["the code's digits, no PIN", "*33*47", "*33*…"],
    ["a wrong PIN behind a wrong code", "*3*4712", "*3*…"],
    ["a PIN that is too long", "34*471247124#", "34*…#"],
    ["fewer digits than a PIN has", "*3*471", "*3*471"],
    ["digits alone", "994712", "994712"],
    ["a code without digits", "**#", "**#"],
  ])("%s: %s becomes %s", (_, digits, shown) => {
    expect(misdialledShown(digits, SIGNS)).toBe(shown);
  });

  it("shows all where the line has no lock, but for what follows a code for it", () => {
    expect(misdialledShown("*3*4711#", { featureCodes: STAR_CODES })).toBe("*3*4711#");
    expect(misdialledShown("*33*4711#", { featureCodes: STAR_CODES })).toBe("*33*…");
    expect(misdialledShown("*33*4711#", {})).toBe("*33*4711#");
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
