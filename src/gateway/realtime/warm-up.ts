import { SAMPLES_PER_MS } from "../../base/audio.ts";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import { LineAudio, type LineAudioOutput, MediaSession, PCMU } from "../../media/index.ts";
import { LineDigits } from "./line-digits.ts";
import { createLineEcho } from "./line-echo.ts";
import { createLineLevels } from "./line-levels.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";

const FRAME_MS = 10;
const FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS;
const TAIL_MS = 32;
const REMOTE = { host: "127.0.0.1", port: 4000 };

/**
 * Two lines that talk to each other in memory, so that the code of a call is compiled before the
 * first call: at a hundred frames a second that would take its first minute.
 */
export class WarmUp {
  readonly #ends = [new End(1), new End(2)];
  readonly #frames: number;
  #frame = 0;

  constructor(frames: number) {
    this.#frames = frames;
  }

  /** Runs one frame of both; false where it was the last. */
  step(): boolean {
    const nowMs = ++this.#frame * FRAME_MS;
    for (const [at, end] of this.#ends.entries()) {
      const far = this.#ends[1 - at];
      end.frame(nowMs, (output) => {
        if (output.kind !== "send") return;
        const { channel, bytes } = output;
        far?.session.handle({ kind: channel, bytes, from: REMOTE }, nowMs);
      });
    }
    return this.#frame < this.#frames;
  }
}

/** One of the two lines. */
class End {
  readonly session: MediaSession;
  readonly #audio: LineAudio;
  readonly #digits = new LineDigits();
  readonly #captured = new Int16Array(FRAME_SAMPLES);
  readonly #playout = new Int16Array(FRAME_SAMPLES);
  readonly #silentMs: number;
  #noise: number;

  constructor(seed: number) {
    this.#noise = seed;
    this.#silentMs = seed * 400;
    const start = { ssrc: seed, firstSequence: seed, firstTimestamp: seed };
    this.session = new MediaSession({
      ...{ session: `warm-up-${seed}`, frameSamples: FRAME_SAMPLES, ...start },
      ...{ cname: "warm-up", wallAtZeroMs: 0, random: () => 0.5 },
      arithmetic: soundArithmetic,
    });
    const { name, clockRateHz } = PCMU;
    const codec = { name, clockRateHz, payloadType: 0, ptimeMs: 2 * FRAME_MS };
    const ways = { send: true, receive: true, telephoneEventPayloadType: 101 };
    this.session.setFlow({ remote: REMOTE, remoteRtcp: REMOTE, codec, ...ways }, 0);
    const pcm: PcmStream = { frameSamples: FRAME_SAMPLES, start() {}, stop() {}, close() {} };
    this.#audio = new LineAudio({
      frameSamples: FRAME_SAMPLES,
      detectDigits: (frame) => {
        this.#digits.hear(frame);
        return this.#digits.withholds(frame);
      },
      ...createLineEcho({ echoTailMs: TAIL_MS }, pcm),
      ...createLineLevels({}, FRAME_SAMPLES),
    });
    this.#audio.join(this.session);
  }

  frame(nowMs: number, carry: (output: LineAudioOutput) => void): void {
    const captured = this.#captured;
    // Like voices, which talk in turn and at once; a quarter of what is played comes back.
    const isTalking = (nowMs + this.#silentMs) % 1000 < 700;
    for (let at = 0; at < captured.length; at++) {
      this.#noise = (Math.imul(this.#noise, 1664525) + 1013904223) | 0;
      const voice = isTalking ? this.#noise >> 19 : this.#noise >> 28;
      captured[at] = voice + ((this.#playout[at] ?? 0) >> 2);
    }
    for (const output of this.#audio.hear(captured, 0, nowMs)) carry(output);
    for (const output of this.#audio.speak(this.#playout, nowMs)) carry(output);
    this.#digits.play(this.#playout);
  }
}
