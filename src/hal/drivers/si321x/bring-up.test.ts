import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError } from "../../../base/port-fault.ts";
import { broken, FakeBoard, type FakeChip } from "./fake-chip.fixture.ts";
import type { Si321xConfig } from "./si321x-config.ts";

/** The driver on one chip. */
function board(family: "si3210" | "si3215" = "si3210"): { board: FakeBoard; chip: FakeChip } {
  const made = new FakeBoard();
  const [chip] = made.add("spi0", family);
  if (chip === undefined) throw new Error("a chip");
  return { board: made, chip };
}

const direct = (log: readonly string[]): string[] => log.filter((line) => line.startsWith("R"));
const indirect = (log: readonly string[]): string[] => log.filter((line) => line.startsWith("I"));

describe("Si321xChips.open()", () => {
  it("resets, and writes an Si3210 with an Si3201 in the order of its data sheet", async () => {
    const { board: made, chip } = board();
    await made.start();
    expect(made.options).toEqual([{ mode: 3, clockHz: 1_000_000, deselectsBetweenBytes: true }]);
    expect(made.outputs).toEqual(["RESET=0 1000", "RESET=1 1001"]);
    const log = direct(chip.journal());
    const hand = (register: number, to: number): string[] =>
      Array.from(
        { length: 0x1f - to + 1 },
        (_, at) => `R${register}=${(0x1f - at).toString(16).toUpperCase().padStart(2, "0")}`,
      );
    expect(log).toEqual([
      ...["R14=10", "R64=00"],
      ...["R8=00", "R108=EB", "R67=07", "R66=01", "R92=FF", "R93=19", "R74=32", "R75=10", "R71=00"],
      // The converter, the leakage test, the converter again.
      ...["R14=00", "R64=00", "R14=10", "R14=00"],
      // Calibration: all but Q5, Q6 and the common mode; those by hand; the common mode.
      ...["R21=00", "R22=00", "R23=00", "R64=00", "R97=1E", "R96=47"],
      ...hand(98, 0x1c),
      ...hand(99, 0x1d),
      ...["R23=04", "R64=01", "R64=00", "R97=01", "R96=40", "R23=00"],
      ...["R93=99"],
      // Service.
      ...["R18=FF", "R19=FF", "R20=FF", "R21=00", "R22=FF", "R23=00"],
      ...["R48=FF", "R49=FF"],
      ...["R63=54", "R67=1F", "R69=04"],
      ...["R1=3C", "R2=00", "R3=00", "R4=00", "R5=00"],
      ...["R73=02", "R72=20", "R10=08", "R11=33", "R9=00"],
      ...["R70=0B", "R34=10", "R74=32", "R64=01"],
    ]);
  });

  it("writes all indirect registers, its filters open until it is calibrated", async () => {
    const { board: made, chip } = board();
    await made.start();
    const log = chip.journal();
    const calibrated = log.indexOf("R96=40");
    const before = indirect(log.slice(0, calibrated));
    const after = indirect(log.slice(calibrated));
    expect(before).toContain("I28=1000");
    expect(before).toContain("I29=3600");
    expect(before).toContain("I32=0FF0");
    expect(before).toContain("I26=4000");
    for (const filter of [35, 36, 37, 38, 39]) expect(before).toContain(`I${filter}=8000`);
    expect(after.slice(0, 5)).toEqual(["I35=8000", "I36=0320", "I37=0010", "I38=0010", "I39=0010"]);
    expect(after.slice(5)).toEqual(
      [
        ...[88, 89, 90, 91, 92, 93, 94, 95, 97],
        ...Array.from({ length: 18 }, (_, at) => 194 + at),
      ].map((address) => `I${address}=0000`),
    );
    const addresses = before.map((line) => Number(/^I(\d+)/.exec(line)?.[1]));
    expect(new Set(addresses).size).toBe(addresses.length);
    for (let address = 0; address <= 41; address++) expect(addresses).toContain(address);
  });

  it("an Si3215 calibrates by itself, and has its own indirect addresses", async () => {
    const { board: made, chip } = board("si3215");
    await made.start({ chip: "si3215", outputStage: "discrete" });
    const log = chip.journal();
    expect(log).toContain("R96=5F");
    expect(log.some((line) => line.startsWith("R98="))).toBe(false);
    expect(log).toContain("I15=1000");
    expect(log).toContain("I64=0C00");
    expect(log).toContain("I19=07C0");
    expect(chip.indirect.has(28)).toBe(false);
  });

  it.each<[string, Partial<Si321xConfig>, readonly string[]]>([
    ["29 mA", { loopMilliamps: 29 }, ["R71=03"]],
    ["20 mA", { loopMilliamps: 20 }, ["R71=00"]],
    ["41 mA", { loopMilliamps: 41 }, ["R71=07"]],
    ["60 mA", { loopMilliamps: 60 }, ["R71=07"]],
    ["24 V on-hook", { onHookVolts: 24 }, ["R72=10"]],
    ["µ-law at clock 300", { pcmCoding: "pcmu", pcmStart: 300 }, ["R1=28", "R2=2C", "R3=01"]],
    ["A-law", { pcmCoding: "pcma" }, ["R1=20"]],
    ["its own converter", { dcdc: { period: 0xca, offTime: 0x0c } }, ["R92=CA", "R93=0C"]],
    ["Germany", { settings: { impedance: "220+820||115nF" } }, ["R10=0E"]],
    ["the country's", { settings: { impedanceIfAble: "600+1uF" } }, ["R10=0A"]],
    [
      "levels",
      { settings: { toPhoneDb: -3.02, fromPhoneDb: 3 } },
      ["I26=2D30", "I27=5A60", "R9=00"],
    ],
    [
      "levels that take analog steps",
      { settings: { toPhoneDb: -9.52, fromPhoneDb: 9.5 } },
      ["I26=2000", "I27=7FB0", "R9=09"],
    ],
    ["a hybrid off balance", { settings: { hybridDb: -2.77 } }, ["R11=36"]],
    ["a hybrid that is off", { settings: { hybridDb: "off" } }, ["R11=37"]],
  ])("settings: %s", async (_, config, expected) => {
    const { board: made, chip } = board();
    await made.start(config);
    expect(chip.journal()).toEqual(expect.arrayContaining([...expected]));
  });

  it.each([
    ["a bipolar transistor", false, ["R92=FF", "R93=19"]],
    ["a MOSFET", true, ["R92=7F", "R93=19"]],
  ])(
    "has its converter drive what the pin says is there: %s",
    async (_, drivesMosfet, expected) => {
      const { board: made, chip } = board();
      chip.drivesMosfet = drivesMosfet;
      await made.start();
      expect(
        chip
          .journal()
          .filter((line) => /^R9[23]=/.test(line))
          .slice(0, 2),
      ).toEqual(expected);
    },
  );

  it.each<[string, (chip: FakeChip) => void, Partial<Si321xConfig>, string, RegExp]>([
    ["reads ff", (chip) => void chip.registers.fill(0xff), {}, "not-found", /no chip answers/],
    ["reads 00", (chip) => void chip.registers.fill(0x00), {}, "not-found", /no chip answers/],
    [
      "is an si3215",
      (chip) => {
        chip.registers[1] = 0x88;
      },
      {},
      "unsupported",
      /not an si3210/,
    ],
    [
      "has a battery of 59.8 V",
      (chip) => {
        chip.batteryOn = 0x9f;
      },
      {},
      "io",
      /reaches 60 V/,
    ],
    [
      "leaks",
      (chip) => {
        chip.batteryOff = 0x06;
      },
      {},
      "io",
      /leaks/,
    ],
    [
      "never ends its calibration",
      (chip) => {
        chip.calibrationMs = 1e9;
      },
      {},
      "io",
      /calibration does not end/,
    ],
    [
      "has no PCLK",
      (chip) => {
        chip.indirectMs = 1e9;
      },
      {},
      "io",
      /indirect registers do not answer/,
    ],
  ])("a chip that %s is refused, and left without power", async (_, spoil, config, kind, what) => {
    const { board: made, chip } = board();
    // What is spoilt stays so over the reset.
    chip.reset = () => spoil(chip);
    spoil(chip);
    for (const [register, value] of [
      [0, 0x05],
      [8, 0x02],
      [11, 0x33],
    ] as const) {
      if (chip.registers[0] === 0 || chip.registers[0] === 0xff) break;
      chip.registers[register] = value;
    }
    const error = await made.start(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PortError);
    if (!(error instanceof PortError)) return;
    expect(error.fault.kind).toBe(kind);
    expect(error.fault.what).toMatch(what);
    expect(error.fault.what).toContain("the si3210 at spi0");
    expect(made.open_).toEqual([]);
    if (kind === "io") expect(chip.journal().slice(-2)).toEqual(["R64=00", "R14=10"]);
  });

  it("the least battery is taken, and the least that does not leak", async () => {
    const { board: made, chip } = board();
    chip.batteryOn = 0xa0;
    chip.batteryOff = 0x07;
    await made.start();
    expect(chip.registers[64]).toBe(0x11);
  });

  it("a chip that is not as after its reset is refused; without that pin it is taken", async () => {
    const { board: made, chip } = board();
    chip.reset = () => {};
    chip.registers[8] = 0;
    await expect(made.start()).rejects.toThrow("not as after a reset");
    await made.start({ pins: {} });
  });

  it("a bad peak current of the converter is replaced", async () => {
    for (const [peak, written] of [
      [1, true],
      [2, false],
      [13, false],
      [14, true],
    ] as const) {
      const { board: made, chip } = board();
      chip.peakCurrent = peak;
      await made.start();
      expect(chip.journal().includes("R107=08")).toBe(written);
    }
  });

  it("a receiver that is off its hook leaves the common mode as it is", async () => {
    const { board: made, chip } = board();
    chip.reset = () => {
      chip.registers[68] = 1;
    };
    const line = await made.start();
    expect(chip.journal()).not.toContain("R96=40");
    expect(line.readLoop()).toEqual({ ok: true, value: true });
  });

  it("whichever access fails, it rejects with that fault and holds nothing", async () => {
    const { board: whole } = board();
    await whole.start();
    const count = whole.transfers;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: count - 1 }), async (failAfter) => {
        const { board: made } = board();
        made.failAfter = failAfter;
        const error = await made.start().catch((reason: unknown) => reason);
        expect(error).toEqual(new PortError(broken));
        expect(made.open_).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("refuses one chip select for two lines, and opens it again after a close", async () => {
    const { board: made, chip } = board();
    const line = await made.start();
    await expect(made.start()).rejects.toThrow("busy");
    line.close();
    expect(made.open_).toEqual([]);
    chip.journal();
    await made.start();
    const log = chip.journal();
    // What it found out the first time it is given back.
    expect(log.some((text) => text.startsWith("R96="))).toBe(false);
    expect(log).toContain("R98=1C");
    expect(log).toContain("R107=05");
  });
});

describe("a daisy chain", () => {
  it("is started by one write to all; then each part is reached by its bit", async () => {
    const made = new FakeBoard();
    const [first, second] = made.add("spi0", "si3210", "si3210");
    const config = { pins: { reset: "RESET" }, pollMs: 1000 };
    const lines = [
      await made.start({ ...config, chainPlace: 1 }),
      await made.start({ ...config, chainPlace: 2 }),
    ];
    expect(made.outputs).toHaveLength(2);
    expect([first?.registers[0], second?.registers[0]]).toEqual([0x85, 0x85]);
    first?.journal();
    second?.journal();
    lines[1]?.setFeed("reverse");
    expect([first?.journal(), second?.journal()]).toEqual([[], ["R64=05"]]);
    // Read back, at the same place.
    expect(made.sent).toEqual([2, 0xc0, 0xff]);
    lines[0]?.close();
    expect(made.open_).toEqual(["spi0", "RESET"]);
    lines[1]?.close();
    expect(made.open_).toEqual([]);
  });

  it.each([
    [0, "counted from 1"],
    [9, "counted from 1"],
  ])("has no place %i", async (chainPlace, text) => {
    const made = new FakeBoard();
    made.add("spi0", "si3210");
    await expect(made.start({ chainPlace })).rejects.toThrow(text);
  });

  it("wants its reset pin", async () => {
    const made = new FakeBoard();
    made.add("spi0", "si3210");
    await expect(made.start({ chainPlace: 1, pins: {} })).rejects.toThrow("without a reset pin");
  });
});
