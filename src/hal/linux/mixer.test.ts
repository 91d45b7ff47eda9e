import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  automaticGains,
  type MixerControl,
  mixerChanges,
  mixerCommands,
  parseMixer,
  readKeptMixer,
} from "./mixer.ts";

/** In the form of `amixer scontents` (alsa-utils), for a simple USB card. */
const SCONTENTS = `Simple mixer control 'Speaker',0
  Capabilities: pvolume pswitch pswitch-joined
  Playback channels: Front Left - Front Right
  Limits: Playback 0 - 37
  Mono:
  Front Left: Playback 30 [81%] [-7.00dB] [on]
  Front Right: Playback 28 [76%] [-9.00dB] [on]
Simple mixer control 'Mic',0
  Capabilities: pvolume pvolume-joined cvolume cvolume-joined pswitch pswitch-joined cswitch
  Playback channels: Mono
  Capture channels: Mono
  Limits: Playback 0 - 31 Capture 0 - 35
  Mono: Playback 16 [52%] [7.00dB] [off] Capture 20 [57%] [8.00dB] [on]
Simple mixer control 'Auto Gain Control',0
  Capabilities: pswitch pswitch-joined
  Playback channels: Mono
  Mono: Playback [on]
Simple mixer control 'Input Source',1
  Capabilities: enum
  Items: 'Mic' 'Line'
  Item0: 'Line'
`;

const CONTROLS: readonly MixerControl[] = [
  { name: "Speaker", index: 0, playback: { volumes: [30, 28], on: true } },
  {
    ...{ name: "Mic", index: 0 },
    playback: { volumes: [16], on: false },
    capture: { volumes: [20], on: true },
  },
  { name: "Auto Gain Control", index: 0, playback: { volumes: [], on: true } },
  { name: "Input Source", index: 1 },
];

describe("parseMixer()", () => {
  it("reads volumes and switches of both directions", () => {
    expect(parseMixer(SCONTENTS)).toEqual(CONTROLS);
  });

  it.each(["", "amixer: Mixer attach hw:9 error: No such file or directory\n", "  Mono: Playback"])(
    "finds no control in %j",
    (text) => expect(parseMixer(text)).toEqual([]),
  );

  it("takes any text without throwing", () => {
    const word = fc.constantFrom("Simple mixer control 'a',0\n", "  Mono: ", "Playback ", "[on] ");
    const text = fc.array(fc.oneof(word, fc.string())).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (given) => {
        const heads = given.split("Simple mixer control").length - 1;
        expect(parseMixer(given).length).toBeLessThanOrEqual(heads);
      }),
    );
  });
});

describe("automaticGains()", () => {
  const control = (name: string, on: boolean): MixerControl => ({
    ...{ name, index: 0 },
    playback: { volumes: [], on },
  });

  it.each([
    ["Auto Gain Control", true],
    ["AGC", true],
    ["Mic AGC", true],
    ["ALC Function", true],
    ["Automatic Gain Control", true],
    ["Mic Boost", false],
    ["Magcard", false],
    ["Walcott", false],
  ])("%s is one: %s", (name, is) => {
    expect(automaticGains([control(name, true)])).toHaveLength(is ? 1 : 0);
    expect(automaticGains([control(name, false)])).toEqual([]);
  });
});

describe("mixerChanges()", () => {
  it("is empty where nothing changed, and where there is more than there was", () => {
    expect(mixerChanges(CONTROLS, CONTROLS)).toEqual([]);
    expect(mixerChanges(CONTROLS.slice(0, 1), CONTROLS)).toEqual([]);
  });

  it("says what changed, and how it was", () => {
    const now = CONTROLS.slice(1).map((control) =>
      control.name === "Mic" ? { ...control, capture: { volumes: [35], on: true } } : control,
    );
    expect(mixerChanges(CONTROLS, now)).toEqual([
      "Speaker is not there any more",
      "Mic (capture) is 35 on, it was 20 on",
    ]);
  });
});

describe("mixerCommands()", () => {
  it("puts each side as it was", () => {
    expect(mixerCommands("Device", CONTROLS).map((words) => words.join(" "))).toEqual([
      "-q -c Device sset Speaker,0 playback 30,28 unmute",
      "-q -c Device sset Mic,0 playback 16 mute",
      "-q -c Device sset Mic,0 capture 20 cap",
      "-q -c Device sset Auto Gain Control,0 unmute",
    ]);
  });
});

describe("readKeptMixer()", () => {
  it("reads what was kept", () => {
    expect(readKeptMixer(JSON.stringify(CONTROLS))).toEqual({ ok: true, value: CONTROLS });
  });

  it.each(["", "{}", "[1]", '[{"name":"a"}]', "null"])("refuses %j", (text) => {
    expect(readKeptMixer(text).ok).toBe(false);
  });

  it("takes any JSON without throwing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readKeptMixer(JSON.stringify(value));
        if (read.ok) expect(mixerCommands("0", read.value).length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
