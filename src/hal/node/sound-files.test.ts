import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseWavSound, WAV_LIMIT_BYTES, wavHeader } from "../../base/wav.ts";
import { loadOpus } from "./opus.ts";
import { createSoundFiles } from "./sound-files.ts";

const folder = mkdtempSync(join(tmpdir(), "tipring-sounds-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const files = createSoundFiles({ recordings: join(folder, "a/b"), sounds: folder });

/** A file of µ-law, format 7. */
function lawHeader(): Uint8Array {
  const bytes = Uint8Array.from([...wavHeader(8000, 1, 2), 1, 2]);
  bytes[20] = 7;
  return bytes;
}

describe("createSoundFiles()", () => {
  it("create() makes a file of two channels that only its owner reads", async () => {
    const recording = await files.create("line1-abc");
    const frame = new Int16Array(160);
    let sum = 0;
    for (let n = 0; n < 500; n++) {
      frame.fill(n);
      sum += n * frame.length;
      recording.write(frame);
    }
    frame.fill(-1);
    await recording.close();
    await recording.close();
    recording.write(frame);
    const path = join(folder, "a/b/line1-abc.wav");
    const sound = parseWavSound(new Uint8Array(readFileSync(path)));
    expect(sound).toMatchObject({ value: { sampleRateHz: 8000, channels: 2 } });
    const samples = sound.ok ? sound.value.samples : new Int16Array(0);
    expect(samples.length).toBe(80_000);
    expect(samples.reduce((total, sample) => total + sample, 0)).toBe(sum);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it("create() makes a file of Opus where it was given an engine", async () => {
    const opus = { engine: loadOpus(), vendor: "tipring" };
    const recording = await createSoundFiles({ recordings: folder, sounds: folder, opus }).create(
      "line1-opus",
    );
    const frame = Int16Array.from({ length: 160 }, (_, at) => 9000 * Math.sin(at * 0.4));
    for (let n = 0; n < 500; n++) recording.write(frame);
    await recording.close();
    await recording.close();
    recording.write(frame);
    const path = join(folder, "line1-opus.opus");
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 4).toString()).toBe("OggS");
    // 5 s and what the encoder holds back; samples alone would be 160000 bytes.
    expect(bytes.length).toBeGreaterThan(1000);
    expect(bytes.length).toBeLessThan(32_000);
    const last = bytes.lastIndexOf("OggS");
    expect(bytes[last + 5]).toBe(4);
    expect(bytes.readUInt32LE(last + 6)).toBe(5 * 48_000 + bytes.readUInt16LE(28 + 10));
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it("load() gives a line's sound, and says what is wrong with another", async () => {
    const write = (name: string, rate: number, channels: number): void => {
      const bytes = Uint8Array.from([...wavHeader(rate, channels, 4), 1, 0, 2, 0]);
      writeFileSync(join(folder, name), bytes);
    };
    write("good.wav", 8000, 1);
    write("wide.wav", 16_000, 1);
    write("two.wav", 8000, 2);
    expect(await files.load("good")).toEqual(Int16Array.of(1, 2));
    await expect(files.load("wide")).rejects.toThrow(
      /wide\.wav: unsupported; it has 16000 Hz and 1 channel; .*sox wide\.wav/,
    );
    await expect(files.load("two")).rejects.toThrow(/unsupported; it has 8000 Hz and 2 channels/);
    await expect(files.load("none")).rejects.toThrow(/none\.wav: not-found; put a WAV file/);
  });

  it.each([
    ["empty", new Uint8Array(), "is no WAV file"],
    ["song", new TextEncoder().encode("ID3 and so on, as MP3 files begin"), "is no WAV file"],
    ["mute", wavHeader(8000, 1, 0), "holds no sound"],
    ["long", new Uint8Array(WAV_LIMIT_BYTES + 1), "is longer than 20 minutes"],
    ["law", lawHeader(), "does not hold samples of 16 bits"],
  ])("load() says what is wrong with %s", async (name, bytes, wrong) => {
    writeFileSync(join(folder, `${name}.wav`), bytes);
    await expect(files.load(name)).rejects.toThrow(`unsupported; it ${wrong}`);
  });

  it.each(["../secret", "a/b", "", ".hidden", "x".repeat(101)])("%j is no name", async (name) => {
    await expect(files.load(name)).rejects.toThrow(/not-found/);
    await expect(files.create(name)).rejects.toThrow(/not-found/);
  });
});
