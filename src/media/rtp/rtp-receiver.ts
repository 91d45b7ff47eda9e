import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { JitterSettings } from "../../base/media-messages.ts";
import type { Codec, CodecSpec } from "../codec/codec.ts";
import { findStaticCodec } from "../codec/codecs.ts";
import type { DigitPath } from "../far-digits.ts";
import { FixedPlayout } from "../fixed-playout.ts";
import type { MediaSessionConfig } from "../media-session-types.ts";
import { PACKET_LIMIT_SAMPLES, Playout } from "../playout.ts";
import type { PlayoutKind } from "../session-quality.ts";
import { COMFORT_NOISE_PAYLOAD_TYPE } from "./comfort-noise-payload.ts";
import type { BufferedPacket } from "./jitter-slot.ts";
import { type LossFigures, LossHistory } from "./loss-history.ts";
import type { NtpTime } from "./ntp-time.ts";
import { DEFAULT_JITTER } from "./playout-delay.ts";
import { ReceiptLog, type Receipts } from "./receipt-log.ts";
import { ReceiverStatistics } from "./receiver-statistics.ts";
import { parseRed } from "./red.ts";
import type { ReportBlock } from "./rtcp-packet.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import type { VoiceBand } from "./rtp-sender.ts";
import { SeenPackets } from "./seen-packets.ts";
import { parseTelephoneEvent } from "./telephone-event.ts";
import { type DigitSignal, TelephoneEventReceiver } from "./telephone-event-receiver.ts";

/** Playout that was not asked for a frame for so long begins anew: what waits is stale. */
const PLAYOUT_GAP_MS = 250;

/** A packet that comes so shortly before the first frame has it wait: those behind may be late. */
const FIRST_NEAR_MS = 2;

/** What playout is given: it copies what it keeps, so that one serves all. */
const PUT: { -readonly [Field in keyof BufferedPacket]-?: NonNullable<BufferedPacket[Field]> } = {
  sequence: 0,
  timestamp: 0,
  payloadType: 0,
  payload: new Uint8Array(0),
  samples: 0,
  noise: false,
  copySamples: 0,
};

/** What negotiation decides about receiving. */
export interface ReceiverOptions {
  readonly spec: CodecSpec;
  readonly payloadType: number;
  /** How often the far end is thought to send. */
  readonly ptimeMs?: number;
  readonly eventPayloadType: number | undefined;
  /** Of comfort noise, besides the static 13. */
  readonly noisePayloadType?: number | undefined;
  /** Of redundant audio. */
  readonly redPayloadType?: number | undefined;
  /** Of redundant events. */
  readonly eventRedPayloadType?: number | undefined;
  /** Of modems. */
  readonly voiceBand?: VoiceBand | undefined;
  /** Whether `takeReceipts` will be asked. */
  readonly keepsReceipts?: boolean;
}

const NOTHING: readonly DigitSignal[] = [];

const NO_TYPE = -1;

interface Block {
  readonly payloadType: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
  /** Extended. */
  readonly sequence: number;
}

/** From packets to frames and digits, for one stream at a time. */
export class RtpReceiver {
  /** The payload type of plain voice that came last, and who decodes it: most come again. */
  #voiceType = NO_TYPE;
  #voiceDecoder: Codec | undefined;
  #stream: ReceiverStatistics | undefined;
  /** A second source on the same address: it takes over with its second packet. */
  #candidateSsrc: number | undefined;
  #packets = 0;
  readonly #losses = new LossHistory();
  #receipts: ReceiptLog | undefined;
  /** Where there are copies of a voice at all. */
  readonly #seen: SeenPackets | undefined;
  /** As 32 bits with a sign: the runtime keeps those without memory of their own. */
  #voiceTimestamp: number | undefined;
  #playout: Playout | FixedPlayout;
  readonly #frameSamples: number;
  #lastPullMs = 0;
  #hasPulled = false;
  #lastVoiceCameMs = Number.NEGATIVE_INFINITY;
  readonly #events: TelephoneEventReceiver;
  readonly #options: ReceiverOptions;
  readonly #arithmetic: MediaSessionConfig["arithmetic"];
  readonly #decoders = new Map<number, Codec>();
  readonly #jitter: JitterSettings;
  #lostEarlier = 0;
  /** Of the playout before this one. */
  #earlier = { late: 0, concealed: 0 };

  constructor(
    config: Pick<MediaSessionConfig, "frameSamples" | "jitter" | "arithmetic">,
    options: ReceiverOptions,
    nowMs: number,
  ) {
    const { frameSamples, jitter = DEFAULT_JITTER, arithmetic } = config;
    this.#jitter = jitter;
    this.#lastPullMs = nowMs;
    this.#frameSamples = frameSamples;
    this.#arithmetic = arithmetic;
    this.#options = options;
    this.#decoders.set(options.payloadType, options.spec.createCodec(undefined, arithmetic));
    const { voiceBand } = options;
    const hasCopies = options.redPayloadType !== undefined || voiceBand?.redundancy !== undefined;
    if (hasCopies) this.#seen = new SeenPackets();
    if (voiceBand !== undefined) {
      this.#decoders.set(voiceBand.payloadType, voiceBand.spec.createCodec(undefined, arithmetic));
    }
    if (options.keepsReceipts === true) this.#receipts = new ReceiptLog();
    this.#events = new TelephoneEventReceiver(options.spec.clockRateHz, options.ptimeMs);
    const unitsPerSample = options.spec.clockRateHz / LINE_SAMPLE_RATE_HZ;
    const decoderOf = (type: number) =>
      type === this.#voiceType ? this.#voiceDecoder : this.#decoders.get(type);
    this.#playout = new Playout(frameSamples, unitsPerSample, decoderOf, jitter, arithmetic);
  }

  /** Whether a payload type means something here. */
  knows(payloadType: number): boolean {
    return (
      payloadType === this.#voiceType ||
      payloadType === this.#options.eventPayloadType ||
      this.#isRedundant(payloadType) ||
      this.#isNoise(payloadType) ||
      this.#decoder(payloadType) !== undefined
    );
  }

  /** Takes a packet of a known payload type from the accepted source, which came at `cameMs`. */
  receive(packet: RtpPacket, cameMs: number): readonly DigitSignal[] {
    const ended = this.#followSource(packet.ssrc);
    const stream = this.#stream;
    if (stream === undefined || stream.ssrc !== packet.ssrc) return ended;
    const verdict = stream.onSequence(packet.sequence);
    if (verdict === "suspect" || verdict === "duplicate") return ended;
    if (verdict === "restart") {
      this.#playout.restart();
      this.#seen?.clear();
    }
    this.#packets++;
    this.#losses.received(stream.extendedSequence);
    this.#receipts?.received(stream.extendedSequence);

    const sequence = stream.extendedSequence;
    if (packet.payloadType === this.#voiceType) {
      stream.onTimestamp(packet.timestamp, cameMs);
      this.#takeVoice(packet, sequence, cameMs);
      return ended;
    }
    const { payloadType, timestamp, payload } = packet;
    const block = { payloadType, timestamp, payload, sequence };
    const { voiceBand } = this.#options;
    const isRedundant = this.#isRedundant(payloadType);
    const isModem = payloadType === voiceBand?.payloadType;
    if (isModem) this.passModem(cameMs);
    if (isRedundant && payloadType === voiceBand?.redundancy?.payloadType) this.passModem(cameMs);
    if (!isRedundant && !isModem) this.#expect(payloadType);
    const signals = isRedundant ? this.#takeRedundant(block, cameMs) : this.#takeNew(block, cameMs);
    return ended.length === 0 ? signals : [...ended, ...signals];
  }

  /** What is new, in a packet of its own or behind copies. */
  #takeNew(block: Block, cameMs: number): readonly DigitSignal[] {
    const { payloadType, timestamp, sequence } = block;
    if (payloadType === this.#options.eventPayloadType) {
      if (this.#playout instanceof Playout) this.#playout.passOver(sequence);
      return this.#takeEvent(block, cameMs);
    }
    this.#stream?.onTimestamp(timestamp, cameMs);
    this.#takeVoice(block, sequence, cameMs);
    return NOTHING;
  }

  #takeEvent({ timestamp, payload }: Block, cameMs: number): readonly DigitSignal[] {
    const event = parseTelephoneEvent(payload);
    if (!event.ok) return NOTHING;
    this.#events.lateMs = this.jitterBufferMs;
    return this.#events.receive(timestamp, event.value, cameMs);
  }

  #takeVoice(packet: Omit<Block, "sequence">, sequence: number, cameMs: number): void {
    const { payloadType, timestamp, payload } = packet;
    const noise = this.#isNoise(payloadType);
    const decoder = noise ? undefined : this.#decoder(payloadType);
    const samples = noise ? this.#frameSamples : (decoder?.payloadSamples(payload) ?? 0);
    this.#seen?.note(sequence, timestamp);
    this.#voiceTimestamp = timestamp | 0;
    this.#lastVoiceCameMs = cameMs;
    PUT.sequence = sequence;
    PUT.timestamp = timestamp;
    PUT.payloadType = payloadType;
    PUT.payload = payload;
    PUT.samples = Math.min(samples, PACKET_LIMIT_SAMPLES);
    PUT.noise = noise;
    PUT.copySamples = decoder?.copySamples?.(payload) ?? 0;
    const sincePullMs = this.#hasPulled ? cameMs - this.#lastPullMs : 0;
    const verdict = this.#playout.put(PUT, sincePullMs / this.#frameMs());
    if (verdict === "late") this.#losses.discarded(sequence);
  }

  /** Copies are taken for packets that did not come, before what is new. */
  #takeRedundant(packet: Block, cameMs: number): readonly DigitSignal[] {
    const blocks = parseRed(packet.payload);
    if (!blocks.ok) return NOTHING;
    const signals: DigitSignal[] = [];
    for (const [at, { payloadType, timestampOffset, payload }] of blocks.value.entries()) {
      if (this.#isRedundant(payloadType) || !this.knows(payloadType)) continue;
      const timestamp = (packet.timestamp - timestampOffset) >>> 0;
      const block = { payloadType, timestamp, payload, sequence: packet.sequence };
      const position = blocks.value.length - 1 - at;
      if (position === 0) signals.push(...this.#takeNew(block, cameMs));
      else if (payloadType === this.#options.eventPayloadType) {
        signals.push(...this.#takeEvent(block, cameMs));
      } else {
        const sequence = this.#seen?.missing(timestamp, packet, position);
        if (sequence !== undefined) this.#takeVoice(block, sequence, cameMs);
      }
    }
    return signals;
  }

  timeout(nowMs: number): readonly DigitSignal[] {
    return this.#events.timeout(nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#events.deadlineMs();
  }

  /** Fills the next frame. */
  pull(frame: Int16Array, nowMs: number): void {
    if (nowMs - this.#lastPullMs > PLAYOUT_GAP_MS + this.#frameMs()) this.#playout.restart();
    this.#lastPullMs = nowMs;
    if (!this.#hasPulled && nowMs - this.#lastVoiceCameMs < FIRST_NEAR_MS) frame.fill(0);
    else this.#playout.pull(frame);
    this.#hasPulled = true;
  }

  /** No getter: the runtime looks those up at each use where they are private. */
  #frameMs(): number {
    return (this.#frameSamples * 1000) / LINE_SAMPLE_RATE_HZ;
  }

  /** The source begins anew: it was silent, or signalling moved it. */
  restart(): readonly DigitSignal[] {
    this.#playout.restart();
    this.#seen?.clear();
    return this.#events.restart();
  }

  /**
   * A modem talks: playout is fixed from now on, where the codec is one that modems survive. What
   * waits is given up.
   */
  passModem(nowMs: number): void {
    const { spec, voiceBand } = this.#options;
    const isCarried = spec.carriesModems === true || voiceBand !== undefined;
    if (!isCarried || this.#playout instanceof FixedPlayout) return;
    this.#lastPullMs = nowMs;
    this.#earlier = { late: this.late, concealed: this.framesConcealed };
    const unitsPerSample = spec.clockRateHz / LINE_SAMPLE_RATE_HZ;
    this.#playout = new FixedPlayout(unitsPerSample, (type) => this.#decoders.get(type));
  }

  /** Lets the decoders go. */
  close(): void {
    for (const decoder of this.#decoders.values()) decoder.close?.();
  }

  onSenderReport(ssrc: number, ntp: NtpTime, cameMs: number): void {
    if (this.#stream?.ssrc === ssrc) this.#stream.onSenderReport(ntp, cameMs);
  }

  report(nowMs: number): readonly ReportBlock[] {
    return this.#stream === undefined ? [] : [this.#stream.report(nowMs)];
  }

  /** Which packets came since this was last asked; what came before it is first may be unknown. */
  takeReceipts(): Receipts | undefined {
    this.#receipts ??= new ReceiptLog();
    return this.#receipts.take();
  }

  /** How the far end's events come. */
  get eventPath(): DigitPath {
    const { spec, ptimeMs } = this.#options;
    const lateMs = this.jitterBufferMs;
    const newest = this.#voiceTimestamp;
    const isVoiceAfter = (timestamp: number): boolean =>
      newest !== undefined && ((newest - timestamp) | 0) > 0;
    return { clockRateHz: spec.clockRateHz, packetMs: ptimeMs ?? 20, lateMs, isVoiceAfter };
  }

  /** What was lost, and how it fell. */
  get losses(): LossFigures {
    return this.#losses.figures();
  }

  /** The source that is heard; undefined until there is one. */
  get ssrc(): number | undefined {
    return this.#stream?.ssrc;
  }

  /** What playout waits beyond the fastest packets. */
  get jitterBufferMs(): number {
    return (this.#playout.delaySamples * 1000) / LINE_SAMPLE_RATE_HZ;
  }

  get playoutKind(): PlayoutKind {
    const { mode, minMs, maxMs } = this.#jitter;
    const conceals = this.#playout instanceof Playout;
    const adapts = conceals && mode === "adaptive";
    const limitMs = conceals ? (adapts ? maxMs : minMs) : this.jitterBufferMs;
    return { adapts, conceals, limitMs };
  }

  get packets(): number {
    return this.#packets;
  }

  get lost(): number {
    return this.#lostEarlier + (this.#stream?.lost ?? 0);
  }

  get late(): number {
    return this.#earlier.late + this.#playout.latePackets;
  }

  get framesConcealed(): number {
    return this.#earlier.concealed + this.#playout.framesConcealed;
  }

  get jitterMs(): number {
    return this.#stream?.jitterMs ?? 0;
  }

  #isRedundant(payloadType: number): boolean {
    const { redPayloadType, eventRedPayloadType, voiceBand } = this.#options;
    return (
      payloadType === redPayloadType ||
      payloadType === eventRedPayloadType ||
      payloadType === voiceBand?.redundancy?.payloadType
    );
  }

  #isNoise(payloadType: number): boolean {
    if (payloadType === this.#voiceType || payloadType === this.#options.payloadType) return false;
    return (
      payloadType === COMFORT_NOISE_PAYLOAD_TYPE || payloadType === this.#options.noisePayloadType
    );
  }

  /** The negotiated codec, or one whose payload type is static: peers switch among them at will. */
  #decoder(payloadType: number): Codec | undefined {
    if (payloadType === this.#voiceType) return this.#voiceDecoder;
    const known = this.#decoders.get(payloadType);
    if (known !== undefined || payloadType === this.#options.eventPayloadType) return known;
    const spec = findStaticCodec(payloadType);
    if (spec === undefined || spec.clockRateHz !== this.#options.spec.clockRateHz) return undefined;
    const codec = spec.createCodec(undefined, this.#arithmetic);
    this.#decoders.set(payloadType, codec);
    return codec;
  }

  /** Of plain voice, the next packets are thought to be as this one. */
  #expect(payloadType: number): void {
    if (payloadType === this.#options.eventPayloadType || this.#isNoise(payloadType)) return;
    const decoder = this.#decoder(payloadType);
    this.#voiceType = decoder === undefined ? NO_TYPE : payloadType;
    this.#voiceDecoder = decoder;
  }

  /** Begins with the first SSRC; another takes over only with two packets in a row. */
  #followSource(ssrc: number): readonly DigitSignal[] {
    if (this.#stream?.ssrc === ssrc) {
      this.#candidateSsrc = undefined;
      return NOTHING;
    }
    if (this.#stream !== undefined && this.#candidateSsrc !== ssrc) {
      this.#candidateSsrc = ssrc;
      return NOTHING;
    }
    this.#candidateSsrc = undefined;
    const replaced = this.#stream;
    this.#lostEarlier += replaced?.lost ?? 0;
    this.#stream = new ReceiverStatistics(ssrc, this.#options.spec.clockRateHz);
    this.#receipts?.restart();
    return replaced === undefined ? NOTHING : this.restart();
  }
}
