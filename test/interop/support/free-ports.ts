import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const HOST = "127.0.0.1";
/**
 * Where ports are looked for: below those that our box has for voice (16384 and up) and those that
 * the kernel gives to whoever names none (ip_local_port_range), so that nobody takes one by chance
 * before the peer does. A run that is one of several at once has a part of it.
 */
const part = process.env["TIPRING_PORTS"] ?? "10000-16383";
const [RANGE_FIRST = 0, RANGE_LAST = 0] = part.split("-").map(Number);
const RANGE_SIZE = RANGE_LAST - RANGE_FIRST + 1;

/** The next one to be looked at; each process begins elsewhere than the one before it. */
let next = RANGE_FIRST + ((process.pid * 97) % RANGE_SIZE);

/**
 * The first of `count` neighbouring ports of loopback that nobody has, by UDP or by TCP, and that
 * this process has not had of late. The first of several is even: where a peer's port for RTP is
 * odd, it may take the one below for it. @see RFC 3550 §11
 */
export async function freePorts(count = 1): Promise<number> {
  for (let looked = 0; looked < RANGE_SIZE; looked += count) {
    const even = count > 1 ? next + (next % 2) : next;
    const first = even + count - 1 > RANGE_LAST ? RANGE_FIRST : even;
    next = first + count;
    let free = true;
    for (let at = 0; at < count && free; at++) {
      free = (await isUdpFree(first + at)) && (await isTcpFree(first + at));
    }
    if (free) return first;
  }
  throw new Error(
    `no ${count} neighbouring free ports on ${HOST}, ${RANGE_FIRST} to ${RANGE_LAST}`,
  );
}

function isUdpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind({ address: HOST, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function isTcpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
