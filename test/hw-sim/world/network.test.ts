import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SocketAddress } from "../../../src/base/address.ts";
import { PortError, type PortFault } from "../../../src/base/port-fault.ts";
import { type LinkConditions, PERFECT_LINK } from "./link.ts";
import { type DatagramEvent, VirtualNetwork } from "./network.ts";
import { World } from "./world.ts";

interface Received {
  readonly atMs: number;
  readonly bytes: readonly number[];
  readonly from: SocketAddress;
}

function setUp(conditions: Partial<LinkConditions> = {}, seed = 1) {
  const world = new World({ seed });
  const network = new VirtualNetwork(world, conditions);
  const faults: PortFault[] = [];
  const bind = async (hostAddress: string, host: string, port: number) => {
    const received: Received[] = [];
    const socket = await network.host(hostAddress).udp.bind({
      host,
      port,
      onDatagram: (payload, from) => {
        received.push({ atMs: world.clock.nowMs(), bytes: [...payload], from });
        payload.fill(0xee);
      },
      onFault: (fault) => faults.push(fault),
    });
    return { ...socket, received };
  };
  return { world, network, faults, bind };
}

const A = "10.0.0.1";
const B = "10.0.0.2";
const TO_B = { host: B, port: 5060 };

async function sendMany(conditions: Partial<LinkConditions>, count: number, seed = 1) {
  const { world, bind, network } = setUp(conditions, seed);
  const a = await bind(A, A, 4000);
  const b = await bind(B, B, 5060);
  const lost: DatagramEvent[] = [];
  network.tap((event) => {
    if (event.kind === "datagram-lost") lost.push(event);
  });
  for (let index = 0; index < count; index++) {
    world.clock.at(index * 20, () => a.send(Uint8Array.of(index >> 8, index & 0xff), TO_B));
  }
  world.runUntil(count * 20 + 1000);
  const order = b.received.map(({ bytes: [high = 0, low = 0] }) => high * 256 + low);
  return { order, received: b.received, lost: lost.length };
}

describe("VirtualNetwork", () => {
  it("tells which sockets of a host are open", async () => {
    const { network, bind } = setUp();
    const first = await bind(A, A, 4000);
    await bind(A, "0.0.0.0", 5060);
    await bind(B, B, 5060);
    first.close();
    expect(network.host(A).bound).toEqual([{ host: "0.0.0.0", port: 5060 }]);
  });

  it("carries a copy from socket to socket after the latency", async () => {
    const { world, bind } = setUp({ latencyMs: 7 });
    const a = await bind(A, "0.0.0.0", 4000);
    const b = await bind(B, "0.0.0.0", 5060);
    const payload = Uint8Array.of(1, 2, 3);
    a.send(payload, TO_B);
    payload.fill(9);
    world.runUntil(6.9);
    expect(b.received).toEqual([]);
    world.runUntil(7);
    expect(b.received).toEqual([{ atMs: 7, bytes: [1, 2, 3], from: { host: A, port: 4000 } }]);
  });

  it("never delivers inside send()", async () => {
    const { world, bind } = setUp();
    const a = await bind(A, A, 4000);
    const b = await bind(B, B, 5060);
    a.send(Uint8Array.of(1), TO_B);
    expect(b.received).toEqual([]);
    world.runFor(0);
    expect(b.received).toHaveLength(1);
  });

  it("keeps order under jitter alone", async () => {
    const { order, received } = await sendMany({ latencyMs: 5, jitterMs: 100 }, 300);
    expect(order).toEqual(Array.from({ length: 300 }, (_, index) => index));
    const delays = received.map(({ atMs }, index) => atMs - index * 20);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...delays)).toBeLessThanOrEqual(105);
    expect(Math.max(...delays)).toBeGreaterThan(50);
  });

  it("loses about the asked share and tells the tap", async () => {
    const { order, lost } = await sendMany({ lossRatio: 0.05 }, 4000);
    expect(order.length + lost).toBe(4000);
    // 200 expected, standard deviation 14.
    expect(lost).toBeGreaterThan(140);
    expect(lost).toBeLessThan(260);
  });

  it("doubles about the asked share", async () => {
    const { order } = await sendMany({ duplicateRatio: 0.1 }, 2000);
    expect(new Set(order).size).toBe(2000);
    expect(order.length).toBeGreaterThan(2130);
    expect(order.length).toBeLessThan(2270);
  });

  it("holds about the asked share back until others overtook it", async () => {
    const { order } = await sendMany({ reorderRatio: 0.1, reorderByMs: 25 }, 2000);
    expect([...order].sort((x, y) => x - y)).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    const overtaken = order.filter((value, at) => value > (order[at + 1] ?? Infinity)).length;
    expect(overtaken).toBeGreaterThan(120);
    expect(overtaken).toBeLessThan(280);
  });

  it("is the same run for the same seed, whatever the conditions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          latencyMs: fc.integer({ min: 0, max: 50 }),
          jitterMs: fc.integer({ min: 0, max: 50 }),
          lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
          duplicateRatio: fc.double({ min: 0, max: 1, noNaN: true }),
          reorderRatio: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.integer(),
        async (conditions, seed) => {
          const first = await sendMany(conditions, 40, seed);
          expect(await sendMany(conditions, 40, seed)).toEqual(first);
          expect(new Set(first.order).size + first.lost).toBe(40);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("loses the same datagrams whatever the other conditions are", async () => {
    const plain = await sendMany({ lossRatio: 0.2 }, 200);
    const jittery = await sendMany({ lossRatio: 0.2, jitterMs: 15, duplicateRatio: 0.3 }, 200);
    expect([...new Set(jittery.order)]).toEqual(plain.order);
  });

  it("setLink() and setPartition() act on a pair, both ways, and on nobody else", async () => {
    const { world, network, bind } = setUp();
    const a = await bind(A, A, 5060);
    const b = await bind(B, B, 5060);
    const c = await bind("10.0.0.3", "10.0.0.3", 5060);
    network.setLink(A, B, { latencyMs: 30 });
    b.send(Uint8Array.of(1), a.local);
    b.send(Uint8Array.of(2), c.local);
    world.runFor(10);
    expect([a.received.length, c.received.length]).toEqual([0, 1]);
    // Under way, the first one is cut off too.
    network.setPartition(A, B, true);
    a.send(Uint8Array.of(3), b.local);
    world.runFor(100);
    expect([a.received.length, b.received.length]).toEqual([0, 0]);
    network.setPartition(B, A, false);
    a.send(Uint8Array.of(4), b.local);
    world.runFor(30);
    expect(b.received.map(({ bytes }) => bytes)).toEqual([[4]]);
  });

  it("keeps each host's loopback to itself, perfect unless told", async () => {
    const { world, network, bind } = setUp({ latencyMs: 50, lossRatio: 1 });
    const a = await bind(A, "127.0.0.1", 0);
    const same = await bind(A, "127.0.0.1", 5060);
    const other = await bind(B, "127.0.0.1", 5060);
    a.send(Uint8Array.of(1), { host: "127.0.0.1", port: 5060 });
    world.runFor(0);
    expect(same.received.map(({ from }) => from)).toEqual([a.local]);
    expect(other.received).toEqual([]);
    network.setLink("127.0.0.1", "127.0.0.1", { latencyMs: 3 });
    a.send(Uint8Array.of(2), { host: "127.0.0.1", port: 5060 });
    world.runFor(2);
    expect(same.received).toHaveLength(1);
    world.runFor(1);
    expect(same.received).toHaveLength(2);
  });

  it("tells why a datagram was lost", async () => {
    const { world, network, bind } = setUp();
    const a = await bind(A, A, 4000);
    const b = await bind(B, B, 5060);
    const why: unknown[] = [];
    network.tap((event) => event.kind === "datagram-lost" && why.push(event.why));
    a.send(Uint8Array.of(1), { host: "10.9.9.9", port: 1 });
    a.send(Uint8Array.of(1), { host: B, port: 1 });
    a.send(Uint8Array.of(1), TO_B);
    b.close();
    world.runFor(10);
    expect(why).toEqual(["no-such-host", "no-listener", "no-listener"]);
  });

  it("tells faults of sending through onFault, later", async () => {
    const { world, network, bind, faults } = setUp();
    const a = await bind(A, A, 4000);
    const inside = await bind(A, "127.0.0.1", 4000);
    network.setUnreachable(B, true);
    a.send(new Uint8Array(65507), { host: A, port: 4000 });
    a.send(new Uint8Array(65508), { host: A, port: 4000 });
    a.send(Uint8Array.of(1), TO_B);
    inside.send(Uint8Array.of(1), { host: "10.0.0.3", port: 1 });
    expect(faults).toEqual([]);
    world.runFor(0);
    expect(faults.map(({ kind }) => kind)).toEqual(["io", "unreachable", "unreachable"]);
  });
});

describe("VirtualNetwork bind()", () => {
  it.each([
    { first: A, second: A, fault: "in-use" },
    { first: "0.0.0.0", second: A, fault: "in-use" },
    { first: "127.0.0.1", second: "0.0.0.0", fault: "in-use" },
    { first: A, second: "127.0.0.1", fault: undefined },
    { first: A, second: "10.0.0.9", fault: "not-found" },
  ])("of $second after $first gives $fault", async ({ first, second, fault }) => {
    const { bind } = setUp();
    await bind(A, first, 5060);
    const outcome = await bind(A, second, 5060).catch((reason: unknown) => reason);
    expect(outcome instanceof PortError ? outcome.fault.kind : undefined).toBe(fault);
  });

  it("gives free ports from 49152 on for port 0, and a closed port again", async () => {
    const { bind } = setUp();
    const taken = await bind(A, A, 49153);
    const ports = [(await bind(A, A, 0)).local.port, (await bind(A, A, 0)).local.port];
    expect(ports).toEqual([49152, 49154]);
    taken.close();
    expect((await bind(A, A, 49153)).local.port).toBe(49153);
  });

  it.each([-1, 65536, 1.5])("refuses port %d", async (port) => {
    const { bind } = setUp();
    await expect(bind(A, A, port)).rejects.toThrow("whole number");
  });

  it("rejects with the injected fault until it is taken back", async () => {
    const { network, bind } = setUp();
    network.host(A).refuseBind(5060, "permission");
    await expect(bind(A, A, 5060)).rejects.toThrow("permission");
    network.host(A).refuseBind(5060, undefined);
    expect((await bind(A, A, 5060)).local.port).toBe(5060);
  });

  it("delivers nothing before it resolves", async () => {
    const { world, bind } = setUp();
    const a = await bind(A, A, 4000);
    a.send(Uint8Array.of(1), TO_B);
    const binding = bind(B, B, 5060);
    world.runFor(5);
    expect((await binding).received).toEqual([]);
  });
});

describe("PERFECT_LINK", () => {
  it("loses nothing and takes no time", async () => {
    const { order, received } = await sendMany(PERFECT_LINK, 20);
    expect(order).toHaveLength(20);
    expect(received.every(({ atMs }, index) => atMs === index * 20)).toBe(true);
  });
});
