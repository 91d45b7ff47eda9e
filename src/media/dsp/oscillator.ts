import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { SINE } from "../../base/sound-arithmetic.ts";

/**
 * One sine, phase-continuous from call to call, beginning at zero: a pointer that turns by the same
 * angle for each sample. Its length is put right now and then, its angle is off by less than 10⁻⁸
 * after a day.
 */
export class Oscillator {
  readonly frequencyHz: number;
  /** See `SINE`: for who makes several together, and then calls `settle`. */
  readonly sine: Float64Array;

  constructor(frequencyHz: number) {
    this.frequencyHz = frequencyHz;
    const angle = (2 * Math.PI * frequencyHz) / LINE_SAMPLE_RATE_HZ;
    const turn = [Math.cos(angle), Math.sin(angle), Math.cos(4 * angle), Math.sin(4 * angle)];
    this.sine = Float64Array.of(1, 0, ...turn);
  }

  /** Adds the next `count` samples, times `peak`, to the first of `sum`. */
  addTo(sum: Float64Array, count: number, peak: number): void {
    const cosine = this.sine[SINE.cosine] ?? 0;
    const sine = this.sine[SINE.sine] ?? 0;
    let x = this.sine[SINE.x] ?? 0;
    let y = this.sine[SINE.y] ?? 0;
    for (let at = 0; at < count; at++) {
      sum[at] = (sum[at] ?? 0) + peak * y;
      const turned = x * cosine - y * sine;
      y = y * cosine + x * sine;
      x = turned;
    }
    this.sine[SINE.x] = x;
    this.sine[SINE.y] = y;
    this.settle();
  }

  /** Puts its length right. */
  settle(): void {
    const x = this.sine[SINE.x] ?? 0;
    const y = this.sine[SINE.y] ?? 0;
    // One step of Newton's towards a length of 1, from which it is off by next to nothing.
    const length = (3 - x * x - y * y) / 2;
    this.sine[SINE.x] = x * length;
    this.sine[SINE.y] = y * length;
  }
}
