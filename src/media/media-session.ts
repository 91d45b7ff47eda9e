import type { SocketAddress } from "../base/address.ts";
import type { AudioEndpoint, Digit } from "../base/audio.ts";
import { earlierMs, NOTHING_SOONER } from "../base/core.ts";
import { invariant } from "../base/invariant.ts";
import type { KeyCommand, MediaFlow, MediaStats } from "../base/media-messages.ts";
import { done, err, type Result } from "../base/result.ts";
import { isStun } from "../base/stun/stun-message.ts";
import { CallQuality } from "./call-quality.ts";
import type { CodecSpec } from "./codec/codec.ts";
import { findCodec } from "./codec/codecs.ts";
import { FarDigits } from "./far-digits.ts";
import { nameTones, receiverOptions, sameCoding, senderOptions } from "./flow-options.ts";
import type { Flowing } from "./flowing.ts";
import type {
  FlowError,
  MediaDatagram,
  MediaInput,
  MediaOutput,
  MediaSessionConfig,
} from "./media-session-types.ts";
import { ModemWatch } from "./modem-watch.ts";
import { KeyRing } from "./packet-keys.ts";
import { IceLite } from "./rtp/ice-lite.ts";
import { parseRtcp } from "./rtp/parse-rtcp.ts";
import { RtcpPath } from "./rtp/rtcp-path.ts";
import { RtcpReporter } from "./rtp/rtcp-reporter.ts";
import { looksLikeRtcp, RtpReader } from "./rtp/rtp-packet.ts";
import { RtpReceiver } from "./rtp/rtp-receiver.ts";
import { RtpSender } from "./rtp/rtp-sender.ts";
import { SourceLatch } from "./rtp/source-latch.ts";
import type { DigitSignal } from "./rtp/telephone-event-receiver.ts";
import { extendedBlocks, type PathFigures, pathOf } from "./session-quality.ts";
import { statsOf, sumOf, ZERO_STATS } from "./session-stats.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { VoiceOutput } from "./voice-output.ts";

export type {
  FlowError,
  MediaInput,
  MediaOutput,
  MediaSessionConfig,
} from "./media-session-types.ts";

const NOTHING: readonly MediaOutput[] = [];

/** One serves all: a packet is dealt with before the next one comes. */
const PACKET = new RtpReader();

/**
 * One RTP session: a source and sink of audio for whatever it is joined to.
 *
 *    opened ──setFlow──▶ flowing ──close──▶ closed
 *                         │   ▲
 *                         └───┘ setFlow (hold, another address, another codec)
 *
 * The sample clock drives it: `push` then `pull` in each frame. Packets come in by `handle`, which
 * also runs RTCP, silence and lost ends of events. Anything that does not parse, comes from a
 * stranger or has an unknown payload type is dropped without a trace but in the counts.
 */
export class MediaSession implements AudioEndpoint<MediaOutput> {
  #flowing: Flowing | undefined;
  #closed = false;
  readonly #silence = new SilenceWatch();
  /** Whether a modem or fax machine was heard, on either side; and what digits were told. */
  readonly modems: ModemWatch;
  readonly digits: FarDigits;
  readonly #rtcp: RtcpReporter;
  readonly #config: MediaSessionConfig;
  readonly #keys: KeyRing;
  #earlier: MediaStats | undefined;
  readonly #quality = new CallQuality();
  readonly #voice: VoiceOutput;

  constructor(config: MediaSessionConfig) {
    this.#config = config;
    this.#voice = new VoiceOutput(config.session);
    this.#keys = new KeyRing(config.ciphers);
    this.#rtcp = new RtcpReporter(config);
    this.modems = new ModemWatch(config.session, config.passesModems, config.arithmetic);
    this.digits = new FarDigits(config.session, config.digits);
  }

  /** Starts, or changes, what flows. An error leaves things as they were. */
  setFlow(flow: MediaFlow, nowMs: number): Result<undefined, FlowError> {
    invariant(!this.#closed, "a closed session gets no flow");
    const spec = findCodec(flow.codec.name, flow.codec.clockRateHz, this.#config.codecs);
    if (spec === undefined) return err("unknown-codec");
    const before = this.#flowing;
    const keys = this.#keys.take(flow);
    if (keys === "no-ciphers") return err(keys);
    const rtpLatch = before?.rtpLatch ?? new SourceLatch(flow.remote);
    const rtcpPath = before?.rtcpPath ?? new RtcpPath(flow.remoteRtcp);
    rtpLatch.signal(flow.remote);
    rtcpPath.signal(flow.remoteRtcp);
    const sender = this.#senderFor(flow, spec);
    this.#flowing = {
      receiver: this.#receiverFor(flow, spec, nowMs),
      sender,
      rtpLatch,
      ...keys,
      receives: flow.receive && !keys.isLocked,
      sends: flow.send && !keys.isLocked,
      flow,
      spec,
      rtcpPath,
      ice: flow.ice === undefined ? undefined : new IceLite(flow.ice),
    };
    if (before?.receives !== true) this.#silence.start(nowMs);
    this.#rtcp.start(nowMs);
    return done;
  }

  /** DTLS has brought keys for what flows. Nothing where nothing does. */
  setKeys(keys: Pick<MediaFlow, "srtp" | "srtcp">, nowMs: number): void {
    const flow = this.#flowing?.flow;
    if (flow !== undefined && !this.#closed) this.setFlow({ ...flow, ...keys }, nowMs);
  }

  /** Where datagrams of RTP and RTCP go; undefined where nothing flows yet. */
  get paths(): Pick<Flowing, "rtpLatch" | "rtcpPath"> | undefined {
    return this.#flowing;
  }

  /** Queues a digit to be sent, as event or in-band; false where that is not possible now. */
  sendDigit(digit: Digit, durationMs: number): boolean {
    return this.#flowing?.sender.sendDigit(digit, durationMs) ?? false;
  }

  /** Sends a digit as event while it is keyed; false where that is not possible now. */
  keyDigit(key: KeyCommand): boolean {
    return this.#flowing?.sender.keyDigit(key) ?? false;
  }

  /** Queues a hook flash to be sent as event; false where that is not possible now. */
  sendFlash(durationMs: number): boolean {
    return this.#flowing?.sender.sendFlash(durationMs) ?? false;
  }

  handle(input: MediaInput, nowMs: number): readonly MediaOutput[] {
    const flowing = this.#flowing;
    if (flowing === undefined || this.#closed) return NOTHING;
    switch (input.kind) {
      case "rtp":
        if (isStun(input.bytes)) return this.#onCheck(flowing, input);
        return looksLikeRtcp(input.bytes)
          ? this.#onRtcp(flowing, input.bytes, undefined, input.cameMs ?? nowMs)
          : this.#onRtp(flowing, input, nowMs);
      case "rtcp":
        if (isStun(input.bytes)) return this.#onCheck(flowing, input);
        return this.#onRtcp(flowing, input.bytes, input.from, input.cameMs ?? nowMs);
      case "timeout":
        return this.#onTimeout(flowing, nowMs);
    }
  }

  deadlineMs(): number | undefined {
    if (this.#closed || this.#flowing === undefined) return undefined;
    const { receives, receiver } = this.#flowing;
    const silentAtMs = receives ? this.#silence.dueMs : undefined;
    return earlierMs(earlierMs(this.#rtcp.deadlineMs(), silentAtMs), receiver.deadlineMs());
  }

  push(frame: Int16Array, nowMs: number): readonly MediaOutput[] {
    const flowing = this.#flowing;
    if (flowing === undefined || this.#closed) return NOTHING;
    const heard = this.#hearModem(flowing, "near", frame, nowMs);
    const packets = flowing.sender.push(frame, flowing.sends, nowMs);
    if (packets.length === 0) return heard;
    const { srtp, rtpLatch } = flowing;
    const sent = this.#voice.packets(packets, srtp, rtpLatch.destination);
    return heard.length === 0 ? sent : [...heard, ...sent];
  }

  pull(frame: Int16Array, nowMs: number): readonly MediaOutput[] {
    const flowing = this.#flowing;
    const isOpen = flowing?.receives === true && !this.#closed;
    if (isOpen) flowing.receiver.pull(frame, nowMs);
    else frame.fill(0);
    const heard = isOpen ? this.#hearModem(flowing, "far", frame, nowMs) : NOTHING;
    this.digits.render(frame, nowMs);
    return heard;
  }

  /** Where a modem is heard, nothing is stretched, made up or suppressed any more. */
  #hearModem(
    flowing: Flowing,
    side: "near" | "far",
    frame: Int16Array,
    nowMs: number,
  ): readonly MediaOutput[] {
    const outputs = this.modems.hear(side, frame);
    if (outputs.length === 0) return NOTHING;
    this.#passModem(flowing, nowMs);
    if (side === "near") nameTones(flowing.flow, flowing.sender, outputs);
    return outputs;
  }

  #passModem({ sender, receiver }: Flowing, nowMs: number): void {
    if (!this.modems.isModem) return;
    sender.passModem();
    receiver.passModem(nowMs);
  }

  /** Ends it: a last report with BYE, and the `closed` event. Closing twice does nothing. */
  close(nowMs: number): readonly MediaOutput[] {
    if (this.#closed) return NOTHING;
    this.#closed = true;
    const { session } = this.#config;
    const outputs: MediaOutput[] = [];
    const flowing = this.#flowing;
    if (flowing !== undefined) {
      outputs.push(...this.#onDigits(flowing, flowing.receiver.restart(), nowMs));
      const bytes = this.#rtcp.bye(this.#reportInput(flowing, nowMs), nowMs);
      outputs.push(...this.#sendRtcp(flowing, bytes));
      flowing.sender.close();
      flowing.receiver.close();
    }
    outputs.push({ kind: "event", event: { kind: "closed", session, stats: this.stats() } });
    return outputs;
  }

  /** The figures so far. */
  stats(): MediaStats {
    const flowing = this.#flowing;
    const now = flowing === undefined ? ZERO_STATS : statsOf(flowing);
    const earlier = this.#earlier ?? ZERO_STATS;
    const { roundTripMs } = this.#rtcp;
    const quality = flowing === undefined ? undefined : this.#quality.whole(this.#path(flowing));
    return {
      ...sumOf(earlier, now),
      ...(roundTripMs === undefined ? undefined : { roundTripMs }),
      ...(quality === undefined ? undefined : { quality }),
      ...this.#quality.recent,
    };
  }

  #senderFor(flow: MediaFlow, spec: CodecSpec): RtpSender {
    const options = senderOptions(flow, spec);
    const before = this.#flowing;
    if (before === undefined) {
      const { ssrc, firstSequence, firstTimestamp, frameSamples } = this.#config;
      const start = { ssrc, sequence: firstSequence, timestamp: firstTimestamp };
      return new RtpSender(start, frameSamples, options, this.#config.arithmetic);
    }
    if (!sameCoding(before.flow, flow, this.modems)) before.sender.reconfigure(options);
    return before.sender;
  }

  #receiverFor(flow: MediaFlow, spec: CodecSpec, nowMs: number): RtpReceiver {
    const before = this.#flowing;
    if (before !== undefined && sameCoding(before.flow, flow, this.modems)) return before.receiver;
    if (before !== undefined) {
      this.#earlier = { ...this.stats(), packetsSent: 0 };
      this.#quality.next(this.#path(before));
      before.receiver.close();
    }
    return new RtpReceiver(this.#config, receiverOptions(flow, spec), nowMs);
  }

  /** A check of ICE: answered, and the way that the far end chooses is taken. */
  #onCheck(flowing: Flowing, input: MediaDatagram): readonly MediaOutput[] {
    const answer = flowing.ice?.answer(input.bytes, input.from);
    if (answer === undefined) return NOTHING;
    if (answer.isNominated && input.kind === "rtp") flowing.rtpLatch.nominate(input.from);
    return [this.#send(input.kind, answer.reply, input.from)];
  }

  #onRtp(flowing: Flowing, input: MediaDatagram, nowMs: number): readonly MediaOutput[] {
    const { receives, receiver, sender, rtpLatch, srtp } = flowing;
    const { from } = input;
    const bytes = srtp === undefined ? input.bytes : srtp.openRtp(input.bytes);
    if (bytes === undefined) return NOTHING;
    if (PACKET.read(bytes) !== undefined || !receiver.knows(PACKET.payloadType)) return NOTHING;
    const isAuthentic = srtp !== undefined;
    if (!rtpLatch.accept(from, PACKET, isAuthentic) || !receives) return NOTHING;
    if (sender.isOwn(PACKET) && !sender.hasSent(PACKET)) {
      return this.#leaveSource(flowing, nowMs);
    }

    const isNew = this.#silence.heard(nowMs);
    const signals = receiver.receive(PACKET, input.cameMs ?? nowMs);
    if (!isNew && signals.length === 0) return NOTHING_SOONER;
    const outputs: MediaOutput[] = [];
    if (isNew) {
      const { session } = this.#config;
      outputs.push({ kind: "event", event: { kind: "receiving", session, from } });
    }
    outputs.push(...this.#onDigits(flowing, signals, nowMs));
    return outputs;
  }

  /** `from` is undefined for RTCP on the RTP port: it need not answer to the RTCP port's peer. */
  #onRtcp(
    flowing: Flowing,
    bytes: Uint8Array,
    from: SocketAddress | undefined,
    cameMs: number,
  ): readonly MediaOutput[] {
    // What came to the RTP port has RTP's keys, also where RTCP has a port of its own.
    const keys = from === undefined ? flowing.srtp : flowing.srtcp;
    const plain = keys === undefined ? bytes : keys.openRtcp(bytes);
    if (plain === undefined) return NOTHING;
    const packets = parseRtcp(plain);
    if (!packets.ok) return NOTHING;
    if (from !== undefined && !flowing.rtcpPath.accept(from, flowing.rtpLatch, keys !== undefined))
      return NOTHING;
    for (const packet of packets.value) {
      if (packet.kind === "sender-report") {
        flowing.receiver.onSenderReport(packet.ssrc, packet.ntp, cameMs);
      }
      if (packet.kind === "sender-report" || packet.kind === "receiver-report") {
        this.#rtcp.onReports(packet.reports, cameMs);
      }
    }
    return NOTHING;
  }

  #onTimeout(flowing: Flowing, nowMs: number): readonly MediaOutput[] {
    const { session } = this.#config;
    const outputs: MediaOutput[] = [];
    outputs.push(...this.#onDigits(flowing, flowing.receiver.timeout(nowMs), nowMs));
    const reportMs = this.#rtcp.deadlineMs();
    if (reportMs !== undefined && nowMs >= reportMs) {
      const bytes = this.#rtcp.report(this.#reportInput(flowing, nowMs), nowMs);
      outputs.push(...this.#sendRtcp(flowing, bytes));
      this.#quality.tell(this.#path(flowing));
      const stats = this.stats();
      if (stats.quality !== undefined) {
        outputs.push({ kind: "event", event: { kind: "quality", session, stats } });
      }
    }
    const silence = flowing.receives ? this.#silence.tell(nowMs) : undefined;
    if (silence !== undefined) {
      // The peer may have moved (its NAT forgot): the next source is listened to.
      flowing.rtpLatch.release();
      flowing.rtcpPath.release();
      outputs.push({ kind: "event", event: { kind: "silent", session, ...silence } });
    }
    return outputs;
  }

  #onDigits(flowing: Flowing, signals: readonly DigitSignal[], nowMs: number) {
    return signals.flatMap((signal) => {
      const told = this.digits.take(signal, nowMs, flowing.receiver.eventPath);
      if (signal.kind !== "tone-start") return told;
      const named = this.modems.named(signal.event);
      this.#passModem(flowing, nowMs);
      return named;
    });
  }

  #reportInput(flowing: Flowing, nowMs: number) {
    return {
      sent: flowing.sender.counts,
      rtpTimestamp: flowing.sender.timestampAt(nowMs),
      reports: flowing.receiver.report(nowMs),
      extended: extendedBlocks(flowing.flow, flowing.receiver, this.#path(flowing)),
    };
  }

  #path({ flow, receiver }: Flowing): PathFigures {
    return pathOf(flow, receiver, this.#rtcp.roundTripMs);
  }

  /**
   * Another source has our SSRC by chance: we say BYE and go on under a new one. What is only sent
   * back to us (a far end that echoes) has our own numbers, and is heard. @see RFC 3550 §8.2
   */
  #leaveSource(flowing: Flowing, nowMs: number): readonly MediaOutput[] {
    const bytes = this.#rtcp.bye(this.#reportInput(flowing, nowMs), nowMs);
    const outputs = this.#sendRtcp(flowing, bytes);
    const ssrc = Math.floor(this.#config.random() * 2 ** 32);
    flowing.sender.changeSource(ssrc);
    flowing.srtp?.changeSource();
    this.#rtcp.changeSource(ssrc, nowMs);
    return outputs;
  }

  #sendRtcp(flowing: Flowing, plain: Uint8Array): readonly MediaOutput[] {
    const { srtcp, flow, rtpLatch, rtcpPath } = flowing;
    const bytes = srtcp === undefined ? plain : srtcp.protectRtcp(plain);
    if (bytes === undefined) return NOTHING;
    if (flow.rtcpMux === true) return [this.#send("rtp", bytes, rtpLatch.destination)];
    return [this.#send("rtcp", bytes, rtcpPath.destination(rtpLatch))];
  }

  #send(channel: "rtp" | "rtcp", bytes: Uint8Array, to: SocketAddress): MediaOutput {
    return { kind: "send", session: this.#config.session, channel, bytes, to };
  }
}
