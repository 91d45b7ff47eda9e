import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseWavSound } from "../../src/base/wav.ts";
import { createSoundFiles, loadOpus } from "../../src/hal/node/index.ts";
import { alignedCorrelation } from "../hw-sim/audio/correlation.ts";
import { recordedSpeech, speechAvailable } from "./media-speech.ts";

const available = ((): boolean => {
  try {
    execFileSync("opusdec", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const FRAME = 80;
const folder = mkdtempSync(join(tmpdir(), "tipring-opus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Records two channels, near and far, in frames of 10 ms. */
async function record(name: string, near: Int16Array, far: Int16Array): Promise<string> {
  const opus = { engine: loadOpus(), vendor: "tipring" };
  const files = createSoundFiles({ recordings: folder, sounds: folder, opus });
  const file = await files.create(name);
  const stereo = new Int16Array(2 * FRAME);
  for (let at = 0; at + FRAME <= near.length; at += FRAME) {
    for (let n = 0; n < FRAME; n++) {
      stereo[2 * n] = near[at + n] ?? 0;
      stereo[2 * n + 1] = far[at + n] ?? 0;
    }
    file.write(stereo);
  }
  await file.close();
  return join(folder, `${name}.opus`);
}

/** What opus-tools make of a file: both channels at 8 kHz. */
function decoded(path: string): readonly Int16Array[] {
  const wav = `${path}.wav`;
  execFileSync("opusdec", ["--quiet", "--rate", "8000", path, wav], { stdio: "pipe" });
  const sound = parseWavSound(new Uint8Array(readFileSync(wav)));
  if (!sound.ok) throw new Error(sound.error);
  expect(sound.value).toMatchObject({ channels: 2, sampleRateHz: 8000 });
  const { samples } = sound.value;
  return [0, 1].map((side) => samples.filter((_, at) => at % 2 === side));
}

describe.skipIf(!available || !speechAvailable)("recordings in Opus [media.recording]", () => {
  it.each([
    { name: "minute", seconds: 60 },
    { name: "odd", seconds: 7.13 },
    { name: "short", seconds: 0.01 },
    { name: "none", seconds: 0 },
  ])("opus-tools find nothing wrong with $seconds s, and hear both sides", async (row) => {
    const samples = Math.round(row.seconds * 8000);
    const near = recordedSpeech("en_US", 60, 0).subarray(0, samples);
    const far = recordedSpeech("fr_CA", 60, 0).subarray(0, samples);
    const path = await record(row.name, near, far);
    const info = execFileSync("opusinfo", [path], { encoding: "utf8", stdio: "pipe" });
    expect(info).not.toMatch(/warning|error|invalid/i);
    expect(info).toMatch(/Channels: 2/);
    if (samples < 8000) return;
    const [left = new Int16Array(), right = new Int16Array()] = decoded(path);
    expect(Math.abs(left.length - samples)).toBeLessThanOrEqual(8);
    for (const [said, kept, other] of [
      [near, left, far],
      [far, right, near],
    ] as const) {
      const { correlation, delaySamples } = alignedCorrelation(said, kept);
      expect(correlation).toBeGreaterThan(0.9);
      // The resampler of opusdec has its own fraction of a sample.
      expect(Math.abs(delaySamples)).toBeLessThanOrEqual(4);
      expect(alignedCorrelation(other, kept).correlation).toBeLessThan(0.2);
    }
    // Two channels of 16 bits are 32000 bytes a second.
    expect(statSync(path).size / row.seconds).toBeLessThan(32_000 / 6);
  });

  it("a file that was never closed has all but the last seconds", async () => {
    const opus = { engine: loadOpus(), vendor: "tipring" };
    const files = createSoundFiles({ recordings: folder, sounds: folder, opus });
    const file = await files.create("crashed");
    const speech = recordedSpeech("en_US", 30, 0);
    const stereo = Int16Array.from({ length: 2 * speech.length }, (_, at) => speech[at >> 1] ?? 0);
    for (let at = 0; at < stereo.length; at += 160) file.write(stereo.subarray(at, at + 160));
    const path = join(folder, "crashed.opus");
    // It is written piece by piece, in the disk's own time.
    const there = (): number => decoded(path)[0]?.length ?? 0;
    await expect.poll(there, { timeout: 60_000, interval: 100 }).toBeGreaterThan(27 * 8000);
    const [left = new Int16Array()] = decoded(path);
    expect(alignedCorrelation(speech, left).correlation).toBeGreaterThan(0.9);
    await file.close();
  });
});
