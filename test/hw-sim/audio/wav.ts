import { ByteReader, latin1FromBytes } from "../../../src/base/bytes.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { SAMPLE_RATE_HZ } from "./levels.ts";

/**
 * WAV files with 16-bit linear PCM.
 *
 *     0      4        8      12     16     20  22  24    28     32  34
 *     "RIFF" size-8   "WAVE" "fmt " 16     1   ch  rate  B/s    B/  bits  "data" bytes  samples…
 *
 * All numbers little-endian; chunks start on even offsets; unknown chunks are passed over.
 * @see Multimedia Programming Interface and Data Specifications 1.0 (IBM/Microsoft, 1991)
 */

/** Channels of equal length. */
export interface Wav {
  readonly sampleRateHz: number;
  readonly channels: readonly Int16Array[];
}

/** Why a file is no WAV we read; `text` is a sentence for a person. */
export interface WavFault {
  readonly kind: "not-wav" | "unsupported" | "too-large" | "wrong-rate";
  readonly text: string;
}

/** An hour of 8 kHz mono. */
export const WAV_LIMIT_BYTES = 2 * SAMPLE_RATE_HZ * 3600 + 4096;
/** More chunks than any recorder writes. */
const WAV_LIMIT_CHUNKS = 64;

const FORMAT_PCM = 1;
const FORMAT_EXTENSIBLE = 0xfffe;
const HEADER_BYTES = 44;

interface Format {
  readonly channelCount: number;
  readonly sampleRateHz: number;
}

const notWav = (name: string, why: string): Result<never, WavFault> =>
  err({ kind: "not-wav", text: `${name} is not a WAV file: ${why}` });

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

function u16le(reader: ByteReader): number {
  return swap16(reader.u16());
}

function u32le(reader: ByteReader): number {
  return u16le(reader) + u16le(reader) * 0x10000;
}

function parseFormat(chunk: Uint8Array, name: string): Result<Format, WavFault> {
  const reader = new ByteReader(chunk);
  const tag = u16le(reader);
  const channelCount = u16le(reader);
  const sampleRateHz = u32le(reader);
  reader.take(6);
  const bits = u16le(reader);
  if (reader.overrun) return notWav(name, "its format chunk is cut short");
  reader.take(8);
  const isPcm =
    tag === FORMAT_PCM ||
    (tag === FORMAT_EXTENSIBLE && u16le(reader) === FORMAT_PCM && !reader.overrun);
  if (!isPcm || bits !== 16) {
    const what = isPcm ? `${bits}-bit` : `of format ${tag}`;
    const advice = `sox in.wav -b 16 -e signed -r ${SAMPLE_RATE_HZ} -c 1 out.wav`;
    return err({
      kind: "unsupported",
      text: `${name} is ${what}; Tipring wants 16-bit linear PCM: ${advice}`,
    });
  }
  if (channelCount < 1 || channelCount > 2 || sampleRateHz === 0) {
    return err({ kind: "unsupported", text: `${name} has ${channelCount} channels, not 1 or 2` });
  }
  return ok({ channelCount, sampleRateHz });
}

function deinterleave(data: Uint8Array, format: Format): Wav {
  const { channelCount, sampleRateHz } = format;
  const length = Math.floor(data.length / (2 * channelCount));
  const channels: Int16Array[] = [];
  for (let channel = 0; channel < channelCount; channel++) {
    const samples = new Int16Array(length);
    for (let at = 0; at < length; at++) {
      const offset = 2 * (at * channelCount + channel);
      samples[at] = (data[offset] ?? 0) | ((data[offset + 1] ?? 0) << 8);
    }
    channels.push(samples);
  }
  return { sampleRateHz, channels };
}

/**
 * Reads a WAV file, 16-bit linear PCM, mono or stereo. A data chunk that says more than the file
 * holds (a recorder that was cut off) gives what is there.
 * @param name what to call the file in an error
 */
export function parseWav(bytes: Uint8Array, name = "the file"): Result<Wav, WavFault> {
  if (bytes.length > WAV_LIMIT_BYTES) {
    return err({ kind: "too-large", text: `${name} is larger than ${WAV_LIMIT_BYTES} bytes` });
  }
  const reader = new ByteReader(bytes);
  const riff = latin1FromBytes(reader.take(4));
  u32le(reader);
  if (riff !== "RIFF" || latin1FromBytes(reader.take(4)) !== "WAVE") {
    return notWav(name, "it does not begin with RIFF…WAVE");
  }
  let format: Format | undefined;
  for (let count = 0; count < WAV_LIMIT_CHUNKS && reader.remaining >= 8; count++) {
    const id = latin1FromBytes(reader.take(4));
    const size = u32le(reader);
    const body = reader.take(Math.min(size, reader.remaining));
    if (size % 2 === 1 && reader.remaining > 0) reader.u8();
    if (id === "fmt ") {
      const parsed = parseFormat(body, name);
      if (!parsed.ok) return parsed;
      format = parsed.value;
    } else if (id === "data") {
      if (format === undefined) return notWav(name, "its samples come before their format");
      return ok(deinterleave(body, format));
    }
  }
  return notWav(name, "it holds no samples");
}

/** Reads a WAV file that a telephone can play: 8000 Hz, mono. The error says how to convert. */
export function parseLineWav(bytes: Uint8Array, name: string): Result<Int16Array, WavFault> {
  const wav = parseWav(bytes, name);
  if (!wav.ok) return wav;
  const [samples, second] = wav.value.channels;
  if (samples === undefined || second !== undefined || wav.value.sampleRateHz !== SAMPLE_RATE_HZ) {
    const width = second === undefined ? "mono" : "stereo";
    return err({
      kind: "wrong-rate",
      text:
        `${name} is ${wav.value.sampleRateHz} Hz ${width}; Tipring wants ${SAMPLE_RATE_HZ} Hz` +
        ` mono: sox in.wav -r ${SAMPLE_RATE_HZ} -c 1 out.wav`,
    });
  }
  return ok(samples);
}

/** Writes a WAV file, 16-bit linear PCM. The shortest channel decides the length. */
export function printWav(wav: Wav): Uint8Array {
  const channelCount = wav.channels.length;
  const length = channelCount === 0 ? 0 : Math.min(...wav.channels.map((one) => one.length));
  const dataBytes = 2 * channelCount * length;
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => {
    for (let index = 0; index < 4; index++) bytes[at + index] = text.charCodeAt(index);
  };
  word(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  word(8, "WAVE");
  word(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, channelCount, true);
  view.setUint32(24, wav.sampleRateHz, true);
  view.setUint32(28, 2 * channelCount * wav.sampleRateHz, true);
  view.setUint16(32, 2 * channelCount, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, dataBytes, true);
  wav.channels.forEach((samples, channel) => {
    for (let at = 0; at < length; at++) {
      view.setInt16(HEADER_BYTES + 2 * (at * channelCount + channel), samples[at] ?? 0, true);
    }
  });
  return bytes;
}
