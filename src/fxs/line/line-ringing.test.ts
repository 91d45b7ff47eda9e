import { describe, expect, it } from "vitest";
import { callerIdScheme } from "../caller-id/schemes.ts";
import { createLine } from "./line.ts";
import { ABLE, CALLER, DE_PROFILE, RungLine, US_PROFILE } from "./rung-line.fixture.ts";

describe("createLine() ringing", () => {
  it("rings in the country's cadence and frequency until told to stop", () => {
    const rung = new RungLine().runTo(8000);
    rung.hear({ kind: "command", command: { kind: "stop-ringing" } });
    rung.runTo(60_000);
    expect(rung.log).toEqual(["1000 ring", "3000 quiet", "7000 ring", "8000 quiet"]);
    expect(rung.events).toEqual([]);
  });

  it("rings in a named cadence, and in the country's where the name is unknown", () => {
    for (const [cadence, quietMs] of [
      ["bellcore-r2", 800],
      ["bellcore-r99", 2000],
      ["toString", 2000],
    ] as const) {
      const line = createLine({ country: US_PROFILE, capabilities: ABLE });
      line.handle({ kind: "command", command: { kind: "ring", cadence } }, 0);
      expect(line.deadlineMs()).toBe(quietMs);
    }
  });

  it("sends caller ID in the first silence with the audio on, then tells", () => {
    const rung = new RungLine(CALLER).runTo(9500);
    const doneMs = 3600 + rung.playedMs;
    expect(rung.log).toEqual([
      "1000 ring",
      "3000 quiet",
      "3000 transmission on",
      "3600 audio on",
      "3600 play-signal",
      `${doneMs} audio off`,
      "7000 transmission off",
      "7000 ring",
      "9000 quiet",
    ]);
    expect(rung.events).toEqual([{ kind: "caller-id-sent", atMs: doneMs }]);
  });

  it("sends German caller ID in the German silence by V.23", () => {
    const line = createLine({ country: DE_PROFILE, capabilities: ABLE });
    line.handle({ kind: "command", command: { kind: "ring", callerId: CALLER } }, 0);
    line.handle({ kind: "timeout" }, 1000);
    const outputs = line.handle({ kind: "timeout" }, 1600);
    expect(outputs[1]).toMatchObject({ kind: "play-signal", signal: [{ modem: "v23" }] });
  });

  const without: readonly [string, RungLine][] = [
    ["a card that cannot send on-hook", new RungLine(CALLER, { onHookTransmission: false })],
    ["no caller", new RungLine()],
    [
      "a country without",
      new RungLine(
        CALLER,
        {},
        {
          ...US_PROFILE,
          callerId: { ...US_PROFILE.callerId, ...callerIdScheme("none") },
        },
      ),
    ],
  ];
  for (const [name, rung] of without) {
    it(`sends no caller ID with ${name}`, () => {
      rung.runTo(7000);
      expect(rung.log).toEqual(["1000 ring", "3000 quiet", "7000 ring"]);
    });
  }

  it("cuts the caller ID when ringing is stopped", () => {
    const rung = new RungLine(CALLER).runTo(4000);
    rung.hear({ kind: "command", command: { kind: "stop-ringing" } });
    expect(rung.log.slice(-2)).toEqual(["4000 signal-off", "4000 audio off"]);
    rung.hear({ kind: "audio-done" });
    expect(rung.runTo(30_000).events).toEqual([]);
  });

  it("trips on a detector that pulses with the ringing, silent at once", () => {
    const rung = new RungLine().pulses(1500, 1551, 25).loop(true, 1600).runTo(9000);
    expect(rung.log).toEqual(["1000 ring", "1510 quiet", "1510 audio on"]);
    expect(rung.events).toEqual([{ kind: "ring-trip", atMs: 1500 }]);
  });

  it("takes the pulses after the trip for no hang-up, but their end for one", () => {
    const rung = new RungLine().pulses(1500, 1551, 25).runTo(9000);
    expect(rung.events.map((event) => event.kind)).toEqual(["ring-trip", "on-hook"]);
  });

  it("does not trip on spikes of the ringer's current", () => {
    const rung = new RungLine().pulses(1050, 2950, 9).runTo(6000);
    expect(rung.events).toEqual([]);
    expect(rung.log).toEqual(["1000 ring", "3000 quiet"]);
  });

  it("does not trip on the ringer running out after a burst", () => {
    const rung = new RungLine().loop(true, 3005).loop(false, 3070).runTo(6900);
    expect(rung.events).toEqual([]);
  });

  it("trips in the silence as fast as off-hook is seen, and cuts the caller ID", () => {
    const rung = new RungLine(CALLER).loop(true, 4000).runTo(9000);
    expect(rung.events).toEqual([{ kind: "ring-trip", atMs: 4000 }]);
    expect(rung.log.slice(-1)).toEqual(["4030 signal-off"]);
    expect(rung.log).not.toContain("4030 audio off");
  });

  it("trips where the telephone was lifted in the last moment of a burst", () => {
    const rung = new RungLine().loop(true, 2995).runTo(6000);
    expect(rung.events).toEqual([{ kind: "ring-trip", atMs: 3080 }]);
  });

  it("tells off-hook, not ring-trip, when ringing was stopped meanwhile", () => {
    const rung = new RungLine().runTo(1500);
    rung.hear({ kind: "command", command: { kind: "stop-ringing" } });
    rung.loop(true, 1600).runTo(6000);
    expect(rung.events).toEqual([{ kind: "off-hook", atMs: 1600 }]);
  });

  it("drops a ring command that meets an off-hook telephone", () => {
    const line = createLine({ country: US_PROFILE, capabilities: ABLE });
    line.handle({ kind: "loop", closed: true, atMs: 0 }, 0);
    line.handle({ kind: "watermark", atMs: 100 }, 100);
    expect(line.handle({ kind: "command", command: { kind: "ring" } }, 200)).toEqual([]);
  });

  it("gives a battery that is away or reversed back before it rings", () => {
    const line = createLine({ country: US_PROFILE, capabilities: ABLE });
    line.handle({ kind: "command", command: { kind: "reverse-battery", reversed: true } }, 0);
    line.handle({ kind: "command", command: { kind: "open-loop", durationMs: 500 } }, 10);
    const outputs = line.handle({ kind: "command", command: { kind: "ring" } }, 100);
    expect(outputs).toEqual([
      { kind: "slic", action: { kind: "feed", feed: "forward" } },
      {
        kind: "slic",
        action: { kind: "ringing", on: true, frequencyHz: 20, shape: "sine", voltsRms: 60 },
      },
    ]);
  });

  it("refuses limits that make no sense", () => {
    for (const able of [{ ringDutyMax: 0 }, { ringDutyMax: 1.1 }, { ringBurstMaxMs: 0 }]) {
      const capabilities = { ...ABLE, ...able };
      expect(() => createLine({ country: US_PROFILE, capabilities })).toThrow();
    }
  });
});
