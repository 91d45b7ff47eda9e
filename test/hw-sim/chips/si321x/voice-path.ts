import type { Digit } from "../../../../src/base/audio.ts";
import { DTMF_BLOCK_SAMPLES, digitInBlock } from "../../audio/dtmf-decoder.ts";
import { VOLTS_PER_STEP } from "../../audio/levels.ts";
import type { PcmLine } from "../../board/sim-pcm.ts";
import { R } from "./register-map.ts";
import type { Si321x } from "./si321x.ts";

/** Codes of register 24. @see Si3210 datasheet, register 24 */
const DTMF_CODES = {
  ...{ "1": 0x1, "2": 0x2, "3": 0x3, "4": 0x4, "5": 0x5, "6": 0x6, "7": 0x7, "8": 0x8 },
  ...{ "9": 0x9, "0": 0xa, "*": 0xb, "#": 0xc, A: 0xd, B: 0xe, C: 0xf, D: 0x0 },
} as const satisfies Record<Digit, number>;
/** Registers 0 to 12 hold the decoder's thresholds: it works once all of them are written. */
const DTMF_REGISTERS = 13;

const UNITY_GAIN = 0x4000;
/** Steps of the analog gain fields of register 9, dB; the fourth is mute. */
const ANALOG_GAINS = [0, -3.5, 3.5, Number.NEGATIVE_INFINITY] as const;

const PCM_ENABLE_BIT = 5;
const TX_MUTE_BIT = 5;
const RX_MUTE_BIT = 4;
/** Register 8 holds this after a reset: what comes from the PCM side goes back there. */
const DIGITAL_LOOPBACK_BIT = 1;

const INT16_MAX = 32_767;

/**
 * The codec between the PCM side and the pair: gains, mutes, loopback, tone generators both ways,
 * and the DTMF decoder on what the telephone sends. Nothing passes while PCM is not enabled.
 */
export class VoicePath implements PcmLine {
  readonly #chip: Si321x;
  readonly #line: PcmLine;
  readonly #down: Int16Array;
  readonly #played: Int16Array;
  readonly #tones: Float64Array;
  readonly #block = new Float64Array(DTMF_BLOCK_SAMPLES);
  #filled = 0;
  #candidate: Digit | undefined;
  #told: Digit | undefined;
  #misses = 0;

  constructor(chip: Si321x, line: PcmLine, frameSamples: number) {
    this.#chip = chip;
    this.#line = line;
    this.#down = new Int16Array(frameSamples);
    this.#played = new Int16Array(frameSamples);
    this.#tones = new Float64Array(frameSamples);
  }

  beginFrame(
    playout: Int16Array,
    startMs: number,
    samplePeriodMs: number,
    firstSample: number,
  ): void {
    this.#played.set(playout);
    const gain = this.#muted(RX_MUTE_BIT) ? 0 : this.#gain("DACG", 0);
    this.#mix(playout, gain, this.#down, (oscillator) => oscillator.toLine);
    this.#line.beginFrame(this.#down, startMs, samplePeriodMs, firstSample);
  }

  endFrame(captured: Int16Array): void {
    this.#line.endFrame(captured);
    this.#listen(captured);
    if (this.#chip.registers.bit(R.LOOPBACK, DIGITAL_LOOPBACK_BIT)) {
      captured.set(this.#played);
      return;
    }
    const gain = this.#muted(TX_MUTE_BIT) ? 0 : this.#gain("ADCG", 2);
    this.#mix(captured, gain, captured, (oscillator) => oscillator.toPcm);
  }

  abandonFrame(): void {
    this.#line.abandonFrame();
  }

  #muted(bit: number): boolean {
    const { registers } = this.#chip;
    return !registers.bit(R.PCM_MODE, PCM_ENABLE_BIT) || registers.bit(R.AUDIO_GAIN, bit);
  }

  /** Digital gain, 0x4000 for one, and the analog field of register 9 at a bit. */
  #gain(name: "DACG" | "ADCG", fieldBit: number): number {
    const analogDb = ANALOG_GAINS[(this.#chip.registers.get(R.AUDIO_GAIN) >> fieldBit) & 3] ?? 0;
    return (this.#chip.ram.signed(name) / UNITY_GAIN) * 10 ** (analogDb / 20);
  }

  #mix(
    from: Int16Array,
    gain: number,
    to: Int16Array,
    isRouted: (oscillator: Si321x["oscillators"][number]) => boolean,
  ): void {
    const sounding = this.#chip.oscillators.filter(isRouted);
    this.#tones.fill(0);
    for (const oscillator of sounding) oscillator.addTo(this.#tones);
    for (let at = 0; at < to.length; at++) {
      const step = (from[at] ?? 0) * gain + (this.#tones[at] ?? 0) / VOLTS_PER_STEP;
      to[at] = Math.max(-INT16_MAX - 1, Math.min(INT16_MAX, Math.round(step)));
    }
  }

  /** The decoder: the same key in two blocks on end is told, two without it end it. */
  #listen(captured: Int16Array): void {
    const { kind, ram } = this.#chip;
    if (kind !== "si3210" || !ram.isWritten(0, DTMF_REGISTERS)) return;
    for (const step of captured) {
      this.#block[this.#filled++] = step * VOLTS_PER_STEP;
      if (this.#filled < DTMF_BLOCK_SAMPLES) continue;
      this.#filled = 0;
      this.#consider(digitInBlock(this.#block));
    }
  }

  #consider(digit: Digit | undefined): void {
    if (digit !== undefined && digit === this.#candidate && digit !== this.#told) {
      this.#told = digit;
      this.#chip.onDtmf(DTMF_CODES[digit]);
    }
    this.#misses = digit === this.#told ? 0 : this.#misses + 1;
    if (this.#told !== undefined && this.#misses >= 2) {
      this.#told = undefined;
      this.#chip.onDtmf(undefined);
    }
    this.#candidate = digit;
  }
}
