import type { SocketAddress } from "../../../src/base/address.ts";
import type { Digit } from "../../../src/base/audio.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { Udp, UdpSocket } from "../../../src/hal/ports/net.ts";
import { decodeG711, encodeG711, type G711Law } from "../audio/g711.ts";
import { pcm16FromVolts, sineMix } from "../audio/levels.ts";
import type { RandomFloat } from "../audio/random-float.ts";
import { type ContinuityReport, RtpContinuity } from "./rtp-continuity.ts";
import { printRtp, type RtpReadFault, readRtp } from "./rtp-reader.ts";
import {
  digitOfEvent,
  eventOfDigit,
  printTelephoneEvent,
  readTelephoneEvent,
} from "./telephone-event.ts";

/** Where a media far end lives and what it speaks. */
export interface RtpPeerOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly random: RandomFloat;
  readonly local: SocketAddress;
  readonly law?: G711Law;
  readonly eventPayloadType?: number;
}

/** A digit that came as telephone-events. */
export interface EventDigit {
  readonly digit: Digit;
  readonly atMs: number;
  readonly durationMs: number;
}

const FRAME_SAMPLES = 160;
const FRAME_MS = 20;
const SAMPLES_PER_MS = 8;
const PAYLOAD_TYPES = { PCMU: 0, PCMA: 8 } as const satisfies Record<G711Law, number>;
const DEFAULT_EVENT_PAYLOAD_TYPE = 101;
/** The end of an event is sent so often. @see RFC 4733 §2.5.1.4 */
const EVENT_ENDS = 3;
const EVENT_VOLUME = 10;
/** The most audio that is kept: half an hour. */
const HEARD_LIMIT_SAMPLES = 1800 * 8000;

interface SentEvent {
  readonly event: number;
  readonly samples: number;
  /** Timestamp of its start; undefined before it was begun. */
  start: number | undefined;
  endsLeft: number;
}

/**
 * A media far end of its own make: sends G.711 in 20 ms packets on the World's clock, hears what
 * comes, and keeps count of the stream's order.
 */
export class RtpPeer {
  readonly #clock: Clock;
  #law: G711Law;
  readonly #eventPayloadType: number;
  readonly #continuity = new RtpContinuity();
  readonly #faults = new Map<RtpReadFault | "unknown-payload", number>();
  readonly #digits: EventDigit[] = [];
  readonly #events: SentEvent[] = [];
  readonly #ssrc: number;
  #socket: UdpSocket | undefined;
  #remote: SocketAddress | undefined;
  #timer: Timer | undefined;
  #nextMs = 0;
  #sequence: number;
  #timestamp: number;
  #marker = true;
  #speech = new Int16Array(0);
  #spoken = 0;
  #tone: readonly number[] = [];
  #toneDbm0 = 0;
  #toneSample = 0;
  #heard = new Int16Array(8000);
  #heardLength = 0;
  #firstTimestamp: number | undefined;
  #firstHeardAtMs: number | undefined;
  #lastEventTimestamp: number | undefined;

  private constructor(options: RtpPeerOptions) {
    this.#clock = options.clock;
    this.#law = options.law ?? "PCMU";
    this.#eventPayloadType = options.eventPayloadType ?? DEFAULT_EVENT_PAYLOAD_TYPE;
    const draw = (below: number): number => Math.floor(options.random.float() * below);
    this.#ssrc = draw(2 ** 32);
    this.#sequence = draw(2 ** 16);
    this.#timestamp = draw(2 ** 32);
  }

  /** Binds its socket. Rejects with `PortError` where the address is not to be had. */
  static async create(options: RtpPeerOptions): Promise<RtpPeer> {
    const peer = new RtpPeer(options);
    peer.#socket = await options.udp.bind({
      ...options.local,
      onDatagram: (payload) => peer.#receive(payload),
      onFault: () => {},
    });
    return peer;
  }

  get local(): SocketAddress {
    return this.#socket?.local ?? { host: "", port: 0 };
  }

  /** Begins to send to an address, silence until told what else. */
  start(remote: SocketAddress): void {
    this.#remote = remote;
    if (this.#timer !== undefined) return;
    this.#nextMs = this.#clock.nowMs();
    this.#marker = true;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  close(): void {
    this.stop();
    this.#socket?.close();
  }

  /** Speaks and hears the other law from the next packet on. */
  changeLaw(law: G711Law): void {
    this.#law = law;
  }

  /** Talks from the next packet on, in place of what it was saying; 16-bit linear. */
  say(samples: Int16Array): void {
    this.#speech = samples.slice();
    this.#spoken = 0;
  }

  /** Sends a steady mix of sines, each at a level, under what it says; no frequency ends it. */
  sendTone(frequenciesHz: readonly number[], levelDbm0Each = -10): void {
    this.#tone = frequenciesHz;
    this.#toneDbm0 = levelDbm0Each;
  }

  /** Sends a digit as telephone-events in place of audio, after those that wait. */
  sendDigit(digit: Digit, durationMs = 100): void {
    const samples = Math.ceil(durationMs / FRAME_MS) * FRAME_SAMPLES;
    const event = eventOfDigit(digit);
    this.#events.push({ event, samples, start: undefined, endsLeft: EVENT_ENDS });
  }

  /** What was heard, 16-bit linear; packets stand where their timestamps put them. */
  heard(): Int16Array {
    return this.#heard.slice(0, this.#heardLength);
  }

  /** When the first audio packet came; `heard()[0]` belongs to it. */
  get firstHeardAtMs(): number | undefined {
    return this.#firstHeardAtMs;
  }

  /** Digits that came as telephone-events, each once, when their end came. */
  get digits(): readonly EventDigit[] {
    return this.#digits;
  }

  get continuity(): ContinuityReport {
    return this.#continuity.report;
  }

  /** How many datagrams were not understood, by why. */
  get faults(): ReadonlyMap<RtpReadFault | "unknown-payload", number> {
    return this.#faults;
  }

  #arm(): void {
    this.#timer = this.#clock.at(this.#nextMs, () => {
      // From the plan, not from now: lateness does not add up.
      this.#nextMs += FRAME_MS;
      this.#arm();
      this.#sendFrame();
    });
  }

  #sendFrame(): void {
    const [event] = this.#events;
    if (event === undefined) this.#sendAudio();
    else this.#sendEvent(event);
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
  }

  #sendAudio(): void {
    const frame = new Int16Array(FRAME_SAMPLES);
    if (this.#tone.length > 0) {
      frame.set(pcm16FromVolts(sineMix(this.#tone, this.#toneDbm0, FRAME_MS, this.#toneSample)));
      this.#toneSample += FRAME_SAMPLES;
    }
    const said = this.#speech.subarray(this.#spoken, this.#spoken + FRAME_SAMPLES);
    said.forEach((sample, at) => {
      frame[at] = Math.max(-32768, Math.min(32767, (frame[at] ?? 0) + sample));
    });
    this.#spoken += said.length;
    this.#send(PAYLOAD_TYPES[this.#law], this.#timestamp, encodeG711(this.#law, frame));
  }

  #sendEvent(event: SentEvent): void {
    if (event.start === undefined) {
      event.start = this.#timestamp;
      this.#marker = true;
    }
    const elapsed = ((this.#timestamp - event.start) >>> 0) + FRAME_SAMPLES;
    const end = elapsed >= event.samples;
    const payload = printTelephoneEvent({
      event: event.event,
      end,
      volume: EVENT_VOLUME,
      duration: Math.min(0xffff, elapsed, event.samples),
    });
    this.#send(this.#eventPayloadType, event.start, payload);
    if (!end) return;
    event.endsLeft--;
    if (event.endsLeft === 0) this.#events.shift();
  }

  #send(payloadType: number, timestamp: number, payload: Uint8Array): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    const packet = printRtp({
      marker: this.#marker,
      payloadType,
      sequence: this.#sequence,
      timestamp,
      ssrc: this.#ssrc,
      payload,
    });
    this.#marker = false;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#socket?.send(packet, remote);
  }

  #receive(datagram: Uint8Array): void {
    const packet = readRtp(datagram);
    if (!packet.ok) {
      this.#countFault(packet.error);
    } else if (packet.value.payloadType === this.#eventPayloadType) {
      this.#continuity.take(packet.value, undefined);
      this.#hearEvent(packet.value.payload, packet.value.timestamp);
    } else if (packet.value.payloadType === PAYLOAD_TYPES[this.#law]) {
      const samples = decodeG711(this.#law, packet.value.payload);
      this.#continuity.take(packet.value, samples.length);
      this.#hearAudio(samples, packet.value.timestamp);
    } else {
      this.#countFault("unknown-payload");
    }
  }

  #countFault(fault: RtpReadFault | "unknown-payload"): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }

  #hearEvent(payload: Uint8Array, timestamp: number): void {
    const event = readTelephoneEvent(payload);
    if (!event.ok || !event.value.end || this.#lastEventTimestamp === timestamp) return;
    this.#lastEventTimestamp = timestamp;
    const digit = digitOfEvent(event.value.event);
    if (digit === undefined) return;
    const durationMs = event.value.duration / SAMPLES_PER_MS;
    this.#digits.push({ digit, atMs: this.#clock.nowMs(), durationMs });
  }

  #hearAudio(samples: Int16Array, timestamp: number): void {
    this.#firstTimestamp ??= timestamp;
    this.#firstHeardAtMs ??= this.#clock.nowMs();
    const offset = (timestamp - this.#firstTimestamp) | 0;
    const end = offset + samples.length;
    if (offset < 0 || end > HEARD_LIMIT_SAMPLES) return;
    if (end > this.#heard.length) {
      const grown = new Int16Array(Math.min(HEARD_LIMIT_SAMPLES, 2 * end));
      grown.set(this.#heard);
      this.#heard = grown;
    }
    this.#heard.set(samples, offset);
    this.#heardLength = Math.max(this.#heardLength, end);
  }
}
