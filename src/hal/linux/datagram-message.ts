/** Where a `long` of C's is one word of 32 bits; elsewhere it is two. */
const NARROW_MACHINES: readonly string[] = ["arm", "ia32", "mipsel"];

/** Words of 32 bits in a `long`, a `size_t` and a pointer of this machine. */
export const LONG_WORDS: LongWords = NARROW_MACHINES.includes(process.arch) ? 1 : 2;

/** See `LONG_WORDS`; all below is laid out for either. */
export type LongWords = 1 | 2;

/**
 * A `struct msghdr` and what it points at, as words of 32 bits. Each number is to be taken times
 * `LONG_WORDS`, since each field has the room of a `long`.
 *
 *    name │ its length │ iovecs │ their count │ control │ its length │ flags
 *    iovec: bytes │ their length
 *
 * @see recvmsg(2)
 */
const FIELD = {
  ...{ name: 0, nameLength: 1, iovecs: 2, iovecCount: 3, control: 4, controlLength: 5 },
  ...{ iovec: 7, iovecLength: 8, end: 9 },
} as const;

/** Room for what comes along with a datagram: a time in either width, and one more. */
const CONTROL_BYTES = 80;

const SOL_SOCKET = 1;

/**
 * The option by which the kernel tells with each datagram when it came, to the nanosecond of the
 * wall's time, and the kind under which it does so.
 * @see include/uapi/asm-generic/socket.h, Documentation/networking/timestamping.rst
 */
export const SO_TIMESTAMPNS = 35;

/** Longer than this nothing is told to have waited, µs: a whole number that needs no memory. */
export const WAITED_MAX_US = 2 ** 30 - 1;

/** What `recvmsg` is to fill in: where bytes, sender and time go. */
export interface MessageTargets {
  readonly bytes: number;
  readonly bytesLength: number;
  readonly name: number;
  readonly nameLength: number;
}

/** How many words a message takes, the time behind it included. */
export function messageWords(longWords: LongWords = LONG_WORDS): number {
  return FIELD.end * longWords + CONTROL_BYTES / 4;
}

/** Writes a message into `words`, which are zeros and stand at `address`. */
export function writeMessage(
  words: Int32Array,
  address: number,
  targets: MessageTargets,
  longWords: LongWords = LONG_WORDS,
): void {
  const put = (field: number, value: number): void => {
    words[field * longWords] = value;
    if (longWords === 2) words[field * longWords + 1] = Math.floor(value / 2 ** 32);
  };
  put(FIELD.name, targets.name);
  put(FIELD.iovecs, address + 4 * FIELD.iovec * longWords);
  put(FIELD.iovecCount, 1);
  put(FIELD.control, address + 4 * FIELD.end * longWords);
  put(FIELD.iovec, targets.bytes);
  put(FIELD.iovecLength, targets.bytesLength);
  resetMessage(words, targets.nameLength, longWords);
}

/** Puts back what the kernel wrote over with the datagram before. */
export function resetMessage(
  words: Int32Array,
  nameLength: number,
  longWords: LongWords = LONG_WORDS,
): void {
  words[FIELD.nameLength * longWords] = nameLength;
  words[FIELD.controlLength * longWords] = CONTROL_BYTES;
}

/**
 * How long before a moment of the wall's time a message's datagram came, whole µs; 0 where that is
 * not told, or is still to come. The wall may have been set between the two, so this is a claim.
 *
 *    one piece of control data:  length │ level (1 word) │ kind (1 word) │ seconds │ nanoseconds
 *
 * @param words a message that `recvmsg` filled in
 * @param wall the moment: a `struct timespec`
 * @see cmsg(3)
 */
export function waitedUs(
  words: Int32Array,
  wall: Int32Array,
  longWords: LongWords = LONG_WORDS,
): number {
  const start = FIELD.end * longWords;
  const told = words[FIELD.controlLength * longWords] ?? 0;
  const end = Math.min(words.length, start + (Math.min(told, CONTROL_BYTES) >> 2));
  const head = longWords + 2;
  const whole = head + 2 * longWords;
  for (let at = start; at + head <= end; ) {
    const length = words[at] ?? 0;
    const isTime =
      words[at + longWords] === SOL_SOCKET && words[at + longWords + 1] === SO_TIMESTAMPNS;
    if (isTime && length >= 4 * whole && at + whole <= end) {
      // What is left of 32 bits of seconds serves beyond 2038, too.
      const seconds = ((wall[0] ?? 0) - (words[at + head] ?? 0)) | 0;
      const nanoseconds = (wall[longWords] ?? 0) - (words[at + head + longWords] ?? 0);
      const us = seconds * 1e6 + nanoseconds / 1000;
      return us > 0 ? Math.floor(Math.min(us, WAITED_MAX_US)) : 0;
    }
    if (length < 4 * head) return 0;
    // The next begins at a whole `long`.
    at += longWords * Math.ceil(length / (4 * longWords));
  }
  return 0;
}
