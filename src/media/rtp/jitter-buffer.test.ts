import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JITTER_BUFFER_LIMIT_PACKETS, JitterBuffer } from "./jitter-buffer.ts";
import { PAYLOAD_LIMIT_BYTES } from "./jitter-slot.ts";

const FRAME = 80;
const PACKET = 160;

/** Packet `n` of a stream at ptime 20; its payload's first byte is `n`. */
const packet = (n: number, timestamp = n * PACKET) => ({
  sequence: n,
  timestamp: timestamp >>> 0,
  payloadType: 0,
  payload: Uint8Array.of(n & 0xff, n >> 8),
  samples: PACKET,
});

/** Drives a buffer as playout does; reports what each frame is made of. */
class Bench {
  readonly buffer = new JitterBuffer(FRAME);
  #held = 0;
  /** Packets in the order they were played. */
  readonly played: number[] = [];

  /** One frame: `p7` is packet 7 begun, `-` made up, `.` silence, empty the rest of a packet. */
  frame(): string {
    this.buffer.beginFrame(this.#held);
    let text = "";
    while (this.#held < FRAME) {
      const step = this.buffer.next(FRAME - this.#held);
      if (step.kind === "packet") {
        const number = (step.payload[0] ?? 0) | ((step.payload[1] ?? 0) << 8);
        this.played.push(number);
        this.#held += PACKET - step.skip;
        text += `p${number}`;
      } else {
        this.#held += step.samples;
        text += step.kind === "conceal" ? "-" : ".";
      }
    }
    this.#held -= FRAME;
    return text;
  }

  frames(count: number): string[] {
    return Array.from({ length: count }, () => this.frame());
  }
}

describe("JitterBuffer", () => {
  it("plays a packet in the first frame after it came, and without pause", () => {
    const bench = new Bench();
    const heard = bench.frames(2);
    for (let n = 0; n < 4; n++) {
      bench.buffer.put(packet(n));
      heard.push(...bench.frames(2));
    }
    expect(heard).toEqual([".", ".", "p0", "", "p1", "", "p2", "", "p3", ""]);
    expect(bench.buffer.delaySamples).toBe(0);
  });

  it("puts reordered packets into order and drops duplicates", () => {
    const bench = new Bench();
    for (const n of [0, 2, 1]) expect(bench.buffer.put(packet(n))).toBe("stored");
    expect(bench.buffer.put(packet(2))).toBe("duplicate");
    expect(bench.frames(6)).toEqual(["p0", "", "p1", "", "p2", ""]);
  });

  it("makes up a lost packet and plays its successor in its own time", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(2);
    const lost = bench.frames(2);
    bench.buffer.put(packet(2));
    expect([...lost, ...bench.frames(3)]).toEqual(["-", "-", "p2", "", "-"]);
    expect(bench.buffer.put(packet(1))).toBe("late");
    expect(bench.buffer.latePackets).toBe(1);
  });

  it("makes up a hole shorter than a frame, to the sample", () => {
    const { buffer } = new Bench();
    buffer.put(packet(0));
    buffer.put(packet(1, 200));
    buffer.beginFrame(0);
    expect(buffer.next(FRAME)).toMatchObject({ kind: "packet", skip: 0 });
    buffer.beginFrame(80);
    buffer.beginFrame(0);
    expect(buffer.next(FRAME)).toEqual({ kind: "conceal", samples: 40 });
    expect(buffer.next(40)).toMatchObject({ kind: "packet", skip: 0 });
  });

  it("plays a packet that comes a frame late, and the delay grows by that frame", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(2);
    const late = bench.frames(1);
    bench.buffer.put(packet(1));
    expect([...late, ...bench.frames(2)]).toEqual(["-", "p1", ""]);
    expect(bench.buffer.delaySamples).toBe(FRAME);
  });

  it("plays no more than 60 ms of what comes later than that", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(2);
    expect(bench.frames(10)).toEqual(Array.from({ length: 10 }, () => "-"));
    // Packets 1–5 come together, the first of them 100 ms late: 60 ms of them are played.
    for (let n = 1; n <= 5; n++) bench.buffer.put(packet(n));
    expect(bench.frames(6).join("")).toBe("p3p4p5");
  });

  it("cuts once the jitter is over, and says so at once where it is quiet", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(4);
    bench.buffer.put(packet(1));
    bench.buffer.put(packet(2));
    bench.frames(2);
    const advice = new Set<string>();
    for (let n = 3; n < 300; n++) {
      bench.buffer.put(packet(n));
      advice.add(bench.buffer.beginFrame(80));
      advice.add(bench.buffer.beginFrame(80));
      bench.buffer.next(PACKET);
    }
    expect(advice).toContain("cut");
  });

  it.each([
    { what: "forward", jump: 1_000_000 },
    { what: "back", jump: -1_000_000 },
  ])("begins anew where timestamps jump $what", ({ jump }) => {
    const bench = new Bench();
    for (let n = 0; n < 50; n++) {
      bench.buffer.put(packet(n));
      bench.frames(2);
    }
    const heard: string[] = [];
    for (let n = 50; n < 54; n++) {
      bench.buffer.put(packet(n, n * PACKET + jump));
      heard.push(...bench.frames(2));
    }
    expect(heard).toEqual(["p50", "", "p51", "", "p52", "", "p53", ""]);
  });

  it("goes on where timestamps wrap", () => {
    const bench = new Bench();
    const heard: string[] = [];
    for (let n = 0; n < 4; n++) {
      bench.buffer.put(packet(n, 0xffff_ff00 + n * PACKET));
      heard.push(...bench.frames(2));
    }
    expect(heard.join("")).toBe("p0p1p2p3");
  });

  it.each([1.6e9, -1.6e9])("plays as ever after timestamps jumped by %d, and again", (jump) => {
    const bench = new Bench();
    const heard: string[] = [];
    for (let n = 0; n < 1500; n++) {
      bench.buffer.put(packet(n, n * PACKET + Math.floor(n / 500) * jump));
      heard.push(...bench.frames(2));
    }
    expect(heard.join(" ")).toBe(Array.from({ length: 1500 }, (_, n) => `p${n} `).join(" "));
    expect(bench.buffer.delaySamples).toBe(0);
  });

  it("falls silent 200 ms after the last packet and begins again with the next", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(2);
    expect(bench.frames(23).join("")).toBe(`${"-".repeat(20)}...`);
    // A sender that stops its timestamps in silence goes on where it was.
    bench.buffer.put(packet(1));
    expect(bench.frames(2)).toEqual(["p1", ""]);
  });

  it.each([
    { what: "falls silent", ends: (bench: Bench) => bench.frames(30) },
    { what: "begins anew", ends: ({ buffer }: Bench) => buffer.restart() },
  ])("delaySamples stays what it was where a stream $what", ({ ends }) => {
    const bench = new Bench();
    expect(bench.buffer.delaySamples).toBe(0);
    bench.buffer.put(packet(0));
    bench.frames(5);
    // Three frames late, and then as they should be.
    bench.buffer.put(packet(1));
    bench.frames(1);
    bench.buffer.put(packet(2));
    bench.frames(2);
    const waited = bench.buffer.delaySamples;
    expect(waited).toBeGreaterThan(0);
    ends(bench);
    expect(bench.buffer.delaySamples).toBe(waited);
  });

  it("jumps to the newest 60 ms where it was not asked for frames", () => {
    const bench = new Bench();
    bench.buffer.put(packet(0));
    bench.frames(2);
    for (let n = 1; n <= 200; n++) bench.buffer.put(packet(n));
    expect(bench.buffer.length).toBe(JITTER_BUFFER_LIMIT_PACKETS);
    expect(bench.frames(8).join("")).toBe("p197p198p199p200");
  });

  it("refuses empty and oversized packets", () => {
    const { buffer } = new Bench();
    expect(buffer.put({ ...packet(0), samples: 0 })).toBe("dropped");
    const payload = new Uint8Array(PAYLOAD_LIMIT_BYTES + 1);
    expect(buffer.put({ ...packet(0), payload })).toBe("dropped");
    expect(buffer.put({ ...packet(0), payload: payload.subarray(1) })).toBe("stored");
  });

  it("copies: what it plays is not the caller's array", () => {
    const { buffer } = new Bench();
    const payload = Uint8Array.of(1, 2, 3);
    buffer.put({ ...packet(0), payload });
    payload.fill(0xee);
    buffer.beginFrame(0);
    expect(buffer.next(FRAME)).toMatchObject({ payload: Uint8Array.of(1, 2, 3) });
  });

  it("plays each packet at most once and in order, whatever arrives when", () => {
    const delivery = fc.record({
      number: fc.integer({ min: 0, max: 80 }),
      frames: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(delivery, { maxLength: 120 }), (deliveries) => {
        const bench = new Bench();
        for (const { number, frames } of deliveries) {
          bench.buffer.put(packet(number));
          expect(bench.buffer.length).toBeLessThanOrEqual(JITTER_BUFFER_LIMIT_PACKETS);
          bench.frames(frames);
        }
        bench.frames(200);
        const inOrder = [...new Set(bench.played)].sort((a, b) => a - b);
        expect(bench.played).toEqual(inOrder);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws on any sequence, timestamp or length, and every frame ends", () => {
    const wild = fc.record({
      sequence: fc.integer({ min: 0, max: 0x1ffff }),
      timestamp: fc.integer({ min: 0, max: 0xffffffff }),
      payloadType: fc.integer({ min: 0, max: 127 }),
      payload: fc.uint8Array({ maxLength: 20 }),
      samples: fc.integer({ min: 0, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 60 }), (packets) => {
        const buffer = new JitterBuffer(FRAME);
        let held = 0;
        for (const each of packets) {
          buffer.put(each);
          buffer.beginFrame(held);
          for (let steps = 0; held < FRAME; steps++) {
            expect(steps).toBeLessThan(200);
            const step = buffer.next(FRAME - held);
            held += step.kind === "packet" ? 1 : step.samples;
          }
          held -= FRAME;
        }
      }),
      { numRuns: 300 },
    );
  });
});
