import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";

/**
 * One direction pair of a codec, made for one session (a codec may have memory).
 *
 * PCM is line audio, 8 kHz 16-bit linear, whatever the codec works at inside. Every array is
 * borrowed. No call throws, whatever the payload holds.
 */
export interface Codec {
  /**
   * Codes `pcm` into `out` and returns the bytes written; `out` is large enough by contract. 0
   * where nothing need be sent: the far end makes up the pause.
   */
  encode(pcm: Int16Array, out: Uint8Array): number;
  /** Decodes into `out` and returns the samples written; what does not fit is left out. */
  decode(payload: Uint8Array, out: Int16Array): number;
  /** How many samples a payload decodes to, without decoding it. */
  payloadSamples(payload: Uint8Array): number;
  /** Makes up lost audio better than a stranger to the codec could; false where it cannot. */
  conceal?(out: Int16Array): boolean;
  /** How many samples right before a payload it carries a copy of; 0 where of none. */
  copySamples?(payload: Uint8Array): number;
  /** Fills `out` with the audio right before `payload`, where that carries it; else false. */
  recover?(payload: Uint8Array, out: Int16Array): boolean;
  /** The session is over; nothing is called any more. */
  close?(): void;
}

/** A codec as a table holds it: what SDP calls it, and how to make one. */
export interface CodecSpec {
  /** SDP encoding name in upper case. */
  readonly name: string;
  /** @see RFC 3551 §6, table 4 */
  readonly staticPayloadType?: number;
  /** The RTP timestamp's clock, which need not be the sampling rate (G.722). */
  readonly clockRateHz: number;
  /** Whether modems and fax machines get through: every sample is coded by itself. */
  readonly carriesModems?: boolean;
  /** The packet times that it can make, ascending, ms; absent: any. */
  readonly packetTimesMs?: readonly number[];
  /** The largest payload for so many samples. */
  maxPayloadBytes(samples: number): number;
  /**
   * @param parameters what the far end's SDP says of it (its fmtp), where it says anything
   * @param arithmetic the plain one where it is absent; may serve others too
   */
  createCodec(parameters?: string, arithmetic?: SoundArithmetic): Codec;
}
