import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { openAlsaCard } from "./alsa-card.ts";
import { type AlsaLibrary, loadAlsa } from "./alsa-library.ts";
import { createPcm } from "./alsa-pcm.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";
import { HandClock } from "./testing/hand-clock.ts";

/**
 * ALSA's own plugins as devices: they run in this process, without a kernel's sound. They have no
 * clock: there is always room, and always something recorded.
 */
const DEVICES = (folder: string): string => `
pcm.hole { type null }
pcm.wire {
  type asym
  playback.pcm { type file slave.pcm hole format raw file "${folder}/played.raw" }
  capture.pcm { type file slave.pcm hole format raw file /dev/null infile "${folder}/said.raw" }
}
pcm.only48 { type plug slave { pcm hole rate 48000 channels 2 format S32_LE } }
pcm.only96 { type plug slave { pcm hole rate 96000 channels 2 format S16_LE } }
pcm.wire48 {
  type asym
  playback.pcm { type file slave.pcm only48 format raw file "${folder}/played48.raw" }
  capture.pcm { type file slave.pcm only48 format raw file /dev/null infile "${folder}/said48.raw" }
}
`;

async function load(): Promise<{ koffi: Koffi; alsa: AlsaLibrary } | undefined> {
  try {
    const koffi = await loadKoffi("test");
    return { koffi, alsa: loadAlsa(koffi) };
  } catch {
    return undefined;
  }
}

const loaded = await load();
const folder = mkdtempSync(join(tmpdir(), "tipring-sound-"));

/** The last library's error, without what it prints on the way. */
const faultOf = (run: () => unknown): PortFault | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return error.fault;
    throw error;
  }
};

const samplesOf = (file: string): Int16Array => {
  const bytes = readFileSync(join(folder, file));
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
};

describe.skipIf(loaded === undefined)("openAlsaCard() on ALSA's plugins", () => {
  beforeAll(() => {
    writeFileSync(join(folder, "asoundrc"), DEVICES(folder));
    // The library reads the C environment, which is not process.env in a worker thread.
    const setenv = loaded?.koffi.load(null).func("int setenv(const char *k, const char *v, int o)");
    setenv?.("ALSA_CONFIG_PATH", join(folder, "asoundrc"), 1);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (name: string, channels: readonly (1 | 2)[] = [1, 2]) => {
    if (loaded === undefined) throw new Error("ALSA is not there");
    return openAlsaCard(loaded.alsa, name, channels);
  };

  it("tells how far off the converters are in whole samples, and nothing once closed", () => {
    const card = open("hole");
    expect(card.playout.start(160).ok && card.capture.start().ok).toBe(true);
    for (const side of [card.capture, card.playout]) {
      const samples = side.delay?.();
      expect(samples === undefined || (Number.isInteger(samples) && samples >= 0)).toBe(true);
    }
    card.close();
    expect([card.capture.delay?.(), card.playout.delay?.()]).toEqual([undefined, undefined]);
  });

  it.each([
    ["hole", [1, 2], 8000, 1],
    ["hole", [2], 8000, 2],
    ["only48", [1, 2], 48_000, 2],
    ["only48", [2], 48_000, 2],
  ] as const)("%s with %j channels runs at %d Hz, %d channels", (name, channels, rate, count) => {
    const card = open(name, channels);
    expect([card.rateHz, card.capture.channels, card.playout.channels]).toEqual([
      rate,
      count,
      count,
    ]);
    expect(card.capture.bufferSamples).toBe(rate * 0.08);
    expect(card.playout.bufferSamples).toBe(rate * 0.04);
    card.close();
    card.close();
  });

  it.each([
    ["nothing", [1, 2], "not-found", "/proc/asound/cards"],
    ["plughw:CARD=Device,DEV=0", [1, 2], "not-found", "/proc/asound/cards"],
    ["only48", [1], "unsupported", "1 channels"],
    ["only96", [1, 2], "unsupported", "8000, 48000, 44100 Hz"],
  ] as const)("%s with %j channels is refused as %s", (name, channels, kind, advice) => {
    const fault = faultOf(() => open(name, channels));
    expect([fault?.kind, fault?.what.includes(JSON.stringify(name))]).toEqual([kind, true]);
    expect(fault?.advice).toContain(advice);
  });

  it("starts, moves samples, stops and starts again", () => {
    const card = open("hole");
    const frame = new Int16Array(80);
    for (let round = 0; round < 3; round++) {
      // Its first samples must not have started it: then it would refuse to be started.
      expect(card.playout.start(160).ok).toBe(true);
      expect(card.capture.start().ok).toBe(true);
      const waiting = card.capture.waiting();
      expect(waiting.ok && waiting.value >= 80).toBe(true);
      expect(card.capture.read(frame).ok).toBe(true);
      expect(card.playout.queued().ok).toBe(true);
      expect(card.playout.write(frame).ok).toBe(true);
      card.capture.stop();
      card.playout.stop();
    }
    card.close();
  });

  it("a device that plays not yet says so, for it would take samples all the same", () => {
    const card = open("hole");
    const xrun = { ok: false, error: { kind: "xrun" } };
    expect(card.playout.queued()).toEqual(xrun);
    card.playout.start(80);
    expect(card.playout.queued().ok).toBe(true);
    card.playout.stop();
    expect(card.playout.queued()).toEqual(xrun);
    card.close();
  });

  it("after close() every call is a fault, and none reaches the library", () => {
    const card = open("hole");
    card.close();
    const results = [
      card.capture.start(),
      card.capture.waiting(),
      card.capture.read(new Int16Array(80)),
      card.playout.start(80),
      card.playout.queued(),
      card.playout.write(new Int16Array(80)),
    ];
    card.capture.stop();
    card.playout.stop();
    expect(results.map((result) => !result.ok && result.error.kind)).toEqual(
      results.map(() => "fault"),
    );
  });

  it.each([
    ["wire", "said.raw", "played.raw", 8000, 1],
    ["wire48", "said48.raw", "played48.raw", 48_000, 2],
  ] as const)("a whole stream on %s: said and played, sample by sample", async (...row) => {
    const [name, said, played, rateHz, channels] = row;
    const amplitude = 8000;
    const tone = (hz: number, rate: number, n: number): number =>
      Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rate));
    const spoken = new Int16Array(rateHz * channels);
    for (let n = 0; n < spoken.length; n++) {
      spoken[n] = n % channels === 0 ? tone(1000, rateHz, n / channels) : -12_345;
    }
    writeFileSync(join(folder, said), new Uint8Array(spoken.buffer));
    const clock = new HandClock();
    const pcm = createPcm({
      clock,
      openCard: async (card, count) => open(card, count),
    });
    const heard: number[] = [];
    const firsts: number[] = [];
    let position = 0;
    const stream = await pcm.open(name, {
      onFrame: (captured, playout, first) => {
        heard.push(...captured);
        firsts.push(first);
        for (let n = 0; n < playout.length; n++) playout[n] = tone(500, 8000, position++);
      },
      onFault: (fault) => expect(fault).toBeUndefined(),
    });
    stream.start();
    clock.runFor(500);
    stream.stop();
    stream.close();
    expect(firsts).toEqual(Array.from({ length: firsts.length }, (_, n) => n * 80));
    expect(firsts.length).toBeGreaterThanOrEqual(49);
    expect(restDb(heard.slice(80), 8000, 1000, amplitude)).toBeLessThan(-60);
    const file = samplesOf(played);
    const left = [...file].filter((_, n) => n % channels === 0).slice(3 * (rateHz / 100));
    expect(left.length).toBeGreaterThan(0.45 * rateHz);
    expect(restDb(left, rateHz, 500, amplitude)).toBeLessThan(-60);
    if (channels === 2) {
      expect([...file].every((sample, n) => sample === file[n - (n % 2)])).toBe(true);
    }
  });
});

/** What is not the tone, in dB under it; positive where the tone's amplitude is not that one. */
function restDb(samples: readonly number[], rateHz: number, hz: number, amplitude: number): number {
  let re = 0;
  let im = 0;
  const angle = (n: number): number => (2 * Math.PI * hz * n) / rateHz;
  const whole = samples.slice(0, Math.floor((samples.length * hz) / rateHz) * (rateHz / hz));
  whole.forEach((sample, n) => {
    re += (2 * sample * Math.cos(angle(n))) / whole.length;
    im += (2 * sample * Math.sin(angle(n))) / whole.length;
  });
  if (Math.abs(Math.hypot(re, im) / amplitude - 1) > 0.01) return 100;
  const power = whole.reduce(
    (sum, sample, n) =>
      sum + (sample - re * Math.cos(angle(n)) - im * Math.sin(angle(n))) ** 2 / whole.length,
    0,
  );
  return 10 * Math.log10((2 * power) / amplitude ** 2);
}
