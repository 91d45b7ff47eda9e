import { describe, expect, it } from "vitest";
import { PCMA, PCMU } from "../codec/g711.ts";
import { parseRtp, type RtpPacket } from "./rtp-packet.ts";
import { RtpSender, type SenderOptions } from "./rtp-sender.ts";
import { parseTelephoneEvent } from "./telephone-event.ts";

const start = { ssrc: 0xcafe, sequence: 65534, timestamp: 2 ** 32 - 160 };
const options: SenderOptions = {
  spec: PCMU,
  payloadType: 0,
  ptimeMs: 20,
  eventPayloadType: 101,
};

/** Pushes frames of 10 ms and parses what comes out. */
class Bench {
  readonly sender: RtpSender;
  #nowMs = 0;

  constructor(over: Partial<SenderOptions> = {}) {
    this.sender = new RtpSender(start, 80, { ...options, ...over });
  }

  run(frames: number, sending = true, value = 0, stepMs = 10): RtpPacket[] {
    const packets: RtpPacket[] = [];
    for (let n = 0; n < frames; n++) {
      this.#nowMs += stepMs;
      const frame = new Int16Array(80).fill(value);
      const sent = this.sender.push(frame, sending, this.#nowMs);
      frame.fill(0x5555);
      for (const bytes of sent) {
        const packet = parseRtp(bytes.slice());
        if (packet.ok) packets.push(packet.value);
      }
    }
    return packets;
  }
}

describe("RtpSender", () => {
  it("push() sends a packet each packet time; numbers wrap", () => {
    const packets = new Bench().run(6, true, 1000);
    expect(packets.map(({ sequence }) => sequence)).toEqual([65534, 65535, 0]);
    expect(packets.map(({ timestamp }) => timestamp)).toEqual([2 ** 32 - 160, 0, 160]);
    expect(packets.map(({ marker }) => marker)).toEqual([true, false, false]);
    expect(packets.every(({ ssrc, payloadType }) => ssrc === 0xcafe && payloadType === 0)).toBe(
      true,
    );
    const codes = new Uint8Array(1);
    PCMU.createCodec().encode(Int16Array.of(1000), codes);
    expect(packets[2]?.payload).toEqual(new Uint8Array(160).fill(codes[0] ?? 0));
  });

  it.each([
    { ptimeMs: 10, samples: 80 },
    { ptimeMs: 30, samples: 240 },
    { ptimeMs: 60, samples: 480 },
    { ptimeMs: 0, samples: 80 },
    { ptimeMs: 1000, samples: 960 },
  ])("push() packs $samples samples at ptime $ptimeMs", ({ ptimeMs, samples }) => {
    const [packet] = new Bench({ ptimeMs }).run(100);
    expect(packet?.payload.length).toBe(samples);
  });

  it("push() lets time go on while nothing is sent, and marks what comes after", () => {
    const bench = new Bench();
    bench.run(4);
    expect(bench.run(6, false)).toEqual([]);
    const [next] = bench.run(2);
    expect(next).toMatchObject({ marker: true, sequence: 0, timestamp: 160 + 480 });
  });

  it("push() catches up where the sample clock stood still", () => {
    const bench = new Bench();
    bench.run(2);
    const [next] = bench.run(1, true, 0, 1000).concat(bench.run(1));
    // 990 ms were missed besides the frame itself.
    expect(next).toMatchObject({ marker: true, timestamp: 990 * 8 });
  });

  it("sendDigit() sends events in place of voice, then voice goes on in time", () => {
    const bench = new Bench();
    bench.run(2);
    expect(bench.sender.sendDigit("*", 60)).toBe(true);
    const packets = bench.run(14);
    const events = packets.filter(({ payloadType }) => payloadType === 101);
    const voice = packets.filter(({ payloadType }) => payloadType === 0);
    const first = parseTelephoneEvent(events[0]?.payload ?? new Uint8Array());
    expect(first).toMatchObject({ ok: true, value: { event: 10, duration: 160, end: false } });
    expect(events).toHaveLength(5);
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(events.map(({ marker }) => marker)).toEqual([true, false, false, false, false]);
    // Three packet times of digit, then voice again, its timestamp where it belongs.
    expect(voice).toHaveLength(4);
    expect(voice[0]).toMatchObject({ marker: true, timestamp: 3 * 160 });
    const sequences = packets.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, n) => (65535 + n) & 0xffff));
  });

  it("sendDigit() sounds in-band where no event type was agreed on", () => {
    const bench = new Bench({ eventPayloadType: undefined });
    expect(bench.sender.sendDigit("5", 60)).toBe(true);
    const packets = bench.run(10);
    expect(packets.map(({ payloadType }) => payloadType)).toEqual([0, 0, 0, 0, 0]);
    const silence = (packet: RtpPacket | undefined) =>
      packet?.payload.every((code) => code === 0xff);
    expect(packets.map(silence)).toEqual([false, false, false, true, true]);
  });

  it("reconfigure() goes on with numbers and another codec", () => {
    const bench = new Bench();
    bench.run(2);
    bench.sender.reconfigure({ ...options, spec: PCMA, payloadType: 8, ptimeMs: 30 });
    const [packet] = bench.run(3);
    expect(packet).toMatchObject({ sequence: 65535, timestamp: 0, payloadType: 8 });
    expect(packet?.payload).toEqual(new Uint8Array(240).fill(0xd5));
  });

  it("timestampAt() runs on between frames", () => {
    const bench = new Bench();
    bench.run(2);
    expect(bench.sender.timestampAt(20)).toBe(0);
    expect(bench.sender.timestampAt(25)).toBe(40);
  });

  it("counts packets and payload bytes", () => {
    const bench = new Bench();
    bench.run(5);
    expect(bench.sender.counts).toEqual({ packets: 2, payloadBytes: 320 });
  });
});
