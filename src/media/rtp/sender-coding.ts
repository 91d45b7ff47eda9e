import { LINE_SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../base/audio.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import type { Codec, CodecSpec } from "../codec/codec.ts";
import { SilenceSuppressor } from "../dsp/silence-suppressor.ts";
import { SharedFrames } from "../shared-frames.ts";
import { LentPackets, type PacketRing } from "./lent-packets.ts";
import { createRedWriter, type RedWriter } from "./red.ts";
import type { SenderOptions } from "./rtp-sender.ts";
import { TelephoneEventSender } from "./telephone-event-sender.ts";

/** The longest packet that is made. */
const PTIME_LIMIT_MS = 120;

/** All that changes with a sender's codec. */
export interface SenderCoding {
  readonly codec: Codec;
  readonly payloadType: number;
  readonly unitsPerSample: number;
  readonly eventPayloadType: number | undefined;
  readonly events: TelephoneEventSender;
  /** Where a packet's sound is gathered, and frames of it in their order. */
  readonly pcm: Int16Array;
  readonly frames: readonly Int16Array[];
  /** Where packets of voice are made. */
  readonly rooms: PacketRing;
  readonly red: RedWriter | undefined;
  /** Copies of events are events: a far end may know others inside copies of a voice, or none. */
  readonly eventRed: RedWriter | undefined;
  readonly silence:
    | { readonly suppressor: SilenceSuppressor; readonly payloadType: number }
    | undefined;
}

/**
 * One serves all senders of packets that are a frame long, and not the bridges too: what a bridge
 * holds is its far side's, and a digit is mixed into this.
 */
const FRAMES = new SharedFrames();
const PACKETS = new LentPackets();

/** @param arithmetic of the codec; the plain one where it is absent */
export function createCoding(
  options: SenderOptions,
  frameSamples: number,
  arithmetic: SoundArithmetic | undefined,
): SenderCoding {
  const { spec, payloadType, eventPayloadType, noisePayloadType, redundancy } = options;
  const packetSamples = packetSamplesOf(spec, options.ptimeMs, frameSamples);
  // What is encoded as soon as it comes is kept by nobody.
  const isWhole = packetSamples === frameSamples;
  const pcm = isWhole ? FRAMES.of(packetSamples) : new Int16Array(packetSamples);
  return {
    codec: spec.createCodec(options.parameters, arithmetic),
    payloadType,
    unitsPerSample: spec.clockRateHz / LINE_SAMPLE_RATE_HZ,
    eventPayloadType,
    events: new TelephoneEventSender(spec.clockRateHz),
    pcm,
    frames: isWhole
      ? [pcm]
      : Array.from({ length: packetSamples / frameSamples }, (_, at) =>
          pcm.subarray(at * frameSamples, (at + 1) * frameSamples),
        ),
    rooms: PACKETS.of(spec.maxPayloadBytes(packetSamples)),
    red: createRedWriter(redundancy),
    eventRed: createRedWriter(options.eventRedundancy),
    silence:
      noisePayloadType === undefined
        ? undefined
        : {
            suppressor: new SilenceSuppressor(frameSamples),
            payloadType: noisePayloadType,
          },
  };
}

/** Whole frames a packet: what was asked for, rounded, within the limit and the codec's own. */
function packetSamplesOf(spec: CodecSpec, ptimeMs: number, frameSamples: number): number {
  const ownMs = spec.packetTimesMs?.findLast((own) => own <= ptimeMs) ?? spec.packetTimesMs?.[0];
  const wanted = Math.min(PTIME_LIMIT_MS, ownMs ?? ptimeMs) * SAMPLES_PER_MS;
  return Math.max(1, Math.round(wanted / frameSamples)) * frameSamples;
}
