import { describe, expect, it } from "vitest";
import { steady } from "../tones/tone.ts";
import type { CountryProfile } from "./profile.ts";
import { type DeepPartial, resolveCountry } from "./resolve.ts";

function resolved(code: string, overrides: DeepPartial<CountryProfile>): CountryProfile {
  const result = resolveCountry(code, overrides);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Overrides as they come from a file: of any shape. */
function fault(overrides: unknown): unknown {
  // What is tested is how values of any kind are refused.
  const result = resolveCountry("us", overrides as DeepPartial<CountryProfile>);
  if (result.ok) return undefined;
  return result.error.kind === "bad-value" ? result.error.path : result.error;
}

describe("resolveCountry()", () => {
  it("gives the country's own values where nothing is overridden", () => {
    expect(resolved("de", {}).flash).toMatchObject({ minMs: 70, maxMs: 310 });
  });

  it("overrides one value, keeps the rest, and says who did it", () => {
    const { flash, pulse } = resolved("us", { flash: { minMs: 100 } });
    expect(flash).toMatchObject({ minMs: 100, maxMs: 1000, verified: false });
    expect(flash.source).toContain("changed by the user");
    expect(pulse.source).not.toContain("user");
  });

  it("takes the user's own source and word for it", () => {
    const mine = { minMs: 100, source: "measured here", verified: true };
    expect(resolved("us", { flash: mine }).flash).toMatchObject(mine);
  });

  it("replaces a cadence, a tone and a scheme as a whole, and adds a named cadence", () => {
    const profile = resolved("us", {
      ringing: { cadenceMs: [500, 500], distinctive: { mine: [300, 300] } },
      tones: { table: { busy: steady([400], -10) } },
      callerId: { scheme: "bellcore-sdmf", transport: { delayMs: 700 } },
    });
    expect(profile.ringing.cadenceMs).toEqual([500, 500]);
    expect(profile.ringing.distinctive["mine"]).toEqual([300, 300]);
    expect(profile.ringing.distinctive["bellcore-r1"]).toEqual([2000, 4000]);
    expect(profile.tones.table.busy).toEqual(steady([400], -10));
    expect(profile.callerId.message.kind).toBe("sdmf");
    expect(profile.callerId.transport).toMatchObject({ delayMs: 700, guardMs: 200 });
  });

  it("does not change the table it began with", () => {
    resolved("us", { ringing: { frequencyHz: 25, distinctive: { mine: [300, 300] } } });
    expect(resolved("us", {}).ringing.frequencyHz).toBe(20);
    expect(resolved("us", {}).ringing.distinctive["mine"]).toBeUndefined();
  });

  it("passes on which country was probably meant", () => {
    const error = { kind: "unknown-country", suggestion: "us" };
    expect(resolveCountry("usa")).toEqual({ ok: false, error });
  });

  const tone = (segments: unknown, repeatFrom?: number) => ({
    tones: { table: { busy: { segments, ...(repeatFrom === undefined ? {} : { repeatFrom }) } } },
  });
  const beep = { frequenciesHz: [400], levelDbm0: -10, durationMs: 100 };
  const bad: readonly [string, unknown, string][] = [
    ["an unknown setting", { flashing: 1 }, "flashing"],
    ["an unknown value of a group", { flash: { min: 1 } }, "flash.min"],
    ["another code", { code: "xx" }, "code"],
    ["text for a number", { flash: { minMs: "90" } }, "flash.minMs"],
    ["a number for a group", { flash: 90 }, "flash"],
    ["a list for a group", { flash: [] }, "flash"],
    ["no object at all", 5, "country"],
    ["a flash window that is none", { flash: { minMs: 1000 } }, "flash.minMs"],
    ["a pulse window that is none", { pulse: { breakMinMs: 120 } }, "pulse.breakMinMs"],
    ["pulses longer than a hang-up", { pulse: { breakMaxMs: 1001 } }, "pulse.breakMaxMs"],
    ["a time of nothing", { hook: { offHookMinMs: 0 } }, "hook.offHookMinMs"],
    ["a time without end", { hook: { onHookMinMs: 60_001 } }, "hook.onHookMinMs"],
    ["no number", { hook: { onHookMinMs: Number.NaN } }, "hook.onHookMinMs"],
    ["digits that fall apart", { pulse: { interDigitMs: 69 } }, "pulse.interDigitMs"],
    ["an unknown dial", { pulse: { digitMap: "oslo" } }, "pulse.digitMap"],
    ["a bell of 14 Hz", { ringing: { frequencyHz: 14 } }, "ringing.frequencyHz"],
    ["a bell of 69 Hz", { ringing: { frequencyHz: 69 } }, "ringing.frequencyHz"],
    ["half a cadence", { ringing: { cadenceMs: [500] } }, "ringing.cadenceMs"],
    ["no cadence", { ringing: { cadenceMs: [] } }, "ringing.cadenceMs"],
    ["a flicker", { ringing: { cadenceMs: [99, 500] } }, "ringing.cadenceMs"],
    ["a named cadence of text", { ringing: { distinctive: { a: "x" } } }, "ringing.distinctive.a"],
    ["no segments", tone([]), "tones.table.busy"],
    ["segments of numbers", tone([1]), "tones.table.busy.segments.0"],
    ["a tone of text", { tones: { table: { busy: "beep" } } }, "tones.table.busy"],
    ["a repeat from nowhere", tone([beep], 1), "tones.table.busy.repeatFrom"],
    [
      "an endless part in a repeat",
      tone([{ ...beep, durationMs: undefined }], 0),
      "tones.table.busy.segments.0",
    ],
    ["a shrill tone", tone([{ ...beep, frequenciesHz: [4000] }]), "tones.table.busy.segments.0"],
    [
      "a modulation that is none",
      tone([{ ...beep, modulation: { rateHz: 201, depth: 0.9 } }]),
      "tones.table.busy.segments.0.modulation",
    ],
    [
      "more modulation than there is sound",
      tone([{ ...beep, modulation: { rateHz: 25, depth: 1.1 } }]),
      "tones.table.busy.segments.0.modulation",
    ],
    [
      "a modulation of text",
      tone([{ ...beep, modulation: "deep" }]),
      "tones.table.busy.segments.0.modulation",
    ],
    ["a loud tone", tone([{ ...beep, levelDbm0: 4 }]), "tones.table.busy.segments.0"],
    ["an unknown modem", { callerId: { signal: { modem: "v21" } } }, "callerId.signal.modem"],
    [
      "a seizure without end",
      { callerId: { signal: { seizureBits: 4001 } } },
      "callerId.signal.seizureBits",
    ],
    [
      "a name without end",
      { callerId: { message: { nameLimit: 121 } } },
      "callerId.message.nameLimit",
    ],
    ["a modem of touch-tones", { callerId: { signal: { onMs: 70 } } }, "callerId.signal.onMs"],
    [
      "digits that tell of a caller at once",
      { callerId: { scheme: "dtmf-sweden", signal: { onMs: 39 } } },
      "callerId.signal.onMs",
    ],
    [
      "letters that no key has",
      { callerId: { scheme: "dtmf-sweden", message: { start: "E" } } },
      "callerId.message.start",
    ],
    [
      "a step that is none",
      { callerId: { transport: { lead: [{ kind: "wink" }] } } },
      "callerId.transport.lead.0.kind",
    ],
    [
      "a ring pulse that is a ring",
      { callerId: { transport: { lead: [{ kind: "ring", ms: 2001 }] } } },
      "callerId.transport.lead.0.ms",
    ],
    [
      "the same parameter twice",
      { callerId: { message: { parameters: ["time", "time"] } } },
      "callerId.message.parameters",
    ],
    ["an unknown lamp", { callerId: { lamp: { by: "candle" } } }, "callerId.lamp.by"],
    [
      "an answer by a digit",
      { callerId: { waiting: { ackDigits: ["5"] } } },
      "callerId.waiting.ackDigits",
    ],
    ["auto beside others", { callerId: { also: ["auto"] } }, "callerId.also"],
    ["every voice for a digit", { dtmf: { minLevelDbm0: -46 } }, "dtmf.minLevelDbm0"],
    ["the next key for a digit", { dtmf: { offsetMaxPercent: 3.6 } }, "dtmf.offsetMaxPercent"],
    ["a bell of 101 V", { ringing: { voltsRms: 101 } }, "ringing.voltsRms"],
    ["a bell of triangles", { ringing: { shape: "triangle" } }, "ringing.shape"],
    ["an open loop of 11 s", { supervision: { openLoopMs: 11_000 } }, "supervision.openLoopMs"],
    [
      "metering without a pause",
      { supervision: { metering: { everyMs: 999 } } },
      "supervision.metering.everyMs",
    ],
    [
      "metering by a voice",
      { supervision: { metering: { frequencyHz: 1000 } } },
      "supervision.metering.frequencyHz",
    ],
    ["a number for a number", { emergency: { numbers: [911] } }, "emergency.numbers"],
    ["letters for a number", { emergency: { numbers: ["nine"] } }, "emergency.numbers"],
    ["a number that is none of them", { emergency: { shared: ["1121"] } }, "emergency.shared"],
    ["a key of the language", JSON.parse('{"__proto__":{"x":1}}'), "__proto__"],
    [
      "such a key among the cadences",
      JSON.parse('{"ringing":{"distinctive":{"__proto__":[100,100]}}}'),
      "ringing.distinctive.__proto__",
    ],
  ];
  it("names the caller-ID scheme that there is not", () => {
    const error = { kind: "unknown-caller-id", name: "bellcor" };
    expect(fault({ callerId: { scheme: "bellcor" } })).toEqual(error);
    expect(fault({ callerId: { scheme: "__proto__" } })).toMatchObject({ name: "__proto__" });
  });

  for (const [name, overrides, path] of bad) {
    it(`refuses ${name}`, () => {
      expect(fault(overrides)).toBe(path);
    });
  }

  const fine: readonly [string, unknown][] = [
    ["a flash window as narrow as can be", { flash: { minMs: 999 } }],
    ["the slowest and fastest bell", { ringing: { frequencyHz: 15 } }],
    ["the shortest part of a cadence", { ringing: { cadenceMs: [100, 100] } }],
    ["a tone that ends", tone([beep])],
    ["a tone that repeats", tone([beep], 0)],
    ["a tone that is modulated", tone([{ ...beep, modulation: { rateHz: 200, depth: 1 } }])],
    ["each scheme by its name", { callerId: { scheme: "auto" } }],
    ["the longest ring pulse", { callerId: { transport: { lead: [{ kind: "ring", ms: 2000 }] } } }],
    ["nothing for a setting", { flash: { minMs: undefined } }],
  ];
  for (const [name, overrides] of fine) {
    it(`takes ${name}`, () => {
      expect(fault(overrides)).toBeUndefined();
    });
  }
});
