import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cadenceFromAlertInfo, ringCadence } from "./ring-cadence.ts";

describe("cadenceFromAlertInfo()", () => {
  it.each([
    ["<http://127.0.0.1/Bellcore-dr2>", "bellcore-r2"],
    ["<Bellcore-dr8>", "bellcore-r8"],
    ["Bellcore-r5", "bellcore-r5"],
    ["<http://pbx/x>;info=Bellcore-dr3", "bellcore-r3"],
    ["<http://www.notused.com>;info=alert-external;x-line-id=0", "alert-external"],
    ['<sip:pbx>; info="Door"', "door"],
    ["alert-internal", "alert-internal"],
    ["<http://example.com/sounds/alarm>", "alarm"],
    ["<http://127.0.0.1/Bellcore-dr9>", "bellcore-dr9"],
    ["<http://127.0.0.1/ring.wav>", undefined],
    ["", undefined],
    ["<>", undefined],
  ])("makes of %s %s", (value, name) => {
    expect(cadenceFromAlertInfo(value)).toBe(name);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const name = cadenceFromAlertInfo(text);
        expect(name === undefined || /^[\w-]{1,32}$/.test(name)).toBe(true);
      }),
    );
  });
});

describe("ringCadence()", () => {
  const rules = [
    { caller: "0912*", cadence: "mobile" },
    { caller: "+98 (21) 555", cadence: "office" },
  ];

  it.each([
    ["09121234567", [], "mobile"],
    ["0912", [], "mobile"],
    ["0911", [], undefined],
    ["+9821555", [], "office"],
    ["+98215551", [], undefined],
    ["09121234567", ["Bellcore-dr2"], "mobile"],
    ["101", ["Bellcore-dr2"], "bellcore-r2"],
    ["101", ["<http://x/y.wav>", "Bellcore-dr3"], "bellcore-r3"],
    ["101", ["<a.b>", "<a.b>", "<a.b>", "<a.b>", "Bellcore-dr3"], undefined],
  ] as const)("rings for %s with %j in %s", (caller, alertInfo, cadence) => {
    expect(ringCadence(rules, caller, alertInfo)).toBe(cadence);
  });

  it("rings for everybody in a rule's cadence where its caller is *", () => {
    expect(ringCadence([{ caller: "*", cadence: "soft" }], "", [])).toBe("soft");
  });
});
