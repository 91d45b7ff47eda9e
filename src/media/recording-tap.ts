import type { AudioEndpoint } from "../base/audio.ts";

/** Stands between a line and its far side, and tells each frame of both, near then far in turn. */
export class RecordingTap<Output> implements AudioEndpoint<Output> {
  readonly #inner: AudioEndpoint<Output>;
  readonly #write: (stereo: Int16Array) => void;
  readonly #stereo: Int16Array;

  /** @param write is lent the samples: copy to keep */
  constructor(
    inner: AudioEndpoint<Output>,
    frameSamples: number,
    write: (stereo: Int16Array) => void,
  ) {
    this.#inner = inner;
    this.#write = write;
    this.#stereo = new Int16Array(2 * frameSamples);
  }

  push(frame: Int16Array, nowMs: number): readonly Output[] {
    for (let at = 0; at < frame.length; at++) this.#stereo[2 * at] = frame[at] ?? 0;
    return this.#inner.push(frame, nowMs);
  }

  pull(frame: Int16Array, nowMs: number): readonly Output[] {
    const outputs = this.#inner.pull(frame, nowMs);
    for (let at = 0; at < frame.length; at++) this.#stereo[2 * at + 1] = frame[at] ?? 0;
    this.#write(this.#stereo);
    return outputs;
  }
}
