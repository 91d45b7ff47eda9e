import { describe, expect, it } from "vitest";
import type { BoardFile, BoardLine } from "./board-file.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

const PROSLIC = {
  slic: { driver: "si321x", chip: "si3210", spi: "/dev/spidev0.0", outputStage: "si3201" },
  pcmChannel: "c",
} as const satisfies BoardLine;
const CARD = {
  slic: { driver: "serial-card", device: "/dev/ttyACM0", line: 1 },
} as const satisfies BoardLine;
const MODULE = {
  slic: {
    driver: "gpio-slic",
    profile: "ag1171",
    pins: { fr: "a", rm: "b", shk: "c" },
    ohtBias: true,
  },
  pcmChannel: "c",
} as const satisfies BoardLine;

/** What a box of one line comes to, or where its configuration is wrong. */
function resolved(wiring: BoardLine, line: Partial<UserLine>, user: UserConfig = {}) {
  const board: BoardFile = { name: "b", title: "B", module: "none", lines: [wiring] };
  const context = { board, createToken: () => "t", version: "0" };
  const made = resolveConfig({ ...user, lines: [{ number: "101", ...line }] }, context);
  if (!made.ok) return made.error.map(({ path, text }) => `${path.join(".")} ${text}`);
  const [first] = made.value.realtime.lines;
  const slic = first?.slic;
  return slic !== undefined && "settings" in slic
    ? { ...slic.settings, gain: first?.gain }
    : { gain: first?.gain };
}

describe("wiringOf()", () => {
  it.each([
    ["us", "600"],
    ["de", "220+820||115nF"],
    ["fr", "270+750||150nF"],
    ["jp", "600+1uF"],
    ["au", "220+820||120nF"],
    ["cn", "200+680||100nF"],
  ])("takes the impedance of the country %s where none is said", (country, impedance) => {
    for (const wiring of [PROSLIC, CARD]) {
      expect(resolved(wiring, {}, { country })).toMatchObject({ impedanceIfAble: impedance });
    }
  });

  it("lets the line's own settings go before the board's", () => {
    const wiring = {
      ...PROSLIC,
      slic: { ...PROSLIC.slic, settings: { impedance: "900", toPhoneDb: -3 } },
    } as const satisfies BoardLine;
    expect(resolved(wiring, { card: { toPhoneDb: 2, hybridDb: -1.02 } })).toMatchObject({
      impedance: "900",
      toPhoneDb: 2,
      hybridDb: -1.02,
    });
  });

  it("takes the country's levels of voices, unless the line has its own", () => {
    const user = { countryOverrides: { line: { toPhoneDb: -7, fromPhoneDb: -3 } } };
    expect(resolved(MODULE, {}, user)).toEqual({ gain: { txDb: -3, rxDb: -7 } });
    expect(resolved(MODULE, { gain: { rxDb: 0 } }, user)).toEqual({ gain: { txDb: -3, rxDb: 0 } });
    expect(resolved(MODULE, {})).toEqual({ gain: undefined });
  });

  it.each([
    [MODULE, { impedance: "900" }, /^lines\.0\.card is for a serial card or a ProSLIC/],
    [CARD, { hybridDb: 0 }, /^lines\.0\.card\.hybridDb is for a ProSLIC/],
    [PROSLIC, { toPhoneDb: 9.6 }, /^lines\.0\.card\.toPhoneDb is 9\.6; a ProSLIC goes up to 9\.5$/],
  ] as const)("says where a setting is not for the card", (wiring, card, expected) => {
    expect(resolved(wiring, { card })).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [PROSLIC, { toPhoneDb: 9.5, fromPhoneDb: -30 }],
    [CARD, { toPhoneDb: 30 }],
    [CARD, { impedance: "900+2.16uF" }],
  ] as const)("takes what the card can", (wiring, card) => {
    expect(resolved(wiring, { card })).toMatchObject(card);
  });

  it("says where an impedance of the country is none", () => {
    const user = { countryOverrides: { line: { impedance: "601" } } };
    expect(resolved(PROSLIC, {}, user)).toEqual([
      expect.stringMatching(/^countryOverrides\.line\.impedance must be one of 600, 900/),
    ]);
  });
});
