import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { ComfortNoise } from "./comfort-noise.ts";
import { ZERO_DBOV_DBM0 } from "./noise-model.ts";
import { SilenceSuppressor } from "./silence-suppressor.ts";
import { VoiceActivity } from "./voice-activity.ts";

const FRAME = 80;

/** Background noise, a little coloured. */
function noiseOf(dbm0: number, ms: number, seed = 1): Int16Array {
  const noise = new ComfortNoise(seed);
  noise.describe({ levelDbov: dbm0 - ZERO_DBOV_DBM0, reflections: [0.5] });
  const out = new Int16Array(ms * 8);
  noise.render(out);
  return out;
}

/** Puts a tone on top of some audio. */
function withTone(audio: Int16Array, hz: number, dbm0: number, fromMs: number, toMs: number) {
  const peak = peakFromDbm0(dbm0);
  return audio.map((sample, at) =>
    at >= fromMs * 8 && at < toMs * 8
      ? sample + Math.round(peak * Math.sin((2 * Math.PI * hz * at) / 8000))
      : sample,
  );
}

const framesOf = (audio: Int16Array): Int16Array[] =>
  Array.from({ length: Math.floor(audio.length / FRAME) }, (_, at) =>
    audio.subarray(at * FRAME, (at + 1) * FRAME),
  );

/** For each 10 ms whether it is voice. */
const activity = (audio: Int16Array): boolean[] => {
  const detector = new VoiceActivity(FRAME);
  return framesOf(audio).map((frame) => detector.process(frame));
};

describe("VoiceActivity", () => {
  it.each([
    ["silence", new Int16Array(32_000), 0],
    ["noise of -63 dBm0", noiseOf(-65, 4000), 0],
    ["noise of -50 dBm0", noiseOf(-50, 4000), 0],
    ["noise of -42 dBm0", noiseOf(-42, 4000), 0],
    ["loud noise, which may be music", noiseOf(-35, 4000), 1],
  ])("%s is voice or not after two seconds", (_, audio, part) => {
    const late = activity(audio).slice(200);
    expect(late.filter(Boolean).length / late.length).toBeCloseTo(part, 1);
  });

  it.each([
    [-52, 400, -42],
    [-60, 1000, -52],
    [-50, 3000, -50],
    [-45, 300, -30],
  ])("noise of %d dBm0: %d Hz at %d is voice from its first frame on", (noise, hz, level) => {
    const voice = activity(withTone(noiseOf(noise, 3000), hz, level, 2500, 2700));
    expect(voice.slice(200, 250).some(Boolean)).toBe(false);
    expect(voice.slice(251, 270).every(Boolean)).toBe(true);
    // 200 ms of hangover, and then it is over.
    expect(voice[288]).toBe(true);
    expect(voice[292]).toBe(false);
  });

  it("does not take a steady tone for noise, however long", () => {
    const audio = withTone(noiseOf(-65, 10_000), 2100, -30, 0, 10_000);
    expect(activity(audio).every(Boolean)).toBe(true);
  });
});

/** What each 20 ms of audio are sent as. */
function sentOf(audio: Int16Array) {
  const suppressor = new SilenceSuppressor(FRAME);
  return framesOf(audio).flatMap((frame, at) => {
    suppressor.hear(frame);
    return at % 2 === 1 ? [suppressor.decide()] : [];
  });
}

describe("SilenceSuppressor", () => {
  it("describes noise when a pause begins, then each second, and sends nothing else", () => {
    const sent = sentOf(noiseOf(-50, 8000)).slice(150);
    const told = sent.flatMap((one, at) => (one.kind === "noise" ? [at] : []));
    expect(sent.some(({ kind }) => kind === "voice")).toBe(false);
    expect(told.length).toBeGreaterThanOrEqual(4);
    for (const [at, when] of told.entries()) {
      if (at > 0) expect(when - (told[at - 1] ?? 0)).toBe(50);
    }
    for (const one of sent) {
      if (one.kind !== "noise") continue;
      expect(Math.abs(one.model.levelDbov + ZERO_DBOV_DBM0 + 50)).toBeLessThan(1.5);
      expect(one.model.reflections[0]).toBeCloseTo(0.5, 0);
    }
  });

  it("sends the whole packet in whose second half a word begins", () => {
    const sent = sentOf(withTone(noiseOf(-55, 3000), 500, -20, 2510, 2600));
    expect(sent.slice(110, 125).some(({ kind }) => kind === "voice")).toBe(false);
    expect(sent[125]?.kind).toBe("voice");
  });

  it("describes noise anew where it became louder, as soon as it is known for noise", () => {
    const audio = noiseOf(-60, 6000);
    audio.set(noiseOf(-56, 3000), 3000 * 8);
    const sent = sentOf(audio);
    const told = sent.flatMap((one, at) => (one.kind === "noise" && at >= 150 ? [at] : []));
    // The quietest of 1.6 s has to be the new noise.
    expect(told[0]).toBeLessThan(150 + 85 + 15);
    for (const [at, when] of told.entries()) {
      if (at > 0) expect(when - (told[at - 1] ?? 0)).toBeGreaterThanOrEqual(5);
    }
  });
});
