import { type Digit, LINE_SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import { invariant } from "../../base/invariant.ts";
import type { KeyCommand, MediaFlow } from "../../base/media-messages.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import type { Codec, CodecSpec } from "../codec/codec.ts";
import { DigitPlayer } from "../dsp/digit-player.ts";
import { eventFromDigit } from "../dsp/dtmf-tone.ts";
import type { NoiseModel } from "../dsp/noise-model.ts";
import { SilenceSuppressor } from "../dsp/silence-suppressor.ts";
import { SharedFrames } from "../shared-frames.ts";
import { COMFORT_NOISE_MAX_BYTES, writeComfortNoise } from "./comfort-noise-payload.ts";
import { createRedWriter, type RedWriter } from "./red.ts";
import { RTP_HEADER_BYTES, writeRtpHeader } from "./rtp-packet.ts";
import { FLASH_EVENT, TELEPHONE_EVENT_BYTES, writeTelephoneEvent } from "./telephone-event.ts";
import { type EventPacket, TelephoneEventSender } from "./telephone-event-sender.ts";

/** The longest packet that is made. */
const PTIME_LIMIT_MS = 120;

/** Frames missing for longer than this were not clocked: the timestamp moves on by the time. */
const CLOCK_GAP_MS = 100;

/** Packets back in which what comes back under our SSRC is taken for our own: 20 s at 20 ms. */
const REFLECTED_PACKETS = 1000;

/**
 * Keyed digits are sent so much behind their keys, ms: by then a detector has made up its mind
 * about their beginning (45 ms at most), and the control plane has said that they are sent.
 */
const RELAY_DELAY_MS = 60;

/** Digits in the voice: as long, and as far apart, as everybody understands. */
const TONE_TIMES = { minToneMs: 50, minPauseMs: 50 } as const;

/** Where a stream starts: random, so that it cannot be guessed. @see RFC 3550 §5.1 */
export interface RtpStart {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
}

/** Numbers of a sender report. */
export interface SentCounts {
  readonly packets: number;
  readonly payloadBytes: number;
}

/** What modems are sent as: G.711 under a number of its own. @see ITU-T V.152 */
export interface VoiceBand {
  readonly spec: CodecSpec;
  readonly payloadType: number;
  /** With it, each packet repeats those before it. */
  readonly redundancy: MediaFlow["redundancy"] | undefined;
}

/** What negotiation decides about sending. */
export interface SenderOptions {
  readonly spec: CodecSpec;
  readonly payloadType: number;
  readonly ptimeMs: number;
  /** What the far end says of the codec. */
  readonly parameters?: string | undefined;
  readonly eventPayloadType: number | undefined;
  /** With it, background noise is described and not sent. */
  readonly noisePayloadType?: number | undefined;
  /** With it, each packet repeats those before it. */
  readonly redundancy?: MediaFlow["redundancy"] | undefined;
  /** The same of events. */
  readonly eventRedundancy?: MediaFlow["eventRedundancy"] | undefined;
  /** With it a modem's sound changes over to that, unless copies would be lost by it. */
  readonly voiceBand?: VoiceBand | undefined;
}

/** All that changes with the codec. */
interface Coding {
  readonly codec: Codec;
  readonly payloadType: number;
  readonly unitsPerSample: number;
  readonly eventPayloadType: number | undefined;
  readonly events: TelephoneEventSender;
  readonly pcm: Int16Array;
  /** Its frames, in their order. */
  readonly frames: readonly Int16Array[];
  readonly voiceBytes: Uint8Array;
  /** What of it lies behind the header. */
  readonly voicePayload: Uint8Array;
  readonly red: RedWriter | undefined;
  /** Copies of events are events: a far end may know others inside copies of a voice, or none. */
  readonly eventRed: RedWriter | undefined;
  readonly silence:
    | { readonly suppressor: SilenceSuppressor; readonly payloadType: number }
    | undefined;
}

/** What goes before a payload. */
interface PacketHeader {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly timestamp: number;
  /** What it goes into with its copies, and whether it becomes one. */
  readonly red: RedWriter | undefined;
  readonly isRepeated?: boolean;
}

const NOTHING: readonly Uint8Array[] = [];

/**
 * One serves all senders of packets that are a frame long, and not the bridges too: what a bridge
 * holds is its far side's, and a digit is mixed into this.
 */
const FRAMES = new SharedFrames();

/** From frames to packets: packetisation, encoder, digits as events or, without them, as tones. */
export class RtpSender {
  #ssrc: number;
  readonly #frameSamples: number;
  readonly #arithmetic: SoundArithmetic | undefined;
  #sequence: number;
  /** Of the next sample to come in, extended. */
  #timestamp: number;
  #lastPushMs: number | undefined;

  #options: SenderOptions;
  #coding: Coding;
  #filled = 0;
  readonly #noiseBytes = new Uint8Array(RTP_HEADER_BYTES + COMFORT_NOISE_MAX_BYTES);
  readonly #tones = new DigitPlayer(TONE_TIMES);
  #markNext = true;
  #packets = 0;
  #payloadBytes = 0;
  #lent: { readonly of: Uint8Array; readonly view: Uint8Array } | undefined;

  /** @param arithmetic of the codec; the plain one where it is absent */
  constructor(
    start: RtpStart,
    frameSamples: number,
    options: SenderOptions,
    arithmetic?: SoundArithmetic,
  ) {
    this.#arithmetic = arithmetic;
    this.#ssrc = start.ssrc;
    this.#frameSamples = frameSamples;
    this.#sequence = start.sequence;
    this.#timestamp = start.timestamp;
    this.#options = options;
    this.#coding = createCoding(options, frameSamples, arithmetic);
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  /** Whether a packet under our SSRC may be one that we sent of late. */
  hasSent({ sequence }: { readonly sequence: number }): boolean {
    const behind = (this.#sequence - 1 - sequence) & 0xffff;
    return behind < Math.min(this.#packets, REFLECTED_PACKETS);
  }

  /** Goes on under another SSRC; its numbers go on. */
  changeSource(ssrc: number): void {
    this.#ssrc = ssrc;
    this.#markNext = true;
  }

  get counts(): SentCounts {
    return { packets: this.#packets, payloadBytes: this.#payloadBytes };
  }

  /** The media timestamp of an instant. @see RFC 3550 §6.4.1 */
  timestampAt(nowMs: number): number {
    const sinceMs = this.#lastPushMs === undefined ? 0 : nowMs - this.#lastPushMs;
    const units = Math.round(sinceMs * SAMPLES_PER_MS * this.#coding.unitsPerSample);
    return (this.#timestamp + units) % 2 ** 32;
  }

  /** The same stream goes on with another codec, packet time or event payload type. */
  reconfigure(options: SenderOptions): void {
    this.#coding.codec.close?.();
    this.#options = options;
    this.#coding = createCoding(options, this.#frameSamples, this.#arithmetic);
    this.#filled = 0;
  }

  /** A modem talks: its pauses are sent as they are, and as what was agreed on for modems. */
  passModem(): void {
    const { spec, voiceBand, redundancy } = this.#options;
    if (voiceBand !== undefined && voiceBand.payloadType !== this.#coding.payloadType) {
      const losesCopies = redundancy !== undefined && voiceBand.redundancy === undefined;
      if (!losesCopies || spec.carriesModems !== true) {
        this.reconfigure({ ...this.#options, ...voiceBand, parameters: undefined });
      }
    }
    this.#coding = { ...this.#coding, silence: undefined };
  }

  /** Lets the encoder go. */
  close(): void {
    this.#coding.codec.close?.();
  }

  /** False where too many digits wait already. */
  sendDigit(digit: Digit, durationMs: number): boolean {
    const { eventPayloadType, events } = this.#coding;
    return eventPayloadType === undefined
      ? this.#tones.play(digit, durationMs)
      : events.enqueue(eventFromDigit(digit), durationMs);
  }

  /**
   * Begins or ends a digit that is being keyed: it is sent 60 ms behind the keys. False where no
   * events are agreed on, or too many wait.
   */
  keyDigit(key: KeyCommand): boolean {
    const { eventPayloadType, events, unitsPerSample } = this.#coding;
    if (eventPayloadType === undefined) return false;
    if (key.kind === "end-digit") {
      events.end(key.durationMs);
      return true;
    }
    const sinceMs = this.#lastPushMs === undefined ? 0 : key.startedMs - this.#lastPushMs;
    const behindMs = Math.min(sinceMs, 0) + RELAY_DELAY_MS;
    const at = this.#timestamp + Math.round(behindMs * SAMPLES_PER_MS) * unitsPerSample;
    return events.begin(eventFromDigit(key.digit), at);
  }

  /** Names a tone that is in the voice and has been for so long, where events are agreed on. */
  nameTone(event: number, lastedMs: number): boolean {
    const { eventPayloadType, events, unitsPerSample } = this.#coding;
    if (eventPayloadType === undefined) return false;
    const at = this.#timestamp - lastedMs * SAMPLES_PER_MS * unitsPerSample;
    return events.report(event, at, lastedMs);
  }

  /** False where no events are agreed on, or too many wait. */
  sendFlash(durationMs: number): boolean {
    const { eventPayloadType, events } = this.#coding;
    return eventPayloadType !== undefined && events.enqueue(FLASH_EVENT, durationMs);
  }

  /**
   * Takes a frame and returns the packets that it completes: borrowed until the next call. While
   * `sending` is false time goes on and nothing is sent.
   */
  push(frame: Int16Array, sending: boolean, nowMs: number): readonly Uint8Array[] {
    invariant(frame.length === this.#frameSamples, "a frame is as long as it was said to be");
    this.#followClock(nowMs);
    const { pcm, unitsPerSample, silence } = this.#coding;
    const end = this.#filled + frame.length;
    const taken = this.#coding.frames[this.#filled / frame.length];
    invariant(taken !== undefined, "a packet has whole frames");
    copyNumbers(taken, frame);
    if (sending) this.#tones.render(taken);
    silence?.suppressor.hear(taken);
    this.#filled = end;
    this.#timestamp += frame.length * unitsPerSample;
    if (end < pcm.length) return NOTHING;

    this.#filled = 0;
    if (sending) return this.#packetize();
    this.#markNext = true;
    return NOTHING;
  }

  #packetize(): readonly Uint8Array[] {
    const { pcm, unitsPerSample, eventPayloadType, events } = this.#coding;
    const units = pcm.length * unitsPerSample;
    const timestamp = this.#timestamp - units;
    if (eventPayloadType === undefined) return this.#sound(timestamp);
    const packets = events.step(timestamp, units);
    if (packets.length === 0) return this.#sound(timestamp);
    const sent = packets.map((packet) => this.#event(packet, eventPayloadType));
    if (!packets.some(({ replacesVoice }) => replacesVoice)) {
      return [...sent, ...this.#voice(timestamp)];
    }
    this.#markNext = true;
    return sent;
  }

  /** The voice; or, where there is none and that was agreed, a description of the noise. */
  #sound(timestamp: number): readonly Uint8Array[] {
    const { silence } = this.#coding;
    const decision = silence?.suppressor.decide();
    if (silence === undefined || decision === undefined || decision.kind === "voice") {
      return this.#voice(timestamp);
    }
    this.#markNext = true;
    if (decision.kind === "nothing") return NOTHING;
    return [this.#noise(decision.model, silence.payloadType, timestamp)];
  }

  #noise(model: NoiseModel, payloadType: number, timestamp: number): Uint8Array {
    const length = writeComfortNoise(this.#noiseBytes.subarray(RTP_HEADER_BYTES), model);
    const { red } = this.#coding;
    return this.#packet(this.#noiseBytes, length, { marker: false, payloadType, timestamp, red });
  }

  /** Nothing where the codec itself pauses. */
  #voice(timestamp: number): readonly Uint8Array[] {
    const { codec, pcm, voiceBytes, payloadType, red } = this.#coding;
    const length = codec.encode(pcm, this.#coding.voicePayload);
    const marker = this.#markNext;
    this.#markNext = length === 0;
    if (length === 0) return NOTHING;
    return [this.#packet(voiceBytes, length, { marker, payloadType, timestamp, red })];
  }

  #event(event: EventPacket, payloadType: number): Uint8Array {
    const bytes = new Uint8Array(RTP_HEADER_BYTES + TELEPHONE_EVENT_BYTES);
    writeTelephoneEvent(bytes, RTP_HEADER_BYTES, event.payload);
    const { marker, timestamp, payload } = event;
    const { eventRed: red } = this.#coding;
    const header = { marker, payloadType, timestamp, red, isRepeated: payload.end };
    return this.#packet(bytes, TELEPHONE_EVENT_BYTES, header);
  }

  /** Completes a packet whose payload lies behind the room for its header. */
  #packet(bytes: Uint8Array, payloadBytes: number, header: PacketHeader): Uint8Array {
    const { marker, timestamp, payloadType, red } = header;
    const plain = this.#beginning(bytes, RTP_HEADER_BYTES + payloadBytes);
    const payload = plain.subarray(RTP_HEADER_BYTES);
    const packet = red?.wrap(payloadType, timestamp, payload, header.isRepeated) ?? plain;
    writeRtpHeader(packet, {
      marker,
      payloadType: red?.payloadType ?? payloadType,
      sequence: this.#sequence,
      timestamp: timestamp % 2 ** 32,
      ssrc: this.#ssrc,
    });
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets++;
    this.#payloadBytes += packet.length - RTP_HEADER_BYTES;
    return packet;
  }

  /** The same view as the last time where it is the same: most packets are as long as others. */
  #beginning(bytes: Uint8Array, length: number): Uint8Array {
    if (this.#lent?.of !== bytes || this.#lent.view.length !== length) {
      this.#lent = { of: bytes, view: bytes.subarray(0, length) };
    }
    return this.#lent.view;
  }

  /** Where the sample clock stood still (the line heard a tone), the timestamp catches up. */
  #followClock(nowMs: number): void {
    const frameMs = this.#frameSamples / SAMPLES_PER_MS;
    const missedMs = this.#lastPushMs === undefined ? 0 : nowMs - this.#lastPushMs - frameMs;
    this.#lastPushMs = nowMs;
    if (missedMs < CLOCK_GAP_MS) return;
    this.#timestamp += Math.round(missedMs * SAMPLES_PER_MS) * this.#coding.unitsPerSample;
    this.#filled = 0;
    this.#markNext = true;
    this.#coding.events.interrupt();
  }
}

function createCoding(
  options: SenderOptions,
  frameSamples: number,
  arithmetic: SoundArithmetic | undefined,
): Coding {
  const { spec, payloadType, eventPayloadType, noisePayloadType, redundancy } = options;
  const packetSamples = packetSamplesOf(spec, options.ptimeMs, frameSamples);
  // What is encoded as soon as it comes is kept by nobody.
  const isWhole = packetSamples === frameSamples;
  const pcm = isWhole ? FRAMES.of(packetSamples) : new Int16Array(packetSamples);
  const voiceBytes = new Uint8Array(RTP_HEADER_BYTES + spec.maxPayloadBytes(packetSamples));
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
    voiceBytes,
    voicePayload: voiceBytes.subarray(RTP_HEADER_BYTES),
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
