import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import type { SerialLink } from "../../src/hal/ports/serial-link.ts";
import type { SpiDevice, SpiOptions } from "../../src/hal/ports/spi.ts";
import {
  SERIAL_PORT,
  type SerialRig,
  SPI_DEVICES,
  type SpiRig,
  serialportRig,
  simSerialRig,
  simSpiRig,
  spidevRig,
} from "./bus-rigs.ts";

const TOGETHER: SpiOptions = { mode: 3, clockHz: 1_000_000, deselectsBetweenBytes: false };
const APART: SpiOptions = { ...TOGETHER, deselectsBetweenBytes: true };

async function faultOf<T>(
  opening: Promise<T>,
  settle: () => Promise<void>,
): Promise<PortFault | undefined> {
  const outcome: Promise<unknown> = opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  await settle();
  const reason = await outcome;
  if (reason === undefined) return undefined;
  if (reason instanceof PortError) return reason.fault;
  throw reason;
}

describe.each([
  ["simulated", simSpiRig],
  ["spidev", spidevRig],
])("SPI, %s", (_, makeRig) => {
  let rig: SpiRig;

  beforeEach(() => {
    rig = makeRig();
  });

  async function open(options: SpiOptions, device: string = SPI_DEVICES[0]): Promise<SpiDevice> {
    const opening = rig.spi.open(device, options);
    await rig.settle();
    return opening;
  }

  it.each([0, 1, 2, 31, 32, 33, 100, 4096])(
    "transfer() of %d bytes is full duplex, in one selection or in one for each byte",
    async (length) => {
      const sent = Uint8Array.from({ length }, (__, n) => (n * 37) & 0xff);
      const back = [...sent].map((byte) => ~byte & 0xff);
      for (const [options, selections] of [
        [TOGETHER, length === 0 ? [] : [[...sent]]],
        [APART, [...sent].map((byte) => [byte])],
      ] as const) {
        rig = makeRig();
        const device = await open(options);
        const received = new Uint8Array(length);
        expect(device.transfer(sent, received)).toEqual({ ok: true, value: undefined });
        expect([...received]).toEqual(back);
        expect(rig.selections(SPI_DEVICES[0])).toEqual(selections);
      }
    },
  );

  it("two devices never mix their bytes", async () => {
    const first = await open(APART);
    const second = await open(TOGETHER, SPI_DEVICES[1]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 12 }))), (steps) => {
        for (const [isFirst, sent] of steps) {
          const received = new Uint8Array(sent.length);
          expect((isFirst ? first : second).transfer(sent, received).ok).toBe(true);
          expect([...received]).toEqual([...sent].map((byte) => ~byte & 0xff));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("a device that is not there, forbidden or open is refused, and named", async () => {
    const missing = await faultOf(rig.spi.open("/dev/spidev9.9", TOGETHER), rig.settle);
    expect(missing).toMatchObject({ kind: "not-found" });
    expect(missing?.what).toContain("/dev/spidev9.9");
    expect(missing?.advice).not.toBe("");
    rig.refuse("permission");
    const denied = await faultOf(rig.spi.open(SPI_DEVICES[0], TOGETHER), rig.settle);
    expect(denied).toMatchObject({ kind: "permission" });
    rig.refuse(undefined);
    const device = await open(TOGETHER);
    const twice = await faultOf(rig.spi.open(SPI_DEVICES[0], TOGETHER), rig.settle);
    expect(twice).toMatchObject({ kind: "busy" });
    device.close();
    device.close();
    expect(await faultOf(rig.spi.open(SPI_DEVICES[0], TOGETHER), rig.settle)).toBeUndefined();
  });

  it.each(["io", "gone"] as const)(
    "a bus that fails is told as %s, until it works",
    async (kind) => {
      const device = await open(APART);
      rig.fail(kind);
      expect(device.transfer(Uint8Array.of(1), new Uint8Array(1))).toMatchObject({
        ...{ ok: false, error: { kind } },
      });
      rig.fail(undefined);
      expect(device.transfer(Uint8Array.of(1), new Uint8Array(1)).ok).toBe(true);
    },
  );
});

describe.each([
  ["simulated", simSerialRig],
  ["serialport", serialportRig],
])("serial ports, %s", (_, makeRig) => {
  let rig: SerialRig;
  let heard: number[];
  let faults: PortFault[];

  beforeEach(() => {
    rig = makeRig();
    heard = [];
    faults = [];
  });

  const start = (device: string = SERIAL_PORT): Promise<SerialLink> =>
    rig.serial.open(device, 921_600, {
      onBytes: (bytes, atMs) => {
        expect(atMs).toBeLessThanOrEqual(rig.nowMs());
        heard.push(...bytes);
        // Borrowed: whoever keeps it is found out.
        bytes.fill(0xee);
      },
      onFault: (fault) => faults.push(fault),
    });

  async function open(): Promise<SerialLink> {
    const opening = start();
    await rig.settle();
    return opening;
  }

  it("carries bytes both ways in order, none inside write()", async () => {
    const link = await open();
    const sent = Uint8Array.from({ length: 300 }, (__, n) => n & 0xff);
    expect(link.write(sent).ok).toBe(true);
    const written = [...sent];
    sent.fill(0);
    expect(rig.received()).toEqual([]);
    expect(link.pendingBytes).toBeGreaterThan(0);
    rig.say(Uint8Array.of(0, 1, 255, 17, 19));
    expect(heard).toEqual([]);
    await rig.settle();
    expect(rig.received()).toEqual(written);
    expect([heard, link.pendingBytes]).toEqual([[0, 1, 255, 17, 19], 0]);
    link.close();
  });

  it("refuses wholly what is over its limit, and says so", async () => {
    const link = await open();
    const refused = link.write(new Uint8Array(1_000_000));
    expect(refused).toMatchObject({ ok: false, error: { kind: "io" } });
    expect(link.pendingBytes).toBe(0);
    await rig.settle();
    expect(rig.received()).toEqual([]);
    expect(link.write(Uint8Array.of(7)).ok).toBe(true);
    await rig.settle();
    expect([rig.received(), faults]).toEqual([[7], []]);
    link.close();
  });

  it("a port that is not there, forbidden or open is refused, and named", async () => {
    const missing = await faultOf(start("/dev/none"), rig.settle);
    expect(missing).toMatchObject({ kind: "not-found" });
    expect(missing?.what).toContain("/dev/none");
    rig.refuse("permission");
    expect(await faultOf(start(), rig.settle)).toMatchObject({ kind: "permission" });
    rig.refuse(undefined);
    const link = await open();
    expect(await faultOf(start(), rig.settle)).toMatchObject({ kind: "busy" });
    link.close();
    await rig.settle();
    (await open()).close();
    await rig.settle();
  });

  it("one that is unplugged is told once, is silent, and opens when it is back", async () => {
    await open();
    rig.unplug();
    await rig.settle();
    rig.say(Uint8Array.of(1));
    await rig.settle();
    expect(faults).toMatchObject([{ kind: "gone" }]);
    expect(heard).toEqual([]);
    expect(await faultOf(start(), rig.settle)).toMatchObject({ kind: "not-found" });
    rig.plugIn();
    (await open()).close();
    await rig.settle();
  });

  it("after close() nothing is told any more", async () => {
    const link = await open();
    rig.say(Uint8Array.of(1));
    link.close();
    link.close();
    await rig.settle();
    rig.unplug();
    await rig.settle();
    expect([heard, faults]).toEqual([[], []]);
  });
});
