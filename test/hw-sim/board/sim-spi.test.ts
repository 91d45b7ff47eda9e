import { describe, expect, it } from "vitest";
import { PortError, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { SpiOptions } from "../../../src/hal/ports/spi.ts";
import { Trace } from "../trace/trace.ts";
import { World } from "../world/world.ts";
import { SimSpi, type SpiTarget } from "./sim-spi.ts";

const OPTIONS: SpiOptions = { mode: 3, clockHz: 1e6, deselectsBetweenBytes: false };
const PER_BYTE: SpiOptions = { ...OPTIONS, deselectsBetweenBytes: true };

/** Answers each byte with the one before it, and keeps a diary. */
class Echo implements SpiTarget {
  readonly diary: string[] = [];
  #last: number | undefined;

  readonly selectedMs: number[] = [];

  select(options: SpiOptions, atMs: number): void {
    this.diary.push(`select mode ${options.mode}`);
    this.selectedMs.push(atMs);
  }

  exchange(byte: number): number | undefined {
    this.diary.push(byte.toString(16));
    const last = this.#last;
    this.#last = byte;
    return last;
  }

  deselect(): void {
    this.diary.push("deselect");
  }
}

async function setUp(options: SpiOptions = OPTIONS) {
  const world = new World({ seed: 1 });
  const trace = new Trace();
  const spi = new SimSpi(world, trace.add);
  const echo = new Echo();
  spi.addSelect("/dev/spidev0.0", echo);
  spi.addSelect("/dev/spidev0.1", new Echo());
  const device = await spi.open("/dev/spidev0.0", options);
  const transfer = (...sent: number[]) => {
    const received = new Uint8Array(sent.length);
    const result = device.transfer(Uint8Array.from(sent), received);
    return result.ok ? [...received] : result.error.kind;
  };
  return { spi, echo, device, transfer, trace };
}

async function openingFault(opening: Promise<unknown>): Promise<PortFaultKind | undefined> {
  const reason: unknown = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return reason instanceof PortError ? reason.fault.kind : undefined;
}

describe("SimSpi", () => {
  it("selects the chip around a transfer, full duplex, and pulls an undriven wire up", async () => {
    const { echo, transfer } = await setUp();
    expect(transfer(0x12, 0x34, 0x56)).toEqual([0xff, 0x12, 0x34]);
    expect(echo.diary).toEqual(["select mode 3", "12", "34", "56", "deselect"]);
  });

  it("raises chip select between bytes where it was asked to", async () => {
    const { echo, transfer } = await setUp(PER_BYTE);
    transfer(1, 2);
    expect(echo.diary).toEqual([
      ...["select mode 3", "1", "deselect"],
      ...["select mode 3", "2", "deselect"],
    ]);
  });

  it("takes the time of its bits, though time does not go on in the call", async () => {
    const { echo, transfer } = await setUp(PER_BYTE);
    transfer(1, 2);
    transfer(3);
    expect(echo.selectedMs.map((ms) => Math.round(ms * 1e6))).toEqual([0, 8000, 16_000]);
  });

  it("does not select for nothing", async () => {
    const { echo, transfer } = await setUp();
    expect(transfer()).toEqual([]);
    expect(echo.diary).toEqual([]);
  });

  it("refuses what is not there, open already, or was told to be refused", async () => {
    const { spi, device } = await setUp();
    expect(await openingFault(spi.open("/dev/spidev9.9", OPTIONS))).toBe("not-found");
    expect(await openingFault(spi.open("/dev/spidev0.0", OPTIONS))).toBe("busy");
    spi.refuse("/dev/spidev0.1", "permission");
    expect(await openingFault(spi.open("/dev/spidev0.1", OPTIONS))).toBe("permission");
    spi.refuse("/dev/spidev0.1", undefined);
    expect(await openingFault(spi.open("/dev/spidev0.1", OPTIONS))).toBe(undefined);
    device.close();
    expect(await openingFault(spi.open("/dev/spidev0.0", OPTIONS))).toBe(undefined);
  });

  it("fails transfers on demand, without reaching the chip, until mended", async () => {
    const { spi, echo, transfer } = await setUp();
    spi.setFault("/dev/spidev0.0", "io");
    expect([transfer(1), echo.diary.length]).toEqual(["io", 0]);
    spi.setFault("/dev/spidev0.0", undefined);
    expect(transfer(1, 2)).toEqual([0xff, 1]);
  });

  for (const [level, byte] of [
    [0, 0x00],
    [1, 0xff],
  ] as const) {
    it(`gives ${byte} from a wire stuck at ${level}; the chip still hears`, async () => {
      const { spi, echo, transfer } = await setUp();
      spi.stick("/dev/spidev0.0", level);
      expect(transfer(0x55, 0xaa)).toEqual([byte, byte]);
      expect(echo.diary).toContain("55");
      spi.stick("/dev/spidev0.0", undefined);
      expect(transfer(1, 2)).toEqual([0xaa, 1]);
    });
  }

  it("flips the share of bits it was told to", async () => {
    const { spi, transfer } = await setUp();
    spi.setBitErrors("/dev/spidev0.0", 1);
    expect(transfer(0x0f, 0x0f)).toEqual([0x00, 0x0f]); // undriven, then back: flipped twice
    spi.setBitErrors("/dev/spidev0.0", 0.5);
    let differing = 0;
    for (let count = 0; count < 200; count++) {
      const [, back = 0] = [...([transfer(0, 0)].flat() as number[])]; // an array unless it failed
      differing += back.toString(2).replaceAll("0", "").length;
    }
    expect(differing / 1600).toBeGreaterThan(0.4);
    expect(differing / 1600).toBeLessThan(0.6);
  });

  it("traces each transfer", async () => {
    const { transfer, trace } = await setUp();
    transfer(0x12, 0x34);
    expect(trace.lines).toEqual([
      '{"atMs":0,"source":"spi /dev/spidev0.0","kind":"transfer","sent":"1234","received":"ff12"}',
    ]);
  });
});
