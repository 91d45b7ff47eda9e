import type { AudioEndpoint, AudioSource } from "../base/audio.ts";
import { createMilliwatt } from "./dsp/tone-source.ts";
import { SharedFrames } from "./shared-frames.ts";

const NOTHING: readonly never[] = [];

/** One serves all bridges: who is given a frame keeps nothing of it. */
const FRAMES = new SharedFrames();

/** Sends back to a far side what it says, in the same frame. */
export class EchoBridge<Output> {
  readonly #far: AudioEndpoint<Output>;
  readonly #frame: Int16Array;

  constructor(far: AudioEndpoint<Output>, frameSamples: number) {
    this.#far = far;
    this.#frame = FRAMES.of(frameSamples);
  }

  /** One frame. */
  process(nowMs: number): readonly Output[] {
    const pulled = this.#far.pull(this.#frame, nowMs);
    return joined(pulled, this.#far.push(this.#frame, nowMs));
  }
}

/** Plays a source (the milliwatt where none is given) to whoever listens; hears nothing. */
export class SourceEndpoint implements AudioEndpoint {
  readonly #source: AudioSource;

  constructor(source: AudioSource = createMilliwatt()) {
    this.#source = source;
  }

  push(): readonly never[] {
    return NOTHING;
  }

  pull(frame: Int16Array): readonly never[] {
    this.#source.render(frame);
    return NOTHING;
  }
}

/**
 * Joins two far sides without a line between them, clocked by a ticker: in each frame each hears
 * what the other said in it.
 */
export class AudioBridge<Output> {
  readonly #a: AudioEndpoint<Output>;
  readonly #b: AudioEndpoint<Output>;
  readonly #frame: Int16Array;

  constructor(a: AudioEndpoint<Output>, b: AudioEndpoint<Output>, frameSamples: number) {
    this.#a = a;
    this.#b = b;
    this.#frame = FRAMES.of(frameSamples);
  }

  /** One frame: from `a` to `b`, then back. */
  process(nowMs: number): readonly Output[] {
    const frame = this.#frame;
    const pulledA = this.#a.pull(frame, nowMs);
    const pushedB = this.#b.push(frame, nowMs);
    const pulledB = this.#b.pull(frame, nowMs);
    const pushedA = this.#a.push(frame, nowMs);
    return joined(joined(pulledA, pushedB), joined(pulledB, pushedA));
  }
}

/** Most have nothing to say in most frames. */
function joined<Output>(one: readonly Output[], other: readonly Output[]): readonly Output[] {
  if (other.length === 0) return one;
  return one.length === 0 ? other : [...one, ...other];
}
