import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../base/audio.ts";
import type { MediaFlow } from "../base/media-messages.ts";
import { PCMU } from "./codec/g711.ts";
import { ComfortNoise } from "./dsp/comfort-noise.ts";
import { levelDbm0 } from "./dsp/levels.ts";
import { MediaSession } from "./media-session.ts";
import { parseRtp } from "./rtp/rtp-packet.ts";

const FRAME = 80;

const flow = (over: Partial<MediaFlow> = {}): MediaFlow => ({
  remote: { host: "10.0.0.2", port: 4000 },
  remoteRtcp: { host: "10.0.0.2", port: 4001 },
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
  send: true,
  receive: true,
  ...over,
});

const session = (agreed: MediaFlow): MediaSession => {
  const made = new MediaSession({
    session: "s",
    frameSamples: FRAME,
    ssrc: 7,
    firstSequence: 100,
    firstTimestamp: 1000,
    cname: "c",
    wallAtZeroMs: 0,
    random: () => 0.5,
  });
  expect(made.setFlow(agreed, 0).ok).toBe(true);
  return made;
};

/** A word of half a second in noise of −50 dBm0, after three seconds. */
function spoken(): Int16Array {
  const noise = new ComfortNoise(3);
  noise.describe({ levelDbov: -56, reflections: [0.4] });
  const audio = new Int16Array(8 * 6000);
  noise.render(audio);
  const peak = peakFromDbm0(-15);
  for (let at = 3000 * 8; at < 3500 * 8; at++) audio[at] = Math.round(peak * Math.sin(at / 2.5));
  return audio;
}

/** What one session sends of some audio and the other plays, 5 ms later. */
function carry(audio: Int16Array, agreed: MediaFlow) {
  const [from, to] = [session(agreed), session(agreed)];
  const types: number[] = [];
  const heard = new Int16Array(audio.length);
  for (let at = 0; at + FRAME <= audio.length; at += FRAME) {
    const nowMs = (at + FRAME) / 8;
    for (const output of from.push(audio.subarray(at, at + FRAME), nowMs)) {
      if (output.kind !== "send") continue;
      const packet = parseRtp(output.bytes);
      if (packet.ok) types.push(packet.value.payloadType);
      const far = { host: "10.0.0.2", port: 4000 };
      to.handle({ kind: "rtp", bytes: output.bytes, from: far }, nowMs + 5);
    }
    to.pull(heard.subarray(at, at + FRAME), nowMs + 7);
  }
  return { types, heard, stats: to.stats() };
}

describe("MediaSession with comfort noise", () => {
  it("describes pauses and plays what is described; nothing counts as lost", () => {
    const { types, heard, stats } = carry(
      spoken(),
      flow({ comfortNoisePayloadType: 13, suppressSilence: true }),
    );
    expect(types.filter((type) => type === 13).length).toBeGreaterThanOrEqual(3);
    // 1.6 s to learn the noise, the word, and its hangover; 300 packets would be everything.
    expect(types.filter((type) => type === 0).length).toBeLessThan(140);
    const levelAt = (fromMs: number, toMs: number) =>
      levelDbm0(heard.subarray(fromMs * 8, toMs * 8));
    expect(Math.abs(levelAt(2200, 2900) + 50)).toBeLessThan(2);
    expect(Math.abs(levelAt(4200, 5900) + 50)).toBeLessThan(2);
    expect(Math.abs(levelAt(3100, 3500) + 15)).toBeLessThan(1);
    expect(stats.packetsLost).toBe(0);
    expect(stats.framesConcealed).toBe(0);
  });

  it("plays the word whole from its first packet on", () => {
    const audio = spoken();
    const agreed = flow({ comfortNoisePayloadType: 13, suppressSilence: true });
    const { heard } = carry(audio, agreed);
    const { heard: all } = carry(audio, flow());
    // The same word, sample for sample, as without any suppression, some place near.
    const word = all.subarray(3200 * 8, 3300 * 8);
    const found = Array.from({ length: 800 }, (_, n) => 3200 * 8 - 400 + n).some((at) =>
      word.every((sample, n) => heard[at + n] === sample),
    );
    expect(found).toBe(true);
  });

  it("sends everything where it was not agreed on", () => {
    for (const agreed of [flow(), flow({ suppressSilence: true })]) {
      const { types } = carry(spoken(), agreed);
      expect(types).toHaveLength(300);
      expect(new Set(types)).toEqual(new Set([0]));
    }
  });

  it("understands payload type 13 though nothing was agreed on", () => {
    const to = session(flow());
    const heard = new Int16Array(FRAME);
    const payload = new Uint8Array(160);
    PCMU.createCodec().encode(new Int16Array(160), payload);
    const packet = Uint8Array.of(0x80, 13, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 50);
    to.handle({ kind: "rtp", bytes: packet, from: { host: "10.0.0.2", port: 4000 } }, 5);
    for (let n = 1; n < 60; n++) to.pull(heard, n * 10);
    expect(Math.abs(levelDbm0(heard) + 43.8)).toBeLessThan(3);
  });
});
