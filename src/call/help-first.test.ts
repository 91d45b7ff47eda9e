import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digit } from "../base/audio.ts";
import { createCallControl } from "./call-control.ts";
import {
  configOf,
  hang,
  invite,
  key,
  lift,
  lineEvent,
  play,
  type Step,
} from "./call-script.fixture.ts";
import type { CallConfig, Hotline } from "./call-types.ts";
import type { Choices } from "./policy/choices.ts";
import { ETSI_CODES, STAR_CODES } from "./policy/feature-codes.ts";

const HELP = ["112", "911", "11"];

/** Anything that a person may have chosen, sensible or not: a file may hold it. */
const choices: fc.Arbitrary<Choices> = fc.record({
  callWaiting: fc.boolean(),
  withholdsNumber: fc.boolean(),
  rejectsAnonymous: fc.boolean(),
  isLocked: fc.boolean(),
  blocked: fc.constantFrom([], ["102"]),
  speedDials: fc.dictionary(
    fc.constantFrom("1", "2", "9", "11", "91"),
    fc.constantFrom("102", "*69", "911"),
  ),
});
const WARM: Hotline = { number: "103", afterMs: 5000, otherwise: ["104"], tryMs: 5000 };

const configs: fc.Arbitrary<Partial<CallConfig>> = fc.record(
  {
    choices,
    digitMap: fc.constantFrom("[1-8]xx|9xx.T", "xx.|*xx.", "1[0-9]xx", "#xx"),
    featureCodes: fc.constantFrom(STAR_CODES, ETSI_CODES, {}),
    lock: fc.constantFrom({ pin: "4711" }, { pin: "112", allowed: "1xx" }),
    hotline: fc.constant(WARM),
    withholdCode: fc.constantFrom("*67", "141"),
    callBackCode: fc.constantFrom("*37", "5"),
    diversions: fc.constantFrom({ doNotDisturb: true }, {
      doNotDisturb: false,
      always: "102",
    } as const),
  },
  { requiredKeys: ["choices", "digitMap"] },
);

/** What may have happened at the telephone before. */
const before: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(..."0123456789*#").map((digit): Step => [key(digit as Digit)]),
  fc.constantFrom<Step>([lift], [hang], [4000], [60_000], [invite()]),
  fc.constant<Step>([lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 300 })]),
);

describe("whatever was chosen, configured or done before", () => {
  it("help is called when its number is dialled after lifting", () => {
    fc.assert(
      fc.property(
        configs,
        fc.array(before, { maxLength: 25 }),
        fc.constantFrom(...HELP),
        (changes, course, number) => {
          // A number for help that another one begins with waits for it.
          const control = createCallControl(configOf({ ...changes, emergencyNumbers: HELP }));
          play(control, [...course, [hang], [200_000], [hang], [200_000]]);
          play(control, [[lift], ...[...number].map((digit): Step => [key(digit as Digit)])]);
          if (number === "11") play(control, [[4000]]);
          expect(control.state).toMatchObject({
            kind: "calling",
            call: { to: number, emergency: true, direction: "out" },
          });
        },
      ),
    );
  });
});
