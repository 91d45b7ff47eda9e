import { kernelError } from "../../src/hal/linux/kernel-error.ts";
import { type Koffi, loadKoffi } from "../../src/hal/linux/koffi-binding.ts";
import {
  type AddressWords,
  addressWords,
  encodeSocketAddress,
} from "../../src/hal/linux/socket-address.ts";
import { loadSocketKernel } from "../../src/hal/linux/socket-kernel.ts";

/** A datagram that came. */
export interface StampedDatagram {
  /** Borrowed: valid until the next one is taken. */
  readonly bytes: Uint8Array;
  /** When the kernel got it, ms from an arbitrary start. */
  readonly atMs: number;
}

/**
 * A UDP socket of loopback whose datagrams bear the kernel's own time. So what is measured is when
 * they were sent, and not when whoever measures was given a processor to look.
 */
export interface StampedSocket {
  readonly port: number;
  send(bytes: Uint8Array, port: number): void;
  /** The next one that has come; undefined where there is none. */
  take(): StampedDatagram | undefined;
}

const HOST = "127.0.0.1";
const DATAGRAM_BYTES = 2048;
const SOL_SOCKET = 1;
/** Times to the nanosecond, with each datagram. @see include/uapi/asm-generic/socket.h */
const SO_TIMESTAMPNS = 35;

/**
 * What `recvmsg` is told and fills in, in words of 8 bytes, one after the other. @see recvmsg(2)
 *
 *    0 msghdr    name │ its length │ iovec │ 1 │ control │ its length │ flags
 *    7 iovec     bytes │ their length
 *    9 control   length │ level and type │ seconds │ nanoseconds
 */
const WORD = {
  iovecs: 2,
  iovecCount: 3,
  control: 4,
  controlBytes: 5,
  iovec: 7,
  controlStart: 9,
  stampKind: 10,
  seconds: 11,
  nanoseconds: 12,
  end: 13,
} as const;
const CONTROL_BYTES = 32n;
const STAMP_KIND = BigInt(SOL_SOCKET) | (BigInt(SO_TIMESTAMPNS) << 32n);

/** Opens such sockets. Rejects where the package `koffi` is not installed. */
export async function loadStampedSockets(): Promise<() => StampedSocket> {
  const koffi = await loadKoffi("measuring when packets come");
  const kernel = await loadSocketKernel(async () => koffi);
  const c = koffi.load(null);
  const recvmsg = c.func("long recvmsg(int file, void *message, int flags)");
  const setsockopt = c.func(
    "int setsockopt(int file, int level, int name, const void *value, uint32_t length)",
  );
  const inbox = createInbox(koffi);
  return () => {
    const file = kernel.open(4);
    kernel.bind(file, encoded(0));
    if (setsockopt(file, SOL_SOCKET, SO_TIMESTAMPNS, Int32Array.of(1), 4) !== 0) {
      throw kernelError(koffi.errno(), "setsockopt");
    }
    const own = new Uint8Array(16);
    kernel.localAddress(file, own);
    return {
      port: ((own[2] ?? 0) << 8) | (own[3] ?? 0),
      send: (bytes, port) => void kernel.send(file, bytes, addressOf(port)),
      take() {
        inbox.reset();
        const length = Number(recvmsg(file, inbox.message, 0));
        return length < 0 ? undefined : inbox.read(length);
      },
    };
  };
}

const addresses = new Map<number, AddressWords>();

function addressOf(port: number): AddressWords {
  const known = addresses.get(port) ?? addressWords(encoded(port));
  addresses.set(port, known);
  return known;
}

function encoded(port: number): Uint8Array {
  const bytes = encodeSocketAddress({ host: HOST, port });
  if (bytes === undefined) throw new Error(`${port} is no port`);
  return bytes;
}

/** Where the kernel puts a datagram: memory that does not move. */
function createInbox(koffi: Koffi) {
  const message = koffi.alloc("uint8_t", WORD.end * 8);
  const words = new BigUint64Array(koffi.view(message, WORD.end * 8));
  const payload = koffi.alloc("uint8_t", DATAGRAM_BYTES);
  const bytes = new Uint8Array(koffi.view(payload, DATAGRAM_BYTES));
  const address = koffi.address(message);
  return {
    message,
    reset(): void {
      words.fill(0n);
      words[WORD.iovecs] = address + BigInt(WORD.iovec * 8);
      words[WORD.iovecCount] = 1n;
      words[WORD.control] = address + BigInt(WORD.controlStart * 8);
      words[WORD.controlBytes] = CONTROL_BYTES;
      words[WORD.iovec] = koffi.address(payload);
      words[WORD.iovec + 1] = BigInt(DATAGRAM_BYTES);
    },
    read(length: number): StampedDatagram {
      if (words[WORD.stampKind] !== STAMP_KIND) throw new Error("a datagram came without a time");
      const seconds = Number(words[WORD.seconds]);
      const atMs = seconds * 1000 + Number(words[WORD.nanoseconds]) / 1e6;
      return { bytes: bytes.subarray(0, length), atMs };
    },
  };
}
