/** The media core: codecs, RTP, tones, and the audio graph of a line. */
export type { Codec, CodecSpec } from "./codec/codec.ts";
export {
  CODECS,
  codecsWith,
  DEFAULT_OPUS,
  ENGINE_CODECS,
  type EngineCodec,
} from "./codec/codecs.ts";
export { PCMA, PCMU } from "./codec/g711.ts";
export { G722 } from "./codec/g722.ts";
export { AAL2_G726, G726 } from "./codec/g726.ts";
export { DIGIT_TIMES } from "./dsp/digit-player.ts";
export { DtmfTone } from "./dsp/dtmf-tone.ts";
export {
  ECHO_TAIL_MAX_MS,
  ECHO_TAIL_MIN_MS,
  EchoCanceller,
  type EchoCancellerConfig,
} from "./dsp/echo/echo-canceller.ts";
export { createReferenceEchoFilter } from "./dsp/echo/reference-echo-filter.ts";
export { isAnswerTone } from "./dsp/fax-tones.ts";
export { LevelMeter } from "./dsp/level-meter.ts";
export { AutomaticGain, DcRemoval, Gain } from "./dsp/line-levels.ts";
export { createReferenceSoundArithmetic } from "./dsp/reference-sound-arithmetic.ts";
export { SampleSource } from "./dsp/sample-source.ts";
export { SOUND_TABLES } from "./dsp/sound-tables.ts";
export { createToneSource } from "./dsp/tone-source.ts";
export { isPlainFax } from "./dsp/v8-menu.ts";
export { type DtlsInput, DtlsKeying, type DtlsOutput } from "./dtls-keying.ts";
export { AudioBridge, EchoBridge, SourceEndpoint } from "./endpoints.ts";
export { type FaxError, FaxSwitch, type FaxSwitchConfig } from "./fax/fax-switch.ts";
export {
  LINE_ENDPOINTS_MAX,
  LineAudio,
  type LineAudioConfig,
  type LineAudioOutput,
} from "./line-audio.ts";
export {
  type FlowError,
  type MediaInput,
  type MediaOutput,
  MediaSession,
  type MediaSessionConfig,
} from "./media-session.ts";
export { RecordingTap } from "./recording-tap.ts";
export { DEFAULT_JITTER, JITTER_MAX_MS } from "./rtp/playout-delay.ts";
