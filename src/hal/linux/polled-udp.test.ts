import { networkInterfaces } from "node:os";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { machineSource } from "../node/index.ts";
import { WAITED_MAX_US } from "./datagram-message.ts";
import { createMediaClock, SLEEP_MAX_MS } from "./media-clock.ts";
import { DATAGRAMS_PER_POLL, PolledUdp } from "./polled-udp.ts";
import { decodeSocketAddress, encodeSocketAddress } from "./socket-address.ts";
import { loadSocketKernel, type SocketKernel } from "./socket-kernel.ts";

const kernel = await loadSocketKernel();
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === "::1");
const hosts = hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

function setUp(over: Partial<SocketKernel> = {}) {
  let firsts = 0;
  const udp = new PolledUdp({ ...kernel, ...over }, () => firsts++);
  const faults: PortFault[] = [];
  const listen = async (host: string, port = 0) => {
    const heard: { payload: number[]; from: SocketAddress }[] = [];
    const socket = await udp.bind({
      ...{ host, port, dscp: 46 },
      onDatagram: (payload, from) => heard.push({ payload: [...payload], from }),
      onFault: (fault) => faults.push(fault),
    });
    return { socket, heard };
  };
  return { udp, listen, faults, firsts: () => firsts };
}

async function faultOf(udp: PolledUdp, host: string, port: number): Promise<string | undefined> {
  const nothing = (): void => {};
  try {
    (await udp.bind({ host, port, onDatagram: nothing, onFault: nothing })).close();
    return undefined;
  } catch (error) {
    return error instanceof PortError ? error.fault.kind : "another error";
  }
}

describe("PolledUdp", () => {
  it.each(hosts)("carries datagrams on %s and back, at poll() and not before", async (host) => {
    const { udp, listen, firsts } = setUp();
    const a = await listen(host);
    const b = await listen(host);
    const frame = Uint8Array.of(0, 255, 13, 10);
    a.socket.send(frame, b.socket.local);
    frame.fill(9);
    expect(b.heard).toEqual([]);
    udp.poll(0);
    expect(b.heard).toEqual([{ payload: [0, 255, 13, 10], from: a.socket.local }]);
    b.socket.send(new Uint8Array(0), a.socket.local);
    udp.poll(0);
    expect(a.heard).toEqual([{ payload: [], from: b.socket.local }]);
    expect(firsts()).toBe(2);
    a.socket.close();
    b.socket.close();
    expect(udp.isOpen).toBe(false);
  });

  it.each(hosts)(
    "answers on %s by the very address that it was told of, and others",
    async (host) => {
      const { udp, listen } = setUp();
      const [a, b, c] = [await listen(host), await listen(host), await listen(host)];
      for (const { socket } of [a, c, a]) socket.send(Uint8Array.of(1), b.socket.local);
      udp.poll(0);
      for (const { from } of b.heard) b.socket.send(Uint8Array.of(2), from);
      udp.poll(0);
      expect([a.heard.length, c.heard.length]).toEqual([2, 1]);
      for (const { socket } of [a, b, c]) socket.close();
    },
  );

  it("poll() takes so many of one socket and leaves the rest for the next", async () => {
    const { udp, listen } = setUp();
    const a = await listen("127.0.0.1");
    const b = await listen("127.0.0.1");
    for (let n = 0; n < DATAGRAMS_PER_POLL + 3; n++)
      a.socket.send(Uint8Array.of(n), b.socket.local);
    udp.poll(0);
    expect(b.heard).toHaveLength(DATAGRAMS_PER_POLL);
    udp.poll(0);
    expect(b.heard).toHaveLength(DATAGRAMS_PER_POLL + 3);
    a.socket.close();
    b.socket.close();
  });

  it("a socket closed while its datagrams are handed over hears no more", async () => {
    const { udp, listen } = setUp();
    const a = await listen("127.0.0.1");
    const heard: number[] = [];
    const b = await udp.bind({
      host: "127.0.0.1",
      port: 0,
      onDatagram(payload) {
        heard.push(payload[0] ?? -1);
        b.close();
      },
      onFault() {},
    });
    for (const n of [1, 2, 3]) a.socket.send(Uint8Array.of(n), b.local);
    udp.poll(0);
    expect(heard).toEqual([1]);
    a.socket.close();
  });

  it("hears more sockets than are found at a time, and leaves no file open", async () => {
    const files = new Set<number>();
    const opened = (file: number): number => {
      files.add(file);
      return file;
    };
    let isFull = false;
    const { udp, listen } = setUp({
      open: (family) => opened(kernel.open(family)),
      openList: () => opened(kernel.openList()),
      watch(...args) {
        if (isFull) throw Object.assign(new Error("no more"), { code: "ENOSPC" });
        kernel.watch(...args);
      },
      close(file) {
        files.delete(file);
        kernel.close(file);
      },
    });
    isFull = true;
    await expect(listen("127.0.0.1")).rejects.toThrow(PortError);
    expect([files.size, udp.isOpen]).toEqual([0, false]);
    isFull = false;
    const all = await Promise.all(Array.from({ length: 130 }, () => listen("127.0.0.1")));
    for (const { socket } of all) socket.send(Uint8Array.of(7), socket.local);
    udp.poll(0);
    expect(all.filter(({ heard }) => heard.length === 1)).toHaveLength(130);
    isFull = true;
    await expect(listen("127.0.0.1")).rejects.toThrow(PortError);
    expect(files.size).toBe(131);
    for (const { socket } of all) socket.close();
    expect([files.size, udp.isOpen]).toEqual([0, false]);
  });

  it("sockets opened in place of those that were found hear only what is theirs", async () => {
    const { udp, listen } = setUp();
    const far = await setUp().listen("127.0.0.1");
    const old = await Promise.all([1, 2, 3].map(() => listen("127.0.0.1")));
    const heard: string[] = [];
    const late: Awaited<ReturnType<typeof udp.bind>>[] = [];
    const bind = (name: string, onDatagram: () => void) =>
      udp.bind({
        ...{ host: "127.0.0.1", port: 0, onFault() {} },
        onDatagram: ([payload = -1]) => {
          heard.push(`${name} ${payload}`);
          onDatagram();
        },
      });
    const first = await bind("first", () => {
      for (const { socket } of old) socket.close();
      first.close();
      // All were closed, and so was the list: these are on another, at the same places.
      for (const name of ["a", "b", "c", "d"]) {
        void bind(name, () => {}).then((socket) => late.push(socket));
      }
    });
    far.socket.send(Uint8Array.of(1), first.local);
    for (const { socket } of old) far.socket.send(Uint8Array.of(2), socket.local);
    udp.poll(0);
    await Promise.resolve();
    expect(late).toHaveLength(4);
    for (const [at, { local }] of late.entries()) far.socket.send(Uint8Array.of(10 + at), local);
    udp.poll(0);
    expect(heard.toSorted()).toEqual(["a 10", "b 11", "c 12", "d 13", "first 1"]);
    for (const socket of [...late, far.socket]) socket.close();
    expect(udp.isOpen).toBe(false);
  });

  it("tells when each datagram came, as the kernel saw it", async () => {
    const { udp } = setUp();
    const { nowMs } = machineSource();
    const came: number[] = [];
    const socket = await udp.bind({
      ...{ host: "127.0.0.1", port: 0, onFault() {} },
      onDatagram: (_, __, cameMs = Number.NaN) => came.push(cameMs),
    });
    // The kernel begins some time after the first socket asked for it, and says "now" until then.
    for (let tries = 0; tries < 500; tries++) {
      // As if the last look were long ago: what it says is believed whole.
      udp.poll(nowMs() - 60_000);
      socket.send(Uint8Array.of(9), socket.local);
      kernel.sleepUntil(nowMs() + 2);
      const lookMs = nowMs();
      udp.poll(lookMs);
      if ((came.pop() ?? lookMs) < lookMs - 1) break;
    }
    came.length = 0;
    udp.poll(nowMs() - 60_000);
    const sentMs: number[] = [];
    const afterMs: number[] = [];
    for (let n = 0; n < 3; n++) {
      sentMs.push(nowMs());
      socket.send(Uint8Array.of(n), socket.local);
      afterMs.push(nowMs());
      kernel.sleepUntil(nowMs() + 2);
    }
    const lookMs = nowMs();
    udp.poll(lookMs);
    socket.close();
    expect(came).toHaveLength(3);
    expect(Math.max(...came)).toBeLessThanOrEqual(lookMs);
    // Against each other, not against the clock: between two looks at that others may run.
    for (const n of [1, 2]) {
      const apartMs = (came[n] ?? 0) - (came[n - 1] ?? 0);
      expect(apartMs).toBeGreaterThan((sentMs[n] ?? 0) - (afterMs[n - 1] ?? 0) - 0.1);
      expect(apartMs).toBeLessThan((afterMs[n] ?? 0) - (sentMs[n - 1] ?? 0) + 0.1);
    }
  });

  it.each<[string, number | undefined, number, number, number]>([
    ["told", 100, 110, 4000, 106],
    ["of the last look", 100, 110, 10_000, 100],
    [
      "of before the last look: it was left there, or the wall was set forward",
      100,
      110,
      10_001,
      100,
    ],
    ["of long ago", 100, 110, WAITED_MAX_US, 100],
    ["to come or unknown, as the kernel's reader has it", 100, 110, 0, 110],
    ["told at the first look, when nobody knows since when", undefined, 110, 4000, 110],
    ["told by a clock that stands still", 110, 110, 4000, 110],
    ["told by a clock that went back", 120, 110, 4000, 110],
  ])("a time %s", async (_, beforeMs, nowMs, waitedUs, expected) => {
    const { udp } = setUp({ waitedUs: () => waitedUs });
    const came: (number | undefined)[] = [];
    const socket = await udp.bind({
      ...{ host: "127.0.0.1", port: 0, onFault() {} },
      onDatagram: (_, __, cameMs) => came.push(cameMs),
    });
    if (beforeMs !== undefined) udp.poll(beforeMs);
    socket.send(Uint8Array.of(1), socket.local);
    udp.poll(nowMs);
    socket.close();
    expect(came).toEqual([expected]);
  });

  it("counts from one time of the wall however long a look takes", async () => {
    let walls = 0;
    const noteWall = (): void => {
      walls++;
      kernel.noteWall();
    };
    const { udp, listen } = setUp({ noteWall });
    const a = await listen("127.0.0.1");
    udp.poll(0);
    expect(walls).toBe(0);
    for (let n = 0; n < 3; n++) a.socket.send(Uint8Array.of(n), a.socket.local);
    udp.poll(0);
    a.socket.close();
    expect([walls, a.heard.length]).toEqual([1, 3]);
  });

  it.each([
    { sent: 4096, heard: 4096 },
    { sent: 4097, heard: 4097 },
    { sent: 5000, heard: 4097 },
  ])("of $sent bytes hands over $heard: too long shows", async ({ sent, heard }) => {
    const { udp, listen } = setUp();
    const a = await listen("127.0.0.1");
    a.socket.send(new Uint8Array(sent).fill(3), a.socket.local);
    udp.poll(0);
    expect(a.heard.map(({ payload }) => payload.length)).toEqual([heard]);
    a.socket.close();
  });

  it("bind() refuses what cannot be", async () => {
    const { udp, listen } = setUp();
    const a = await listen("127.0.0.1");
    expect(await faultOf(udp, "127.0.0.1", a.socket.local.port)).toBe("in-use");
    expect(await faultOf(udp, "localhost", 0)).toBe("not-found");
    expect(await faultOf(udp, "192.0.2.77", 0)).toBe("not-found");
    expect(await faultOf(udp, "127.0.0.1", 65_536)).toBe("not-found");
    a.socket.close();
  });

  it.each([
    { name: "EAGAIN", error: 11 },
    { name: "ENOBUFS", error: 105 },
    { name: "EPERM", error: 1 },
    { name: "ECONNREFUSED", error: 111 },
  ])("a send that the kernel refuses with $name is that socket's alone", async ({ error }) => {
    let refused: number | undefined;
    const { udp, listen, faults } = setUp({
      send: (file, ...rest) => (file === refused ? error : kernel.send(file, ...rest)),
      open: (family) => {
        const file = kernel.open(family);
        refused ??= file;
        return file;
      },
    });
    const bad = await listen("127.0.0.1");
    const good = await listen("127.0.0.1");
    const far = await listen("127.0.0.1");
    for (let n = 1; n <= 3; n++) {
      bad.socket.send(Uint8Array.of(10 * n), far.socket.local);
      good.socket.send(Uint8Array.of(n), far.socket.local);
      far.socket.send(Uint8Array.of(n), bad.socket.local);
    }
    udp.poll(0);
    expect(far.heard.map(({ payload }) => payload[0])).toEqual([1, 2, 3]);
    // It still hears, and is not given up: the next send may succeed.
    expect(bad.heard.map(({ payload }) => payload[0])).toEqual([1, 2, 3]);
    refused = -1;
    bad.socket.send(Uint8Array.of(40), far.socket.local);
    udp.poll(0);
    expect(far.heard.at(-1)?.payload).toEqual([40]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(faults).toHaveLength(3);
    for (const one of [bad, good, far]) one.socket.close();
  });

  it("a receive that fails leaves the others' datagrams to be taken", async () => {
    let failing: number | undefined;
    const { udp, listen } = setUp({
      receive: (file, ...rest) => (file === failing ? -1 : kernel.receive(file, ...rest)),
      open: (family) => {
        const file = kernel.open(family);
        failing ??= file;
        return file;
      },
    });
    const bad = await listen("127.0.0.1");
    const good = await listen("127.0.0.1");
    good.socket.send(Uint8Array.of(1), bad.socket.local);
    good.socket.send(Uint8Array.of(2), good.socket.local);
    udp.poll(0);
    expect([bad.heard.length, good.heard.length]).toEqual([0, 1]);
    bad.socket.close();
    good.socket.close();
  });

  it("send() tells a name and a refusal of the kernel as faults, after it returned", async () => {
    const { listen, faults } = setUp({ send: () => 101 });
    const a = await listen("127.0.0.1");
    a.socket.send(Uint8Array.of(1), { host: "name", port: 5 });
    a.socket.send(Uint8Array.of(1), { host: "127.0.0.1", port: 5 });
    expect(faults).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(faults.map(({ kind }) => kind)).toEqual(["unreachable", "unreachable"]);
    a.socket.close();
    a.socket.send(Uint8Array.of(1), { host: "name", port: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(faults).toHaveLength(2);
  });
});

describe("encodeSocketAddress(), decodeSocketAddress()", () => {
  it.each([
    ["0.0.0.0", "0.0.0.0"],
    ["255.1.2.3", "255.1.2.3"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:db8::8:800:200c:417a", "2001:db8::8:800:200c:417a"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["fe80::", "fe80::"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ])("%s comes back as %s", (host, back) => {
    const bytes = encodeSocketAddress({ host, port: 5004 });
    expect(bytes === undefined ? undefined : decodeSocketAddress(bytes)).toEqual({
      host: back,
      port: 5004,
    });
  });

  it.each(["", "name", "1.2.3", "1.2.3.4.5", "::g", "fe80::1%eth0", "[::1]"])(
    "%j is no address",
    (host) => expect(encodeSocketAddress({ host, port: 1 })).toBeUndefined(),
  );

  it("any IPv6 address comes back as itself", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.nat({ max: 65_535 }), (host, port) => {
        const bytes = encodeSocketAddress({ host, port });
        const once = bytes === undefined ? undefined : decodeSocketAddress(bytes);
        const again = once === undefined ? undefined : encodeSocketAddress(once);
        expect(again).toEqual(bytes);
        expect(bytes).toBeDefined();
      }),
    );
  });
});

describe("createMediaClock()", () => {
  it("runs what is due in order, never early, and looks at sockets each time", async () => {
    const asleep: number[] = [];
    let polls = 0;
    const { clock, udp } = await createMediaClock(async () => ({
      ...kernel,
      findReady: (...args) => {
        polls++;
        return kernel.findReady(...args);
      },
      sleepOn: (file, forMs) => {
        asleep.push(forMs);
        return kernel.sleepOn(file, forMs);
      },
    }));
    const socket = await udp.bind({ host: "127.0.0.1", port: 0, onDatagram() {}, onFault() {} });
    const ran: string[] = [];
    const startMs = clock.nowMs();
    const early = await new Promise<number>((resolve) => {
      let least = Number.POSITIVE_INFINITY;
      const note = (name: string, atMs: number) => () => {
        ran.push(name);
        least = Math.min(least, clock.nowMs() - atMs);
        if (ran.length === 3) resolve(least);
      };
      clock.at(startMs + 30, note("c", startMs + 30));
      clock.at(startMs + 4, note("a", startMs + 4));
      clock.at(startMs + 4, note("b", startMs + 4));
    });
    socket.close();
    expect(ran).toEqual(["a", "b", "c"]);
    expect(early).toBeGreaterThanOrEqual(0);
    // On a busy machine a deadline may be over before there was time to sleep.
    for (const forMs of asleep) expect(forMs).toBeLessThanOrEqual(SLEEP_MAX_MS.light);
    expect(polls).toBeGreaterThanOrEqual(2);
  });

  it("looks at sockets once, when what is due collects, or else after it", async () => {
    const { clock, udp } = await createMediaClock(async () => kernel);
    const happened: string[] = [];
    const socket = await udp.bind({
      ...{ host: "127.0.0.1", port: 0, onFault() {} },
      onDatagram: (bytes) => happened.push(`got ${bytes[0]}`),
    });
    const frame = (name: number, collects: boolean): Promise<void> =>
      new Promise((resolve) => {
        const atMs = clock.nowMs() + 3;
        clock.at(atMs, () => {
          socket.send(Uint8Array.of(name), socket.local);
          happened.push("sent");
          if (collects) udp.collect?.();
          happened.push("played");
        });
        clock.at(atMs, () => {
          if (collects) socket.send(Uint8Array.of(9), socket.local);
          udp.collect?.();
          happened.push("next");
          setImmediate(resolve);
        });
      });
    await frame(1, true);
    expect(happened).toEqual(["sent", "got 1", "played", "next"]);
    udp.collect?.();
    happened.length = 0;
    await frame(2, false);
    expect(happened).toEqual(["sent", "played", "got 9", "got 2", "next"]);
    happened.length = 0;
    const atMs = clock.nowMs() + 3;
    await new Promise<void>((resolve) => {
      clock.at(atMs, () => {
        socket.send(Uint8Array.of(3), socket.local);
        happened.push("left");
        setImmediate(resolve);
      });
    });
    expect(happened).toEqual(["left", "got 3"]);
    socket.close();
  });

  it("sleeps deeply, and not so long, where the event loop's file is not found", async () => {
    let opened = 0;
    let light = 0;
    const asleep: number[] = [];
    const { clock } = await createMediaClock(async () => ({
      ...kernel,
      open() {
        opened++;
        throw new Error("no sockets");
      },
      sleepOn(...args) {
        light++;
        return kernel.sleepOn(...args);
      },
      sleepUntil(atMs) {
        asleep.push(atMs - clock.nowMs());
        kernel.sleepUntil(atMs);
      },
    }));
    const atMs = clock.nowMs() + 20;
    await new Promise<void>((resolve) => void clock.at(atMs, resolve));
    expect(clock.nowMs()).toBeGreaterThanOrEqual(atMs);
    expect([opened, light]).toEqual([1, 0]);
    for (const forMs of asleep) expect(forMs).toBeLessThanOrEqual(SLEEP_MAX_MS.deep);
  });

  it("has one time for all that is due, whatever that takes, and then goes on", async () => {
    const { clock } = await createMediaClock(async () => kernel);
    const atMs = clock.nowMs() + 3;
    const read = await new Promise<number[]>((resolve) => {
      const times: number[] = [];
      clock.at(atMs, () => {
        times.push(clock.nowMs());
        kernel.sleepUntil(clock.nowMs() + 2);
        times.push(clock.nowMs());
        setImmediate(() => resolve([...times, clock.nowMs()]));
      });
    });
    const [first = 0, second = 0, after = 0] = read;
    expect(first).toBeGreaterThanOrEqual(atMs);
    expect(second).toBe(first);
    expect(after).toBeGreaterThanOrEqual(first + 2);
  });

  it("rehearse() has sockets of this machine, on a time that goes on when told", async () => {
    const { rehearse } = await createMediaClock(async () => kernel);
    if (rehearse === undefined) throw new Error("there is a kernel");
    const { clock, udp, advance } = rehearse();
    const heard: [number, number][] = [];
    const at = { host: "127.0.0.1", port: 0, onFault() {} };
    const a = await udp.bind({ ...at, onDatagram() {} });
    const b = await udp.bind({
      ...at,
      onDatagram: (bytes) => heard.push([bytes[0] ?? -1, clock.nowMs()]),
    });
    const send = (): void => {
      udp.collect?.();
      a.send(Uint8Array.of(clock.nowMs()), b.local);
      clock.at(clock.nowMs() + 10, send);
    };
    clock.at(10, send);
    expect(clock.nowMs()).toBe(0);
    advance(35);
    expect(clock.nowMs()).toBe(35);
    expect(heard).toEqual([
      [10, 20],
      [20, 30],
    ]);
    clock.at(36, () => {}).cancel();
    advance(5);
    expect(heard.at(-1)).toEqual([30, 40]);
    clock.at(45, () => a.send(Uint8Array.of(1), b.local));
    advance(5);
    expect(heard.slice(-2)).toEqual([
      [40, 45],
      [1, 45],
    ]);
    a.close();
    b.close();
  });

  it("is the runtime's own where koffi is not installed", async () => {
    const { clock, udp } = await createMediaClock(() => Promise.reject(new Error("no koffi")));
    const socket = await udp.bind({ host: "127.0.0.1", port: 0, onDatagram() {}, onFault() {} });
    expect(socket.local.port).toBeGreaterThan(0);
    socket.close();
    await new Promise<void>((resolve) => void clock.at(clock.nowMs(), resolve));
  });
});
