import { closeSync, openSync } from "node:fs";
import { fixedMemory } from "./fixed-memory.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";

/** Bytes at an address that stays as it is. */
export interface SpiMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/**
 * The kernel, as the SPI adapter sees it. Files are numbers. Every call throws an Error whose
 * `code` is the kernel's error name (`EINVAL`).
 */
export interface SpiKernel {
  open(path: string): number;
  /** Hands a structure to the kernel; what the kernel answered, 0 or more. */
  ioctl(file: number, request: number, bytes: Uint8Array): number;
  close(file: number): void;
  /** Memory that a structure may point to. It is never given back. */
  memory(length: number): SpiMemory;
}

/**
 * The kernel of this machine, by system calls through `koffi`.
 * @throws PortError (rejects) `unsupported` where the package is not installed
 */
export async function loadSpiKernel(
  load: () => Promise<Koffi> = () => loadKoffi("SPI"),
): Promise<SpiKernel> {
  const koffi = await load();
  const ioctl = koffi.load(null).func("int ioctl(int file, unsigned long request, void *data)");
  return {
    open: (path) => openSync(path, "r+"),
    ioctl: (file, request, bytes) => {
      const result = ioctl(file, request, bytes);
      if (typeof result === "number" && result >= 0) return result;
      throw kernelError(koffi.errno(), "ioctl");
    },
    close: (file) => closeSync(file),
    memory: (length) => {
      const memory = fixedMemory(koffi, length);
      return { address: BigInt(memory.address), bytes: memory.bytes(0, length) };
    },
  };
}
