import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSimBoard } from "../../board/sim-board.ts";
import type { LoopState, Terminal } from "../../loop/terminal.ts";
import { World } from "../../world/world.ts";
import { FrameReader, wireFromPacket } from "./framing.ts";

class Probe implements Terminal {
  readonly offHookOhms = 300;
  readonly offHookVolts = 0;
  readonly ren = 1;
  readonly states: LoopState[] = [];
  readonly heard: number[] = [];

  onLoopState(state: LoopState): void {
    this.states.push(state);
  }

  transmit(out: Float64Array): void {
    out.fill(0.1);
  }

  receive(heard: Float64Array): void {
    this.heard.push(...heard);
  }
}

type Packet = { readonly type: number; readonly body: readonly number[]; readonly atMs: number };

const HELLO = [0x54, 0x52, 1, 1, 0x1a, 0x2b, 0x3c, 0x4d, 2, 2] as const;

/** A card of two lines, and a host that speaks to it by bytes. */
async function rig() {
  const world = new World({ seed: 1 });
  const loop = { ohms: 0, lossDb: 0, noiseDbm0: undefined, echoTaps: [] };
  const board = createSimBoard(world, {
    lines: [
      { chip: "serial-card", loop },
      { chip: "serial-card", loop },
    ],
  });
  const probes = board.lines.map(() => new Probe());
  const ends = board.lines.map((line, at) => line.attach(probes[at] ?? new Probe()));
  const packets: Packet[] = [];
  const reader = new FrameReader((received) => {
    if (received.kind !== "packet") throw new Error(`the card sent a ${received.kind}`);
    packets.push({ type: received.type, body: [...received.body], atMs: world.clock.nowMs() });
  });
  const link = await board.serial.open("card1", 921_600, {
    onBytes: (bytes) => reader.take(bytes),
    onFault: () => {},
  });
  let seq = 0;
  const send = (type: number, ...body: number[]): void => {
    link.write(wireFromPacket(type, seq, Uint8Array.from(body)));
    seq = (seq + 1) & 0xff;
  };
  /** Sends, waits a little, and gives what came back of one type. */
  const ask = (answer: number, type: number, ...body: number[]) => {
    packets.length = 0;
    send(type, ...body);
    world.runFor(15);
    return packets.filter((packet) => packet.type === answer).map((packet) => packet.body);
  };
  let tag = 0;
  const command = (line: number, op: number, ...args: number[]) => {
    tag = (tag + 1) & 0xff;
    return ask(0x82, 0x02, line, tag, op, ...args)[0]?.slice(3);
  };
  /** Lets time pass, with a PING often enough. */
  const keepAlive = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 400) {
      send(0x04, 0, 0, 0, 0);
      world.runFor(Math.min(400, ms - passed));
    }
  };
  const ofType = (type: number) => packets.filter((packet) => packet.type === type);
  world.runFor(5);
  const [first] = board.lines;
  return {
    ...{ world, board, probes, ends, packets, link, send, ask, command, keepAlive, ofType },
    card: first?.card?.card,
    line: first,
  };
}

async function inSession() {
  const made = await rig();
  made.ask(0x81, 0x01, ...HELLO);
  return made;
}

describe("SerialCard session", () => {
  it("welcomes a HELLO and says what its lines can do", async () => {
    const { ask } = await rig();
    const [welcome] = ask(0x81, 0x01, ...HELLO);
    const line = [0x08, 0x57, 0x21, 0x14, 0x14, 0x19, 0x41, 0x0c];
    expect(welcome?.slice(0, 27)).toEqual([
      ...[0x1a, 0x2b, 0x3c, 0x4d, 1, 2, 7, 2, 2, 0x05, 0x78],
      ...line,
      ...line,
    ]);
    expect(welcome).toHaveLength(28 + (welcome?.[27] ?? 0));
  });

  it.each([
    { what: "versions 2 to 3", hello: [0x54, 0x52, 2, 3, 0, 0, 0, 1, 2, 2], reply: [3, 1, 1] },
    { what: "versions 0 to 0", hello: [0x54, 0x52, 0, 0, 0, 0, 0, 1, 2, 2], reply: [3, 1, 1] },
    { what: "another greeting", hello: [0x54, 0x53, 1, 1, 0, 0, 0, 1, 2, 2], reply: undefined },
    { what: "half a HELLO", hello: [0x54, 0x52, 1], reply: undefined },
  ])("answers $what with $reply", async ({ hello, reply }) => {
    const { ask, packets } = await rig();
    expect(ask(0x86, 0x01, ...hello)[0]).toEqual(reply);
    expect(packets.some(({ type }) => type === 0x81)).toBe(false);
  });

  it("says out of session, and why, once in 100 ms at most", async () => {
    const { ask, send, world, ofType } = await rig();
    expect(ask(0x86, 0x04, 0, 0, 0, 0)).toEqual([[1, 1, 1]]);
    send(0x04, 0, 0, 0, 0);
    world.runFor(50);
    expect(ofType(0x86)).toHaveLength(1);
    world.runFor(50);
    expect(ask(0x86, 0x04, 0, 0, 0, 0)).toEqual([[1, 1, 1]]);
    ask(0x81, 0x01, ...HELLO);
    ask(0x86, 0x06);
    world.runFor(100);
    expect(ask(0x86, 0x04, 0, 0, 0, 0)).toEqual([[2, 1, 1]]);
  });

  it("ends 1500 ms after the last word of the host, and ringing with it", async () => {
    const { command, world, line, ask } = await inSession();
    command(0, 0x03, 1, 0, 0, 200, 0, 0, 0);
    expect(line?.chip.isRinging).toBe(true);
    world.runFor(1450);
    expect(line?.chip.isRinging).toBe(true);
    world.runFor(100);
    expect(line?.chip.isRinging).toBe(false);
    expect(ask(0x86, 0x04, 0, 0, 0, 0)).toEqual([[2, 1, 1]]);
    expect(line?.chip.violations).toEqual([]);
  });

  it("begins anew with a HELLO: lines safe, event numbers from 0, tags forgotten", async () => {
    const { command, ask, ends, world, line, ofType } = await inSession();
    command(0, 0x03, 1, 0, 0, 200, 0, 0, 0);
    ends[1]?.setClosed(true);
    world.runFor(30);
    ask(0x81, 0x01, ...HELLO);
    world.runFor(20);
    expect(line?.chip.isRinging).toBe(false);
    const [status] = ask(0x84, 0x04, 0, 0, 0, 9);
    expect(status?.slice(0, 4)).toEqual([0, 0, 0, 9]);
    expect([status?.[12], status?.[13]]).toEqual([0, 2]); // next event, loops
    expect(ofType(0x83)).toEqual([]);
  });

  it("counts what is broken, lost and unknown", async () => {
    const { link, ask, send } = await inSession();
    link.write(Uint8Array.of(9, 1, 0, 5, 1, 2, 3, 4, 0, 3, 1, 2, 0));
    ask(0x84, 0x7f);
    send(0x04);
    link.write(wireFromPacket(0x03, 200, Uint8Array.of(0)));
    const [status] = ask(0x84, 0x04, 0, 0, 0, 0);
    const counters = [15, 17, 19, 21].map(
      (at) => ((status?.[at] ?? 0) << 8) | (status?.[at + 1] ?? 0),
    );
    expect(counters.slice(0, 3)).toEqual([1, 1, 3]);
    expect(counters[3]).toBeGreaterThan(100);
  });

  it("drops a packet that comes twice", async () => {
    const { link, packets, world } = await inSession();
    packets.length = 0;
    const twice = wireFromPacket(0x04, 77, Uint8Array.of(0, 0, 0, 1));
    link.write(twice);
    link.write(twice);
    world.runFor(15);
    expect(packets).toHaveLength(1);
  });

  it("takes any bytes at all", async () => {
    const { link, world, ask } = await inSession();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        link.write(bytes);
        link.write(wireFromPacket(bytes[0] ?? 0, 5, bytes.subarray(1)));
        world.runFor(10);
      }),
      { numRuns: 300 },
    );
    link.write(Uint8Array.of(0));
    expect(ask(0x81, 0x01, ...HELLO)).toHaveLength(1);
  });
});

describe("SerialCard commands", () => {
  it.each([
    { what: "unknown op", line: 0, op: 0x77, args: [], status: 1 },
    { what: "a feed that is none", line: 0, op: 0x02, args: [9], status: 2 },
    { what: "no arguments", line: 0, op: 0x03, args: [], status: 2 },
    { what: "half of RING", line: 0, op: 0x03, args: [1, 0, 0], status: 2 },
    { what: "no such line", line: 5, op: 0x01, args: [], status: 3 },
    { what: "open, which it cannot", line: 0, op: 0x02, args: [0], status: 4 },
    { what: "metering, which it cannot", line: 0, op: 0x05, args: [0x2e, 0xe0, 0, 9], status: 4 },
    { what: "levels, which it cannot", line: 0, op: 0x08, args: [0, 0, 0, 0], status: 4 },
    { what: "reversal", line: 0, op: 0x02, args: [2], status: 0 },
    { what: "a body that is longer", line: 0, op: 0x02, args: [1, 9, 9], status: 0 },
  ])("answers $what with $status", async ({ line, op, args, status }) => {
    const { command } = await inSession();
    expect(command(line, op, ...args)).toEqual([status]);
  });

  it("feeds forward, reverse, and powers down", async () => {
    const { command, probes } = await inSession();
    const volts = (): number | undefined => probes[1]?.states.at(-1)?.volts;
    command(1, 0x02, 2);
    expect(Math.sign(volts() ?? 0)).toBe(1);
    command(1, 0x02, 3);
    expect(volts()).toBe(0);
    expect(command(1, 0x03, 1, 0, 0, 200, 0, 0, 0)).toEqual([5]);
    expect(command(1, 0x01)).toEqual([0, 1, 0, 0, 0]);
    expect(Math.sign(volts() ?? 0)).toBe(-1);
  });

  it("measures its pair: at rest, lifted, grounded, under a voltage from elsewhere", async () => {
    const { command, ends, line, world } = await inSession();
    const measured = () => {
      const [status, ...bytes] = command(0, 0x07) ?? [];
      const values = [0, 2, 4, 6].map(
        (at) => (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0),
      );
      return [status, bytes.length, ...values.map((value) => value / 100)];
    };
    // 48 V behind 1130 Ω, the bias of 20 kΩ across: 45.43 V at the pair, and nothing in it.
    expect(measured()).toEqual([0, 8, 0, 0, -45.43, -48]);
    command(0, 0x02, 2);
    expect(measured()).toEqual([0, 8, 0, -45.43, 0, -48]);
    command(0, 0x02, 1);
    line?.loop.setFaults({ foreign: { tip: { dcVolts: -30 } } });
    expect(measured()).toEqual([0, 8, 0, -30, -45.43, -48]);
    line?.loop.setFaults({});
    ends[0]?.setClosed(true);
    world.runFor(20);
    // 300 Ω: the module's limit of 30 mA holds, of which its bias takes 9 V / 20 kΩ.
    expect(measured()).toEqual([0, 8, 29.56, 0, -8.87, -48]);
  });

  it("measures what bells draw while it rings, wave by wave", async () => {
    const { command } = await inSession();
    command(0, 0x03, 1, 0, 0, 250, 0, 0x03, 0xe8);
    const milliamps = Array.from({ length: 12 }, () => {
      const [, high = 0, low = 0] = command(0, 0x07) ?? [];
      return (((high << 24) >> 16) | low) / 100;
    });
    // 72 V behind 754 Ω into 7000 Ω beside 20 kΩ: 62.9 V, 8.98 mA, one way and the other.
    for (const value of milliamps) expect(Math.abs(value)).toBeCloseTo(8.98, 0);
    expect(milliamps.some((value) => value > 0)).toBe(true);
    expect(milliamps.some((value) => value < 0)).toBe(true);
  });

  it("rings as long as it was told, as the module wants it, and tells the end", async () => {
    const { command, world, line, ofType, probes } = await inSession();
    command(0, 0x03, 1, 0, 0, 250, 0, 0x01, 0xf4);
    world.runFor(470);
    expect(line?.chip.isRinging).toBe(true);
    expect(command(0, 0x0b)).toEqual([0, 1, 1, 0, 0]);
    world.runFor(30);
    expect(line?.chip.isRinging).toBe(false);
    const [event] = ofType(0x83);
    expect(event?.body.slice(0, 4)).toEqual([0, 1, 0, 4]);
    expect(event?.body.slice(-2)).toEqual([0, 2]);
    const swings = probes[0]?.states.filter(({ volts }) => volts > 0).length ?? 0;
    expect(swings).toBe(12); // 25 Hz for half a second
    expect(line?.chip.violations).toEqual([]);
  });

  it("rings no longer than a burst may be, whatever is asked", async () => {
    const { command, keepAlive, line } = await inSession();
    command(0, 0x03, 1, 0, 0, 200, 0, 0xff, 0xff);
    keepAlive(1000);
    command(0, 0x03, 1, 0, 0, 200, 0, 0xff, 0xff);
    keepAlive(900);
    expect(line?.chip.isRinging).toBe(true);
    keepAlive(100);
    expect(line?.chip.isRinging).toBe(false);
  });

  it("carries a repeated tag out once, and answers it alike", async () => {
    const { ask, world, line } = await inSession();
    const ring = [0x02, 0, 200, 0x03, 1, 0, 0, 200, 0, 0, 100] as const;
    const first = ask(0x82, ...ring);
    world.runFor(300);
    expect(line?.chip.isRinging).toBe(false);
    expect(ask(0x82, ...ring)).toEqual(first);
    expect(line?.chip.isRinging).toBe(false);
  });
});

describe("SerialCard events", () => {
  it("tells each change of the loop, and when, again and again until acknowledged", async () => {
    const { ends, world, ofType, packets, send, ask } = await inSession();
    const [status] = ask(0x84, 0x04, 0, 0, 0, 0);
    const sentUs = status?.slice(8, 12).reduce((sum, byte) => sum * 256 + byte, 0) ?? 0;
    const atMs = ofType(0x84)[0]?.atMs ?? 0;
    packets.length = 0;
    ends[0]?.setClosed(true);
    const closedMs = world.clock.nowMs();
    world.runFor(5);
    ends[0]?.setClosed(false);
    world.runFor(60);
    const bodies = ofType(0x83).map(({ body }) => body);
    expect(bodies.map((body) => body[1])).toEqual([1, 2, 2]);
    const us = bodies[0]?.slice(4, 8).reduce((sum, byte) => sum * 256 + byte, 0) ?? 0;
    expect(Math.abs((us - sentUs) / 1000 - (closedMs - atMs))).toBeLessThan(2.5);
    send(0x03, 2);
    world.runFor(10);
    packets.length = 0;
    world.runFor(200);
    expect(packets).toEqual([]);
  });

  it("ignores an ACK for what it never sent", async () => {
    const { ends, world, ofType, packets, send } = await inSession();
    ends[0]?.setClosed(true);
    send(0x03, 7);
    world.runFor(10);
    packets.length = 0;
    world.runFor(100);
    expect(ofType(0x83).length).toBeGreaterThan(0);
  });

  it("drops what it cannot keep, counts it, and makes up for the loop in the end", async () => {
    const { ends, world, ofType, packets, send, ask, keepAlive } = await inSession();
    for (let count = 0; count < 33; count++) {
      ends[0]?.setClosed(count % 2 === 0);
      world.runFor(4);
    }
    const [status] = ask(0x84, 0x04, 0, 0, 0, 0);
    expect([status?.[12], status?.at(-2), status?.at(-1)]).toEqual([32, 0, 1]);
    for (const next of [16, 32, 33]) {
      send(0x03, next);
      keepAlive(50);
    }
    const last = ofType(0x83).at(-1)?.body;
    expect([last?.[0], last?.at(-1)]).toEqual([32, 1]);
    packets.length = 0;
    keepAlive(200);
    expect(ofType(0x83)).toEqual([]);
  });

  it("tells a fault, which makes the line safe, and its end", async () => {
    const { card, command, world, ofType, line } = await inSession();
    command(0, 0x03, 1, 0, 0, 200, 0, 0, 0);
    card?.raiseFault(0, 1);
    world.runFor(20);
    expect(line?.chip.isRinging).toBe(false);
    const kinds = ofType(0x83).at(-1)?.body ?? [];
    expect([kinds[1], kinds[3], kinds[11], kinds.at(-1)]).toEqual([2, 4, 2, 1]);
    expect(command(0, 0x0b)?.at(-1)).toBe(1);
    card?.clearFault(0);
    world.runFor(20);
    expect(command(0, 0x0b)?.at(-1)).toBe(0);
  });
});

describe("SerialCard audio", () => {
  const positionOf = (body: readonly number[] | undefined, at = 1): number =>
    body?.slice(at, at + 4).reduce((sum, byte) => sum * 256 + byte, 0) ?? -1;

  it("sends a frame every 10 ms, positions 80 apart, of the lines that have audio on", async () => {
    const { command, world, packets, ofType } = await inSession();
    command(1, 0x0a, 1);
    packets.length = 0;
    world.runFor(100);
    const bodies = ofType(0x85).map(({ body }) => body);
    expect(bodies.length).toBeGreaterThanOrEqual(9);
    expect(bodies.every((body) => body[0] === 2 && body.length === 10 + 160)).toBe(true);
    const positions = bodies.map((body) => positionOf(body));
    expect(positions.slice(1).every((at, index) => at - (positions[index] ?? 0) === 80)).toBe(true);
    command(0, 0x0a, 1);
    packets.length = 0;
    world.runFor(30);
    expect(ofType(0x85).at(-1)?.body).toHaveLength(10 + 320);
    command(0, 0x0a, 0);
    command(1, 0x0a, 0);
    packets.length = 0;
    world.runFor(50);
    expect(ofType(0x85)).toEqual([]);
  });

  it("plays the answer at its time, and silence where none came", async () => {
    const { command, world, packets, ofType, send, ends, probes, ask } = await inSession();
    ends[0]?.setClosed(true);
    command(0, 0x0a, 1);
    packets.length = 0;
    world.runWhile(() => ofType(0x85).length === 0, 100);
    const up = ofType(0x85)[0];
    const position = up?.body.slice(1, 5) ?? [];
    const loud = Array.from({ length: 80 }, () => [0x40, 0x00]).flat();
    send(0x05, 1, ...position, ...loud);
    const heardBefore = probes[0]?.heard.length ?? 0;
    world.runFor(60);
    const heard = probes[0]?.heard.slice(heardBefore) ?? [];
    const loudAt = heard.findIndex((volts) => volts > 0.5);
    const loudCount = heard.filter((volts) => volts > 0.5).length;
    expect(loudCount).toBe(80);
    // Its answer is played from position + 80 × 3 on: two frames after the one that runs now.
    expect(loudAt % 80).toBe(0);
    const [status] = ask(0x84, 0x04, 0, 0, 0, 0);
    expect(((status?.[23] ?? 0) << 8) | (status?.[24] ?? 0)).toBeGreaterThan(2);
  });

  it("ignores an answer to what it never asked, and one that does not fit", async () => {
    const { command, world, send, probes, ends } = await inSession();
    ends[0]?.setClosed(true);
    command(0, 0x0a, 1);
    send(0x05, 1, 0xff, 0xff, 0xff, 0xff, ...new Array<number>(160).fill(0x40));
    send(0x05, 1, 0, 0, 0, 0, 1, 2, 3);
    world.runFor(100);
    expect(probes[0]?.heard.some((volts) => volts > 0.5)).toBe(false);
  });

  it("speaks µ-law where that was asked for", async () => {
    const { ask, command, world, packets, ofType } = await rig();
    ask(0x81, 0x01, ...HELLO.slice(0, 8), 0, 1);
    command(0, 0x0a, 1);
    packets.length = 0;
    world.runFor(30);
    expect(ofType(0x85).at(-1)?.body).toHaveLength(10 + 80);
  });
});
