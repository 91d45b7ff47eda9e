import type { AudioEndpoint, AudioSource } from "../base/audio.ts";
import { createMilliwatt } from "./dsp/tone-source.ts";

const NOTHING: readonly never[] = [];

/** Sends back what it hears, in the same frame: `push`, then `pull`. */
export class EchoEndpoint implements AudioEndpoint {
  readonly #heard: Int16Array;

  constructor(frameSamples: number) {
    this.#heard = new Int16Array(frameSamples);
  }

  push(frame: Int16Array): readonly never[] {
    this.#heard.set(frame);
    return NOTHING;
  }

  pull(frame: Int16Array): readonly never[] {
    frame.set(this.#heard);
    return NOTHING;
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
  readonly #fromA: Int16Array;
  readonly #fromB: Int16Array;

  constructor(a: AudioEndpoint<Output>, b: AudioEndpoint<Output>, frameSamples: number) {
    this.#a = a;
    this.#b = b;
    this.#fromA = new Int16Array(frameSamples);
    this.#fromB = new Int16Array(frameSamples);
  }

  /** One frame: from `a` to `b`, then back, so that an echo at `b` costs no extra frame. */
  process(nowMs: number): readonly Output[] {
    const pulledA = this.#a.pull(this.#fromA, nowMs);
    const pushedB = this.#b.push(this.#fromA, nowMs);
    const pulledB = this.#b.pull(this.#fromB, nowMs);
    const pushedA = this.#a.push(this.#fromB, nowMs);
    return joined(joined(pulledA, pushedB), joined(pulledB, pushedA));
  }
}

/** Most have nothing to say in most frames. */
function joined<Output>(one: readonly Output[], other: readonly Output[]): readonly Output[] {
  if (other.length === 0) return one;
  return one.length === 0 ? other : [...one, ...other];
}
