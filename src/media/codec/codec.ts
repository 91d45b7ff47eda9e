/**
 * One direction pair of a codec, made for one session (a codec may have memory).
 *
 * PCM is line audio, 8 kHz 16-bit linear, whatever the codec works at inside. Every array is
 * borrowed. Neither call throws, whatever the payload holds.
 */
export interface Codec {
  /** Codes `pcm` into `out` and returns the bytes written; `out` is large enough by contract. */
  encode(pcm: Int16Array, out: Uint8Array): number;
  /** Decodes into `out` and returns the samples written; what does not fit is left out. */
  decode(payload: Uint8Array, out: Int16Array): number;
  /** How many samples a payload decodes to, without decoding it. */
  payloadSamples(payload: Uint8Array): number;
}

/** A codec as a table holds it: what SDP calls it, and how to make one. */
export interface CodecSpec {
  /** SDP encoding name in upper case. */
  readonly name: string;
  /** @see RFC 3551 §6, table 4 */
  readonly staticPayloadType?: number;
  /** The RTP timestamp's clock, which need not be the sampling rate (G.722). */
  readonly clockRateHz: number;
  /** The largest payload for so many samples. */
  maxPayloadBytes(samples: number): number;
  createCodec(): Codec;
}
