import { describe, expect, it } from "vitest";
import type { CallerId } from "../../base/line-messages.ts";
import { callerIdSignal } from "../caller-id/caller-id-signal.ts";
import { type CallerIdName, callerIdScheme } from "../caller-id/schemes.ts";
import { signalDurationMs } from "../caller-id/signal.ts";
import type { CountryProfile } from "../country/profile.ts";
import type { LineCapabilities } from "./line-types.ts";
import { CALLER, RungLine, US_PROFILE } from "./rung-line.fixture.ts";

function countryWith(name: CallerIdName): CountryProfile {
  return { ...US_PROFILE, callerId: { ...US_PROFILE.callerId, ...callerIdScheme(name) } };
}

function rungBy(
  name: CallerIdName,
  able: Partial<LineCapabilities> = {},
  callerId: CallerId = CALLER,
): RungLine {
  return new RungLine(callerId, able, countryWith(name));
}

/** How long the message of CALLER takes by a scheme, ms. */
function messageMs(name: CallerIdName): number {
  return signalDurationMs(callerIdSignal(CALLER, callerIdScheme(name)));
}

const fsk = messageMs("etsi-fsk");
const bt = messageMs("bt");
const digits = messageMs("dtmf-sweden");

describe("createLine() caller ID before ringing", () => {
  const rows: readonly [CallerIdName, readonly (readonly [number, string])[]][] = [
    [
      "etsi-fsk-dt-as",
      [
        [0, "transmission on"],
        [0, "audio on"],
        [0, "alert"],
        [160, "play-signal"],
        [160 + fsk, "audio off"],
        [460 + fsk, "transmission off"],
        [460 + fsk, "ring"],
      ],
    ],
    [
      "etsi-fsk-lr-dt-as",
      [
        [0, "transmission on"],
        [0, "reverse"],
        [150, "audio on"],
        [150, "alert"],
        [310, "play-signal"],
        [310 + fsk, "audio off"],
        [610 + fsk, "transmission off"],
        [610 + fsk, "forward"],
        [610 + fsk, "ring"],
      ],
    ],
    [
      "etsi-fsk-rp-as",
      [
        [0, "transmission on"],
        [0, "transmission off"],
        [0, "ring"],
        [250, "quiet"],
        [250, "transmission on"],
        [850, "audio on"],
        [850, "play-signal"],
        [850 + fsk, "audio off"],
        [1150 + fsk, "transmission off"],
        [1150 + fsk, "ring"],
      ],
    ],
    [
      "bt",
      [
        [0, "transmission on"],
        [0, "reverse"],
        [300, "audio on"],
        [300, "alert"],
        [550, "play-signal"],
        [550 + bt, "audio off"],
        [950 + bt, "transmission off"],
        [950 + bt, "forward"],
        [950 + bt, "ring"],
      ],
    ],
    [
      "dtmf-sweden",
      [
        [0, "transmission on"],
        [0, "reverse"],
        [250, "audio on"],
        [250, "5 digits"],
        [250 + digits, "audio off"],
        [550 + digits, "transmission off"],
        [550 + digits, "forward"],
        [550 + digits, "ring"],
      ],
    ],
  ];
  for (const [name, expected] of rows) {
    it(`goes by ${name}: sign, data, then ringing`, () => {
      const rung = rungBy(name).runTo(1000 + 2000 + fsk);
      const until = expected.length;
      expect(rung.log.slice(0, until)).toEqual(
        expected.map(([ms, word]) => `${1000 + ms} ${word}`),
      );
      expect(rung.events.map(({ kind }) => kind)).toEqual(["caller-id-sent"]);
    });
  }

  it("leaves out what the card cannot do", () => {
    const rung = rungBy("bt", { reversal: false }).runTo(1400);
    expect(rung.log).toEqual(["1000 transmission on", "1300 audio on", "1300 alert"]);
    expect(rungBy("bt", { onHookTransmission: false }).log).toEqual(["1000 ring"]);
  });

  it("rings at once where the scheme has no word for an unknown number", () => {
    const { time } = CALLER;
    expect(rungBy("dtmf-taiwan", {}, { absence: "private", time }).log).toEqual(["1000 ring"]);
    expect(rungBy("dtmf-sweden", {}, { absence: "private", time }).log).not.toContain("1000 ring");
  });

  it("tells by each of the ways that auto stands for", () => {
    const rung = rungBy("auto").runTo(12_000);
    const words = rung.log.map((line) => line.replace(/^\S+ /, ""));
    const told = words.filter((word) => /digits|alert|play-signal|^ring$/.test(word));
    expect(told).toEqual(["5 digits", "alert", "play-signal", "ring", "play-signal", "ring"]);
  });

  it("takes a receiver lifted meanwhile for an answer, and stops", () => {
    const rung = rungBy("bt").loop(true, 1600).runTo(9000);
    expect(rung.events).toEqual([{ kind: "ring-trip", atMs: 1600 }]);
    expect(rung.log.slice(-4)).toEqual([
      "1550 play-signal",
      "1630 signal-off",
      "1630 transmission off",
      "1630 forward",
    ]);
  });

  it("is silent and forward again when the caller gives up meanwhile", () => {
    const rung = rungBy("etsi-fsk-lr-dt-as").tell(1200, { kind: "stop-ringing" }).runTo(30_000);
    expect(rung.log.slice(-4)).toEqual([
      "1200 signal-off",
      "1200 audio off",
      "1200 transmission off",
      "1200 forward",
    ]);
    expect(rung.events).toEqual([]);
  });

  it("rings all the same where the sound channel stands still", () => {
    const { line } = new RungLine(undefined, {}, countryWith("etsi-fsk-dt-as"), false);
    line.handle({ kind: "command", command: { kind: "ring", callerId: CALLER } }, 0);
    const outputs = [];
    for (let step = 0; step < 4; step++) {
      const deadlineMs = line.deadlineMs() ?? 0;
      outputs.push(...line.handle({ kind: "timeout" }, deadlineMs));
    }
    expect(outputs.map(({ kind }) => kind)).toContain("signal-off");
    const ringing = { kind: "slic", action: { kind: "ringing", on: true } };
    expect(outputs.at(-1)).toMatchObject(ringing);
  });

  it("counts the ring pulse for the duty of the card", () => {
    const rung = rungBy("etsi-fsk-rp-as", { ringDutyMax: 1 / 3, ringBurstMaxMs: 2000 });
    rung.runTo(30_000);
    const bursts = rung.log.filter((line) => line.endsWith(" ring"));
    const ringing = rung.log.filter((line) => / (ring|quiet)$/.test(line));
    let sum = 0;
    for (let at = 0; at + 1 < ringing.length; at += 2) {
      sum += Number.parseFloat(ringing[at + 1] ?? "") - Number.parseFloat(ringing[at] ?? "");
    }
    expect(bursts.length).toBeGreaterThan(3);
    expect(sum / 29_000).toBeLessThan(1 / 3 + 0.02);
  });
});

describe("createLine() caller ID to a telephone that answers for it (NTT)", () => {
  const ntt = messageMs("ntt");
  // 1000 ms of open loop are on-hook in the profile that is used
  const hungUpMs = 3000 + 1000;

  it("asks, tells, waits for it to hang up, and rings", () => {
    const rung = rungBy("ntt")
      .loop(true, 1900)
      .loop(false, 3000)
      .runTo(hungUpMs + 400);
    expect(rung.log).toEqual([
      "1000 reverse",
      "1200 forward",
      "1200 ring",
      "1700 quiet",
      "2230 audio on",
      "2230 play-signal",
      `${hungUpMs} audio off`,
      `${hungUpMs + 300} ring`,
    ]);
    expect(rung.events.map(({ kind }) => kind)).toEqual(["caller-id-sent"]);
    expect(ntt).toBeLessThan(900);
  });

  it("leaves the wires as they are where the card cannot turn them round", () => {
    const rung = rungBy("ntt", { reversal: false }).runTo(1600);
    expect(rung.log).toEqual(["1200 ring"]);
  });

  it("rings as ever where nothing answers", () => {
    const rung = rungBy("ntt", { ringDutyMax: 1 }).runTo(7500);
    expect(rung.log.slice(-3)).toEqual(["6200 ring", "6700 quiet", "7200 ring"]);
    expect(rung.events).toEqual([]);
  });

  it("takes it for a person where it is not hung up", () => {
    const rung = rungBy("ntt").loop(true, 1900).runTo(12_000);
    expect(rung.events.at(-1)).toEqual({ kind: "ring-trip", atMs: 1900 });
  });

  it("takes a person who answers the ringing afterwards for one", () => {
    const rung = rungBy("ntt").loop(true, 1900).loop(false, 3000);
    const answered = rung.pulses(hungUpMs + 500, hungUpMs + 551, 25).runTo(hungUpMs + 600);
    expect(answered.events.at(-1)?.kind).toBe("ring-trip");
  });

  it("tells of a receiver that is up when the caller gives up", () => {
    const rung = rungBy("ntt").loop(true, 1900).tell(2300, { kind: "stop-ringing" });
    rung.loop(false, 3000).runTo(9000);
    expect(rung.events.map(({ kind }) => kind)).toEqual(["off-hook", "on-hook"]);
  });

  it("hides digits and hook flashes of that while", () => {
    const rung = rungBy("ntt").loop(true, 1900).runTo(2200);
    rung.hear({ kind: "dtmf", digit: "5", atMs: 2200 });
    rung.loop(false, 2300).loop(true, 2700).runTo(3100);
    expect(rung.events.map(({ kind }) => kind)).toEqual(["caller-id-sent"]);
  });
});

describe("createLine() message lamp", () => {
  const { time } = CALLER;
  const on = { kind: "message-waiting", waiting: true, count: 2, time } as const;
  const resting = (name: CallerIdName, able: Partial<LineCapabilities> = {}, by?: "neon") => {
    const country = countryWith(name);
    const lamp = by === undefined ? country.callerId.lamp : { ...country.callerId.lamp, by };
    return new RungLine(
      undefined,
      able,
      { ...country, callerId: { ...country.callerId, lamp } },
      false,
    );
  };

  it("is told at once at a quiet line, with the sign of the scheme", () => {
    const line = resting("etsi-fsk").tell(1000, on).runTo(9000);
    expect(line.log.slice(0, 4)).toEqual([
      "1000 transmission on",
      "1000 audio on",
      "1000 alert",
      "1160 play-signal",
    ]);
    expect(line.log.at(-1)).toMatch(/transmission off$/);
    expect(line.events).toEqual([]);
  });

  it("waits for on-hook and a moment of quiet", () => {
    const line = resting("bellcore").loop(true, 1000).tell(2000, on).loop(false, 3000).runTo(9000);
    expect(line.log.find((word) => word.includes("play"))).toBe("5500 play-signal");
  });

  it("is told anew where a call came in between, after the call", () => {
    const line = resting("bellcore").tell(1000, on).tell(1100, { kind: "ring" });
    line.tell(5000, { kind: "stop-ringing" }).runTo(20_000);
    const plays = line.log.filter((word) => /play|signal-off/.test(word));
    expect(plays).toEqual(["1000 play-signal", "1100 signal-off", "6500 play-signal"]);
  });

  it("waits for a card that failed, and is told when it works again", () => {
    const line = resting("bellcore").tell(1000, on).runTo(1100);
    line.hear({ kind: "fault", fault: { kind: "io", what: "x", advice: "y" } });
    expect(line.line.deadlineMs()).toBeUndefined();
    line.runTo(9000).hear({ kind: "recovered" });
    line.runTo(12_000);
    expect(line.log.filter((word) => word.includes("play"))).toEqual([
      "1000 play-signal",
      "9000 play-signal",
    ]);
  });

  it("lights by volts where the line has neon, and not where the card has none", () => {
    expect(resting("bellcore", { neonLamp: true }, "neon").tell(1000, on).log).toEqual([
      "1000 neon on",
    ]);
    expect(resting("bellcore", {}, "neon").tell(1000, on).runTo(9000).log).toEqual([]);
  });

  it("leaves it to who asks for a tone whether dial tone stutters", () => {
    const { table } = US_PROFILE.tones;
    for (const tone of ["dial", "stutter-dial"] as const) {
      const line = resting("none").loop(true, 1000).tell(2000, on).runTo(2500);
      const command = { kind: "tone", tone } as const;
      expect(line.line.handle({ kind: "command", command }, 2500)).toEqual([
        { kind: "tone", tone: table[tone] },
      ]);
    }
  });
});

describe("createLine() call waiting", () => {
  const talking = (name: CallerIdName) =>
    new RungLine(undefined, {}, countryWith(name), false).loop(true, 0).runTo(1000);
  const waiting = { kind: "call-waiting", callerId: CALLER } as const;

  it("tells a display that answers, with the far end muted", () => {
    const line = talking("bellcore").tell(2000, waiting).runTo(2500);
    line.hear({ kind: "dtmf", digit: "D", atMs: 2500 });
    line.runTo(3500);
    const endMs = 2560 + line.playedMs;
    expect(line.log.slice(1)).toEqual([
      "2000 mute",
      "2000 tone",
      "2300 tone-off",
      "2350 alert",
      "2560 play-signal",
      `${endMs} unmute`,
    ]);
    expect(line.events.slice(1)).toEqual([{ kind: "caller-id-sent", atMs: endMs }]);
    expect(line.runTo(14_000).log.at(-1)).toBe(`${endMs + 10_000} tone`);
  });

  it("lets the two talk on where nothing answers", () => {
    const line = talking("bellcore").tell(2000, waiting).runTo(5000);
    expect(line.log.slice(-2)).toEqual(["2350 alert", "2730 unmute"]);
  });

  it("passes digits that are no answer, and a D that comes at another time", () => {
    const line = talking("bellcore").tell(2000, waiting).runTo(2500);
    line.hear({ kind: "dtmf", digit: "5", atMs: 2500 });
    line.runTo(4000).hear({ kind: "dtmf", digit: "D", atMs: 4000 });
    expect(line.events.flatMap((event) => (event.kind === "digit" ? [event.digit] : []))).toEqual([
      "5",
      "D",
    ]);
  });

  it("is the tone alone where the country has no display, or nobody is named", () => {
    for (const line of [
      talking("dtmf-sweden").tell(2000, waiting),
      talking("bellcore").tell(2000, { kind: "call-waiting" }),
    ]) {
      expect(line.runTo(9000).log.slice(1)).toEqual(["2000 tone"]);
    }
  });

  for (const [what, end] of [
    ["call-waiting-off", (line: RungLine) => line.tell(2380, { kind: "call-waiting-off" })],
    ["on-hook", (line: RungLine) => line.loop(false, 1380).runTo(2400)],
    ["another tone", (line: RungLine) => line.tell(2380, { kind: "tone", tone: "busy" })],
  ] as const) {
    it(`ends with ${what}, the far end back`, () => {
      const line = end(talking("bellcore").tell(2000 - (what === "on-hook" ? 1000 : 0), waiting));
      expect(line.log.some((word) => word.endsWith(" unmute"))).toBe(true);
      const before = line.log.length;
      line.runTo(30_000);
      expect(line.log.slice(before).some((word) => /tone|alert|play/.test(word))).toBe(false);
    });
  }

  it("is dropped by an on-hook line", () => {
    const line = new RungLine(undefined, {}, undefined, false).tell(1000, waiting);
    expect(line.runTo(9000).log).toEqual([]);
  });
});

describe("createLine() metering", () => {
  const able = { meteringHz: [12_000, 16_000] };
  const pulse = "meter 12000 120";
  const talking = (capabilities: Partial<LineCapabilities>) =>
    new RungLine(undefined, capabilities, undefined, false).loop(true, 0).runTo(1000);

  it("sends pulses one after the other, more as they are asked for", () => {
    const line = talking(able).tell(1000, { kind: "metering", pulses: 2 });
    line.tell(1100, { kind: "metering", pulses: 1 }).runTo(9000);
    expect(line.log.slice(1)).toEqual([`1000 ${pulse}`, `1300 ${pulse}`, `1600 ${pulse}`]);
  });

  it("stops with on-hook, and takes no pulses of nothing", () => {
    const line = talking(able).tell(1000, { kind: "metering", pulses: 100 });
    line.loop(false, 1500).runTo(20_000);
    const count = line.log.filter((word) => word.endsWith(pulse)).length;
    expect(count).toBe(6);
    expect(talking(able).tell(1000, { kind: "metering", pulses: Number.NaN }).log).toHaveLength(1);
    expect(talking(able).tell(1000, { kind: "metering", pulses: -1 }).log).toHaveLength(1);
  });

  it("is dropped where the card has none of that frequency, and on-hook", () => {
    const command = { kind: "metering", pulses: 1 } as const;
    expect(talking({ meteringHz: [16_000] }).tell(1000, command).log).toHaveLength(1);
    const onHook = new RungLine(undefined, able, undefined, false).tell(1000, command);
    expect(onHook.log).toEqual([]);
  });
});
