/**
 * A board for measuring the program and nothing beside it: no chip, no copper, no telephone. Each
 * line's loop closes a moment after its ringing begins and stays closed; all lines share one sample
 * clock, as on a sound device with many channels, and what they capture is the same speech.
 */
import { PortError } from "../../src/base/port-fault.ts";
import { done, ok } from "../../src/base/result.ts";
import { createMediaClock } from "../../src/hal/linux/index.ts";
import { ciphers, createRandom } from "../../src/hal/node/index.ts";
import type { OpenBoard } from "../../src/hal/ports/board.ts";
import type { Clock } from "../../src/hal/ports/clock.ts";
import type { Gpio, GpioInputEvents, Level } from "../../src/hal/ports/gpio.ts";
import type { Pcm, PcmStreamEvents } from "../../src/hal/ports/pcm-stream.ts";
import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import { collectWhenTold } from "./collect.ts";

const FRAME_SAMPLES = 80;
const FRAME_MS = 10;
const SPEECH_FRAMES = 1000;
const LIFT_AFTER_MS = 100;

/** Opens the board; its pins are named as those of `boards/hw-sim`. */
export const openBoard: OpenBoard = async (spec) => {
  const { clock, udp, rehearse } = await createMediaClock();
  const ticker = new Ticker(clock);
  collectWhenTold();
  return {
    ports: {
      clock,
      random: createRandom(),
      udp,
      gpio: createPins(clock, spec.lineCount),
      pcm: ticker,
      ciphers,
    },
    ...(rehearse === undefined ? {} : { rehearse }),
    receive() {},
    close: () => ticker.stop(),
  };
};

interface Hook {
  level: Level;
  events: GpioInputEvents | undefined;
}

function createPins(clock: Clock, lineCount: number): Gpio {
  const hooks = Array.from({ length: lineCount }, (): Hook => ({ level: 0, events: undefined }));
  const find = (pin: string): { readonly hook: Hook; readonly role: string } => {
    const [, number, role] = /^line(\d+)-(\w+)$/.exec(pin) ?? [];
    const hook = hooks[Number(number) - 1];
    if (hook === undefined || role === undefined) {
      const advice = "name a pin of the board";
      throw new PortError({ kind: "not-found", what: `pin "${pin}"`, advice });
    }
    return { hook, role };
  };
  const lift = (hook: Hook): void => {
    if (hook.level === 1) return;
    hook.level = 1;
    hook.events?.onEdge({ level: 1, atMs: clock.nowMs() });
  };
  return {
    async openOutput(pin) {
      const { hook, role } = find(pin);
      return {
        write(level) {
          if (role === "rm" && level === 1) {
            clock.at(clock.nowMs() + LIFT_AFTER_MS, () => lift(hook));
          }
          return done;
        },
        release() {},
      };
    },
    async openInput(pin, events) {
      const { hook } = find(pin);
      hook.events = events;
      return {
        read: () => ok(hook.level),
        requestWatermark(atMs) {
          clock.at(atMs, () => events.onWatermark(atMs));
        },
        release() {
          hook.events = undefined;
        },
      };
    },
  };
}

interface Channel {
  readonly events: PcmStreamEvents;
  readonly captured: Int16Array;
  readonly playout: Int16Array;
  position: number;
  running: boolean;
}

/** One sample clock for all channels; deadlines are absolute, and frames that are late all come. */
class Ticker implements Pcm {
  readonly #clock: Clock;
  readonly #channels: Channel[] = [];
  readonly #speech: Int16Array;
  #dueMs = 0;
  #frame = 0;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    const durationMs = SPEECH_FRAMES * FRAME_MS;
    this.#speech = pcm16FromVolts(speechLike(createRandomStream(1, "speech"), durationMs));
  }

  async open(_channel: string, events: PcmStreamEvents) {
    const channel: Channel = {
      events,
      captured: new Int16Array(FRAME_SAMPLES),
      playout: new Int16Array(FRAME_SAMPLES),
      position: 0,
      running: false,
    };
    this.#channels.push(channel);
    if (this.#channels.length === 1) this.#begin();
    const stop = (): void => {
      channel.running = false;
    };
    const start = (): void => {
      channel.running = true;
    };
    return { frameSamples: FRAME_SAMPLES, start, stop, close: stop };
  }

  #begin(): void {
    // As all that ticks does: at whole frames of the clock.
    this.#dueMs = (Math.floor(this.#clock.nowMs() / FRAME_MS) + 1) * FRAME_MS;
    this.#clock.at(this.#dueMs, () => this.#tick(), "frame");
  }

  stop(): void {
    this.#stopped = true;
  }

  #tick(): void {
    while (this.#dueMs <= this.#clock.nowMs()) {
      this.#dueMs += FRAME_MS;
      this.#frame = (this.#frame + 1) % SPEECH_FRAMES;
      const at = this.#frame * FRAME_SAMPLES;
      const speech = this.#speech.subarray(at, at + FRAME_SAMPLES);
      const running = this.#channels.filter((channel) => channel.running);
      for (const channel of running) capture(channel, speech);
      for (const channel of running) if (channel.running) answer(channel);
    }
    if (!this.#stopped) this.#clock.at(this.#dueMs, () => this.#tick(), "frame");
  }
}

function capture({ events, captured, position }: Channel, speech: Int16Array): void {
  captured.set(speech);
  events.onCaptured?.(captured, position);
}

function answer(channel: Channel): void {
  channel.playout.fill(0);
  const first = channel.position;
  channel.position += FRAME_SAMPLES;
  channel.events.onFrame(channel.captured, channel.playout, first);
}
