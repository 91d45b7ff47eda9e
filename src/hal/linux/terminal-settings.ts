/**
 * How the kernel is told what a serial line is like (`struct termios2`), as data: request numbers,
 * where each field lies, and what stands there. A test compiles the kernel's own header and
 * compares. Numbers are those of x86, ARM and RISC-V; little-endian.
 *
 *      0         4         8         12        16       17           36         40         44
 *      +---------+---------+---------+---------+--------+------------+----------+----------+
 *      | c_iflag | c_oflag | c_cflag | c_lflag | c_line | c_cc[19]   | c_ispeed | c_ospeed |
 *      | u32     | u32     | u32     | u32     | u8     | u8 each    | u32      | u32      |
 *      +---------+---------+---------+---------+--------+------------+----------+----------+
 *
 * @see ioctl_tty(2), termios(3), include/uapi/asm-generic/termbits.h
 */
export const TERMINAL_REQUESTS = { TCSETS2: 0x402c_542b } as const;

/** `struct termios2`: its size, and the offset of each field that is used, in bytes. */
export const TERMIOS2 = {
  size: 44,
  fields: { c_iflag: 0, c_oflag: 4, c_cflag: 8, c_lflag: 12, c_cc: 17, c_ispeed: 36, c_ospeed: 40 },
} as const;

/** Input: bytes with a wrong stop bit are dropped. */
export const INPUT_FLAGS = { IGNPAR: 0x4 } as const;

/**
 * Control: eight bits, received, whatever modem lines say; DTR falls at the last close; the speed
 * is the number in `c_ospeed`.
 */
export const CONTROL_FLAGS = {
  CS8: 0x30,
  CREAD: 0x80,
  HUPCL: 0x400,
  CLOCAL: 0x800,
  BOTHER: 0x1000,
} as const;

/** Where in `c_cc` it says how many bytes a read waits for: with none an idle line would end. */
export const VMIN = 6;

/** For tcflush(3): what was not read, and what was not sent. */
export const TCIOFLUSH = 2;

/** A raw line of eight data bits, no parity, one stop bit, no flow control, at a speed. */
export function rawTerminal(baud: number): Uint8Array {
  const { size, fields } = TERMIOS2;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const all = (flags: Readonly<Record<string, number>>): number =>
    Object.values(flags).reduce((sum, flag) => sum | flag, 0);
  view.setUint32(fields.c_iflag, all(INPUT_FLAGS), true);
  view.setUint32(fields.c_cflag, all(CONTROL_FLAGS), true);
  view.setUint8(fields.c_cc + VMIN, 1);
  view.setUint32(fields.c_ispeed, baud, true);
  view.setUint32(fields.c_ospeed, baud, true);
  return bytes;
}
