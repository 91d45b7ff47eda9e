import { describe, expect, it } from "vitest";
import type { SimObservation } from "../../base/sim-messages.ts";
import type { BoxEvent, LineStatus } from "../../gateway/control/box-events.ts";
import { isLoggable, tellBox, tellLine, tellPhone } from "./plain-words.ts";

describe("tellPhone()", () => {
  it.each<[SimObservation, string | undefined]>([
    [{ kind: "ringing-started" }, "phone 2 rings"],
    [{ kind: "ringing-stopped" }, undefined],
    [{ kind: "caller-id", number: "101" }, "phone 2: its display shows 101"],
    [{ kind: "caller-id", number: "101", name: "Ann" }, "phone 2: its display shows 101 Ann"],
    [{ kind: "caller-id" }, "phone 2: its display shows no number"],
    [{ kind: "caller-id-bad" }, "phone 2: its display got a garbled caller ID and shows nothing"],
    [{ kind: "tone", name: "dial-tone" }, "phone 2 hears dial tone"],
    [{ kind: "tone", name: "hum" }, "phone 2 hears hum"],
    [{ kind: "dialed", digits: "102" }, "phone 2 has dialled 102"],
    [{ kind: "said" }, "phone 2 has finished speaking"],
    [{ kind: "line-dead" }, "phone 2: the line goes dead for a moment"],
  ])("puts %j into words", (observed, words) => {
    expect(tellPhone({ kind: "phone", line: 2, atMs: 0, observed })).toBe(words);
  });

  it("tells a refusal, and keeps what is no news to itself", () => {
    expect(tellPhone({ kind: "refused", line: 1, reason: "lift it first" })).toBe(
      "phone 1: lift it first",
    );
    expect(tellPhone({ kind: "advanced" })).toBeUndefined();
  });
});

describe("tellBox()", () => {
  const who = { line: 1, user: "101" } as const;
  it.each<[BoxEvent, string | undefined]>([
    [{ kind: "registered", ...who, server: "pbx:5060" }, "line 1 is registered as 101 at pbx:5060"],
    [
      {
        kind: "registration-failed",
        ...who,
        server: "pbx",
        reason: "403 Forbidden",
        retryMs: 5000,
      },
      "line 1 could not register at pbx: 403 Forbidden (check its number and password); " +
        "trying again in 5 s",
    ],
    [
      { kind: "registration-failed", ...who, server: "pbx", reason: "503 Busy" },
      "line 1 could not register at pbx: 503 Busy",
    ],
    [{ kind: "line-failed", line: 3, reason: "no pin" }, "line 3 is out of order: no pin"],
    [{ kind: "line-ready", line: 1 }, undefined],
    [
      { kind: "line", line: 1, event: { kind: "digit", atMs: 0, digit: "#", source: "dtmf" } },
      "line 1: digit #",
    ],
    [{ kind: "line", line: 1, event: { kind: "off-hook", atMs: 0 } }, undefined],
  ])("puts %j into words", (event, words) => {
    expect(tellBox(event)).toBe(words);
  });
});

describe("isLoggable()", () => {
  it("keeps single keys from a log, and nothing else", () => {
    const digit = { kind: "digit", atMs: 0, digit: "4", source: "dtmf" } as const;
    expect(isLoggable({ kind: "line", line: 1, event: digit })).toBe(false);
    const flash = { kind: "hook-flash", atMs: 0, durationMs: 90 } as const;
    expect(isLoggable({ kind: "line", line: 1, event: flash })).toBe(true);
    expect(isLoggable({ kind: "line-ready", line: 1 })).toBe(true);
  });
});

describe("tellLine()", () => {
  const line: LineStatus = {
    line: 1,
    user: "101",
    hardware: "ready",
    hook: "off-hook",
    registration: "registered",
    server: "pbx",
    call: "talking",
  };
  const level = { meanDbm0: -30, peakDbm0: -9 };
  it.each<[Partial<LineStatus>, string]>([
    [{}, "line 1 (101): off-hook, talking, registered at pbx"],
    [
      { registration: "failed", hardware: "opening" },
      "line 1 (101): off-hook, talking, not registered at pbx, hardware opening",
    ],
    [
      { levels: { said: { ...level, activeDbm0: -19.6 }, heard: level } },
      "line 1 (101): off-hook, talking, registered at pbx; says -20 dBm0, hears nothing of late",
    ],
    [
      { mos: 4.41 },
      "line 1 (101): off-hook, talking, registered at pbx; the far end is heard at MOS 4.4",
    ],
    [
      { xruns: { count: 1, lostMs: 120 } },
      "line 1 (101): off-hook, talking, registered at pbx; its sound broke off once",
    ],
    [
      { xruns: { count: 3, lostMs: 0 } },
      "line 1 (101): off-hook, talking, registered at pbx; its sound broke off 3 times",
    ],
  ])("puts %j into words", (change, words) => {
    expect(tellLine({ ...line, ...change })).toBe(words);
  });
});
