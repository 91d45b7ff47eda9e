import { open } from "node:fs/promises";
import { join } from "node:path";
import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { OpusEngine } from "../../base/codec-engines.ts";
import { PortError } from "../../base/port-fault.ts";
import {
  parseWavSound,
  WAV_HEADER_BYTES,
  WAV_LIMIT_BYTES,
  WAV_LIMIT_MINUTES,
  type WavError,
  type WavSound,
  wavHeader,
} from "../../base/wav.ts";
import type { RecordingFile, Sounds } from "../ports/sounds.ts";
import { AppendFile, TOO_SLOW } from "./append-file.ts";
import { makeDirectory } from "./make-directory.ts";
import { OpusRecording } from "./opus-recording.ts";
import { faultFromError } from "./system-fault.ts";

const CHANNELS = 2;
/** About a second each: what a crash leaves out is little more. */
const WAV_CHUNK_BYTES = 32_000;
const OPUS_CHUNK_BYTES = 3_000;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** Where sounds are and what recordings are written as. */
export interface SoundFilesOptions {
  readonly recordings: string;
  readonly sounds: string;
  /** Recordings are Opus in Ogg; without it they are WAV. */
  readonly opus?: { readonly engine: OpusEngine; readonly vendor: string };
}

/** Sounds as files: recordings go into one folder, WAV files to be played come from another. */
export function createSoundFiles({ recordings, sounds, opus }: SoundFilesOptions): Sounds {
  return {
    async create(name) {
      checkName(name);
      const path = join(recordings, `${name}.${opus === undefined ? "wav" : "opus"}`);
      try {
        await makeDirectory(recordings);
        const chunkBytes = opus === undefined ? WAV_CHUNK_BYTES : OPUS_CHUNK_BYTES;
        const file = new AppendFile(await open(path, "w", 0o600), chunkBytes);
        return opus === undefined
          ? new WavRecording(file)
          : new OpusRecording(file, opus.engine, opus.vendor);
      } catch (error) {
        const advice = { permission: "give this user the folder (recording.folder)" };
        throw new PortError(faultFromError(error, `recording ${path}`, advice));
      }
    },
    async load(name) {
      checkName(name);
      const path = join(sounds, `${name}.wav`);
      const what = `sound ${path}`;
      let bytes: Uint8Array;
      try {
        bytes = await readFirst(path, WAV_LIMIT_BYTES + 1);
      } catch (error) {
        const advice = { "not-found": "put a WAV file there: 8000 Hz, mono, 16 bits" };
        throw new PortError(faultFromError(error, what, advice));
      }
      const sound = parseWavSound(bytes);
      const is = sound.ok ? misfit(sound.value) : WRONG[sound.error];
      if (sound.ok && is === undefined) return sound.value.samples;
      const recipe = `sox ${name}.wav -r 8000 -c 1 -b 16 new.wav`;
      const advice = `it ${is}; make it 8000 Hz, mono, 16 bits: ${recipe}`;
      throw new PortError({ kind: "unsupported", what, advice });
    },
  };
}

/** A file, or as much of it as is ever looked at. */
async function readFirst(path: string, most: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, most));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What is wrong with a file that is no sound we play. */
const WRONG: Readonly<Record<WavError, string>> = {
  "not-wav": "is no WAV file",
  "too-long": `is longer than ${WAV_LIMIT_MINUTES} minutes`,
  "not-pcm16": "does not hold samples of 16 bits (compressed, or of another width)",
  "no-samples": "holds no sound",
};

/** What is wrong with a sound that a line cannot play. */
function misfit({ sampleRateHz, channels }: WavSound): string | undefined {
  if (sampleRateHz === LINE_SAMPLE_RATE_HZ && channels === 1) return undefined;
  return `has ${sampleRateHz} Hz and ${channels} channel${channels === 1 ? "" : "s"}`;
}

/** A name is a file's in the folder, and nowhere else. */
function checkName(name: string): void {
  if (NAME.test(name)) return;
  const advice = 'use letters, digits, ".", "_" and "-"';
  throw new PortError({ kind: "not-found", what: `a sound named "${name}"`, advice });
}

/** Samples as they are; the lengths are put in at the end. */
class WavRecording implements RecordingFile {
  readonly #file: AppendFile;

  constructor(file: AppendFile) {
    this.#file = file;
    file.append(wavHeader(LINE_SAMPLE_RATE_HZ, CHANNELS, 0));
  }

  write(stereo: Int16Array): void {
    if (this.#file.isFull) {
      this.#file.lose(stereo.byteLength, TOO_SLOW);
      return;
    }
    const bytes = new Uint8Array(stereo.byteLength);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < stereo.length; at++) view.setInt16(2 * at, stereo[at] ?? 0, true);
    this.#file.append(bytes);
  }

  close(): Promise<string | undefined> {
    const head = (bytes: number) =>
      wavHeader(LINE_SAMPLE_RATE_HZ, CHANNELS, Math.max(0, bytes - WAV_HEADER_BYTES));
    return this.#file.close(head);
  }
}
