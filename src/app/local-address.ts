import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";

/**
 * The address of this machine that packets to a host leave from: what the host can answer to.
 * Nothing is sent. Undefined where the name is not known or there is no way there.
 */
export async function localAddressToward(host: string, port: number): Promise<string | undefined> {
  const found = await lookup(host).catch(() => undefined);
  if (found === undefined) return undefined;
  const socket = createSocket(found.family === 6 ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const end = (address: string | undefined): void => {
      socket.close();
      resolve(address);
    };
    socket.once("error", () => end(undefined));
    // Not as a callback of `connect`, which is also called where there is no way.
    socket.once("connect", () => end(socket.address().address));
    socket.connect(port, found.address);
  });
}
