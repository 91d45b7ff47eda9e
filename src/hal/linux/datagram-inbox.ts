import {
  LONG_WORDS,
  messageWords,
  resetMessage,
  waitedUs,
  writeMessage,
} from "./datagram-message.ts";
import { fixedMemory } from "./fixed-memory.ts";
import type { Koffi, NativeLibrary } from "./koffi-binding.ts";
import { SOCKET_ADDRESS_BYTES } from "./socket-address.ts";

/** Where a machine's datagrams come, one at a time. */
export interface DatagramInbox {
  /** How many bytes there are now in `received`, from `sender`; −1 where nothing is there. */
  receive(file: number): number;
  /** The datagram that was received last, and its sender's `sockaddr`. Borrowed, both. */
  readonly received: Uint8Array;
  readonly sender: Int32Array;
  /** Notes the wall's time: from now on it is told how long before that datagrams came. */
  noteWall(): void;
  /**
   * How long before the time that was noted the datagram came that was received last, whole µs; 0
   * where it came after it or nobody knows. Wrong by as much as the wall was set meanwhile.
   */
  waitedUs(): number;
}

/** Longer datagrams are cut there: one more than UDPTL takes, of all the longest, so it shows. */
const RECEIVED_BYTES = 4097;

/** The wall's clock, whose time the kernel gives to what comes. @see clock_gettime(2) */
const CLOCK_REALTIME = 0;

/** An inbox whose datagrams the kernel puts into memory that does not move. */
export function createInbox(c: NativeLibrary, koffi: Koffi): DatagramInbox {
  const recvmsg = c.func("long recvmsg(int file, uintptr_t message, int flags)");
  const gettime = c.func("int clock_gettime(int clock, uintptr_t at)");
  const incoming = fixedMemory(koffi, RECEIVED_BYTES);
  const from = fixedMemory(koffi, SOCKET_ADDRESS_BYTES);
  const memory = fixedMemory(koffi, 4 * messageWords());
  const message = memory.words(0, messageWords());
  const moment = fixedMemory(koffi, 8 * LONG_WORDS);
  const wall = moment.words(0, 2 * LONG_WORDS);
  writeMessage(message, memory.address, {
    ...{ bytes: incoming.address, bytesLength: RECEIVED_BYTES },
    ...{ name: from.address, nameLength: SOCKET_ADDRESS_BYTES },
  });
  const { address } = memory;
  return {
    received: incoming.bytes(0, RECEIVED_BYTES),
    sender: from.words(0, SOCKET_ADDRESS_BYTES / 4),
    receive(file) {
      resetMessage(message, SOCKET_ADDRESS_BYTES);
      const length = recvmsg(file, address, 0);
      return typeof length === "number" ? length : Number(length);
    },
    noteWall: () => void gettime(CLOCK_REALTIME, moment.address),
    waitedUs: () => waitedUs(message, wall),
  };
}
