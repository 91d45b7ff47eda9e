import { type Koffi, loadKoffi } from "./koffi-binding.ts";

/** TIOCOUTQ: how much a terminal has yet to send. @see ioctl_tty(2), asm-generic/ioctls.h */
export const OUTPUT_QUEUE_REQUEST = 0x5411;

/** Bytes that the kernel has taken for a file and not sent yet; 0 where it does not tell. */
export type OutputQueue = (file: number) => number;

/**
 * Asks the kernel, by a system call through `koffi`.
 * @throws PortError (rejects) `unsupported` where the package is not installed
 */
export async function loadOutputQueue(
  load: () => Promise<Koffi> = () => loadKoffi("serial ports"),
): Promise<OutputQueue> {
  const koffi = await load();
  const ioctl = koffi.load(null).func("int ioctl(int file, unsigned long request, void *data)");
  const count = new Int32Array(1);
  return (file) => {
    const result = ioctl(file, OUTPUT_QUEUE_REQUEST, count);
    return result === 0 ? Math.max(0, count[0] ?? 0) : 0;
  };
}
