import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { OpusEngine, OpusSettings } from "../../base/codec-engines.ts";
import type { Codec, CodecSpec } from "./codec.ts";

/** The longest that one packet may be, 120 ms. @see RFC 6716 §3.2.5 */
const PACKET_MAX_MS = 120;
/** Bytes for 60 ms at the most that speech is given, and room above it. */
const PAYLOAD_MAX_BYTES = 1275;
/** A lost piece is made up in whole 2.5 ms. */
const CONCEAL_STEP_SAMPLES = LINE_SAMPLE_RATE_HZ / 400;
/** @see RFC 7587 §6.1 (maxaveragebitrate) */
const BITRATE = { min: 6000, max: 510_000 };

/** Frame lengths in ms by the upper five bits of a packet's first byte. @see RFC 6716 table 2 */
const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];

/**
 * How long a packet plays, ms; 0 where its first bytes are none of Opus.
 *
 *     0 1 2 3 4 5 6 7
 *    +---------+-+---+
 *    | config  |s| c |   c: 0 one frame, 1 and 2 two, 3 as many as the next byte says
 *    +---------+-+---+
 *
 * @see RFC 6716 §3.1, §3.2
 */
export function opusPacketMs(payload: Uint8Array): number {
  const first = payload[0];
  if (first === undefined) return 0;
  const config = first >> 3;
  const frameMs =
    config < 12 ? SILK_MS[config & 3] : config < 16 ? HYBRID_MS[config & 1] : CELT_MS[config & 3];
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (payload[1] ?? 0) & 0x3f;
  const ms = (frameMs ?? 0) * frames;
  return ms > PACKET_MAX_MS ? 0 : ms;
}

/**
 * Whether a packet carries a copy of the one before, as SILK and the hybrid of both do it. Of a
 * frame's bits the first say of each 20 ms whether there is a voice in it; the next is the answer.
 * @see RFC 6716 §4.2.3, §4.2.4 (the LBRR flag)
 */
export function opusHasCopy(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0xff;
  const config = first >> 3;
  // One frame a packet: what we send, and everybody else who sends copies.
  if (config >= 16 || (first & 3) !== 0) return false;
  const ms = opusPacketMs(payload);
  const pieces = Math.max(1, ms / 20);
  return (((payload[1] ?? 0) >> (7 - pieces)) & 1) === 1;
}

/**
 * Opus as the line hears it: 8 kHz on our side, whatever the far end's bandwidth; RTP always
 * counts 48 kHz, and SDP always says two channels. What the far end says it takes is kept to.
 * @see RFC 7587 §4.1, §6.1, §7
 */
export function createOpusSpec(engine: OpusEngine, settings: OpusSettings): CodecSpec {
  return {
    name: "OPUS",
    clockRateHz: 48_000,
    packetTimesMs: [10, 20, 40, 60],
    maxPayloadBytes: () => PAYLOAD_MAX_BYTES,
    createCodec: (parameters) => createOpus(engine, agreed(settings, parameters)),
  };
}

/** Our settings within what the far end's fmtp allows: it says what it likes to receive. */
function agreed(settings: OpusSettings, parameters = ""): OpusSettings {
  const of = (name: string): number | undefined => {
    const match = new RegExp(`(?:^|[;\\s])${name}=([0-9]{1,7})(?:[;\\s]|$)`, "i").exec(parameters);
    return match?.[1] === undefined ? undefined : Number(match[1]);
  };
  const limit = of("maxaveragebitrate") ?? BITRATE.max;
  return {
    ...settings,
    bitrate: Math.max(BITRATE.min, Math.min(settings.bitrate, limit)),
    fec: settings.fec && of("useinbandfec") !== 0,
    dtx: settings.dtx || of("usedtx") === 1,
  };
}

function createOpus(engine: OpusEngine, settings: OpusSettings): Codec {
  const encoder = engine.createEncoder({ ...settings, rateHz: LINE_SAMPLE_RATE_HZ });
  const decoder = engine.createDecoder(LINE_SAMPLE_RATE_HZ);
  const isWhole = (out: Int16Array): boolean =>
    out.length > 0 && out.length % CONCEAL_STEP_SAMPLES === 0;
  const payloadSamples = (payload: Uint8Array): number =>
    Math.round((opusPacketMs(payload) * LINE_SAMPLE_RATE_HZ) / 1000);
  const copySamples = (payload: Uint8Array): number =>
    opusHasCopy(payload) ? payloadSamples(payload) : 0;
  return {
    encode: (pcm, out) => encoder.encode(pcm, out.subarray(0, PAYLOAD_MAX_BYTES)),
    decode: (payload, out) => decoder.decode(payload, out),
    payloadSamples,
    copySamples,
    conceal: (out) => isWhole(out) && decoder.conceal(out) === out.length,
    recover(payload, out) {
      const samples = copySamples(payload);
      if (samples === 0 || samples > out.length || !isWhole(out)) return false;
      return decoder.recover(payload, out) === out.length;
    },
    close() {
      encoder.close();
      decoder.close();
    },
  };
}
