import fc from "fast-check";
import { OpusDecoder } from "opus-decoder";
import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { loadOpus } from "../../hal/node/index.ts";
import { DEFAULT_OPUS } from "./codecs.ts";
import { createOpusSpec, opusHasCopy, opusPacketMs } from "./opus.ts";
import { voiceLike } from "./voice-like.fixture.ts";

const engine = loadOpus();
const spec = createOpusSpec(engine, DEFAULT_OPUS);
const FRAME = 160;

/** The best correlation at any delay up to 30 ms. */
function likeness(said: Int16Array, heard: ArrayLike<number>): number {
  let best = 0;
  for (let late = 0; late < 240; late++) {
    let [product, a, b] = [0, 0, 0];
    for (let at = 2000; at < said.length - 240; at++) {
      const [x, y] = [said[at] ?? 0, heard[at + late] ?? 0];
      product += x * y;
      a += x * x;
      b += y * y;
    }
    best = Math.max(best, product / Math.sqrt(a * b + 1e-9));
  }
  return best;
}

function encodeAll(pcm: Int16Array, codec = spec.createCodec(), frame = FRAME): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const out = new Uint8Array(spec.maxPayloadBytes(frame));
  for (let at = 0; at + frame <= pcm.length; at += frame) {
    packets.push(out.slice(0, codec.encode(pcm.subarray(at, at + frame), out)));
  }
  return packets;
}

describe("opusPacketMs()", () => {
  it.each([
    { what: "nothing", bytes: [], ms: 0 },
    { what: "SILK, 20 ms, one", bytes: [1 << 3], ms: 20 },
    { what: "SILK, 60 ms, two", bytes: [(3 << 3) | 1], ms: 120 },
    { what: "hybrid, 10 ms, two unequal", bytes: [(12 << 3) | 2], ms: 20 },
    { what: "CELT, 2.5 ms, three", bytes: [(16 << 3) | 3, 3], ms: 7.5 },
    { what: "SILK, 60 ms, three: too long", bytes: [(3 << 3) | 3, 3], ms: 0 },
    { what: "a count that is missing", bytes: [3], ms: 0 },
  ])("$what is $ms ms", ({ bytes, ms }) => {
    expect(opusPacketMs(Uint8Array.from(bytes))).toBe(ms);
  });
});

describe("opusHasCopy()", () => {
  it.each([
    { what: "nothing", bytes: [], has: false },
    { what: "SILK, 20 ms, voice and no copy", bytes: [1 << 3, 0b1000_0000], has: false },
    { what: "SILK, 20 ms, a copy", bytes: [1 << 3, 0b0100_0000], has: true },
    { what: "SILK, 10 ms, a copy", bytes: [0, 0b1100_0000], has: true },
    { what: "SILK, 60 ms, three voices and no copy", bytes: [3 << 3, 0b1110_0000], has: false },
    { what: "SILK, 60 ms, a copy", bytes: [3 << 3, 0b0001_0000], has: true },
    { what: "hybrid, 20 ms, a copy", bytes: [13 << 3, 0b0100_0000], has: true },
    { what: "CELT", bytes: [31 << 3, 0xff], has: false },
    { what: "two frames", bytes: [(1 << 3) | 1, 0xff], has: false },
    { what: "no frame", bytes: [1 << 3], has: false },
  ])("$what: $has", ({ bytes, has }) => {
    expect(opusHasCopy(Uint8Array.from(bytes))).toBe(has);
  });

  it("is what the encoder was told to do", () => {
    const said = voiceLike(16_000);
    const copies = (fec: boolean, parameters?: string) => {
      const made = createOpusSpec(engine, { ...DEFAULT_OPUS, bitrate: 24_000, fec });
      const packets = encodeAll(said, made.createCodec(parameters));
      return packets.filter((packet) => opusHasCopy(packet)).length;
    };
    expect(copies(true)).toBeGreaterThan(80);
    expect(copies(false)).toBe(0);
    // By the far end, too. @see RFC 7587 §6.1
    expect(copies(true, "useinbandfec=1")).toBeGreaterThan(80);
    expect(copies(true, "useinbandfec=0")).toBe(0);
  });
});

describe("createOpusSpec()", () => {
  it("speaks what an independent decoder hears", async () => {
    const said = voiceLike(16_000);
    const decoder = new OpusDecoder({ sampleRate: 8000, channels: 1 });
    await decoder.ready;
    const heard = encodeAll(said).flatMap((packet) => [
      ...(decoder.decodeFrame(packet).channelData[0] ?? []),
    ]);
    decoder.free();
    expect(heard.length).toBe(said.length);
    // The two decoders are builds of one library, the other's output is floating point.
    const codec = spec.createCodec();
    const own = encodeAll(said).flatMap((packet) => {
      const out = new Int16Array(FRAME);
      codec.decode(packet, out);
      return [...out];
    });
    const apart = own.map((sample, at) => Math.abs(sample - (heard[at] ?? 0) * 32_768));
    expect(Math.max(...apart)).toBeLessThan(3);
    expect(likeness(said, heard)).toBeGreaterThan(0.93);
  });

  it.each([
    { ptime: 10, frame: 80 },
    { ptime: 20, frame: 160 },
    { ptime: 40, frame: 320 },
    { ptime: 60, frame: 480 },
  ])("hears its own packets of $ptime ms", ({ frame }) => {
    const said = voiceLike(9600);
    const codec = spec.createCodec();
    const heard: number[] = [];
    for (const packet of encodeAll(said, codec, frame)) {
      expect(codec.payloadSamples(packet)).toBe(frame);
      const out = new Int16Array(960);
      const samples = codec.decode(packet, out);
      expect(samples).toBe(frame);
      heard.push(...out.subarray(0, samples));
    }
    codec.close?.();
    expect(likeness(said, heard)).toBeGreaterThan(0.9);
  });

  it("recover() and conceal() fill a lost packet, the copy better than the guess", () => {
    const said = voiceLike(32_000);
    const packets = encodeAll(
      said,
      createOpusSpec(engine, { ...DEFAULT_OPUS, bitrate: 24_000 }).createCodec(),
    );
    const play = (how: "copy" | "guess" | "silence" | "whole"): number[] => {
      const codec = spec.createCodec();
      const out = new Int16Array(FRAME);
      const heard: number[] = [];
      packets.forEach((packet, at) => {
        const isLost = how !== "whole" && at % 10 === 9;
        const next = packets[at + 1] ?? packet;
        if (!isLost) codec.decode(packet, out);
        else if (how === "guess") expect(codec.conceal?.(out)).toBe(true);
        else if (how === "copy") {
          expect(codec.recover?.(next, out)).toBe(opusHasCopy(next));
          if (!opusHasCopy(next)) codec.conceal?.(out);
        } else out.fill(0);
        heard.push(...out);
      });
      return heard;
    };
    const whole = play("whole");
    const noise = (heard: readonly number[]): number => {
      let [error, power] = [0, 0];
      heard.forEach((sample, at) => {
        if (Math.floor(at / FRAME) % 10 !== 9) return;
        error += (sample - (whole[at] ?? 0)) ** 2;
        power += (whole[at] ?? 0) ** 2;
      });
      return 10 * Math.log10(error / power);
    };
    const [copy, guess, silence] = [
      noise(play("copy")),
      noise(play("guess")),
      noise(play("silence")),
    ];
    expect(silence).toBeCloseTo(0, 5);
    expect(copy).toBeLessThan(-8);
    expect(copy).toBeLessThan(guess);
  });

  it("pauses with DTX, and only then", () => {
    const silence = new Int16Array(16_000);
    const with_ = createOpusSpec(engine, { ...DEFAULT_OPUS, dtx: true });
    const sent = (packets: readonly Uint8Array[]) =>
      packets.filter(({ length }) => length > 0).length;
    expect(sent(encodeAll(silence))).toBe(100);
    expect(sent(encodeAll(silence, with_.createCodec()))).toBeLessThan(30);
    expect(sent(encodeAll(silence, spec.createCodec("usedtx=1;stereo=0")))).toBeLessThan(30);
  });

  it("keeps to the bitrate that the far end allows", () => {
    const said = voiceLike(16_000);
    const bytes = (parameters?: string) =>
      encodeAll(said, spec.createCodec(parameters)).reduce((sum, { length }) => sum + length, 0);
    expect(bytes("maxaveragebitrate=8000")).toBeLessThan(0.7 * bytes());
    expect(bytes("minptime=10; maxaveragebitrate=99999999; useinbandfec=1")).toBeGreaterThan(3000);
  });

  it.each([8000, 12_000, 16_000, 24_000, 48_000] as const)(
    "the engine works at %i Hz",
    (rateHz) => {
      const encoder = engine.createEncoder({ ...DEFAULT_OPUS, rateHz, bitrate: 32_000 });
      const decoder = engine.createDecoder(rateHz);
      const peak = peakFromDbm0(-10);
      const frame = rateHz / 50;
      const packet = new Uint8Array(1275);
      const heard = new Int16Array(frame);
      for (let n = 0; n < 20; n++) {
        const pcm = Int16Array.from({ length: frame }, (_, at) =>
          Math.round(peak * Math.sin((2 * Math.PI * 500 * (n * frame + at)) / rateHz)),
        );
        const length = encoder.encode(pcm, packet);
        expect(decoder.decode(packet.subarray(0, length), heard)).toBe(frame);
      }
      const power = heard.reduce((sum, sample) => sum + sample * sample, 0) / frame;
      expect(10 * Math.log10((2 * power) / peak ** 2)).toBeGreaterThan(-3);
      encoder.close();
      decoder.close();
      decoder.close();
    },
  );

  it("decode(), recover() and payloadSamples() take any bytes", () => {
    const codec = spec.createCodec();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 960 }), (payload, room) => {
        const out = new Int16Array(room);
        expect(codec.decode(payload, out)).toBeLessThanOrEqual(room);
        codec.recover?.(payload, out);
        expect(codec.payloadSamples(payload)).toBeLessThanOrEqual(960);
      }),
      { numRuns: 500 },
    );
  });

  it("a hundred sessions give back what they took", () => {
    for (let n = 0; n < 1000; n++) spec.createCodec().close?.();
    const codec = spec.createCodec();
    expect(codec.encode(voiceLike(FRAME), new Uint8Array(1275))).toBeGreaterThan(2);
    codec.close?.();
  });
});
