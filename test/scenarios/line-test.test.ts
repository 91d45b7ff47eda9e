import { describe, expect, it } from "vitest";
import { testLine } from "../../src/app/cli/line-test.ts";
import { countryProfile, type LineFinding } from "../../src/fxs/index.ts";
import { simBoardFile } from "../hw-sim/bench/sim-board-file.ts";
import type { SimLine, SimLineOptions } from "../hw-sim/index.ts";
import { createSimBoard, createTouchTonePhone, TONE_TABLES, World } from "../hw-sim/index.ts";
import { VirtualNetwork } from "../hw-sim/world/network.ts";

/** Tests a simulated line that something was done to. */
async function tested(
  options: SimLineOptions,
  prepare: (line: SimLine, phone: ReturnType<typeof createTouchTonePhone>) => void,
  ren = 1,
  stopAtRinging?: AbortController,
): Promise<readonly LineFinding[]> {
  const world = new World({ seed: 3 });
  const board = createSimBoard(world, { lines: [options] });
  const [line] = board.lines;
  const us = countryProfile("us");
  // A second chip of another kind, so that each line is written out.
  const { lines } = simBoardFile([options, { chip: "serial-card" }]);
  const wired = "each" in lines ? undefined : lines[0];
  if (line === undefined || !us.ok || wired === undefined) throw new Error("no line");
  const phone = createTouchTonePhone({
    name: "alice",
    clock: world.clock,
    random: world.random("alice"),
    tones: TONE_TABLES.us,
    ren,
  });
  phone.attach(line.attach(phone.terminal));
  prepare(line, phone);
  const ports = {
    clock: world.clock,
    random: world.random("box"),
    udp: new VirtualNetwork(world).host("10.0.0.1").udp,
    gpio: board.gpio,
    pcm: board.pcm,
    spi: board.spi,
    serial: board.serial,
  };
  const { ringSupply: _, levels: __, ...wiring } = wired;
  const config = {
    line: 1,
    ...wiring,
    country: us.value,
    pulseDialing: true,
    relaysDigits: true,
  };
  const testing = testLine(ports, config, true, stopAtRinging?.signal);
  const rings = () => line.loop.figures.bellMilliamps > 0;
  if (stopAtRinging !== undefined) {
    // Step by step: the chip's driver waits for promises in between.
    for (let step = 0; step < 5000 && !rings(); step++) await world.advance(10);
    expect(rings()).toBe(true);
    stopAtRinging.abort();
  }
  const findings = await world.complete(testing, 120_000);
  // Whatever was tested: the bell is silent, and the line has its battery.
  await world.advance(100);
  expect(rings()).toBe(false);
  expect(line.loop.figures.pairVolts).toBeGreaterThan(0);
  return findings;
}

const words = (findings: readonly LineFinding[]) =>
  findings.map((one) => {
    const fault = one.verdict === "failed" ? ` ${one.fault ?? one.why}` : "";
    return `${one.test} ${one.verdict}${fault}`;
  });

describe("tipring line-test on simulated cards", () => {
  const quiet = ["hazardous-voltage passed", "foreign-voltage passed"];

  it.each([
    [
      "a short",
      (line: SimLine) => line.loop.setLeak(2),
      ["resistive-fault failed short", "receiver-off-hook passed", "ringers skipped"],
    ],
    [
      "damp of 8 kΩ",
      (line: SimLine) => line.loop.setLeak(8000),
      ["resistive-fault failed leak", "receiver-off-hook passed", "ringers skipped"],
    ],
  ] as const)("finds %s", async (_, prepare, expected) => {
    const findings = await tested({ chip: "si3210" }, prepare);
    expect(words(findings)).toEqual([...quiet, ...expected]);
  });

  it.each([
    ["100 kΩ from wire to wire", { leakOhms: 100_000 }, "leak"],
    ["the tip wire's 30 kΩ to ground", { tipEarthOhms: 30_000 }, "tip-to-ground"],
    ["the ring wire's 30 kΩ to ground", { ringEarthOhms: 30_000 }, "ring-to-ground"],
  ] as const)("finds %s with a card that reads current finely", async (_, faults, fault) => {
    const findings = await tested({ chip: "serial-card" }, (line) => line.loop.setFaults(faults));
    expect(words(findings).slice(2)).toContain(`resistive-fault failed ${fault}`);
  });

  it.each([
    ["tip", { tipEarthOhms: 5000 }],
    ["ring", { ringEarthOhms: 5000 }],
  ] as const)("finds a ProSLIC's %s wire on ground", async (wire, faults) => {
    const findings = await tested({ chip: "si3210" }, (line) => line.loop.setFaults(faults));
    expect(words(findings).slice(2)).toContain(`resistive-fault failed ${wire}-to-ground`);
  });

  it.each([
    ["a battery from another pair", { tip: { dcVolts: -30 } }],
    ["the mains", { ring: { acVoltsRms: 60 } }],
  ] as const)("finds %s on a wire", async (_, foreign) => {
    const findings = await tested({ chip: "si3210" }, (line) => line.loop.setFaults({ foreign }));
    expect(words(findings)).toContain("foreign-voltage failed voltage");
  });

  it("finds a receiver that is up", async () => {
    const findings = await tested({ chip: "si3210" }, (_, phone) => phone.lift());
    expect(words(findings)).toEqual([
      ...quiet,
      "resistive-fault passed",
      "receiver-off-hook failed off-hook",
      "ringers skipped",
    ]);
  });

  it.each([
    ["the mains at their full", { acVoltsRms: 230 }, "voltage"],
    ["52 V of hum", { acVoltsRms: 52 }, "voltage"],
    ["48 V of another battery", { dcVolts: -48 }, "passed"],
  ] as const)("tells by what it sees below ground whether %s is dangerous", async (_, tip, is) => {
    const findings = await tested({ chip: "si3210" }, (line) =>
      line.loop.setFaults({ foreign: { tip } }),
    );
    expect(words(findings)[0]).toBe(`hazardous-voltage ${is === "passed" ? "" : "failed "}${is}`);
    // Under a dangerous voltage nothing more is done.
    expect(findings).toHaveLength(is === "passed" ? 5 : 2);
  });

  it.each([
    ["a foreign voltage", { tip: { dcVolts: -30 } }],
    ["hum", { ring: { acVoltsRms: 20 } }],
  ] as const)("calls no resistance good that it cannot measure for %s", async (_, foreign) => {
    const findings = await tested({ chip: "si3210" }, (line) =>
      line.loop.setFaults({ foreign, leakOhms: 100_000 }),
    );
    expect(words(findings)).toContain("resistive-fault skipped");
  });

  it.each([
    ["a good line with one bell", { ren: 1 }, "passed"],
    ["three bells", { ren: 2.7 }, "passed"],
    ["five bells", { ren: 5 }, "failed too-many-bells"],
    ["a set with its ringer off", { ren: 0 }, "skipped"],
  ] as const)("counts the ringers of %s on each kind of card", async (_, { ren }, expected) => {
    for (const chip of ["si3210", "si3215", "serial-card"] as const) {
      const findings = await tested({ chip }, () => {}, ren);
      expect(words(findings).slice(2)).toEqual([
        "resistive-fault passed",
        "receiver-off-hook passed",
        `ringers ${expected}`,
      ]);
      const ringers = findings.at(-1);
      if (ringers?.verdict === "passed")
        expect(Math.abs((ringers.ren ?? 0) - ren)).toBeLessThan(0.3);
    }
  });

  it.each(["si3210", "serial-card"] as const)(
    "silences the bell when stopped, on %s",
    async (chip) => {
      const findings = await tested({ chip }, () => {}, 1, new AbortController());
      expect(words(findings).at(-1)).toBe("card failed the test was stopped");
    },
  );

  it("says so where the card cannot measure", async () => {
    await expect(tested({ chip: "ag1171" }, () => {})).rejects.toThrow("cannot measure");
  });
});
