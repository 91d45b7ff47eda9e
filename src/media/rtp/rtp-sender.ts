import { type Digit, SAMPLES_PER_MS } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import { invariant } from "../../base/invariant.ts";
import type { KeyCommand, MediaFlow } from "../../base/media-messages.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import type { CodecSpec } from "../codec/codec.ts";
import { DigitPlayer } from "../dsp/digit-player.ts";
import { eventFromDigit } from "../dsp/dtmf-tone.ts";
import type { NoiseModel } from "../dsp/noise-model.ts";
import { COMFORT_NOISE_MAX_BYTES, writeComfortNoise } from "./comfort-noise-payload.ts";
import type { RedWriter } from "./red.ts";
import { RTP_HEADER_BYTES, writeRtpHeader } from "./rtp-packet.ts";
import { createCoding, type SenderCoding } from "./sender-coding.ts";
import { FLASH_EVENT, TELEPHONE_EVENT_BYTES, writeTelephoneEvent } from "./telephone-event.ts";
import type { EventPacket } from "./telephone-event-sender.ts";

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

/** From frames to packets: packetisation, encoder, digits as events or, without them, as tones. */
export class RtpSender {
  #coding: SenderCoding;
  readonly #frameSamples: number;
  /** As 32 bits with a sign: the runtime keeps those without memory of their own. */
  #ssrc: number;
  #sequence = 0;
  /** Of the next sample to come in, extended. */
  #timestamp = 0;
  /** NaN before the first: a number that never was anything else needs no memory of its own. */
  #lastPushMs = Number.NaN;
  #markNext = true;
  #packets = 0;
  #payloadBytes = 0;
  #filled = 0;
  readonly #tones = new DigitPlayer(TONE_TIMES);
  #options: SenderOptions;
  readonly #arithmetic: SoundArithmetic | undefined;
  /** The packet that nearly each frame makes, as it is given out. */
  readonly #voices: Uint8Array[] = [];
  readonly #noiseBytes = new Uint8Array(RTP_HEADER_BYTES + COMFORT_NOISE_MAX_BYTES);

  /** @param arithmetic of the codec; the plain one where it is absent */
  constructor(
    start: RtpStart,
    frameSamples: number,
    options: SenderOptions,
    arithmetic?: SoundArithmetic,
  ) {
    this.#arithmetic = arithmetic;
    this.#ssrc = start.ssrc | 0;
    this.#frameSamples = frameSamples;
    this.#sequence = start.sequence;
    this.#timestamp = start.timestamp;
    this.#options = options;
    this.#coding = createCoding(options, frameSamples, arithmetic);
  }

  get ssrc(): number {
    return this.#ssrc >>> 0;
  }

  /** Whether a packet is under our SSRC. */
  isOwn({ ssrc }: { readonly ssrc: number }): boolean {
    return (ssrc | 0) === this.#ssrc;
  }

  /** Whether a packet under our SSRC may be one that we sent of late. */
  hasSent({ sequence }: { readonly sequence: number }): boolean {
    const behind = (this.#sequence - 1 - sequence) & 0xffff;
    return behind < Math.min(this.#packets, REFLECTED_PACKETS);
  }

  /** Goes on under another SSRC; its numbers go on. */
  changeSource(ssrc: number): void {
    this.#ssrc = ssrc | 0;
    this.#markNext = true;
  }

  get counts(): SentCounts {
    return { packets: this.#packets, payloadBytes: this.#payloadBytes };
  }

  /** The media timestamp of an instant. @see RFC 3550 §6.4.1 */
  timestampAt(nowMs: number): number {
    const sinceMs = nowMs - this.#lastPushMs || 0;
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
    const sinceMs = key.startedMs - this.#lastPushMs || 0;
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
   * Takes a frame and returns the packets that it completes: borrowed until the next call, or from
   * `LentPackets`. While `sending` is false time goes on and nothing is sent.
   */
  push(frame: Int16Array, sending: boolean, nowMs: number): readonly Uint8Array[] {
    invariant(frame.length === this.#frameSamples, "a frame is as long as it was said to be");
    this.#followClock(nowMs);
    const sound = this.#gather(frame, sending);
    this.#timestamp += frame.length * this.#coding.unitsPerSample;
    if (sound === undefined) return NOTHING;
    if (sending) return this.#packetize(sound);
    this.#markNext = true;
    return NOTHING;
  }

  /** A packet's sound, where this frame completes one; a frame that is one by itself stays. */
  #gather(frame: Int16Array, sending: boolean): Int16Array | undefined {
    const { pcm, frames, silence } = this.#coding;
    const isWhole = frame.length === pcm.length;
    if (isWhole && (!sending || this.#tones.pass(frame.length))) {
      silence?.suppressor.hear(frame);
      return frame;
    }
    const taken = frames[this.#filled / frame.length];
    invariant(taken !== undefined, "a packet has whole frames");
    copyNumbers(taken, frame);
    if (sending) this.#tones.render(taken);
    silence?.suppressor.hear(taken);
    this.#filled += frame.length;
    if (this.#filled < pcm.length) return undefined;
    this.#filled = 0;
    return pcm;
  }

  #packetize(sound: Int16Array): readonly Uint8Array[] {
    const { unitsPerSample, eventPayloadType, events } = this.#coding;
    const units = sound.length * unitsPerSample;
    const timestamp = this.#timestamp - units;
    if (eventPayloadType === undefined) return this.#sound(sound, timestamp);
    const packets = events.step(timestamp, units);
    if (packets.length === 0) return this.#sound(sound, timestamp);
    const sent = packets.map((packet) => this.#event(packet, eventPayloadType));
    if (!packets.some(({ replacesVoice }) => replacesVoice)) {
      return [...sent, ...this.#voice(sound, timestamp)];
    }
    this.#markNext = true;
    return sent;
  }

  /** The voice; or, where there is none and that was agreed, a description of the noise. */
  #sound(sound: Int16Array, timestamp: number): readonly Uint8Array[] {
    const { silence } = this.#coding;
    const decision = silence?.suppressor.decide();
    if (silence === undefined || decision === undefined || decision.kind === "voice") {
      return this.#voice(sound, timestamp);
    }
    this.#markNext = true;
    if (decision.kind === "nothing") return NOTHING;
    return [this.#noise(decision.model, silence.payloadType, timestamp)];
  }

  #noise(model: NoiseModel, payloadType: number, timestamp: number): Uint8Array {
    const length = writeComfortNoise(this.#noiseBytes.subarray(RTP_HEADER_BYTES), model);
    const bytes = this.#noiseBytes.subarray(0, RTP_HEADER_BYTES + length);
    const { red } = this.#coding;
    return this.#packet(bytes, { marker: false, payloadType, timestamp, red });
  }

  /** Nothing where the codec itself pauses. */
  #voice(sound: Int16Array, timestamp: number): readonly Uint8Array[] {
    const { codec, rooms, payloadType, red } = this.#coding;
    const room = rooms.next();
    const length = codec.encode(sound, room.payload);
    const marker = this.#markNext;
    this.#markNext = length === 0;
    if (length === 0) return NOTHING;
    const bytes = room.beginning(RTP_HEADER_BYTES + length);
    this.#voices[0] = this.#packet(bytes, { marker, payloadType, timestamp, red });
    return this.#voices;
  }

  #event(event: EventPacket, payloadType: number): Uint8Array {
    const bytes = new Uint8Array(RTP_HEADER_BYTES + TELEPHONE_EVENT_BYTES);
    writeTelephoneEvent(bytes, RTP_HEADER_BYTES, event.payload);
    const { marker, timestamp, payload } = event;
    const { eventRed: red } = this.#coding;
    const header = { marker, payloadType, timestamp, red, isRepeated: payload.end };
    return this.#packet(bytes, header);
  }

  /** Completes a packet whose payload lies behind the room for its header. */
  #packet(plain: Uint8Array, header: PacketHeader): Uint8Array {
    const { marker, timestamp, payloadType, red, isRepeated } = header;
    const packet =
      red?.wrap(payloadType, timestamp, plain.subarray(RTP_HEADER_BYTES), isRepeated) ?? plain;
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

  /** Where the sample clock stood still (the line heard a tone), the timestamp catches up. */
  #followClock(nowMs: number): void {
    const frameMs = this.#frameSamples / SAMPLES_PER_MS;
    const missedMs = nowMs - this.#lastPushMs - frameMs || 0;
    this.#lastPushMs = nowMs;
    if (missedMs < CLOCK_GAP_MS) return;
    this.#timestamp += Math.round(missedMs * SAMPLES_PER_MS) * this.#coding.unitsPerSample;
    this.#filled = 0;
    this.#markNext = true;
    this.#coding.events.interrupt();
  }
}
