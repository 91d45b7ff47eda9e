import { SAMPLES_PER_MS } from "../../base/audio.ts";
import type { SoundLevel } from "../../base/line-messages.ts";
import { LevelMeter, type LineAudioConfig } from "../../media/index.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";

/** How often the levels of a call are told. */
const LEVELS_EVERY_MS = 2000;

/** What a telephone said and heard for the last seconds. */
export interface LineLevelsHeard {
  readonly said: SoundLevel;
  readonly heard: SoundLevel;
}

/** Measures what goes to and comes from the far ends of a line, and tells it every two seconds. */
export class LineMeter {
  readonly #frames: number;
  readonly #said: LevelMeter;
  readonly #heard: LevelMeter;
  readonly #tell: (levels: LineLevelsHeard) => void;
  #counted = 0;

  constructor(frameSamples: number, tell: (levels: LineLevelsHeard) => void) {
    this.#frames = Math.round((LEVELS_EVERY_MS * SAMPLES_PER_MS) / frameSamples);
    this.#said = new LevelMeter(this.#frames, soundArithmetic);
    this.#heard = new LevelMeter(this.#frames, soundArithmetic);
    this.#tell = tell;
  }

  /** What the audio graph is to hand over. */
  get taps(): Pick<LineAudioConfig, "meter"> {
    return { meter: (near, far) => this.#process(near, far) };
  }

  #process(near: Int16Array, far: Int16Array): void {
    this.#said.process(near);
    this.#heard.process(far);
    if (++this.#counted < this.#frames) return;
    this.#counted = 0;
    const said = this.#said.take();
    const heard = this.#heard.take();
    if (said !== undefined && heard !== undefined) this.#tell({ said, heard });
  }
}
