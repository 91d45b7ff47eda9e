import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const HOST = "127.0.0.1";
/** Attempts to find neighbours that are all free. */
const ATTEMPTS = 50;

/**
 * The first of `count` neighbouring ports of loopback that nobody has, by UDP or by TCP. They are
 * free when this returns: a stranger could still take one before the peer does.
 */
export async function freePorts(count = 1): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = await udpPort(0);
    if (first === undefined || first + count > 65_536) continue;
    let free = true;
    for (let at = 0; at < count && free; at++) {
      free = (await udpPort(first + at)) !== undefined && (await isTcpFree(first + at));
    }
    if (free) return first;
  }
  throw new Error(`no ${count} neighbouring free ports on ${HOST}`);
}

/** Takes a port by UDP (0 is any) and gives it back; its number, or `undefined` where taken. */
function udpPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(undefined));
    socket.bind({ address: HOST, port, exclusive: true }, () => {
      const taken = socket.address().port;
      socket.close(() => resolve(taken));
    });
  });
}

function isTcpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
