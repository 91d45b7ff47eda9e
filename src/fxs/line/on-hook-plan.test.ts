import { describe, expect, it } from "vitest";
import { callerIdScheme } from "../caller-id/schemes.ts";
import { planDisplay } from "./on-hook-plan.ts";

const TEXT = {
  number: "300",
  name: "Tea is ready",
  time: { month: 3, day: 14, hour: 15, minute: 9 },
} as const;
const ABLE = { onHookTransmission: true, reversal: true, openLoop: true } as const;

describe("planDisplay()", () => {
  it.each([
    ["bellcore", ABLE, "ring wait wait play wait"],
    ["etsi-fsk", ABLE, "ring wait wait play wait"],
    ["etsi-fsk-dt-as", ABLE, "play wait play wait"],
    ["etsi-fsk-lr-dt-as", ABLE, "reverse wait play wait play wait"],
    ["etsi-fsk-lr-dt-as", { ...ABLE, reversal: false }, "wait play wait play wait"],
    ["bellcore", { ...ABLE, onHookTransmission: false }, ""],
  ] as const)("by %s with %j is %s", (name, able, steps) => {
    const plan = planDisplay(TEXT, callerIdScheme(name), able);
    expect(plan.map(({ kind }) => kind).join(" ")).toBe(steps);
  });
});
