import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
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
import { faultFromError } from "./system-fault.ts";

/** What may wait for the disk; more is lost. About 60 s of two channels. */
const WAITING_MAX_BYTES = 2_000_000;
/** So much is written at a time. */
const CHUNK_BYTES = 32_000;
const CHANNELS = 2;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** WAV files: recordings go into one folder, sounds that are played come from another. */
export function createSoundFiles(folders: {
  readonly recordings: string;
  readonly sounds: string;
}): Sounds {
  return {
    async create(name) {
      checkName(name);
      const path = join(folders.recordings, `${name}.wav`);
      try {
        await mkdir(folders.recordings, { recursive: true });
        const file = await open(path, "w", 0o600);
        await file.write(wavHeader(LINE_SAMPLE_RATE_HZ, CHANNELS, 0));
        return new WavFile(file);
      } catch (error) {
        const advice = { permission: "give this user the folder (recording.folder)" };
        throw new PortError(faultFromError(error, `recording ${path}`, advice));
      }
    },
    async load(name) {
      checkName(name);
      const path = join(folders.sounds, `${name}.wav`);
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

/** Samples are gathered and written behind the caller's back; the lengths are put in at the end. */
class WavFile implements RecordingFile {
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #dataBytes = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(stereo: Int16Array): void {
    if (this.#closed || this.#waitingBytes + stereo.byteLength > WAITING_MAX_BYTES) return;
    const bytes = new Uint8Array(stereo.byteLength);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < stereo.length; at++) view.setInt16(2 * at, stereo[at] ?? 0, true);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= CHUNK_BYTES) this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await this.#drain();
    const header = wavHeader(LINE_SAMPLE_RATE_HZ, CHANNELS, this.#dataBytes);
    await this.#file.write(header, 0, header.length, 0).catch(() => {});
    await this.#file.close();
  }

  /** A disk that is full loses what comes: the call goes on. */
  async #drain(): Promise<void> {
    while (this.#waitingBytes > 0) {
      const chunk = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      const at = WAV_HEADER_BYTES + this.#dataBytes;
      const done = await this.#file.write(chunk, 0, chunk.length, at).catch(() => undefined);
      this.#dataBytes += done?.bytesWritten ?? 0;
    }
    this.#writing = undefined;
  }
}
