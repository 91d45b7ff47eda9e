import { describe, expect, it } from "vitest";
import { createSimBoard } from "../../../test/hw-sim/board/sim-board.ts";
import { World } from "../../../test/hw-sim/world/world.ts";
import { PortError } from "../../base/port-fault.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import { LineHardware } from "./line-hardware.ts";
import type { GpioSlicSpec, LineWiring, Si321xSpec } from "./realtime-config.ts";

const gpioSlic: GpioSlicSpec = {
  driver: "gpio-slic",
  profile: "ag1171",
  pins: { fr: "line1-fr", rm: "line1-rm", shk: "line1-shk", pd: "line1-pd" },
  ohtBias: true,
};
const card = { device: "card1", line: 1 } as const;

/** A board with a module on pins, a ProSLIC, and a serial card; and what a line told. */
function rig() {
  const world = new World({ seed: 2 });
  const chips = ["ag1171", "si3210", "serial-card"] as const;
  const board = createSimBoard(world, { lines: chips.map((chip) => ({ chip, ohtBias: true })) });
  const ports: RealtimePorts = {
    ...board,
    clock: world.clock,
    random: world.random("ports"),
    udp: { bind: () => Promise.reject(new Error("no network here")) },
  };
  const frames: number[] = [];
  const faults: string[] = [];
  const open = (wiring: LineWiring, over: Partial<RealtimePorts> = {}) =>
    world.complete(
      new LineHardware({ ...ports, ...over }).open(
        wiring,
        { onLoop() {}, onWatermark() {}, onFault: ({ what }) => faults.push(`line: ${what}`) },
        {
          onFrame: (captured, _, first) => frames.push(first + captured.length),
          onFault: ({ what }) => faults.push(`audio: ${what}`),
        },
      ),
      20_000,
    );
  return { world, board, ports, frames, faults, open };
}

async function faultOf(opening: Promise<unknown>): Promise<string> {
  const error: unknown = await opening.catch((reason: unknown) => reason);
  if (!(error instanceof PortError)) throw new Error("it should have been refused");
  return `${error.fault.kind} ${error.fault.what}: ${error.fault.advice}`;
}

describe("LineHardware.open()", () => {
  it.each<[string, LineWiring]>([
    ["a module and a sound channel", { slic: gpioSlic, pcmChannel: "line1" }],
    ["a serial card with audio of its own", { slic: { driver: "serial-card", ...card } }],
    ["a module, its audio on a serial card", { slic: gpioSlic, pcmCard: card }],
    [
      "a ProSLIC, its audio on a serial card",
      {
        slic: { driver: "si321x", chip: "si3210", spi: "line2-spi", outputStage: "si3201" },
        pcmCard: card,
      },
    ],
    [
      "a serial card, its audio on a sound channel",
      { slic: { driver: "serial-card", ...card }, pcmChannel: "line1" },
    ],
  ])("%s: it feeds and hears frames, and can be opened again", async (_, wiring) => {
    const { world, frames, faults, open } = rig();
    for (let turn = 0; turn < 2; turn++) {
      const { slic, pcm } = await open(wiring);
      expect(slic.readLoop()).toEqual({ ok: true, value: false });
      pcm.start();
      await world.advance(205);
      expect(frames.length).toBeGreaterThanOrEqual(17);
      frames.length = 0;
      pcm.close();
      slic.close();
      await world.advance(300);
      expect(frames.length).toBeLessThan(3);
      frames.length = 0;
    }
    expect(faults).toEqual([]);
  });

  const proslic: Si321xSpec = {
    driver: "si321x",
    chip: "si3210",
    spi: "line2-spi",
    outputStage: "si3201",
    pins: { reset: "line2-reset" },
  };

  it("look() asks each card who it is, feeds nothing, and leaves it to be opened", async () => {
    const { world, board, ports, open } = rig();
    const lines = new LineHardware(ports);
    const look = (wiring: LineWiring) => world.complete(lines.look(wiring), 20_000);
    expect(await look({ slic: gpioSlic })).toEqual({ kind: "module", isOffHook: false });
    expect(await look({ slic: proslic })).toMatchObject({ kind: "proslic", chip: "si3210" });
    expect(await look({ slic: { driver: "serial-card", ...card } })).toMatchObject({
      kind: "serial-card",
      card: { lines: 1, version: 1, hasSlic: true, hasAudio: true },
    });
    expect(board.lines[1]?.si321x?.registers.get(64)).toBe(0);
    await world.advance(300);
    await open({ slic: gpioSlic, pcmCard: card });
    await open({ slic: proslic, pcmChannel: "line2" });
    expect(board.lines.flatMap(({ chip }) => chip.violations)).toEqual([]);
  });

  it("look() sees a lifted receiver", async () => {
    const { world, board, ports } = rig();
    board.gpio.stick("line1-shk", 1);
    const looked = world.complete(new LineHardware(ports).look({ slic: gpioSlic }), 1000);
    expect(await looked).toEqual({ kind: "module", isOffHook: true });
  });

  it.each<[string, (board: ReturnType<typeof rig>["board"]) => void, LineWiring, RegExp]>([
    [
      "a pin that is gone",
      (board) => board.gpio.setFault("line1-shk", "gone"),
      { slic: gpioSlic },
      /^gone .*line1-shk/,
    ],
    [
      "a chip whose wire sticks",
      (board) => board.spi.stick("line2-spi", 1),
      { slic: proslic },
      /^not-found .*no chip answers/,
    ],
    [
      "another chip than was named",
      () => {},
      { slic: { ...proslic, chip: "si3215" } },
      /^unsupported .*it is not an si3215/,
    ],
    [
      "no card",
      (board) => board.serial.unplug("card1"),
      { slic: { driver: "serial-card", ...card } },
      /card1/,
    ],
    [
      "no such line of a card",
      () => {},
      { slic: { driver: "serial-card", device: "card1", line: 9 } },
      /^not-found line 9 of the card at card1: it has 1/,
    ],
  ])("look() tells of %s", async (_, fail, wiring, words) => {
    const { world, board, ports } = rig();
    fail(board);
    const looking = world.complete(new LineHardware(ports).look(wiring), 20_000);
    expect(await faultOf(looking)).toMatch(words);
  });

  it("look() leaves a ProSLIC alone whose line is in use", async () => {
    const { world, ports } = rig();
    const lines = new LineHardware(ports);
    const silent = { onLoop() {}, onWatermark() {}, onFault() {} };
    await world.complete(lines.openSlic({ slic: proslic }, silent), 20_000);
    const looking = world.complete(lines.look({ slic: proslic }), 20_000);
    expect(await faultOf(looking)).toMatch(/^busy the si3210 at line2-spi: close its line/);
  });

  it("audio on a card that is pulled out is a fault of the line's audio", async () => {
    const { world, board, faults, open } = rig();
    const { pcm } = await open({ slic: gpioSlic, pcmCard: card });
    pcm.start();
    board.serial.unplug("card1");
    await world.advance(10);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^audio: .*card1/);
  });

  it.each<[string, LineWiring, string]>([
    ["an unknown chip", { slic: { ...gpioSlic, profile: "ag9999" } }, 'chip "ag9999"'],
    ["no audio at all", { slic: gpioSlic }, "name a pcmChannel"],
    [
      "a card without that line",
      { slic: { driver: "serial-card", device: "card1", line: 9 } },
      "line 9",
    ],
    [
      "audio of a line that is not there",
      { slic: gpioSlic, pcmCard: { ...card, line: 9 } },
      "line 9",
    ],
  ])("refuses %s, and leaves nothing open", async (_, wiring, text) => {
    const { world, open } = rig();
    expect(await faultOf(open(wiring))).toContain(text);
    await world.advance(300);
    await open({ slic: gpioSlic, pcmCard: card });
  });

  it.each([
    ["serial", { slic: { driver: "serial-card", ...card } }, "a serial card on this board"],
    [
      "spi",
      {
        slic: { driver: "si321x", chip: "si3210", spi: "line2-spi", outputStage: "si3201" },
        pcmChannel: "line2",
      },
      "a ProSLIC on this board",
    ],
  ] as const)("a board without %s says so", async (port, wiring, text) => {
    const { ports } = rig();
    const { [port]: _, ...without } = ports;
    const silent = { onLoop() {}, onWatermark() {}, onFault() {} };
    const opening = new LineHardware(without).open(wiring, silent, { onFrame() {}, onFault() {} });
    expect(await faultOf(opening)).toContain(text);
  });
});
