import type { PortFault } from "../../../base/port-fault.ts";
import { done, err, ok, type Result } from "../../../base/result.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PcmStream, PcmStreamEvents } from "../../ports/pcm-stream.ts";
import type {
  LineFeed,
  LineReading,
  RingSignal,
  Slic,
  SlicCapabilities,
  SlicEvents,
} from "../../ports/slic.ts";
import { promised } from "../sleep.ts";
import { cardLineFault, lineCapabilities, parseReading } from "./card-line-facts.ts";
import type { CardLineInfo } from "./card-packets.ts";
import type { CardCommand, CommandChannel } from "./command-channel.ts";
import { EVENT_KINDS, FRAME_SAMPLES, LINE_FLAGS, OPS } from "./wire-numbers.ts";

/** What a line of a card needs of the link that it shares with the others. */
export interface CardLineLink {
  /** `line 2 of the serial card at /dev/ttyACM0`. */
  readonly name: string;
  readonly info: CardLineInfo;
  readonly channel: CommandChannel;
  readonly clock: Clock;
  /** Why the card is lost; undefined while it is there. */
  lost(): PortFault | undefined;
  wantWatermark(atMs: number): void;
  /** The line is not used any more. */
  release(): void;
}

/** The feeds in the order of their codes. */
const FEEDS = ["open", "forward", "reverse", "power-down"] as const satisfies readonly LineFeed[];
/** The shapes in the order of their codes; 0 is the card's own. */
const SHAPES = [undefined, "sine", "trapezoid"] as const;
const MEASURE_ANSWER_MS = 300;
const BYTE_MAX = 255;

const RING_OFF: CardCommand = { op: OPS.ring, args: [0, 0, 0, 0, 0, 0, 0], what: "ringing" };
const FORWARD: CardCommand = { op: OPS.feed, args: [1], what: "the line feed" };
const RESET: CardCommand = { op: OPS.reset, what: "a reset" };
/** A command whose end nobody waits for. */
const unheard = (): void => {};

/**
 * One line of a serial card: its line interface, and its audio channel at the card's own sample
 * clock. Calls return at once; what the card refuses comes as a fault, with the line made safe.
 */
export class CardLine implements Slic {
  readonly capabilities: SlicCapabilities;
  readonly setOnHookTransmission?: (on: boolean) => Result<undefined, PortFault>;
  readonly sendMeteringPulse?: (hz: number, durationMs: number) => Result<undefined, PortFault>;
  readonly setNeonLamp?: (on: boolean) => Result<undefined, PortFault>;
  readonly measure?: () => Promise<Result<LineReading, PortFault>>;
  readonly #link: CardLineLink;
  readonly #events: SlicEvents;
  readonly #pcm: PcmStreamEvents;
  #closed = false;
  #loop = false;
  /** No loop change is told that is stamped before this. */
  #toldMs = Number.NEGATIVE_INFINITY;
  #playing = false;

  constructor(link: CardLineLink, events: SlicEvents, pcm: PcmStreamEvents) {
    this.#link = link;
    this.#events = events;
    this.#pcm = pcm;
    const { flags } = link.info;
    this.capabilities = lineCapabilities(link.info);
    if ((flags & LINE_FLAGS.switchedOnHookTransmission) !== 0) {
      this.setOnHookTransmission = (on) =>
        this.#ask({ op: OPS.onHookTransmission, args: [Number(on)], what: "audio on-hook" });
    }
    if (this.capabilities.meteringHz !== undefined) {
      this.sendMeteringPulse = (hz, durationMs) =>
        this.#ask({ op: OPS.metering, args: [...u16(hz), ...u16(durationMs)], what: "metering" });
    }
    if (this.capabilities.neonLamp === true) {
      this.setNeonLamp = (on) => this.#ask({ op: OPS.lamp, args: [Number(on)], what: "the lamp" });
    }
    if ((flags & LINE_FLAGS.measures) !== 0) this.measure = () => this.#measure();
  }

  /** Puts the line into its safe state, whatever it was in, and learns how its loop stands. */
  async begin(): Promise<Result<undefined, PortFault>> {
    const reset = await this.command(RESET);
    if (!reset.ok) return reset;
    const [, , loop = 0, fault = 0] = reset.value;
    if (fault !== 0) return err(cardLineFault(this.#link.name, fault));
    this.#loop = loop !== 0;
    return done;
  }

  /** Asks the card something in turn, and waits for the data of its reply. */
  command(command: CardCommand): Promise<Result<Uint8Array, PortFault>> {
    return promised(this.#link.clock, (settle) =>
      this.#link.channel.send(command, (end) =>
        settle(end ?? err(this.#link.lost() ?? this.#closedFault())),
      ),
    );
  }

  /** The line's audio, for as long as the line is open. */
  get audio(): PcmStream {
    return {
      frameSamples: FRAME_SAMPLES,
      start: () => this.#play(true),
      stop: () => this.#play(false),
      close: () => this.#play(false),
    };
  }

  setFeed(feed: LineFeed): Result<undefined, PortFault> {
    const { flags } = this.#link.info;
    const lacks =
      (feed === "open" && !this.capabilities.openLoop) ||
      (feed === "reverse" && !this.capabilities.reversal) ||
      (feed === "power-down" && (flags & LINE_FLAGS.powerDown) === 0);
    if (lacks) {
      const advice = "this card cannot: choose another way in the configuration";
      this.safe();
      return err({ kind: "unsupported", what: `line feed ${feed} of ${this.#link.name}`, advice });
    }
    return this.#ask({ op: OPS.feed, args: [FEEDS.indexOf(feed)], what: "the line feed" });
  }

  setRinging(on: boolean, { frequencyHz, shape, voltsRms }: RingSignal) {
    if (!on) return this.#ask(RING_OFF);
    const volts = Math.min(BYTE_MAX, Math.round(voltsRms ?? 0));
    const frequency = u16(Math.round(10 * frequencyHz));
    // The card keeps to its own burst limit, which is what the capabilities say.
    const args = [1, SHAPES.indexOf(shape), ...frequency, volts, 0, 0];
    return this.#ask({ op: OPS.ring, args, what: "ringing" });
  }

  readLoop(): Result<boolean, PortFault> {
    const fault = this.#fault();
    return fault === undefined ? ok(this.#loop) : err(fault);
  }

  requestWatermark(atMs: number): void {
    if (this.#fault() === undefined) this.#link.wantWatermark(atMs);
  }

  safe(): void {
    if (this.#fault() !== undefined) return;
    this.#link.channel.clear();
    this.#link.channel.send(RING_OFF, unheard);
    this.#link.channel.send(FORWARD, unheard);
    // Dropped with the rest, perhaps; the sound is no danger.
    if (this.#playing) this.#sendPlaying();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#playing = false;
    this.#link.channel.clear();
    this.#link.channel.send(RESET, unheard);
    this.#link.release();
  }

  /** An event of the card; `atMs` is the clock port's. */
  event(kind: number, value: number, atMs: number): void {
    if (this.#closed) return;
    if (kind === EVENT_KINDS.loop) this.loop(value !== 0, atMs);
    else if (kind === EVENT_KINDS.fault) this.fail(cardLineFault(this.#link.name, value));
  }

  /** The loop as it stands at a moment. */
  loop(closed: boolean, atMs: number): void {
    if (this.#closed || closed === this.#loop) return;
    this.#loop = closed;
    this.#toldMs = Math.max(this.#toldMs, atMs);
    this.#events.onLoop(closed, this.#toldMs);
  }

  watermark(atMs: number): void {
    if (this.#closed) return;
    this.#toldMs = Math.max(this.#toldMs, atMs);
    this.#events.onWatermark(atMs);
  }

  /** What it said of the frame that is handed to it next. */
  captured(captured: Int16Array, firstSample: number): void {
    if (this.#playing) this.#pcm.onCaptured?.(captured, firstSample);
  }

  /** A frame of the card's sample clock. False where the line does not listen. */
  frame(captured: Int16Array, playout: Int16Array, firstSample: number): boolean {
    if (!this.#playing) return false;
    this.#pcm.onFrame(captured, playout, firstSample);
    return true;
  }

  /** Tells a fault that nobody asked for, with the line made safe. */
  fail(fault: PortFault): void {
    this.safe();
    if (!this.#closed) this.#events.onFault(fault);
  }

  #play(on: boolean): void {
    if (this.#fault() !== undefined || on === this.#playing) return;
    this.#playing = on;
    this.#sendPlaying();
  }

  #sendPlaying(): void {
    const on = Number(this.#playing);
    this.#ask({ op: OPS.audio, args: [on], what: "audio" });
  }

  #ask(command: CardCommand): Result<undefined, PortFault> {
    const fault = this.#fault();
    if (fault !== undefined) return err(fault);
    this.#link.channel.send(command, (end) => {
      if (end !== undefined && !end.ok) this.fail(end.error);
    });
    return done;
  }

  async #measure(): Promise<Result<LineReading, PortFault>> {
    const fault = this.#fault();
    if (fault !== undefined) return err(fault);
    const answerMs = MEASURE_ANSWER_MS;
    const reply = await this.command({ op: OPS.measure, what: "a measurement", answerMs });
    if (!reply.ok) return reply;
    const reading = parseReading(reply.value);
    if (reading !== undefined) return ok(reading);
    const what = `a measurement of ${this.#link.name}: too few bytes`;
    return err({ kind: "io", what, advice: "check its firmware" });
  }

  #fault(): PortFault | undefined {
    return this.#closed ? this.#closedFault() : this.#link.lost();
  }

  #closedFault(): PortFault {
    return { kind: "gone", what: this.#link.name, advice: "it was closed: open it anew" };
  }
}

function u16(value: number): readonly [number, number] {
  const bounded = Math.max(0, Math.min(0xffff, value));
  return [bounded >> 8, bounded & 0xff];
}
