import { randomBytes } from "node:crypto";
import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { OpusEncoder, OpusEngine } from "../../base/codec-engines.ts";
import { OGG_OPUS_RATE_HZ, OggOpusWriter } from "../../base/ogg-opus.ts";
import type { RecordingFile } from "../ports/sounds.ts";
import { type AppendFile, TOO_SLOW } from "./append-file.ts";

/** Two channels of a telephone, 16 kbit/s each: a tenth of what the samples take. */
const BITRATE = 32_000;
/** It is computed in the thread that carries voice: little work. */
const COMPLEXITY = 2;
const CHANNELS = 2;
/** 20 ms. */
const PACKET_SAMPLES = LINE_SAMPLE_RATE_HZ / 50;
const PER_SAMPLE = OGG_OPUS_RATE_HZ / LINE_SAMPLE_RATE_HZ;
const PACKET_MAX_BYTES = 1500;

/** A recording as Opus in Ogg. @see RFC 7845 */
export class OpusRecording implements RecordingFile {
  readonly #file: AppendFile;
  readonly #encoder: OpusEncoder;
  readonly #ogg: OggOpusWriter;
  readonly #pcm = new Int16Array(CHANNELS * PACKET_SAMPLES);
  readonly #packet = new Uint8Array(PACKET_MAX_BYTES);
  #filled = 0;
  #soundSamples = 0;
  #isClosed = false;

  constructor(file: AppendFile, engine: OpusEngine, vendor: string) {
    this.#file = file;
    this.#encoder = engine.createEncoder({
      rateHz: LINE_SAMPLE_RATE_HZ,
      channels: CHANNELS,
      bitrate: BITRATE,
      complexity: COMPLEXITY,
      fec: false,
      dtx: false,
    });
    this.#ogg = new OggOpusWriter({
      channels: CHANNELS,
      preSkip: this.#preSkip,
      inputRateHz: LINE_SAMPLE_RATE_HZ,
      serial: randomBytes(4).readUInt32LE(),
      vendor,
    });
    file.append(this.#ogg.begin());
  }

  write(stereo: Int16Array): void {
    if (this.#isClosed) return;
    if (this.#file.isFull) {
      this.#file.lose((stereo.length * BITRATE) / 8 / CHANNELS / LINE_SAMPLE_RATE_HZ, TOO_SLOW);
      return;
    }
    this.#soundSamples += (stereo.length / CHANNELS) * PER_SAMPLE;
    for (const sample of stereo) {
      this.#pcm[this.#filled++] = sample;
      if (this.#filled === this.#pcm.length) this.#encode();
    }
  }

  async close(): Promise<string | undefined> {
    if (this.#isClosed) return undefined;
    this.#isClosed = true;
    // What the encoder still holds back comes out behind silence.
    const held = this.#filled / CHANNELS + this.#preSkip / PER_SAMPLE;
    for (let left = held; left > 0; left -= PACKET_SAMPLES) {
      this.#pcm.fill(0, this.#filled);
      this.#encode();
    }
    this.#encoder.close();
    this.#file.append(this.#ogg.end(this.#soundSamples));
    return this.#file.close();
  }

  get #preSkip(): number {
    return this.#encoder.lookaheadSamples * PER_SAMPLE;
  }

  #encode(): void {
    this.#filled = 0;
    const length = this.#encoder.encode(this.#pcm, this.#packet);
    this.#file.append(
      this.#ogg.packet(this.#packet.subarray(0, length), PACKET_SAMPLES * PER_SAMPLE),
    );
  }
}
