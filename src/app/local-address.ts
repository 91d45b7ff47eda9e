import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";

/** An address as a look-up finds it. */
export interface FoundAddress {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

/**
 * The address of this machine that packets to a host leave from: what the host can answer to.
 * Nothing is sent. Undefined where the name is not known or there is no way there.
 */
export async function localAddressToward(host: string, port: number): Promise<string | undefined> {
  const found = await lookup(host).catch(() => undefined);
  return found === undefined ? undefined : localAddressOf(found, port);
}

/** As `localAddressToward`, of a host whose address is known. */
export function localAddressOf(
  { address, family }: FoundAddress,
  port: number,
): Promise<string | undefined> {
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const end = (own: string | undefined): void => {
      socket.close();
      resolve(own);
    };
    socket.once("error", () => end(undefined));
    // Not as a callback of `connect`, which is also called where there is no way.
    socket.once("connect", () => end(socket.address().address));
    socket.connect(port, address);
  });
}
