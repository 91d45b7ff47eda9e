import type { Level } from "../../../../src/hal/ports/gpio.ts";
import type { SpiDevice } from "../../../../src/hal/ports/spi.ts";
import { createSimBoard } from "../../board/sim-board.ts";
import type { SimLineOptions } from "../../board/sim-line.ts";
import type { LoopState, Terminal } from "../../loop/terminal.ts";
import { World } from "../../world/world.ts";
import { R } from "./register-map.ts";

/**
 * A line with a ProSLIC, a plain terminal on it, and a program that speaks to the chip by literal
 * register numbers and values over the SPI port: what the datasheet's start-up asks for.
 */

/** Indirect registers of an Si3210 as programs in use set them. */
export const INDIRECT_INIT: readonly (readonly [number, number])[] = [
  ...(
    [
      0x55c2, 0x51e6, 0x4b85, 0x4937, 0x3333, 0x0202, 0x0202, 0x0198, 0x0198, 0x0611, 0x0202,
    ] as const
  ).map((value, at) => [at, value] as const),
  [11, 0x00e5],
  [12, 0x0a1c],
  [13, 0x7b30],
  [14, 0x0063],
  [15, 0],
  [16, 0x7870],
  [17, 0x007d],
  [18, 0],
  [19, 0],
  [20, 0x7efd],
  [21, 0x0177],
  [22, 0],
  [23, 0x2000],
  [24, 0x2000],
  [25, 0],
  [26, 0x4000],
  [27, 0x4000],
  [28, 0x1000],
  [29, 0x3600],
  [30, 0x1000],
  [31, 0x0200],
  [32, 0x0ff0],
  [33, 0x7f80],
  [34, 0x1b80],
  [35, 0x8000],
  [36, 0x0320],
  [37, 0x008c],
  [38, 0x0100],
  [39, 0x0010],
  [40, 0x0c00],
  [41, 0x0c00],
  [43, 0x1000],
];

/** A telephone reduced to two resistors. */
export class Probe implements Terminal {
  offHookOhms = 300;
  offHookVolts = 0;
  ren = 1;
  readonly states: (LoopState & { readonly atMs: number })[] = [];
  toneVolts = 0;
  toneHz: readonly number[] = [1000];
  readonly heard: number[] = [];

  onLoopState(state: LoopState, atMs: number): void {
    this.states.push({ ...state, atMs });
  }

  transmit(out: Float64Array, firstSample: number): void {
    for (let at = 0; at < out.length; at++) {
      out[at] = this.toneHz.reduce(
        (sum, hz) =>
          sum + this.toneVolts * Math.sin((2 * Math.PI * hz * (firstSample + at)) / 8000),
        0,
      );
    }
  }

  receive(heard: Float64Array): void {
    this.heard.push(...heard);
  }
}

/** One chip at one chip select, or more of them in a chain. */
export async function si321xRig(
  options: Partial<SimLineOptions> = {},
  clocking: { readonly mode?: 0 | 1 | 2 | 3; readonly clockHz?: number } = {},
) {
  const world = new World({ seed: 1 });
  const board = createSimBoard(world, {
    lines: [{ chip: "si3210", loop: { ohms: 0, lossDb: 0, noiseDbm0: undefined }, ...options }],
  });
  const [line] = board.lines;
  const chip = line?.si321x;
  if (line === undefined || chip === undefined) throw new Error("the rig wants an Si321x");
  const edges: { level: Level; atMs: number }[] = [];
  const [device, interrupt, reset] = await Promise.all([
    board.spi.open(line.names.spi, {
      mode: clocking.mode ?? 3,
      clockHz: clocking.clockHz ?? 1e6,
      deselectsBetweenBytes: true,
    }),
    board.gpio.openInput(line.names.interrupt, {
      onEdge: (edge) => edges.push({ ...edge }),
      onWatermark: () => {},
      onFault: () => {},
    }),
    board.gpio.openOutput(line.names.reset, { initial: 1 }),
  ]);
  const probe = new Probe();
  const end = line.attach(probe);
  world.runFor(1);
  return {
    world,
    board,
    line,
    chip,
    probe,
    end,
    edges,
    interrupt,
    reset,
    ...program(device, world),
  };
}

/** Reads and writes as a program does them. */
function program(device: SpiDevice, world: World) {
  const read = (register: number): number => {
    const received = new Uint8Array(2);
    device.transfer(Uint8Array.of(0x80 | register, 0), received);
    return received[1] ?? 0;
  };
  const write = (register: number, value: number): void => {
    device.transfer(Uint8Array.of(register, value), new Uint8Array(2));
  };
  const untilServed = (): void => {
    for (let tries = 0; read(R.IAS) !== 0; tries++) {
      if (tries > 20) throw new Error("the indirect access is never served");
    }
  };
  const writeIndirect = (address: number, value: number): void => {
    untilServed();
    write(R.IDA_LOW, value & 0xff);
    write(R.IDA_HIGH, value >> 8);
    write(R.IAA, address);
  };
  const readIndirect = (address: number): number => {
    untilServed();
    write(R.IAA, address);
    untilServed();
    return read(R.IDA_LOW) | (read(R.IDA_HIGH) << 8);
  };
  /** From a reset to forward active, the way programs in use do it. */
  const bringUp = (): void => {
    write(R.POWER_DOWN_1, 0x10);
    write(R.LINEFEED, 0);
    for (const [address, value] of INDIRECT_INIT) writeIndirect(address, value);
    untilServed();
    write(R.LOOPBACK, 0);
    write(R.ENHANCE, 0xeb);
    write(R.AUTO_MANUAL, 0x1f);
    write(R.BATTERY_FEED, 0x01);
    write(R.DCDC_PERIOD, 0xff);
    write(R.DCDC, 0x19);
    write(R.POWER_DOWN_1, 0);
    world.runFor(150);
    write(R.CAL2, 0x1e);
    write(R.CAL1, 0x47);
    world.runFor(600);
    for (const status of [18, 19, 20]) write(status, 0xff);
    for (const enable of [21, 22, 23]) write(enable, 0xff);
    write(1, 0x3c);
    write(R.LINEFEED, 0x01);
    world.runFor(20);
    for (const status of [18, 19, 20]) write(status, 0xff);
  };
  return { device, read, write, readIndirect, writeIndirect, bringUp };
}
