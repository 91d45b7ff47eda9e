import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import type { Stage } from "./stage.ts";

const INSIDE_HOST = "127.0.0.1";

/**
 * An address translator in front of one server: each who sends to its inside goes on from a port of
 * its own outside, and what comes to that port, from anybody, reaches who it stands for.
 */
class Translator {
  readonly outsideHost: string;
  /** The port that it is reached at from inside. */
  readonly port: number;
  readonly #outside: ReadonlyMap<string, Socket>;

  constructor(outsideHost: string, port: number, outside: ReadonlyMap<string, Socket>) {
    this.outsideHost = outsideHost;
    this.port = port;
    this.#outside = outside;
  }

  /** The port outside that stands for one inside. */
  outsideOf(insidePort: number): number | undefined {
    return this.#outside.get(`${INSIDE_HOST} ${insidePort}`)?.address().port;
  }
}

/** Puts a translator up; its outside is another address of loopback. */
export async function startTranslator(
  stage: Stage,
  server: { readonly host: string; readonly port: number },
  outsideHost: string,
): Promise<Translator> {
  const outside = new Map<string, Socket>();
  const inside = createSocket("udp4");
  stage.atEnd(() => {
    inside.close();
    for (const socket of outside.values()) socket.close();
  });
  inside.on("message", (bytes, { address, port }) => {
    const key = `${address} ${port}`;
    let socket = outside.get(key);
    if (socket === undefined) {
      socket = createSocket("udp4");
      socket.on("message", (reply) => inside.send(reply, port, address));
      socket.bind({ address: outsideHost, port: 0 });
      outside.set(key, socket);
    }
    socket.send(bytes, server.port, server.host);
  });
  await new Promise<void>((resolve) => inside.bind({ address: INSIDE_HOST, port: 0 }, resolve));
  // An IP socket has an address with a port.
  const { port } = inside.address() as AddressInfo;
  return new Translator(outsideHost, port, outside);
}
