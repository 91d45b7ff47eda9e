import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import { invariant } from "../../../src/base/invariant.ts";
import { PortError, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { Timer } from "../../../src/hal/ports/clock.ts";
import type { Pcm, PcmStream, PcmStreamEvents } from "../../../src/hal/ports/pcm-stream.ts";
import type { World } from "../world/world.ts";

/** The analog side of a channel: what the sound card plays into and records from. */
export interface PcmLine {
  /**
   * A frame begins: `playout` (borrowed) is played during it. `firstSample` counts samples of
   * virtual time, 8 a millisecond, from the start of the stream on.
   */
  beginFrame(
    playout: Int16Array,
    startMs: number,
    samplePeriodMs: number,
    firstSample: number,
  ): void;
  /** The frame is over: fill `captured` with what was recorded during it. */
  endFrame(captured: Int16Array): void;
  /** The card stopped within a frame. */
  abandonFrame(): void;
}

/** How a channel's sample clock runs. */
export interface PcmChannelOptions {
  readonly frameSamples?: number;
  /** How much faster than 8000 Hz the card really is, parts per million. */
  readonly skewPpm?: number;
}

/** 10 ms. */
export const FRAME_SAMPLES = 80;
const SAMPLE_PERIOD_MS = 1 / 8;

interface Channel {
  readonly line: PcmLine;
  readonly frameSamples: number;
  samplePeriodMs: number;
  card: Card | undefined;
  refused: PortFaultKind | undefined;
}

/**
 * The sound device of a board, a mono channel a line. Frames are events of the world: at the end of
 * each one the line has been rendered up to now, the user gets what was captured and its answer is
 * what the line hears during the next. A stopped stream has no events.
 */
export class SimPcm implements Pcm {
  readonly #world: World;
  readonly #channels = new Map<string, Channel>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Wires a line to a channel. */
  addChannel(name: string, line: PcmLine, options: PcmChannelOptions = {}): void {
    invariant(!this.#channels.has(name), `the sound device has a channel "${name}" already`);
    this.#channels.set(name, {
      line,
      frameSamples: options.frameSamples ?? FRAME_SAMPLES,
      samplePeriodMs: SAMPLE_PERIOD_MS / (1 + (options.skewPpm ?? 0) * 1e-6),
      card: undefined,
      refused: undefined,
    });
  }

  open(channel: string, events: PcmStreamEvents): Promise<PcmStream> {
    return this.#world.promise(() => this.#open(channel, events));
  }

  /** Makes opening a channel fail, or (undefined) possible again. */
  refuse(channel: string, kind: PortFaultKind | undefined): void {
    this.#known(channel).refused = kind;
  }

  /** The device goes away: no frame comes any more, and the user is told `gone`. */
  unplug(channel: string): void {
    const known = this.#known(channel);
    known.refused = "not-found";
    known.card?.unplug(channelFault(channel, "gone"));
    known.card = undefined;
  }

  /** The card's clock drifts to another rate, from the next frame on. */
  setSkew(channel: string, skewPpm: number): void {
    const known = this.#known(channel);
    known.samplePeriodMs = SAMPLE_PERIOD_MS / (1 + skewPpm * 1e-6);
    known.card?.reckonAnew();
  }

  /**
   * An xrun: the next frames are lost. The user is told, and sees a gap in the position; the line
   * hears silence.
   */
  loseFrames(channel: string, count: number): void {
    this.#known(channel).card?.loseFrames(count);
  }

  #known(name: string): Channel {
    const channel = this.#channels.get(name);
    invariant(channel !== undefined, `the sound device has no channel "${name}"`);
    return channel;
  }

  #open(name: string, events: PcmStreamEvents): PcmStream {
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new PortError(channelFault(name, "not-found"));
    const refused = channel.card === undefined ? channel.refused : "busy";
    if (refused !== undefined) throw new PortError(channelFault(name, refused));
    const card = new Card(this.#world, nameOf(name), channel, events);
    channel.card = card;
    return {
      frameSamples: channel.frameSamples,
      start: () => card.start(),
      stop: () => card.stop(),
      close: () => {
        card.close();
        if (channel.card === card) channel.card = undefined;
      },
    };
  }
}

/** The sample clock of one open channel. */
class Card {
  readonly #world: World;
  readonly #what: string;
  readonly #channel: Channel;
  readonly #events: PcmStreamEvents;
  readonly #captured: Int16Array;
  readonly #playout: Int16Array;
  readonly #silence: Int16Array;
  #next: Timer | undefined;
  #position = 0;
  #startMs = 0;
  /** Frames since `#startMs`; times are multiples from there, so that they do not drift. */
  #frames = 0;
  #losing = 0;
  /** Samples of the xrun that is under way. */
  #lost = 0;
  #reckons = false;
  #open = true;
  readonly #onEnd = (): void => this.#end();

  constructor(world: World, what: string, channel: Channel, events: PcmStreamEvents) {
    this.#world = world;
    this.#what = what;
    this.#channel = channel;
    this.#events = events;
    this.#captured = new Int16Array(channel.frameSamples);
    this.#playout = new Int16Array(channel.frameSamples);
    this.#silence = new Int16Array(channel.frameSamples);
  }

  start(): void {
    if (!this.#open || this.#next !== undefined) return;
    this.#startMs = this.#world.clock.nowMs();
    this.#frames = 0;
    this.#playout.fill(0);
    this.#begin();
  }

  stop(): void {
    if (this.#next === undefined) return;
    this.#next.cancel();
    this.#next = undefined;
    this.#channel.line.abandonFrame();
  }

  close(): void {
    this.stop();
    this.#open = false;
  }

  unplug(fault: ReturnType<typeof channelFault>): void {
    this.close();
    const nowMs = this.#world.clock.nowMs();
    this.#world.clock.at(nowMs, () => this.#events.onFault(fault));
  }

  #tellXrun(): void {
    const lostSamples = this.#lost;
    this.#lost = 0;
    this.#events.onXrun?.({ what: this.#what, side: "recording", lostSamples });
  }

  loseFrames(count: number): void {
    this.#losing += count;
    this.#lost += count * this.#channel.frameSamples;
  }

  /** The period is another one from the next frame on: times count from there. */
  reckonAnew(): void {
    this.#reckons = true;
  }

  #begin(): void {
    if (this.#reckons) {
      this.#reckons = false;
      this.#startMs = this.#world.clock.nowMs();
      this.#frames = 0;
    }
    const { line, frameSamples, samplePeriodMs } = this.#channel;
    const frameMs = frameSamples * samplePeriodMs;
    const firstSample = Math.round(this.#startMs / SAMPLE_PERIOD_MS) + this.#frames * frameSamples;
    const beginMs = this.#startMs + this.#frames * frameMs;
    line.beginFrame(this.#playout, beginMs, samplePeriodMs, firstSample);
    this.#frames++;
    const endMs = this.#startMs + this.#frames * frameMs;
    this.#next = this.#world.atAgain(this.#next, endMs, this.#onEnd);
  }

  #end(): void {
    const pending = this.#next;
    this.#channel.line.endFrame(this.#captured);
    const firstSample = this.#position;
    this.#position += this.#channel.frameSamples;
    copyNumbers(this.#playout, this.#silence);
    if (this.#losing > 0) this.#losing--;
    else {
      if (this.#lost > 0) this.#tellXrun();
      this.#events.onFrame(this.#captured, this.#playout, firstSample);
    }
    // The user may have stopped the stream in there, or stopped and started it.
    if (this.#next === pending && pending !== undefined) this.#begin();
  }
}

function nameOf(channel: string): string {
  return `channel "${channel}" of the simulated sound device`;
}

function channelFault(name: string, kind: PortFaultKind) {
  return {
    kind,
    what: nameOf(name),
    advice:
      kind === "busy"
        ? "Close the program that has the channel open."
        : "Name a channel that the simulated board has, and see that it is plugged in.",
  };
}
