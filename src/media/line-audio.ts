import type { AudioEndpoint, AudioSource, Machine } from "../base/audio.ts";
import { copyNumbers } from "../base/copy-numbers.ts";
import { invariant } from "../base/invariant.ts";
import { Limiter } from "./dsp/limiter.ts";
import type { MediaOutput } from "./media-session.ts";

/** What a line's audio graph is made of. */
export interface LineAudioConfig {
  readonly frameSamples: number;
  /**
   * Hears all that the telephone says (after the echo canceller). `firstSample` is the stream
   * position of `frame[0]`. True while a digit sounds: that frame is then withheld from the
   * endpoints that take digits as events (they get silence), so that none is heard twice. While a
   * modem talks it hears silence: some talk by pairs of tones that are near enough to keys.
   */
  readonly detectDigits?: (frame: Int16Array, firstSample: number) => boolean;
  /**
   * Takes out of `near`, in place, what of `played` comes back from the line. `played` is the
   * frame that went to the line while `near` was captured; `machine` is the one that talks, if one
   * does.
   */
  readonly cancelEcho?: (
    near: Int16Array,
    played: Int16Array,
    machine: Machine | undefined,
  ) => void;
  /** What `cancelEcho` left of the echo, taken out of `near` once digits were looked for in it. */
  readonly suppressEcho?: (near: Int16Array) => void;
  /** Fills `frame` with what was captured, worked on before anything else does. */
  readonly conditionNear?: (frame: Int16Array, captured: Int16Array) => void;
  /** Works on what goes to the far sides, and what comes from them; not while a modem talks. */
  readonly shapeNear?: (frame: Int16Array) => void;
  readonly shapeFar?: (frame: Int16Array) => void;
  /** Hears what went to the far sides and what came from them, while there are any. */
  readonly meter?: (near: Int16Array, far: Int16Array) => void;
}

/** What happens in a frame: what the endpoint causes, and the end of a played source. */
export type LineAudioOutput = MediaOutput | { readonly kind: "source-done"; readonly id: string };

/** Far sides that one line can be joined to at a time. */
export const LINE_ENDPOINTS_MAX = 4;

const NOTHING: readonly LineAudioOutput[] = [];

/** One far side that the line is joined to. */
interface Member {
  readonly endpoint: AudioEndpoint<MediaOutput>;
  readonly relaysDigits: () => boolean;
  readonly machine: () => Machine | undefined;
  /** What it said last; the others hear it in the next frame. */
  readonly said: Int16Array;
  readonly limiter: Limiter;
}

/**
 * The audio of one line, alive whether or not there is a call.
 *
 *    captured ─▶ echo canceller ─▶ digit detector ─┬▶ endpoint.push ─▶ packets
 *                     ▲                            │
 *                     └───────────────┐            └◀ what the other endpoints said
 *    playout  ◀─ mix ◀─┬─ each endpoint.pull
 *                      ├─ tone          until replaced or taken away
 *                      └─ played source once: caller ID, a prompt; tells when it ended
 *
 * A frame has two halves, so that what is to be sent on all lines goes out before anything is
 * played on one: `hear` is the upper row, `speak` the lower.
 *
 * What the canceller leaves of the echo is suppressed behind the digit detector: it could take a
 * key for residual echo.
 *
 * Joined to several endpoints the line is a conference: each hears the telephone and the others,
 * never itself. Sums are limited, not clipped. Nothing is allocated in a frame in which nothing
 * happens.
 */
export class LineAudio {
  readonly #config: LineAudioConfig;
  readonly #near: Int16Array;
  readonly #played: Int16Array;
  readonly #scratch: Int16Array;
  readonly #silence: Int16Array;
  readonly #sum: Int32Array;
  readonly #limiter = new Limiter();
  readonly #members: Member[] = [];
  #tone: AudioSource | undefined;
  #once: { readonly id: string; readonly source: AudioSource } | undefined;
  #isMuted = false;

  constructor(config: LineAudioConfig) {
    this.#config = config;
    this.#near = new Int16Array(config.frameSamples);
    this.#played = new Int16Array(config.frameSamples);
    this.#scratch = new Int16Array(config.frameSamples);
    this.#silence = new Int16Array(config.frameSamples);
    this.#sum = new Int32Array(config.frameSamples);
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

  /**
   * Parts the two for a moment without anybody being told: the far sides hear silence and are not
   * heard. Tones, the played source and the digit detector go on.
   */
  mute(on: boolean): void {
    this.#isMuted = on;
  }

  /**
   * Joins the line to a far side, besides those it is joined to already. `relaysDigits` says
   * whether it takes keyed digits as events: their tone is then withheld from it; `machine`
   * which machine talks over it, if one does: what it says nothing may change. False where there
   * are `LINE_ENDPOINTS_MAX` already; joining one twice changes nothing.
   */
  join(
    endpoint: AudioEndpoint<MediaOutput>,
    relaysDigits: () => boolean = () => true,
    machine: () => Machine | undefined = () => undefined,
  ): boolean {
    if (this.#members.some((member) => member.endpoint === endpoint)) return true;
    if (this.#members.length === LINE_ENDPOINTS_MAX) return false;
    const said = new Int16Array(this.#config.frameSamples);
    const limiter = new Limiter();
    this.#members.push({ endpoint, relaysDigits, machine, said, limiter });
    return true;
  }

  /** Parts the line from a far side, or from all. */
  part(endpoint?: AudioEndpoint<MediaOutput>): void {
    const kept = this.#members.filter(
      (member) => endpoint !== undefined && member.endpoint !== endpoint,
    );
    this.#members.splice(0, this.#members.length, ...kept);
  }

  /** Far sides that it is joined to. */
  get endpointCount(): number {
    return this.#members.length;
  }

  /** Whether anything would be heard or sent: an idle line needs no sample clock. */
  get isIdle(): boolean {
    return this.#tone === undefined && this.#once === undefined && this.#members.length === 0;
  }

  /**
   * A frame that the telephone said, which ended now, as the PCM port hands it over. Outputs hold
   * borrowed bytes: carry them out before the next call.
   */
  hear(captured: Int16Array, firstSample: number, nowMs: number): readonly LineAudioOutput[] {
    const { frameSamples, cancelEcho, detectDigits, conditionNear } = this.#config;
    invariant(captured.length === frameSamples, "a frame is as long as it was said to be");
    const near = this.#near;
    if (conditionNear === undefined) copyNumbers(near, captured);
    else conditionNear(near, captured);
    const machine = this.#machine();
    const modem = machine !== undefined;
    cancelEcho?.(near, this.#played, machine);
    const keyed = detectDigits?.(modem ? this.#silence : near, firstSample) === true;
    const sounding = keyed && !modem;
    this.#config.suppressEcho?.(near);

    if (!modem) this.#config.shapeNear?.(near);
    if (this.#isMuted) near.fill(0);
    return this.#push(near, sounding, nowMs);
  }

  /**
   * Fills `playout` for the frame that begins; each frame is heard first, and then spoken. Outputs
   * as those of `hear`.
   */
  speak(playout: Int16Array, nowMs: number): readonly LineAudioOutput[] {
    invariant(
      playout.length === this.#config.frameSamples,
      "a frame is as long as it was said to be",
    );
    const outputs = this.#pull(playout, nowMs);
    if (this.#machine() === undefined) this.#config.shapeFar?.(playout);
    if (this.#isMuted) playout.fill(0);
    if (this.#members.length > 0) this.#config.meter?.(this.#near, playout);
    const ended = this.#addSources(playout);
    copyNumbers(this.#played, playout);
    return ended.length === 0 ? outputs : [...outputs, ...ended];
  }

  #machine(): Machine | undefined {
    for (const member of this.#members) {
      const machine = member.machine();
      if (machine !== undefined) return machine;
    }
    return undefined;
  }

  /** Hands the telephone's frame to the endpoints: in a conference also what the others said. */
  #push(near: Int16Array, sounding: boolean, nowMs: number): readonly LineAudioOutput[] {
    const [only, another] = this.#members;
    if (only === undefined) return NOTHING;
    if (another === undefined) {
      const heard = sounding && only.relaysDigits() ? this.#silence : near;
      return only.endpoint.push(heard, nowMs);
    }
    const sum = this.#sum;
    let outputs = NOTHING;
    for (const member of this.#members) {
      sum.fill(0);
      if (!sounding || !member.relaysDigits()) add(sum, near);
      for (const other of this.#members) if (other !== member) add(sum, other.said);
      member.limiter.apply(sum, this.#scratch);
      outputs = joined(outputs, member.endpoint.push(this.#scratch, nowMs));
    }
    return outputs;
  }

  /** Fills `playout` with what the endpoints say. */
  #pull(playout: Int16Array, nowMs: number): readonly LineAudioOutput[] {
    const [only, another] = this.#members;
    if (only === undefined) {
      playout.fill(0);
      return NOTHING;
    }
    if (another === undefined) {
      const pulled = only.endpoint.pull(playout, nowMs);
      copyNumbers(only.said, playout);
      return pulled;
    }
    const sum = this.#sum;
    let outputs = NOTHING;
    sum.fill(0);
    for (const { endpoint, said } of this.#members) {
      outputs = joined(outputs, endpoint.pull(said, nowMs));
      add(sum, said);
    }
    this.#limiter.apply(sum, playout);
    return outputs;
  }

  /** Adds the tone and the played source to `playout`; tells where the latter ended. */
  #addSources(playout: Int16Array): readonly LineAudioOutput[] {
    const tone = this.#tone;
    const once = this.#once;
    if (tone === undefined && once === undefined) return NOTHING;
    if (once === undefined && this.#members.length === 0 && this.#limiter.gain === 1) {
      tone?.render(playout);
      return NOTHING;
    }
    const sum = this.#sum;
    sum.set(playout);
    if (tone !== undefined) {
      tone.render(this.#scratch);
      add(sum, this.#scratch);
    }
    const more = once?.source.render(this.#scratch) ?? false;
    if (once !== undefined) add(sum, this.#scratch);
    this.#limiter.apply(sum, playout);
    if (once === undefined || more) return NOTHING;
    this.#once = undefined;
    return [{ kind: "source-done", id: once.id }];
  }
}

function add(sum: Int32Array, frame: Int16Array): void {
  for (let at = 0; at < frame.length; at++) sum[at] = (sum[at] ?? 0) + (frame[at] ?? 0);
}

function joined(
  one: readonly LineAudioOutput[],
  other: readonly LineAudioOutput[],
): readonly LineAudioOutput[] {
  if (other.length === 0) return one;
  return one.length === 0 ? other : [...one, ...other];
}
