import { packets } from "rtp.js";
import { describe, expect, it } from "vitest";
import { alignedCorrelation } from "../audio/correlation.ts";
import { measureSpectrum } from "../audio/frequency-meter.ts";
import { pcm16FromVolts, voltsFromPcm16 } from "../audio/levels.ts";
import { speechLike } from "../audio/speech-like.ts";
import { VirtualNetwork } from "../world/network.ts";
import { World } from "../world/world.ts";
import { RtpContinuity } from "./rtp-continuity.ts";
import { RtpPeer } from "./rtp-peer.ts";
import { type HeardPacket, printRtp, readRtp } from "./rtp-reader.ts";

const PACKET = {
  marker: true,
  payloadType: 101,
  sequence: 65535,
  timestamp: 0xfffffff0,
  ssrc: 0xdeadbeef,
  payload: Uint8Array.of(1, 2, 3),
} as const satisfies HeardPacket;

const patched = (first: number): Uint8Array => {
  const bytes = printRtp(PACKET);
  bytes[0] = first;
  return bytes;
};

describe("printRtp()", () => {
  it("writes what two foreign readers read back", () => {
    const bytes = printRtp(PACKET);
    const read = readRtp(bytes);
    expect(read.ok && { ...read.value, payload: Uint8Array.from(read.value.payload) }).toEqual(
      PACKET,
    );
    const other = new packets.RtpPacket(new DataView(bytes.buffer));
    expect(other.getMarker()).toBe(true);
    expect(other.getPayloadType()).toBe(101);
    expect(other.getSequenceNumber()).toBe(65535);
    expect(other.getTimestamp()).toBe(0xfffffff0);
    expect(other.getSsrc()).toBe(0xdeadbeef);
    expect(other.getPayload().byteLength).toBe(3);
  });
});

describe("readRtp()", () => {
  const rows = [
    ["11 bytes", printRtp(PACKET).subarray(0, 11), "too-short"],
    ["nothing", new Uint8Array(0), "too-short"],
    ["version 1", patched(0x40), "wrong-version"],
    ["padding", patched(0xa0), "beyond-reader"],
    ["an extension", patched(0x90), "beyond-reader"],
    ["a contributing source", patched(0x81), "beyond-reader"],
  ] as const;
  for (const [what, bytes, fault] of rows) {
    it(`refuses ${what}`, () => {
      expect(readRtp(bytes)).toEqual({ ok: false, error: fault });
    });
  }
});

describe("RtpContinuity.take()", () => {
  type Row = readonly [sequence: number, timestamp: number];
  const follow = (rows: readonly Row[], changes: Partial<HeardPacket> = {}) => {
    const continuity = new RtpContinuity();
    for (const [sequence, timestamp] of rows) {
      continuity.take({ ...PACKET, marker: false, ...changes, sequence, timestamp }, 160);
    }
    return continuity.report;
  };
  const clean = { received: 0, lost: 0, duplicates: 0, reordered: 0, restarts: 0, faults: [] };
  const rows: readonly (readonly [string, readonly Row[], object])[] = [
    [
      "a row",
      [
        [1, 0],
        [2, 160],
        [3, 320],
      ],
      { received: 3 },
    ],
    [
      "a wrap of both",
      [
        [65535, 0xffffff60],
        [0, 0],
        [1, 160],
      ],
      { received: 3 },
    ],
    [
      "a loss",
      [
        [1, 0],
        [3, 320],
      ],
      { received: 2, lost: 1 },
    ],
    [
      "a duplicate",
      [
        [1, 0],
        [2, 160],
        [2, 160],
      ],
      { received: 2, duplicates: 1 },
    ],
    [
      "a late one",
      [
        [1, 0],
        [3, 320],
        [2, 160],
        [4, 480],
      ],
      { received: 4, reordered: 1 },
    ],
    [
      "one late over the wrap",
      [
        [65534, 0],
        [0, 320],
        [65535, 160],
      ],
      { received: 3, reordered: 1 },
    ],
    [
      "one before the first",
      [
        [5, 160],
        [4, 0],
        [6, 320],
      ],
      { received: 3, reordered: 1 },
    ],
    [
      "a jump far away",
      [
        [1, 0],
        [30_000, 7],
      ],
      { received: 2, restarts: 1 },
    ],
    [
      "a stuck timestamp",
      [
        [1, 0],
        [2, 160],
        [3, 160],
      ],
      { received: 3, faults: ["timestamp 160 of packet 3 is -160 off"] },
    ],
    [
      "a timestamp that goes back",
      [
        [1, 800],
        [2, 960],
        [4, 0],
      ],
      { received: 3, lost: 1, faults: ["timestamp 0 of packet 4 goes back"] },
    ],
  ];
  for (const [what, sequence, expected] of rows) {
    it(`reports ${what}`, () => {
      expect(follow(sequence)).toEqual({ ...clean, ...expected });
    });
  }

  it("lets a marked packet skip silence", () => {
    expect(
      follow(
        [
          [1, 0],
          [2, 4000],
        ],
        { marker: true },
      ).faults,
    ).toEqual([]);
    expect(
      follow([
        [1, 0],
        [2, 4000],
      ]).faults.length,
    ).toBe(1);
  });
});

async function twoPeers(conditions: { readonly lossRatio?: number } = {}) {
  const world = new World({ seed: 9 });
  const network = new VirtualNetwork(world, conditions);
  const create = (host: string): Promise<RtpPeer> =>
    RtpPeer.create({
      udp: network.host(host).udp,
      clock: world.clock,
      random: world.random(host),
      local: { host, port: 4000 },
    });
  const pending = [create("10.0.0.1"), create("10.0.0.2")] as const;
  await world.settle();
  const [near, far] = await Promise.all(pending);
  return { world, network, near, far };
}

describe("RtpPeer", () => {
  it("carries speech both ways, in order, every 20 ms", async () => {
    const { world, near, far } = await twoPeers();
    const speech = pcm16FromVolts(speechLike(world.random("speech"), 2000));
    near.start(far.local);
    far.start(near.local);
    near.say(speech);
    far.sendTone([1004], -10);
    world.runFor(3000);
    near.stop();
    far.stop();
    world.runFor(1000);
    const { delaySamples, correlation } = alignedCorrelation(speech, far.heard());
    expect(delaySamples).toBe(0);
    expect(correlation).toBeGreaterThan(0.99);
    expect(far.continuity).toEqual({
      received: far.heard().length / 160,
      lost: 0,
      duplicates: 0,
      reordered: 0,
      restarts: 0,
      faults: [],
    });
    expect(Math.abs(far.continuity.received - 150)).toBeLessThanOrEqual(1);
    const [tone] = measureSpectrum(voltsFromPcm16(near.heard()).subarray(2000)).tones;
    expect(tone?.frequencyHz).toBeCloseTo(1004, 0);
    expect(Math.abs((tone?.levelDbm ?? 0) + 10)).toBeLessThan(0.3);
  });

  it("sends digits as events, three ends each, and takes each once", async () => {
    const { world, near, far } = await twoPeers();
    near.start(far.local);
    near.sendDigit("5", 100);
    near.sendDigit("#", 60);
    near.sendDigit("5", 100);
    world.runFor(1000);
    expect(far.digits.map(({ digit, durationMs }) => [digit, durationMs])).toEqual([
      ["5", 100],
      ["#", 60],
      ["5", 100],
    ]);
    expect(far.continuity).toMatchObject({ lost: 0, faults: [] });
  });

  it("notices loss and keeps what came in its place", async () => {
    const { world, near, far } = await twoPeers({ lossRatio: 0.1 });
    near.start(far.local);
    near.sendTone([500]);
    world.runFor(10_000);
    const { received, lost } = far.continuity;
    expect(received + lost).toBeGreaterThan(495);
    expect(lost).toBeGreaterThan(20);
    expect(far.heard().length).toBe(160 * (received + lost));
  });

  it("counts what it does not understand", async () => {
    const { world, network, far } = await twoPeers();
    const pending = network.host("10.0.0.3").udp.bind({
      host: "10.0.0.3",
      port: 9,
      onDatagram: () => {},
      onFault: () => {},
    });
    await world.settle();
    const socket = await pending;
    socket.send(Uint8Array.of(1, 2, 3), far.local);
    socket.send(printRtp({ ...PACKET, payloadType: 96 }), far.local);
    socket.send(patched(0x90), far.local);
    world.runFor(100);
    expect(Object.fromEntries(far.faults)).toEqual({
      "too-short": 1,
      "unknown-payload": 1,
      "beyond-reader": 1,
    });
    expect(far.heard().length).toBe(0);
  });
});
