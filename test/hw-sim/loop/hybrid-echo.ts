/** One reflection of what the chip sends, in its own receive direction. */
export interface EchoTap {
  readonly delaySamples: number;
  readonly gain: number;
}

/**
 * The shape of the echo of a loop whose impedance misses the chip's balance network: three
 * reflections close together, 16.0 dB down for noise and 13 to 22 dB for a single frequency. The
 * figures are an example, not measured.
 */
export const DEFAULT_ECHO_TAPS = [
  { delaySamples: 2, gain: 0.15 },
  { delaySamples: 4, gain: 0.04 },
  { delaySamples: 7, gain: -0.03 },
] as const satisfies readonly EchoTap[];

/** Echo of a pair with nothing at its end: almost all comes back. */
export const OPEN_PAIR_ERL_DB = 3;

/** The longest echo path of a loop. */
export const ECHO_DELAY_MAX_SAMPLES = 256;

/** Echo return loss: how much weaker than the sent signal the echo of white noise is. */
export function echoReturnLossDb(taps: readonly EchoTap[]): number {
  return -10 * Math.log10(taps.reduce((sum, { gain }) => sum + gain * gain, 0));
}

/** The same shape at another echo return loss; no taps stay no echo. */
export function scaleEcho(taps: readonly EchoTap[], erlDb: number): readonly EchoTap[] {
  const sounding = taps.filter(({ gain }) => gain !== 0);
  const factor = 10 ** ((echoReturnLossDb(sounding) - erlDb) / 20);
  return sounding.map(({ delaySamples, gain }) => ({ delaySamples, gain: gain * factor }));
}
