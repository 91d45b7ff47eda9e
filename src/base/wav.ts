import { ByteReader, latin1FromBytes } from "./bytes.ts";
import { err, ok, type Result } from "./result.ts";

/** Bytes before the samples of a file that we write. */
export const WAV_HEADER_BYTES = 44;

/** The longest file that is read, 8 kHz mono. */
export const WAV_LIMIT_MINUTES = 20;
/** The same with what a file may have beside its samples. */
export const WAV_LIMIT_BYTES = WAV_LIMIT_MINUTES * 60 * 16_000 + 4096;

/** Format 1: samples as they are. */
const PCM = 1;
/** The format stands at the head of an identifier further behind, which begins 24 bytes in. */
const EXTENSIBLE = 0xfffe;
const EXTENSIBLE_BYTES = 40;
const BITS = 16;

/** What a file holds: 16-bit samples, of several channels one after the other. */
export interface WavSound {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly samples: Int16Array;
}

/** Why a file is none that we play. */
export type WavError = "not-wav" | "too-long" | "not-pcm16" | "no-samples";

/**
 * The header of a file of 16-bit samples.
 *
 *    "RIFF" length "WAVE"
 *    "fmt " 16, format 1, channels, rate, bytes a second, bytes a frame, 16 bits
 *    "data" length
 *
 * All numbers little-endian.
 */
export function wavHeader(sampleRateHz: number, channels: number, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => {
    for (let n = 0; n < 4; n++) bytes[at + n] = word.charCodeAt(n);
  };
  const frameBytes = 2 * channels;
  text(0, "RIFF");
  view.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes, true);
  text(8, "WAVE");
  text(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, BITS, true);
  text(36, "data");
  view.setUint32(40, dataBytes, true);
  return bytes;
}

/** Reads a file of 16-bit samples; chunks that are neither format nor samples are passed over. */
export function parseWavSound(bytes: Uint8Array): Result<WavSound, WavError> {
  if (bytes.length > WAV_LIMIT_BYTES) return err("too-long");
  const reader = new ByteReader(bytes);
  const word = (): string => latin1FromBytes(reader.take(4));
  const u16 = (): number => reader.u8() | (reader.u8() << 8);
  const u32 = (): number => u16() + u16() * 0x10000;
  const isRiff = word() === "RIFF";
  u32();
  if (!isRiff || word() !== "WAVE") return err("not-wav");
  let format: { readonly sampleRateHz: number; readonly channels: number } | undefined;
  while (reader.remaining >= 8) {
    const name = word();
    const length = u32();
    if (name === "fmt " && length >= 16) {
      const start = reader.position;
      const [kind, channels, sampleRateHz] = [u16(), u16(), u32()];
      reader.take(6);
      const bits = u16();
      const isExtensible = kind === EXTENSIBLE && length >= EXTENSIBLE_BYTES;
      if (isExtensible) reader.take(8);
      const coding = isExtensible ? u16() : kind;
      if (coding !== PCM || bits !== BITS || channels === 0) return err("not-pcm16");
      format = { sampleRateHz, channels };
      reader.take(Math.min(reader.remaining, length - (reader.position - start) + (length & 1)));
    } else if (name === "data") {
      if (format === undefined) return err("not-pcm16");
      // A file that was never closed says 0, or more than there is.
      const there = length === 0 ? reader.remaining : Math.min(length, reader.remaining);
      const data = reader.take(there - (there % (2 * format.channels)));
      if (data.length === 0) return err("no-samples");
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const samples = Int16Array.from({ length: data.length / 2 }, (_, at) =>
        view.getInt16(2 * at, true),
      );
      return ok({ ...format, samples });
    } else reader.take(Math.min(reader.remaining, length + (length & 1)));
    if (reader.overrun) return err("not-wav");
  }
  return err(format === undefined ? "not-wav" : "no-samples");
}
