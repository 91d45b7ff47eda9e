import { describe, expect, it } from "vitest";
import { GPIO_SLIC_PROFILES, overrideProfile } from "./gpio-slic-profiles.ts";

describe("GPIO_SLIC_PROFILES", () => {
  it.each(Object.entries(GPIO_SLIC_PROFILES))("%s rests F/R for 10 ms or more", (_, profile) => {
    expect(profile.ringEndHoldMs).toBeGreaterThan(10);
    expect(profile.ringEndHoldMs).toBeLessThan(500);
    expect(profile.ringMinHz).toBeLessThan(profile.ringMaxHz);
  });

  it("drives PD of an unverified chip not at all, and never high that of an Ag1171", () => {
    expect(GPIO_SLIC_PROFILES.ag1171.powerDown.kind).toBe("open-drain-active-low");
    for (const profile of [GPIO_SLIC_PROFILES.ag1170, GPIO_SLIC_PROFILES.ks0835f]) {
      expect([profile.verified, profile.powerDown.kind]).toEqual([false, "none"]);
    }
  });
});

describe("overrideProfile()", () => {
  const base = GPIO_SLIC_PROFILES.ks0835f;

  it("leaves what is not named", () => {
    expect(overrideProfile(base, {})).toEqual(base);
  });

  it.each([
    [{ frIdle: "low" }, { frIdleLevel: 0 }],
    [{ frIdle: "high" }, { frIdleLevel: 1 }],
    [{ shkOffHook: "low" }, { shkOffHookLevel: 0 }],
    [{ powerDown: "active-high" }, { powerDown: { kind: "active-high" } }],
    [{ opensLoopByPowerDown: true }, { opensLoopByPowerDown: true }],
    [
      { ringDutyMax: 0.5, ringBurstMaxMs: 4000 },
      { ringDutyMax: 0.5, ringBurstMaxMs: 4000 },
    ],
    [
      { ringMinHz: 16, ringMaxHz: 50 },
      { ringMinHz: 16, ringMaxHz: 50 },
    ],
    [{ ringEndHoldMs: 20 }, { ringEndHoldMs: 20 }],
  ] as const)("%j", (overrides, changed) => {
    expect(overrideProfile(base, overrides)).toEqual({ ...base, ...changed });
  });
});
