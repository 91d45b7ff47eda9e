import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { UdpSocket } from "../ports/net.ts";
import { createUdp } from "./udp.ts";

interface Heard {
  readonly payload: Uint8Array;
  readonly from: SocketAddress;
}

/** A bound socket that hands out what it hears, and its faults, one by one. */
async function listen(host: string): Promise<{
  socket: UdpSocket;
  heard: () => Promise<Heard>;
  fault: () => Promise<{ fault: PortFault; to: SocketAddress | undefined }>;
}> {
  let onHeard = (_: Heard): void => {};
  let onFault = (_: { fault: PortFault; to: SocketAddress | undefined }): void => {};
  const socket = await createUdp().bind({
    host,
    port: 0,
    onDatagram: (payload, from) => onHeard({ payload: payload.slice(), from }),
    onFault: (fault, to) => onFault({ fault, to }),
  });
  const heard = (): Promise<Heard> =>
    new Promise((resolve) => {
      onHeard = resolve;
    });
  const fault = (): ReturnType<Awaited<ReturnType<typeof listen>>["fault"]> =>
    new Promise((resolve) => {
      onFault = resolve;
    });
  return { socket, heard, fault };
}

async function faultOf(host: string, port: number): Promise<PortFault | undefined> {
  try {
    const nothing = (): void => {};
    const binding = { host, port, onDatagram: nothing, onFault: nothing };
    (await createUdp().bind(binding)).close();
    return undefined;
  } catch (error) {
    return error instanceof PortError ? error.fault : undefined;
  }
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === "::1");

describe("createUdp()", () => {
  it.each(hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"])(
    "carries a datagram to a socket on %s and back, with the sender's address",
    async (host) => {
      const a = await listen(host);
      const b = await listen(host);
      const arrives = b.heard();
      const frame = Uint8Array.of(0, 255, 13, 10);
      a.socket.send(frame, b.socket.local);
      frame.fill(9);
      const got = await arrives;
      expect([...got.payload]).toEqual([0, 255, 13, 10]);
      expect(got.from).toEqual(a.socket.local);
      const returns = a.heard();
      b.socket.send(new Uint8Array(0), got.from);
      expect((await returns).payload).toHaveLength(0);
      a.socket.close();
      b.socket.close();
    },
  );

  it("hands over a plain view, whose slice() copies", async () => {
    const nothing = (): void => {};
    const heard = new Promise<Uint8Array>((resolve) => {
      createUdp()
        .bind({ host: "127.0.0.1", port: 0, onDatagram: resolve, onFault: nothing })
        .then((socket) => {
          socket.send(Uint8Array.of(1), socket.local);
        });
    });
    expect(Object.getPrototypeOf(await heard)).toBe(Uint8Array.prototype);
  });

  it.each([
    ["a name", "localhost", 0, "not-found"],
    ["an address that this machine does not have", "192.0.2.1", 0, "not-found"],
    ["a port over the bound", "127.0.0.1", 65536, "not-found"],
    ["a port under the bound", "127.0.0.1", -1, "not-found"],
  ] as const)("bind() refuses %s", async (_, host, port, kind) => {
    expect(await faultOf(host, port)).toMatchObject({ kind });
  });

  it("bind() refuses a port in use and names the address", async () => {
    // An address that no other test uses: nobody else is given the port once it is free.
    const host = "127.61.3.7";
    const { socket } = await listen(host);
    const fault = await faultOf(host, socket.local.port);
    expect(fault?.kind).toBe("in-use");
    expect(fault?.what).toContain(printAddress(socket.local));
    socket.close();
    expect(await faultOf(host, socket.local.port)).toBeUndefined();
  });

  it.each([
    ["a name", { host: "localhost", port: 9 }, "unreachable"],
    ["the other family", { host: "::1", port: 9 }, "unreachable"],
    ["port 0", { host: "127.0.0.1", port: 0 }, "unreachable"],
    ["a port over the bound", { host: "127.0.0.1", port: 65536 }, "unreachable"],
    ["broadcast", { host: "255.255.255.255", port: 9 }, /permission|unreachable/],
  ] as const)(
    "send() to %s tells a fault after it returned and stays usable",
    async (_, to, kind) => {
      const a = await listen("127.0.0.1");
      let inside = true;
      const told = a.fault().then((fault) => ({ ...fault, inside }));
      a.socket.send(Uint8Array.of(1), to);
      inside = false;
      const { fault, to: where, inside: early } = await told;
      expect(fault.kind).toMatch(kind);
      expect(where).toEqual(to);
      expect(early).toBe(false);
      const arrives = a.heard();
      a.socket.send(Uint8Array.of(7), a.socket.local);
      expect([...(await arrives).payload]).toEqual([7]);
      a.socket.close();
    },
  );

  it("send() of more than a datagram holds tells a fault", async () => {
    const a = await listen("127.0.0.1");
    const told = a.fault();
    a.socket.send(new Uint8Array(65_508), a.socket.local);
    expect((await told).fault.kind).toBe("io");
    const arrives = a.heard();
    a.socket.send(new Uint8Array(65_507), a.socket.local);
    expect((await arrives).payload).toHaveLength(65_507);
    a.socket.close();
  });

  it("close() ends everything: later calls and faults are dropped", async () => {
    const peer = createSocket("udp4");
    const told: PortFault[] = [];
    const socket = await createUdp().bind({
      host: "127.0.0.1",
      port: 0,
      onDatagram: () => {},
      onFault: (fault) => told.push(fault),
    });
    socket.send(Uint8Array.of(1), { host: "localhost", port: 9 });
    socket.close();
    socket.close();
    socket.send(Uint8Array.of(1), { host: "localhost", port: 9 });
    await new Promise((resolve) =>
      peer.bind(0, "127.0.0.1", () => peer.close(() => resolve(undefined))),
    );
    expect(told).toEqual([]);
  });
});
