import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import type { MediaFlow } from "../../base/media-messages.ts";
import { loadOpus } from "../../hal/node/index.ts";
import { addressA, addressB, FRAME, flowTo, keep } from "../media-session.fixture.ts";
import { MediaSession } from "../media-session.ts";
import { parseRtp } from "../rtp/rtp-packet.ts";
import { CODECS, codecsWith, DEFAULT_OPUS } from "./codecs.ts";
import { createOpusSpec } from "./opus.ts";

const engine = loadOpus();
const codecs = codecsWith({ opus: engine });
const PTIMES_MS = [10, 20, 30, 40, 60];
const TONE_HZ = 800;
const PEAK = peakFromDbm0(-12);

const createSession = (session: string, ssrc: number) =>
  new MediaSession({
    ...{ session, frameSamples: FRAME, ssrc, firstSequence: 1, firstTimestamp: 1, cname: "c" },
    ...{ wallAtZeroMs: 0, random: () => 0.5, codecs },
  });

/** A period of the tone on the line. */
const PERIOD = 8000 / TONE_HZ;
const SINE = Array.from({ length: PERIOD }, (_, at) => Math.sin((2 * Math.PI * at) / PERIOD));

/** Amplitude of the tone in some line audio, against what was said, dB. */
function levelDb(pcm: readonly number[]): number {
  let [real, imaginary] = [0, 0];
  for (let at = 0; at < pcm.length; at++) {
    real += (pcm[at] ?? 0) * (SINE[at % PERIOD] ?? 0);
    // A quarter of ten samples falls between two: half of one and half of the other.
    const [two, three] = [SINE[(at + 2) % PERIOD] ?? 0, SINE[(at + 3) % PERIOD] ?? 0];
    imaginary += ((pcm[at] ?? 0) * (two + three)) / 2 / Math.cos(Math.PI / PERIOD);
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / pcm.length / PEAK);
}

describe("every codec at every packet time", () => {
  it.each(
    codecs.flatMap((spec) => PTIMES_MS.map((ptimeMs) => ({ name: spec.name, spec, ptimeMs }))),
  )("$name, $ptimeMs ms: heard as it was said, nothing made up", ({ spec, ptimeMs }) => {
    const { name, clockRateHz } = spec;
    const codec = { name, payloadType: spec.staticPayloadType ?? 96, clockRateHz, ptimeMs };
    const over: Partial<MediaFlow> = { codec };
    const [a, b] = [createSession("a", 1), createSession("b", 2)];
    a.setFlow(flowTo(addressB, over), 0);
    b.setFlow(flowTo(addressA, over), 0);
    const stamps: number[] = [];
    const heard: number[] = [];
    const said = Int16Array.from({ length: FRAME }, (_, at) => PEAK * (SINE[at % PERIOD] ?? 0));
    for (let n = 0; n < 72; n++) {
      for (const out of keep(a.push(said, 10 * n))) {
        if (out.kind !== "send" || out.channel !== "rtp") continue;
        const packet = parseRtp(out.bytes);
        if (packet.ok) stamps.push(packet.value.timestamp);
        b.handle({ kind: "rtp", bytes: out.bytes, from: addressA }, 10 * n);
      }
      const frame = new Int16Array(FRAME);
      b.pull(frame, 10 * n);
      if (n >= 32) heard.push(...frame);
    }
    // Opus has no packets of 30 ms.
    const sentMs = name === "OPUS" && ptimeMs === 30 ? 20 : ptimeMs;
    expect(stamps.length).toBe(720 / sentMs);
    const steps = stamps.slice(1).map((stamp, at) => (stamp - (stamps[at] ?? 0)) >>> 0);
    expect(new Set(steps)).toEqual(new Set([(sentMs * clockRateHz) / 1000]));
    // Two bits a sample are coarse.
    const withinDb = name.endsWith("-16") ? 1.5 : 0.8;
    expect(Math.abs(levelDb(heard))).toBeLessThan(withinDb);
    const { packetsLost, packetsLate, framesConcealed } = b.stats();
    expect({ packetsLost, packetsLate, framesConcealed }).toEqual({
      ...{ packetsLost: 0, packetsLate: 0, framesConcealed: 0 },
    });
  });

  it("means all of those that need nothing from outside", () => {
    expect(codecs.map(({ name }) => name)).toEqual([...CODECS.map(({ name }) => name), "OPUS"]);
  });
});

describe("Opus of any bandwidth", () => {
  // By the upper five bits of a packet's first byte. @see RFC 6716 §3.1, table 2
  const BANDWIDTHS: Readonly<Record<string, readonly number[]>> = {
    narrow: [0, 1, 2, 3, 16, 17, 18, 19],
    medium: [4, 5, 6, 7],
    wide: [8, 9, 10, 11, 20, 21, 22, 23],
    "super-wide": [12, 13, 24, 25, 26, 27],
    full: [14, 15, 28, 29, 30, 31],
  };

  it.each([
    { rateHz: 8000, bitrate: 12_000, bandwidth: "narrow" },
    { rateHz: 12_000, bitrate: 16_000, bandwidth: "medium" },
    { rateHz: 16_000, bitrate: 24_000, bandwidth: "wide" },
    { rateHz: 24_000, bitrate: 40_000, bandwidth: "super-wide" },
    { rateHz: 48_000, bitrate: 64_000, bandwidth: "full" },
  ] as const)("$bandwidth band is heard on the line", ({ rateHz, bitrate, bandwidth }) => {
    const encoder = engine.createEncoder({ ...DEFAULT_OPUS, rateHz, bitrate });
    const codec = createOpusSpec(engine, DEFAULT_OPUS).createCodec();
    const packet = new Uint8Array(1275);
    const frame = rateHz / 50;
    const heard: number[] = [];
    const configs = new Set<number>();
    for (let n = 0; n < 50; n++) {
      const said = Int16Array.from({ length: frame }, (_, at) =>
        Math.round(PEAK * Math.sin((2 * Math.PI * TONE_HZ * (n * frame + at)) / rateHz)),
      );
      const payload = packet.subarray(0, encoder.encode(said, packet));
      if (n >= 5) configs.add((payload[0] ?? 0) >> 3);
      const out = new Int16Array(160);
      expect(codec.payloadSamples(payload)).toBe(160);
      expect(codec.decode(payload, out)).toBe(160);
      if (n >= 10) heard.push(...out);
    }
    encoder.close();
    codec.close?.();
    for (const config of configs) expect(BANDWIDTHS[bandwidth]).toContain(config);
    expect(Math.abs(levelDb(heard))).toBeLessThan(1.5);
  });
});
