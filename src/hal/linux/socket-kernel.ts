import { copyNumbers } from "../../base/copy-numbers.ts";
import { createInbox, type DatagramInbox } from "./datagram-inbox.ts";
import { LONG_WORDS, SO_TIMESTAMPNS } from "./datagram-message.ts";
import { fixedMemory } from "./fixed-memory.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi, type NativeLibrary } from "./koffi-binding.ts";
import { type AddressWords, SOCKET_ADDRESS_BYTES } from "./socket-address.ts";

/**
 * The kernel's datagram sockets, as the adapter sees them: files are numbers, nothing waits.
 * Opening calls throw an Error whose `code` is the kernel's error name (`EADDRINUSE`).
 */
export interface SocketKernel extends DatagramInbox {
  /** A non-blocking UDP socket whose datagrams bear the time. An IPv6 one takes IPv6 only. */
  open(family: 4 | 6): number;
  /** @param address a `sockaddr`, see `socket-address.ts` */
  bind(file: number, address: Uint8Array): void;
  /** Fills `address` with the socket's own; its length. */
  localAddress(file: number, address: Uint8Array): number;
  /** Voice before other traffic, in the network and in this machine. False where refused. */
  setDscp(file: number, family: 4 | 6, dscp: number): boolean;
  /** A list of sockets that are looked at together, a file like others. */
  openList(): number;
  /** Puts a socket on a list, until it is closed; `index` is what it is found as. */
  watch(list: number, file: number, index: number): void;
  /** How many sockets of a list have something to be received, so many at most as fit at once. */
  findReady(list: number): number;
  /** Of those that were found last, the index of one. */
  readyAt(at: number): number;
  /** 0, or the kernel's error number. */
  send(file: number, bytes: Uint8Array, to: AddressWords): number;
  close(file: number): void;
  /** Lets this thread be woken to the microsecond, where the kernel would save power instead. */
  sharpenSleep(): void;
  /** Sleeps until a moment of the kernel's monotonic clock, ms with a fraction. */
  sleepUntil(atMs: number): void;
  /** Sleeps so long, or until a file has something to be read; whether it has. */
  sleepOn(file: number, forMs: number): boolean;
}

/** The longest datagram there is. */
const SENT_BYTES_MAX = 65_535;
/** Sockets that are found at a time; if there are more, the others come next. */
const READY_MAX = 128;
/**
 * A `struct epoll_event` as words of 32 bits: what is asked, and in the first half of what follows
 * the index that we gave. The one's place is before eight bytes that elsewhere are aligned.
 * @see epoll_ctl(2)
 */
const READY_WORDS = ["x64", "ia32"].includes(process.arch)
  ? { entry: 3, index: 1 }
  : { entry: 4, index: 2 };
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
/** What is asked: something to be received. @see poll(2), epoll_ctl(2) */
const POLLIN = 1;
const EMSGSIZE = 90;

const AF = { 4: 2, 6: 10 } as const;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
/** Level and option of the traffic class, by family. @see ip(7), ipv6(7) */
const TRAFFIC_CLASS = { 4: [0, 1], 6: [IPPROTO_IPV6, 67] } as const;
const SOL_SOCKET = 1;
const SO_PRIORITY = 12;
/** What the kernel itself gives to interactive traffic. @see socket(7) */
const PRIORITY_INTERACTIVE = 6;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const EINTR = 4;
/** Nanoseconds by which a sleep may be late on purpose; 50 µs unless told. @see prctl(2) */
const PR_SET_TIMERSLACK = 29;

/**
 * The sockets of this machine, by system calls through `koffi`: a send and a receive cost a fifth
 * of what they cost through the event loop.
 * @throws PortError (rejects) `unsupported` where the package is not installed
 */
export async function loadSocketKernel(
  load: () => Promise<Koffi> = () => loadKoffi("fast sockets"),
): Promise<SocketKernel> {
  const koffi = await load();
  const c = koffi.load(null);
  const socket = c.func("int socket(int domain, int type, int protocol)");
  const bind = c.func("int bind(int file, const void *address, uint32_t length)");
  const getsockname = c.func("int getsockname(int file, void *address, void *length)");
  const setsockopt = c.func(
    "int setsockopt(int file, int level, int name, const void *value, uint32_t length)",
  );
  const close = c.func("int close(int file)");
  const must = (result: unknown, call: string): number => {
    const value = number(result);
    if (value < 0) throw kernelError(koffi.errno(), call);
    return value;
  };
  const length = new Uint32Array(1);
  const set = (file: number, level: number, name: number, value: number): boolean =>
    number(setsockopt(file, level, name, Int32Array.of(value), 4)) === 0;

  return {
    open(family) {
      const file = must(socket(AF[family], SOCK_DGRAM_NONBLOCK_CLOEXEC, 0), "socket");
      if (family === 6) set(file, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      // Where the kernel cannot, nobody knows how long a datagram waited.
      set(file, SOL_SOCKET, SO_TIMESTAMPNS, 1);
      return file;
    },
    bind: (file, address) => void must(bind(file, address, address.length), "bind"),
    localAddress(file, address) {
      length[0] = address.length;
      must(getsockname(file, address, length), "getsockname");
      return length[0];
    },
    setDscp(file, family, dscp) {
      const [level, name] = TRAFFIC_CLASS[family];
      // Who may not raise its priority in the machine still has it in the network.
      set(file, SOL_SOCKET, SO_PRIORITY, PRIORITY_INTERACTIVE);
      return set(file, level, name, dscp << 2);
    },
    close: (file) => void close(file),
    ...createList(c, koffi),
    ...createInbox(c, koffi),
    ...createOutbox(c, koffi),
    ...createSleep(c, koffi),
  };
}

/** A result of C's as a number. Small ones come as such, and most do. */
function number(value: unknown): number {
  return typeof value === "number" ? value : Number(value);
}

function createList(
  c: NativeLibrary,
  koffi: Koffi,
): Pick<SocketKernel, "openList" | "watch" | "findReady" | "readyAt"> {
  const create = c.func("int epoll_create1(int flags)");
  const control = c.func("int epoll_ctl(int list, int what, int file, uintptr_t event)");
  const wait = c.func("int epoll_wait(int list, uintptr_t events, int count, int timeoutMs)");
  const { entry, index: indexWord } = READY_WORDS;
  const memory = fixedMemory(koffi, READY_MAX * entry * 4);
  const events = memory.words(0, READY_MAX * entry);
  return {
    openList() {
      const list = Number(create(EPOLL_CLOEXEC));
      if (list < 0) throw kernelError(koffi.errno(), "epoll_create1");
      return list;
    },
    watch(list, file, index) {
      events.fill(0, 0, entry);
      events[0] = POLLIN;
      events[indexWord] = index;
      if (Number(control(list, EPOLL_CTL_ADD, file, memory.address)) < 0) {
        throw kernelError(koffi.errno(), "epoll_ctl");
      }
    },
    findReady: (list) => number(wait(list, memory.address, READY_MAX, 0)),
    readyAt: (at) => events[at * entry + indexWord] ?? 0,
  };
}

function createOutbox(c: NativeLibrary, koffi: Koffi): Pick<SocketKernel, "send"> {
  const sendto = c.func(
    "long sendto(int file, uintptr_t bytes, size_t length, int flags, uintptr_t to, " +
      "uint32_t toLength)",
  );
  const outgoing = fixedMemory(koffi, SENT_BYTES_MAX);
  const sent = outgoing.bytes(0, SENT_BYTES_MAX);
  const target = fixedMemory(koffi, SOCKET_ADDRESS_BYTES);
  const targetWords = target.words(0, SOCKET_ADDRESS_BYTES / 4);
  return {
    send(file, bytes, to) {
      if (bytes.length > SENT_BYTES_MAX) return EMSGSIZE;
      copyNumbers(sent, bytes);
      for (let at = 0; at < to.length; at++) targetWords[at] = to[at] ?? 0;
      const { address } = outgoing;
      const done = sendto(file, address, bytes.length, 0, target.address, 4 * to.length);
      return number(done) < 0 ? koffi.errno() : 0;
    },
  };
}

function createSleep(
  c: NativeLibrary,
  koffi: Koffi,
): Pick<SocketKernel, "sharpenSleep" | "sleepUntil" | "sleepOn"> {
  const nanosleep = c.func(
    "int clock_nanosleep(int clock, int flags, uintptr_t at, uintptr_t left)",
  );
  const ppoll = c.func(
    "int ppoll(uintptr_t files, unsigned long count, uintptr_t timeout, uintptr_t mask)",
  );
  const prctl = c.func("int prctl(int option, unsigned long value)");
  // A `struct timespec`, behind it a `struct pollfd`: its file, what is asked, what was found.
  const memory = fixedMemory(koffi, MOMENT_BYTES + 8);
  const moment = memory.words(0, MOMENT_BYTES / 4);
  const watched = memory.words(MOMENT_BYTES, 2);
  const watchedAddress = memory.address + MOMENT_BYTES;
  watched[1] = POLLIN;
  return {
    sharpenSleep: () => void prctl(PR_SET_TIMERSLACK, 1),
    sleepUntil(atMs) {
      setMoment(moment, atMs);
      while (Number(nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, memory.address, 0)) === EINTR);
    },
    sleepOn(file, forMs) {
      watched[0] = file;
      setMoment(moment, Math.max(0, forMs));
      // Where a signal cut it short, whoever asked looks at the clock and asks again.
      return number(ppoll(watchedAddress, 1, memory.address, 0)) > 0;
    },
  };
}

/**
 * A `struct timespec`: seconds and nanoseconds, `long` both, as words of 32 bits; the upper halves
 * of longer ones stay 0, since neither number has more than 31 bits.
 */
const MOMENT_BYTES = 8 * LONG_WORDS;

function setMoment(moment: Int32Array, atMs: number): void {
  const seconds = Math.floor(atMs / 1000);
  moment[0] = seconds;
  moment[moment.length / 2] = Math.floor((atMs - seconds * 1000) * 1e6);
}
