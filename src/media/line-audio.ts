import type { AudioEndpoint, AudioSource } from "../base/audio.ts";
import { invariant } from "../base/invariant.ts";
import { mixInto } from "./dsp/levels.ts";
import type { MediaOutput } from "./media-session.ts";

/** What a line's audio graph is made of. */
export interface LineAudioConfig {
  readonly frameSamples: number;
  /**
   * Hears all that the telephone says (after the echo canceller). `firstSample` is the stream
   * position of `frame[0]`. True while a digit sounds: that frame is then withheld from the
   * endpoint (which gets silence), so that a digit sent as an event is not heard twice.
   */
  readonly detectDigits?: (frame: Int16Array, firstSample: number) => boolean;
  /**
   * Takes out of `near`, in place, what of `played` comes back from the line. `played` is the
   * frame that went to the line while `near` was captured.
   */
  readonly cancelEcho?: (near: Int16Array, played: Int16Array) => void;
}

/** What happens in a frame: what the endpoint causes, and the end of a played source. */
export type LineAudioOutput = MediaOutput | { readonly kind: "source-done"; readonly id: string };

const NOTHING: readonly LineAudioOutput[] = [];

/**
 * The audio of one line, alive whether or not there is a call.
 *
 *    captured ─▶ echo canceller ─▶ digit detector ─▶ endpoint.push ─▶ packets
 *                     ▲
 *                     └───────────────┐
 *    playout  ◀─ mix ◀─┬─ endpoint.pull
 *                      ├─ tone          until replaced or taken away
 *                      └─ played source once: caller ID, a prompt; tells when it ended
 *
 * Nothing is allocated in a frame in which nothing happens.
 */
export class LineAudio {
  readonly #config: LineAudioConfig;
  readonly #near: Int16Array;
  readonly #played: Int16Array;
  readonly #scratch: Int16Array;
  #tone: AudioSource | undefined;
  #once: { readonly id: string; readonly source: AudioSource } | undefined;
  #endpoint: AudioEndpoint<MediaOutput> | undefined;

  constructor(config: LineAudioConfig) {
    this.#config = config;
    this.#near = new Int16Array(config.frameSamples);
    this.#played = new Int16Array(config.frameSamples);
    this.#scratch = new Int16Array(config.frameSamples);
  }

  /** Plays a tone in place of any other; `undefined` ends it. */
  setTone(source: AudioSource | undefined): void {
    this.#tone = source;
  }

  /** Plays a source once, in place of any other played one (which then never ends). */
  play(source: AudioSource, id: string): void {
    this.#once = { id, source };
  }

  /** Ends a played source early; no `source-done` comes. */
  stopPlaying(): void {
    this.#once = undefined;
  }

  /** Joins the line to a far side, in place of any other. */
  join(endpoint: AudioEndpoint<MediaOutput>): void {
    this.#endpoint = endpoint;
  }

  part(): void {
    this.#endpoint = undefined;
  }

  /** Whether anything would be heard or sent: an idle line needs no sample clock. */
  get isIdle(): boolean {
    return this.#tone === undefined && this.#once === undefined && this.#endpoint === undefined;
  }

  /**
   * One frame of the line's sample clock, as the PCM port hands it over: `captured` ended now,
   * `playout` is filled for the frame that begins. Outputs hold borrowed bytes: carry them out
   * before the next call.
   */
  process(
    captured: Int16Array,
    playout: Int16Array,
    firstSample: number,
    nowMs: number,
  ): readonly LineAudioOutput[] {
    const { frameSamples, cancelEcho, detectDigits } = this.#config;
    invariant(
      captured.length === frameSamples && playout.length === frameSamples,
      "a frame is as long as it was said to be",
    );
    const near = this.#near;
    near.set(captured);
    cancelEcho?.(near, this.#played);
    if (detectDigits?.(near, firstSample) === true) near.fill(0);

    const endpoint = this.#endpoint;
    const pushed = endpoint?.push(near, nowMs) ?? NOTHING;
    const pulled = endpoint?.pull(playout, nowMs) ?? NOTHING;
    if (endpoint === undefined) playout.fill(0);
    if (this.#tone !== undefined) {
      this.#tone.render(this.#scratch);
      mixInto(playout, this.#scratch);
    }
    const ended = this.#playOnce(playout);
    this.#played.set(playout);

    if (pulled.length === 0 && ended.length === 0) return pushed;
    return [...pushed, ...pulled, ...ended];
  }

  #playOnce(playout: Int16Array): readonly LineAudioOutput[] {
    const once = this.#once;
    if (once === undefined) return NOTHING;
    const more = once.source.render(this.#scratch);
    mixInto(playout, this.#scratch);
    if (more) return NOTHING;
    this.#once = undefined;
    return [{ kind: "source-done", id: once.id }];
  }
}
