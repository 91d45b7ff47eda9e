import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cobs, crc } from "./card.fixture.ts";
import { parseCardPacket } from "./card-packets.ts";
import { decodeCobs, encodeCobs } from "./cobs.ts";
import { SAMPLE_CODINGS } from "./companding.ts";
import { crc16 } from "./crc16.ts";
import { FrameReader } from "./frame-reader.ts";
import { frameOf, type HostPacket, printHostPacket } from "./host-packets.ts";

const document = readFileSync(
  new URL("../../../../docs/serial-line-card.md", import.meta.url),
  "utf8",
);

const bytesOf = (hex: string): number[] =>
  hex
    .trim()
    .split(/\s+/)
    .map((byte) => Number.parseInt(byte, 16));

/** The examples at the end of the document: title, packet, wire. */
const examples = (document.split("```example\n")[1] ?? "")
  .split("```")[0]
  ?.trim()
  .split("\n\n")
  .map((text) => {
    const [, title = "", packet = "", wire = ""] =
      /^(.*)\npacket ([\s\S]*?)\nwire {3}([\s\S]*)$/.exec(text) ?? [];
    return { title, packet: bytesOf(packet), wire: bytesOf(wire) };
  });

const silence = Uint8Array.from({ length: 80 }, (_, at) => (at % 2 === 0 ? 0xff : 0x7f));
const command = (line: number, tag: number, op: number, args: number[]): HostPacket => ({
  kind: "command",
  line,
  tag,
  op,
  args: Uint8Array.from(args),
});

/** What the host's examples say, by the first words of their titles. */
const HOST: Readonly<Record<string, { packet: HostPacket; seq: number }>> = {
  "HELLO versions 1": {
    packet: { kind: "hello", session: 0x1a2b3c4d, coding: "linear", leadFrames: 2 },
    seq: 0,
  },
  "COMMAND line 0, tag 5": { packet: command(0, 5, 3, [1, 0, 0, 200, 0, 7, 208]), seq: 7 },
  "COMMAND line 1, tag 255": { packet: command(1, 255, 1, []), seq: 8 },
  "COMMAND line 0, tag 6": { packet: command(0, 6, 0x10, [7, 0x80, 0]), seq: 9 },
  "ACK next": { packet: { kind: "ack", nextEvent: 6 }, seq: 10 },
  "PING token": { packet: { kind: "ping", token: 0x1000 }, seq: 11 },
  "AUDIO-DOWN its": {
    packet: { kind: "audio", lines: 1, position: 160, samples: silence },
    seq: 12,
  },
  BYE: { packet: { kind: "bye" }, seq: 13 },
};

/** What the card's examples say. */
const CARD: Readonly<Record<string, unknown>> = {
  WELCOME: {
    kind: "welcome",
    session: 0x1a2b3c4d,
    version: 1,
    coding: "linear",
    leadFrames: 2,
    packetMaxBytes: 1400,
    name: "demo",
    lines: [
      {
        flags: 0x57,
        ringDutyMax: 0.33,
        ringBurstMaxMs: 2000,
        ringMinHz: 20,
        ringMaxHz: 25,
        ringVolts: 65,
        tripMs: 0,
      },
    ],
  },
  "REPLY to it: done": { kind: "reply", line: 0, tag: 5, op: 3, status: 0, data: [] },
  "REPLY to it: done; forward": {
    kind: "reply",
    line: 1,
    tag: 255,
    op: 1,
    status: 0,
    data: [1, 0, 1, 0],
  },
  "REPLY to it: done; ff": { kind: "reply", line: 0, tag: 6, op: 16, status: 0, data: [255, 3] },
  EVENTS: {
    kind: "events",
    first: 4,
    events: [
      { line: 0, event: 1, timeUs: 1_000_000, value: 1 },
      { line: 0, event: 1, timeUs: 1_003_000, value: 0 },
    ],
  },
  STATUS: {
    kind: "status",
    token: 0x1000,
    receivedUs: 1_003_520,
    sentUs: 1_003_570,
    nextEvent: 6,
    loops: 2,
    ringing: 0,
    counters: {
      badFrames: 0,
      badCrcs: 0,
      badPackets: 0,
      lostPackets: 0,
      lateAudio: 3,
      droppedEvents: 0,
    },
  },
  "AUDIO-UP": {
    kind: "audio",
    lines: 1,
    position: 160,
    sentUs: 1_010_000,
    nextEvent: 6,
    samples: [...silence],
  },
  "OUT-OF-SESSION": { kind: "out-of-session", reason: 1, versionMin: 1, versionMax: 1 },
};

function byTitle<T>(table: Readonly<Record<string, T>>, title: string): T | undefined {
  const fitting = Object.keys(table).filter((words) => title.startsWith(words));
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : table[longest];
}

/** With typed arrays as plain ones, so that they compare by content. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? [...one] : (one as unknown))),
  );

describe("the examples of the document", () => {
  it("are all there", () => {
    expect(examples).toHaveLength(Object.keys(HOST).length + Object.keys(CARD).length);
  });

  it.each(examples ?? [])("$title", ({ title, packet, wire }) => {
    expect([...encodeCobs(Uint8Array.from(packet)), 0]).toEqual(wire);
    expect([...(decodeCobs(Uint8Array.from(wire.slice(0, -1))) ?? [])]).toEqual(packet);
    expect(crc16(Uint8Array.from(packet))).toBe(0);
    const host = byTitle(HOST, title);
    const card = byTitle(CARD, title);
    expect(host === undefined).toBe(card !== undefined);
    if (host !== undefined) {
      const printed = printHostPacket(host.packet, host.seq);
      expect([...printed]).toEqual(packet);
      expect([...frameOf(printed)]).toEqual(wire);
    } else {
      expect(plain(parseCardPacket(Uint8Array.from(packet.slice(0, -2))))).toEqual(card);
    }
  });
});

describe("crc16()", () => {
  it("has the check value of its name, and agrees with division bit by bit", () => {
    expect(crc16(Uint8Array.from("123456789", (digit) => digit.charCodeAt(0)))).toBe(0x29b1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc16(bytes)).toBe(crc([...bytes]));
      }),
    );
  });
});

describe("encodeCobs(), decodeCobs()", () => {
  const count = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at);

  it.each([
    [[], [1]],
    [[0], [1, 1]],
    [
      [0, 0],
      [1, 1, 1],
    ],
    [
      [0x11, 0x22, 0, 0x33],
      [3, 0x11, 0x22, 2, 0x33],
    ],
    [count(1, 253), [254, ...count(1, 253)]],
    [count(1, 254), [255, ...count(1, 254)]],
    [count(1, 255), [255, ...count(1, 254), 2, 255]],
    [
      [...count(1, 254), 0],
      [255, ...count(1, 254), 1, 1],
    ],
    [
      [0, ...count(1, 254)],
      [1, 255, ...count(1, 254)],
    ],
  ])("row %#", (bytes, encoded) => {
    expect([...encodeCobs(Uint8Array.from(bytes))]).toEqual(encoded);
    expect([...(decodeCobs(Uint8Array.from(encoded)) ?? [9])]).toEqual(bytes);
  });

  it("a needless last block is taken", () => {
    expect([...(decodeCobs(Uint8Array.from([255, ...count(1, 254), 1])) ?? [])]).toEqual(
      count(1, 254),
    );
  });

  it.each([[[]], [[0]], [[2]], [[3, 1]], [[2, 0]], [[1, 0]], [[255, 1]]])(
    "%j is not COBS",
    (frame) => {
      expect(decodeCobs(Uint8Array.from(frame))).toBeUndefined();
    },
  );

  it("any bytes come back, without a zero on the way", () => {
    const zeroish = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    const bytes = fc.array(zeroish, { maxLength: 1400 });
    fc.assert(
      fc.property(bytes, (sent) => {
        const encoded = encodeCobs(Uint8Array.from(sent));
        expect(encoded.includes(0)).toBe(false);
        expect([...encoded]).toEqual(cobs(sent));
        expect([...(decodeCobs(encoded) ?? [])]).toEqual(sent);
      }),
    );
  });

  it("decodeCobs() takes anything, and never gives more than came", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect((decodeCobs(bytes) ?? bytes).length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe("FrameReader", () => {
  function rig() {
    const packets: number[][] = [];
    const reader = new FrameReader((packet) => packets.push([...packet]));
    return { packets, reader };
  }
  const packet = (seq: number, ...body: number[]): number[] => {
    const content = [0x82, seq, ...body];
    const value = crc(content);
    return [...content, value >> 8, value & 0xff];
  };
  const frame = (seq: number, ...body: number[]): number[] => [...cobs(packet(seq, ...body)), 0];
  const flipped = (bytes: number[], at: number): number[] =>
    bytes.map((byte, index) => (index === at ? byte ^ 0x80 : byte));

  it("takes packets out of pieces of any length, empty frames between them", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (cuts) => {
        const { packets, reader } = rig();
        const wire = [0, ...frame(1, 7), 0, 0, ...frame(2), ...frame(3, 0, 0)];
        for (const cut of cuts) reader.push(Uint8Array.from(wire.splice(0, cut)));
        reader.push(Uint8Array.from(wire));
        expect(packets).toEqual([
          [0x82, 1, 7],
          [0x82, 2],
          [0x82, 3, 0, 0],
        ]);
        expect(reader.errors).toEqual({ frames: 0, crc: 0, packets: 0, lost: 0 });
      }),
    );
  });

  it.each([
    ["a wrong bit", [...flipped(frame(2, 9, 9, 9), 3)], { crc: 1, lost: 1 }],
    ["a frame that is not COBS", [9, 9, 0], { frames: 1 }],
    ["a packet of three bytes", [...cobs([0x82, 2, 9]), 0], { packets: 1 }],
    ["1406 bytes that are not COBS", [...Array<number>(1406).fill(9), 0], { frames: 1 }],
    ["1407 bytes", [...Array<number>(1407).fill(9), 0], { frames: 1 }],
    ["100,000 bytes", [...Array<number>(100_000).fill(9), 0], { frames: 1 }],
    ["a packet twice", [...frame(1, 7)], {}],
  ])("%s is dropped, and the next packet comes through", (_, broken, errors) => {
    const { packets, reader } = rig();
    const next = "lost" in errors ? 3 : 2;
    reader.push(Uint8Array.from([...frame(1, 7), ...broken, ...frame(next, 8)]));
    expect(packets).toEqual([
      [0x82, 1, 7],
      [0x82, next, 8],
    ]);
    expect(reader.errors).toEqual({ frames: 0, crc: 0, packets: 0, lost: 0, ...errors });
  });

  it.each([1399, 1400, 1401])("a packet of %i bytes", (length) => {
    const { packets, reader } = rig();
    reader.push(Uint8Array.from(frame(1, ...Array<number>(length - 4).fill(5))));
    expect(packets).toHaveLength(length <= 1400 ? 1 : 0);
    expect(reader.errors.frames).toBe(length <= 1400 ? 0 : 1);
  });

  it("counts what is lost, over the wrap; a WELCOME begins anew, whatever its seq", () => {
    const { packets, reader } = rig();
    reader.push(Uint8Array.from([...frame(250), ...frame(255), ...frame(2)]));
    expect(reader.errors.lost).toBe(4 + 2);
    const welcome = [0x81, 2, 9];
    const value = crc(welcome);
    const wire = [...cobs([...welcome, value >> 8, value & 0xff]), 0];
    reader.push(Uint8Array.from([...wire, ...wire, ...frame(3)]));
    expect([packets.length, reader.errors.lost]).toEqual([6, 6]);
  });

  it("takes any bytes, and then a packet", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
        const { packets, reader } = rig();
        reader.push(noise);
        reader.push(Uint8Array.from([0, ...frame(77, 1, 2, 3)]));
        expect(packets.at(-1)?.slice(2)).toEqual([1, 2, 3]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("parseCardPacket()", () => {
  it("takes any bytes; an example that is cut is refused, one with more at its end taken", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseCardPacket(bytes);
      }),
      { numRuns: 1000 },
    );
    for (const { title, packet } of examples ?? []) {
      if (byTitle(CARD, title) === undefined) continue;
      const body = packet.slice(0, -2);
      const whole = parseCardPacket(Uint8Array.from(body));
      const longer = parseCardPacket(Uint8Array.from([...body, 1, 2]));
      expect(longer?.kind, title).toBe(whole?.kind);
      if (whole?.kind === "reply" || whole?.kind === "audio") continue;
      expect(plain(longer)).toEqual(plain(whole));
      for (let length = 0; length < body.length; length++) {
        expect(parseCardPacket(Uint8Array.from(body.slice(0, length))), title).toBeUndefined();
      }
    }
  });

  it.each([0, 1, 8, 9])("a WELCOME of %i lines", (count) => {
    const line = [0, 0x57, 33, 20, 20, 25, 65, 0];
    const lines = Array.from({ length: count }, () => line).flat();
    const packet = [0x81, 0, 1, 2, 3, 4, 1, count, 7, 0, 2, 5, 0x78, ...lines, 0];
    expect(parseCardPacket(Uint8Array.from(packet)) !== undefined).toBe(count >= 1 && count <= 8);
  });

  it.each([0, 1, 16, 17])("EVENTS of %i", (count) => {
    const packet = [0x83, 0, 0, count, ...Array<number>(8 * count).fill(1)];
    expect(parseCardPacket(Uint8Array.from(packet)) !== undefined).toBe(count >= 1 && count <= 16);
  });
});

describe("SAMPLE_CODINGS", () => {
  // The ends and the middle of the tables of ITU-T G.711, scaled to 16 bits.
  it.each([
    ["pcmu", 0x80, 32124],
    ["pcmu", 0x00, -32124],
    ["pcmu", 0xff, 0],
    ["pcmu", 0xfe, 8],
    ["pcmu", 0x7e, -8],
    ["pcmu", 0xef, 132],
    ["pcma", 0xd5, 8],
    ["pcma", 0x55, -8],
    ["pcma", 0xaa, 32256],
    ["pcma", 0x2a, -32256],
    ["pcma", 0xc5, 264],
  ] as const)("%s %i is %i", (coding, code, sample) => {
    const samples = new Int16Array(1);
    SAMPLE_CODINGS[coding].decode(Uint8Array.of(code), samples);
    expect(samples[0]).toBe(sample);
    const back = new Uint8Array(1);
    SAMPLE_CODINGS[coding].encode(samples, back);
    expect(back[0]).toBe(code);
  });

  it.each(["pcmu", "pcma"] as const)("%s: each sample gets the nearest code", (coding) => {
    const { decode, encode } = SAMPLE_CODINGS[coding];
    const values = new Int16Array(256);
    decode(
      Uint8Array.from({ length: 256 }, (_, code) => code),
      values,
    );
    fc.assert(
      fc.property(fc.integer({ min: -32768, max: 32767 }), (sample) => {
        const code = new Uint8Array(1);
        encode(Int16Array.of(sample), code);
        const error = Math.abs((values[code[0] ?? 0] ?? 0) - sample);
        expect(error).toBe(Math.min(...[...values].map((value) => Math.abs(value - sample))));
      }),
    );
  });

  it("linear is big-endian, and loses nothing", () => {
    const bytes = new Uint8Array(6);
    SAMPLE_CODINGS.linear.encode(Int16Array.of(1, -2, -32768), bytes);
    expect([...bytes]).toEqual([0, 1, 0xff, 0xfe, 0x80, 0]);
    const samples = new Int16Array(3);
    SAMPLE_CODINGS.linear.decode(bytes, samples);
    expect([...samples]).toEqual([1, -2, -32768]);
  });
});
