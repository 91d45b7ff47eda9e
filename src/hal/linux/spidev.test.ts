import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError, type PortFaultKind } from "../../base/port-fault.ts";
import type { SpiOptions } from "../ports/spi.ts";
import { createSpi, SPI_TRANSFER_MAX_BYTES } from "./spidev.ts";
import { loadSpiKernel } from "./spidev-kernel.ts";
import { type FakeSpiChip, FakeSpiKernel } from "./testing/fake-spi-kernel.ts";

const DEVICE = "/dev/spidev0.0";
const OPTIONS: SpiOptions = { mode: 0, clockHz: 1_000_000, deselectsBetweenBytes: false };
const KOFFI_ADVICE = /koffi/;

/** A chip that answers each byte with its complement, and notes the bytes of each selection. */
class Complement implements FakeSpiChip {
  readonly selections: number[][] = [];
  #bytes: number[] = [];

  exchange(byte: number, index: number): number {
    expect(index, "counted from where chip select fell").toBe(this.#bytes.length);
    this.#bytes.push(byte);
    return ~byte & 0xff;
  }

  deselected(): void {
    this.selections.push(this.#bytes);
    this.#bytes = [];
  }
}

function rig() {
  const chip = new Complement();
  const kernel = new FakeSpiKernel({ [DEVICE]: chip, "/dev/spidev0.1": new Complement() });
  return { chip, kernel, spi: createSpi({ loadKernel: async () => kernel }) };
}

async function faultOf(opening: Promise<unknown>) {
  const outcome: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return undefined;
  if (outcome instanceof PortError) return outcome.fault;
  throw outcome;
}

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, n) => n & 0xff);
const complement = (bytes: Uint8Array): number[] => [...bytes].map((byte) => ~byte & 0xff);

describe("createSpi()", () => {
  it("sets mode, order of bits, word and clock when it opens", async () => {
    const { kernel, spi } = rig();
    await spi.open(DEVICE, { ...OPTIONS, mode: 3, clockHz: 8_192_000 });
    expect(kernel.settings(DEVICE)).toEqual({
      ...{ mode: 3, lsbFirst: 0, bits: 8, clockHz: 8_192_000 },
    });
  });

  it.each<[string, "openError" | "setUpError", PortFaultKind, RegExp]>([
    ["ENOENT", "openError", "not-found", /dtparam=spi=on/],
    ["ENXIO", "openError", "not-found", /dtparam=spi=on/],
    ["EACCES", "openError", "permission", /group spi/],
    ["EBUSY", "openError", "busy", /overlay/],
    ["EINVAL", "setUpError", "unsupported", /mode or clock/],
    ["ENOTTY", "setUpError", "unsupported", /mode or clock/],
    ["ENODEV", "setUpError", "gone", /bus went away/],
    ["EIO", "setUpError", "io", /EIO/],
  ])("open() that ends in %s (%s) rejects with %s", async (code, when, kind, advice) => {
    const { kernel, spi } = rig();
    kernel[when] = code;
    const fault = await faultOf(spi.open(DEVICE, OPTIONS));
    expect(fault).toMatchObject({ kind, what: `SPI device "${DEVICE}"` });
    expect(fault?.advice).toMatch(advice);
    expect(kernel.openFiles).toBe(0);
    kernel[when] = undefined;
    expect(await faultOf(spi.open(DEVICE, OPTIONS))).toBeUndefined();
  });

  it("open() of a device that is open is busy, until it is closed", async () => {
    const { kernel, spi } = rig();
    const device = await spi.open(DEVICE, OPTIONS);
    expect(await faultOf(spi.open(DEVICE, OPTIONS))).toMatchObject({ kind: "busy" });
    expect(await faultOf(spi.open("/dev/spidev0.1", OPTIONS))).toBeUndefined();
    device.close();
    device.close();
    expect(await faultOf(spi.open(DEVICE, OPTIONS))).toBeUndefined();
    expect(kernel.openFiles).toBe(2);
  });

  it("without koffi it says what to install", async () => {
    const advice = 'run "npm install koffi"';
    const loadKernel = () =>
      Promise.reject(new PortError({ kind: "unsupported", what: "SPI", advice }));
    const fault = await faultOf(createSpi({ loadKernel }).open(DEVICE, OPTIONS));
    expect(fault).toMatchObject({ kind: "unsupported" });
    expect(fault?.advice).toMatch(KOFFI_ADVICE);
  });
});

describe("SpiDevice.transfer()", () => {
  it.each([0, 1, 2, 31, 32, 33, 64, 65, 512, SPI_TRANSFER_MAX_BYTES])(
    "moves %d bytes both ways, each byte selected alone",
    async (length) => {
      const { chip, kernel, spi } = rig();
      const device = await spi.open(DEVICE, { ...OPTIONS, deselectsBetweenBytes: true });
      const sent = bytesOf(length);
      const received = new Uint8Array(length);
      expect(device.transfer(sent, received)).toEqual({ ok: true, value: undefined });
      expect([...received]).toEqual(complement(sent));
      expect(chip.selections).toEqual([...sent].map((byte) => [byte]));
      expect(kernel.messages).toHaveLength(Math.ceil(length / 32));
    },
  );

  it.each([1, 2, 511, 512, SPI_TRANSFER_MAX_BYTES])(
    "moves %d bytes both ways in one selection",
    async (length) => {
      const { chip, kernel, spi } = rig();
      const device = await spi.open(DEVICE, OPTIONS);
      const sent = bytesOf(length);
      const received = new Uint8Array(length);
      device.transfer(sent, received);
      expect([...received]).toEqual(complement(sent));
      expect(chip.selections).toEqual([[...sent]]);
      expect(kernel.messages).toEqual([1]);
    },
  );

  it("devices share a bus without mixing their bytes", async () => {
    const { spi } = rig();
    const first = await spi.open(DEVICE, { ...OPTIONS, deselectsBetweenBytes: true });
    const second = await spi.open("/dev/spidev0.1", OPTIONS);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 20 }))), (steps) => {
        for (const [isFirst, sent] of steps) {
          const received = new Uint8Array(sent.length);
          expect((isFirst ? first : second).transfer(sent, received).ok).toBe(true);
          expect([...received]).toEqual(complement(sent));
        }
      }),
    );
  });

  it("refuses what is too long or unlike in length: a bug of its user", async () => {
    const { spi } = rig();
    const device = await spi.open(DEVICE, OPTIONS);
    expect(() => device.transfer(new Uint8Array(2), new Uint8Array(3))).toThrow(/as long/);
    const long = new Uint8Array(SPI_TRANSFER_MAX_BYTES + 1);
    expect(() => device.transfer(long, long.slice())).toThrow(/limit/);
  });

  it.each<[string, PortFaultKind]>([
    ["EIO", "io"],
    ["ETIMEDOUT", "io"],
    ["ESHUTDOWN", "gone"],
    ["ENODEV", "gone"],
    ["EACCES", "permission"],
  ])("a bus that says %s gives a fault of kind %s", async (code, kind) => {
    const { kernel, spi } = rig();
    const device = await spi.open(DEVICE, OPTIONS);
    kernel.transferError = code;
    const received = Uint8Array.of(0xaa);
    const result = device.transfer(Uint8Array.of(1), received);
    expect(result).toMatchObject({ ok: false, error: { kind, what: `SPI device "${DEVICE}"` } });
    expect(received[0], "what came in is left alone").toBe(0xaa);
    kernel.transferError = undefined;
    expect(device.transfer(Uint8Array.of(1), received).ok).toBe(true);
  });

  it("after close() it is gone", async () => {
    const { spi } = rig();
    const device = await spi.open(DEVICE, OPTIONS);
    device.close();
    const result = device.transfer(Uint8Array.of(1), new Uint8Array(1));
    expect(result).toMatchObject({ ok: false, error: { kind: "gone" } });
  });
});

function hasKoffi(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return process.platform === "linux";
  } catch {
    return false;
  }
}

// The system calls themselves, on files that every kernel has.
describe.skipIf(!hasKoffi())("loadSpiKernel()", () => {
  it("gives memory that the kernel sees, and throws its errors by their names", async () => {
    const kernel = await loadSpiKernel();
    expect(() => kernel.open("/dev/spidev9.9")).toThrow(/ENOENT/);
    const file = kernel.open("/dev/null");
    expect(() => kernel.ioctl(file, 0x4020_6b00, new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: "ENOTTY" }),
    );
    kernel.close(file);
    const first = kernel.memory(16);
    const second = kernel.memory(16);
    expect(first.address).not.toBe(second.address);
    first.bytes.set([1, 2, 3]);
    expect([...first.bytes.subarray(0, 3)]).toEqual([1, 2, 3]);
    expect(first.bytes).toHaveLength(16);
  });

  it("a device that is not there is not found, by way of the real calls", async () => {
    expect(await faultOf(createSpi().open("/dev/spidev9.9", OPTIONS))).toMatchObject({
      kind: "not-found",
    });
  });
});
