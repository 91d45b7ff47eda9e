/** The rates that Opus works at. @see RFC 6716 §2 */
export type OpusRateHz = 8000 | 12000 | 16000 | 24000 | 48000;

/** What an Opus encoder is told; each can be left to it. @see RFC 7587 §6.1 */
export interface OpusEncoderOptions {
  readonly rateHz: OpusRateHz;
  /** One unless told; the samples of two come in turn. */
  readonly channels?: 1 | 2;
  readonly bitrate: number;
  /** 0 to 10: how much work it takes upon itself. */
  readonly complexity: number;
  /** Whether each packet repeats a little of the one before it. */
  readonly fec: boolean;
  /** Whether nothing is sent while nothing is said. */
  readonly dtx: boolean;
}

/** One encoder with its memory. */
export interface OpusEncoder {
  /** Codes 2.5, 5, 10, 20, 40 or 60 ms; returns the bytes, 0 where nothing need be sent (DTX). */
  encode(pcm: Int16Array, out: Uint8Array): number;
  /** How much later than it came in the sound is in the packets, samples of one channel. */
  readonly lookaheadSamples: number;
  close(): void;
}

/** One decoder with its memory. Each returns the samples written, 0 where the packet is broken. */
export interface OpusDecoder {
  decode(packet: Uint8Array, out: Int16Array): number;
  /** Makes up what was lost; `out` is a multiple of 2.5 ms. */
  conceal(out: Int16Array): number;
  /** What was lost right before `packet`, of its copy there; made up where it has none. */
  recover(packet: Uint8Array, out: Int16Array): number;
  close(): void;
}

/** Opus, whoever computes it. Decoders are mono. */
export interface OpusEngine {
  createEncoder(options: OpusEncoderOptions): OpusEncoder;
  createDecoder(rateHz: OpusRateHz): OpusDecoder;
}

/** One direction pair of a codec whose frames have one length. */
export interface FrameCodec {
  /** Codes one frame; returns the bytes. */
  encodeFrame(pcm: Int16Array, out: Uint8Array): number;
  /** Decodes one frame of so many bytes. */
  decodeFrame(bytes: Uint8Array, out: Int16Array): void;
  /** Makes up one lost frame. */
  concealFrame(out: Int16Array): void;
  close(): void;
}

/** A codec of fixed frames that a library computes. */
export interface FrameEngine {
  create(): FrameCodec;
}

/** The codecs that come from outside. One that is not here is never offered. */
export interface CodecEngines {
  readonly opus?: OpusEngine;
  readonly g729?: FrameEngine;
}

/** How our Opus is set. */
export type OpusSettings = Omit<OpusEncoderOptions, "rateHz" | "channels">;
