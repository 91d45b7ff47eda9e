import type { EchoTap } from "./hybrid-echo.ts";

/**
 * A two-wire impedance as standards write them: `seriesOhms`, and in series with it a capacitor,
 * or a resistor and a capacitor in parallel, where they are there.
 */
export interface Impedance {
  readonly seriesOhms: number;
  readonly seriesFarads?: number;
  readonly parallel?: { readonly ohms: number; readonly farads: number };
}

/** What a chip looks like to the pair, and how it takes its own sound out of what comes back. */
export interface Termination {
  readonly impedance: Impedance;
  /** What of its own signal at a matched loop the hybrid takes away: 1 is all of it, 0 nothing. */
  readonly balance: number;
}

/** 600 Ω, plain: what loops are here unless told, and most chips after a reset. */
export const PLAIN_600: Impedance = { seriesOhms: 600 };

/** What a telephone is to the voice band while it is on-hook; an example, not measured. */
const ON_HOOK: Impedance = { seriesOhms: 20_000 };

const SAMPLE_RATE_HZ = 8000;
/** Points around the unit circle, and samples that are kept of what they come to. */
const POINTS = 512;
const MISMATCH_SAMPLES = 64;
/** Less than this, 80 dB down, is no echo. */
const TAP_MIN = 1e-4;

interface Complex {
  readonly re: number;
  readonly im: number;
}

/**
 * What a chip gets back of what it sends, where its impedance Z misses the loop's L. Sent from
 * behind Z, the pair carries 2L/(L+Z) of it; the hybrid takes `balance` of a matched loop's share
 * away:
 *
 *     echo = 2L/(L+Z) − balance = (1 − balance) + (L−Z)/(L+Z)
 *
 * With the hybrid at 1 that is the reflection of the loop, whose inverse is the return loss. The
 * networks are taken to 8000 samples a second by the bilinear transform.
 */
export function mismatchTaps(chip: Termination, loop: Impedance): readonly EchoTap[] {
  const gains = impulseOf((angular) => reflection(chip.impedance, loop, angular));
  gains[0] = (gains[0] ?? 0) + 1 - chip.balance;
  return tapsOf(gains);
}

/** What an answer over frequency, at so many radians a second, comes to in samples. */
function impulseOf(answer: (angular: number) => Complex): Float64Array {
  const gains = new Float64Array(MISMATCH_SAMPLES);
  // Points between the whole multiples: a capacitor has no impedance at 0 Hz.
  for (let point = 0; point < POINTS / 2; point++) {
    const turn = (2 * Math.PI * (point + 0.5)) / POINTS;
    const angular = 2 * SAMPLE_RATE_HZ * Math.tan(turn / 2);
    const { re, im } = answer(angular);
    for (let at = 0; at < MISMATCH_SAMPLES; at++) {
      const phase = turn * at;
      gains[at] = (gains[at] ?? 0) + (2 / POINTS) * (re * Math.cos(phase) - im * Math.sin(phase));
    }
  }
  return gains;
}

function tapsOf(gains: Float64Array): readonly EchoTap[] {
  return [...gains.entries()]
    .map(([delaySamples, gain]) => ({ delaySamples, gain }))
    .filter(({ gain }) => Math.abs(gain) >= TAP_MIN);
}

/**
 * The reflection (L−Z)/(L+Z) alone. Across the pair stands 2L/(L+Z), which is 1 with it added, of
 * what the chip sends, and 2Z/(L+Z), which is 1 less it, of what the loop's end says.
 */
export function reflectionTaps(chip: Impedance, loop: Impedance): readonly EchoTap[] {
  return mismatchTaps({ impedance: chip, balance: 1 }, loop);
}

/**
 * What a telephone that is on-hook hears more of a chip than of one of 600 Ω. It is a load L of
 * many kΩ, across which L/(L+Z) of what the chip sends is left; as much as is heard of 600 Ω is the
 * level that is meant, so
 *
 *     (L+600)/(L+Z) − 1 = (600−Z)/(L+Z)
 */
export function onHookTaps(chip: Impedance): readonly EchoTap[] {
  return tapsOf(
    impulseOf((angular) => {
      const [z, l] = [ohmsAt(chip, angular), ohmsAt(ON_HOOK, angular)];
      const missed = { re: PLAIN_600.seriesOhms - z.re, im: -z.im };
      return divided(missed, { re: l.re + z.re, im: l.im + z.im });
    }),
  );
}

/** (L − Z) / (L + Z) at so many radians a second. */
function reflection(chip: Impedance, loop: Impedance, angular: number): Complex {
  const [z, l] = [ohmsAt(chip, angular), ohmsAt(loop, angular)];
  return divided({ re: l.re - z.re, im: l.im - z.im }, { re: l.re + z.re, im: l.im + z.im });
}

function ohmsAt({ seriesOhms, seriesFarads, parallel }: Impedance, angular: number): Complex {
  const series = seriesFarads === undefined ? 0 : -1 / (angular * seriesFarads);
  if (parallel === undefined) return { re: seriesOhms, im: series };
  const { ohms, farads } = parallel;
  const { re, im } = divided({ re: ohms, im: 0 }, { re: 1, im: angular * ohms * farads });
  return { re: seriesOhms + re, im: im + series };
}

function divided(above: Complex, below: Complex): Complex {
  const size = below.re ** 2 + below.im ** 2;
  return {
    re: (above.re * below.re + above.im * below.im) / size,
    im: (above.im * below.re - above.re * below.im) / size,
  };
}
