import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi, type NativeLibrary } from "./koffi-binding.ts";

/**
 * The kernel's datagram sockets, as the adapter sees them: files are numbers, nothing waits.
 * Opening calls throw an Error whose `code` is the kernel's error name (`EADDRINUSE`).
 */
export interface SocketKernel {
  /** A non-blocking UDP socket. An IPv6 one takes IPv6 only. */
  open(family: 4 | 6): number;
  /** @param address a `sockaddr`, see `socket-address.ts` */
  bind(file: number, address: Uint8Array): void;
  /** Fills `address` with the socket's own; its length. */
  localAddress(file: number, address: Uint8Array): number;
  /** Voice before other traffic, in the network and in this machine. False where refused. */
  setDscp(file: number, family: 4 | 6, dscp: number): boolean;
  /**
   * Marks which of the first `count` sockets of a table have something to be received, see
   * `READY_WORDS`; how many do. One call for all of them, and it does not wait.
   */
  findReady(table: Int16Array, count: number): number;
  /** The bytes received, with their sender's address; −1 where nothing is there. */
  receive(file: number, bytes: Uint8Array, address: Uint8Array): number;
  /** 0, or the kernel's error number. */
  send(file: number, bytes: Uint8Array, address: Uint8Array): number;
  close(file: number): void;
  /** Lets this thread be woken to the microsecond, where the kernel would save power instead. */
  sharpenSleep(): void;
  /** Sleeps until a moment of the kernel's monotonic clock, ms with a fraction. */
  sleepUntil(atMs: number): void;
  /** Sleeps so long, or until a file has something to be read; whether it has. */
  sleepOn(file: number, forMs: number): boolean;
}

/**
 * A `struct pollfd` as 16-bit words, an entry a socket: its file in two, what is asked, what was
 * found. @see poll(2)
 */
export const READY_WORDS = { entry: 4, asked: 2, found: 3 } as const;
/** What is asked: something to be received. @see poll(2) */
export const POLLIN = 1;

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
/** Where a `struct timespec` of the C library's older calls is two words of 32 bits. */
const NARROW_MACHINES: readonly string[] = ["arm", "ia32", "mipsel"];
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
  const poll = c.func("int poll(void *files, unsigned long count, int timeoutMs)");
  const recvfrom = c.func(
    "long recvfrom(int file, void *bytes, size_t length, int flags, void *from, void *fromLength)",
  );
  const sendto = c.func(
    "long sendto(int file, const void *bytes, size_t length, int flags, const void *to, " +
      "uint32_t toLength)",
  );
  const close = c.func("int close(int file)");
  const number = (value: unknown): number => (typeof value === "number" ? value : Number(value));
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
    findReady: (table, count) => number(poll(table, count, 0)),
    receive(file, bytes, address) {
      length[0] = address.length;
      return number(recvfrom(file, bytes, bytes.length, 0, address, length));
    },
    send(file, bytes, address) {
      const sent = number(sendto(file, bytes, bytes.length, 0, address, address.length));
      return sent < 0 ? koffi.errno() : 0;
    },
    close: (file) => void close(file),
    ...createSleep(c),
  };
}

function createSleep(
  c: NativeLibrary,
): Pick<SocketKernel, "sharpenSleep" | "sleepUntil" | "sleepOn"> {
  const nanosleep = c.func("int clock_nanosleep(int clock, int flags, const void *at, void *left)");
  const ppoll = c.func(
    "int ppoll(void *files, unsigned long count, const void *timeout, const void *mask)",
  );
  const prctl = c.func("int prctl(int option, unsigned long value)");
  const moment = createMoment();
  const watched = new Int16Array(READY_WORDS.entry);
  const watchedFile = new Int32Array(watched.buffer, 0, 1);
  watched[READY_WORDS.asked] = POLLIN;
  return {
    sharpenSleep: () => void prctl(PR_SET_TIMERSLACK, 1),
    sleepUntil(atMs) {
      setMoment(moment, atMs);
      while (Number(nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, moment, null)) === EINTR);
    },
    sleepOn(file, forMs) {
      watchedFile[0] = file;
      setMoment(moment, Math.max(0, forMs));
      // Where a signal cut it short, whoever asked looks at the clock and asks again.
      return Number(ppoll(watched, 1, moment, null)) > 0;
    },
  };
}

/**
 * A `struct timespec`: seconds and nanoseconds, `long` both, as words of 32 bits; the upper halves
 * of longer ones stay 0, since neither number has more than 31 bits.
 */
function createMoment(): Int32Array {
  return new Int32Array(NARROW_MACHINES.includes(process.arch) ? 2 : 4);
}

function setMoment(moment: Int32Array, atMs: number): void {
  const seconds = Math.floor(atMs / 1000);
  moment[0] = seconds;
  moment[moment.length / 2] = Math.floor((atMs - seconds * 1000) * 1e6);
}
