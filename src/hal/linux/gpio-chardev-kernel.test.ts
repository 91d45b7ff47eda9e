import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  decodePoll,
  encodePoll,
  listChipPaths,
  loadGpioKernel,
  POLL,
} from "./gpio-chardev-kernel.ts";
import { emptyStruct, GPIO_REQUESTS } from "./gpio-chardev-layout.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-dev-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function hasKoffi(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return process.platform === "linux";
  } catch {
    return false;
  }
}

describe("listChipPaths()", () => {
  it("takes chips alone, in the order of their numbers", () => {
    for (const name of ["gpiochip10", "gpiochip2", "gpiochip", "gpiochipx", "mygpiochip1"]) {
      writeFileSync(join(folder, name), "");
    }
    mkdirSync(join(folder, "gpio"));
    expect(listChipPaths(folder)).toEqual([join(folder, "gpiochip2"), join(folder, "gpiochip10")]);
  });

  it("a folder that is not there has none", () => {
    expect(listChipPaths(join(folder, "none"))).toEqual([]);
  });
});

describe("encodePoll(), decodePoll()", () => {
  const { POLLIN, POLLERR, POLLHUP, POLLNVAL } = POLL.bits;

  it.each([
    [0, []],
    [POLLIN, [{ file: 7, state: "readable" }]],
    [POLLERR, [{ file: 7, state: "broken" }]],
    [POLLIN | POLLHUP, [{ file: 7, state: "broken" }]],
    [POLLNVAL, [{ file: 7, state: "broken" }]],
  ])("bits %d of the second file", (bits, states) => {
    const bytes = encodePoll([3, 7, 9]);
    expect(decodePoll(bytes)).toEqual([]);
    bytes[POLL.size + POLL.fields.revents] = bits;
    expect(decodePoll(bytes)).toEqual(states);
  });

  it("takes any bytes without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodePoll(bytes).length).toBeLessThanOrEqual(bytes.length / POLL.size);
      }),
    );
  });
});

// The system calls themselves, on files that every kernel has.
describe.skipIf(!hasKoffi())("loadGpioKernel()", () => {
  it("throws the kernel's error by its name", async () => {
    const kernel = await loadGpioKernel();
    expect(() => kernel.open(join(folder, "gpiochip0"))).toThrow(/ENOENT/);
    const file = kernel.open("/dev/null");
    const ask = () =>
      kernel.ioctl(file, GPIO_REQUESTS.GPIO_GET_CHIPINFO_IOCTL, emptyStruct("gpiochip_info"));
    expect(ask).toThrow(expect.objectContaining({ code: "ENOTTY" }));
    kernel.close(file);
    expect(ask).toThrow(expect.objectContaining({ code: "EBADF" }));
  });

  it("waits until there is something to read, never in read(), and can be woken", async () => {
    const kernel = await loadGpioKernel();
    const path = join(folder, "pipe");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    const file = kernel.open(path);
    const writer = openSync(path, "w");
    try {
      kernel.setNonBlocking(file);
      const bytes = new Uint8Array(96);
      expect(kernel.read(file, bytes)).toBe(0);
      expect(await kernel.wait([file], 1)).toEqual([]);
      const waiting = kernel.wait([file], 2_000_000);
      writeSync(writer, "edge");
      expect(await waiting).toEqual([{ file, state: "readable" }]);
      expect(kernel.read(file, bytes)).toBe(4);
      const quiet = kernel.wait([file], 2_000_000);
      kernel.wake();
      expect(await quiet).toEqual([]);
      kernel.wake();
      kernel.wake();
      expect(await kernel.wait([], 2_000_000)).toEqual([]);
      // What woke it is used up: the next wait is a whole one.
      const startNs = process.hrtime.bigint();
      expect(await kernel.wait([file], 20)).toEqual([]);
      expect(Number(process.hrtime.bigint() - startNs)).toBeGreaterThan(15e6);
    } finally {
      closeSync(writer);
      kernel.close(file);
    }
  });
});
