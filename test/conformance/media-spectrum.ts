import { Fft } from "../hw-sim/audio/fft.ts";

/** Windows of 32 ms, each 10. */
const WINDOW = 256;
const HOP = 80;
/** Spectra below this are silence: about −65 dBm0 in a bin, as a power of the transform. */
const FLOOR = 1e6;

const HANN = Float64Array.from(
  { length: WINDOW },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / WINDOW),
);

function spectrum(fft: Fft, audio: Int16Array, from: number): Float64Array {
  const real = Float64Array.from(HANN, (weight, at) => weight * (audio[from + at] ?? 0));
  const imaginary = new Float64Array(WINDOW);
  fft.forward(real, imaginary);
  return Float64Array.from({ length: WINDOW / 2 }, (_, bin) => {
    const power = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
    return 10 * Math.log10(power + FLOOR);
  });
}

/**
 * Mean log-spectral distance in dB of what was filled in, over the windows that touch a loss or its
 * end. `lost` is the fate of each packet of so many samples.
 */
export function spectralDistanceDb(
  audio: Int16Array,
  filled: Int16Array,
  lost: readonly boolean[],
  packet: number,
): number {
  const fft = new Fft(WINDOW);
  let sum = 0;
  let windows = 0;
  for (let from = 0; from + WINDOW <= audio.length; from += HOP) {
    const first = Math.floor(from / packet);
    const last = Math.floor((from + WINDOW - 1) / packet);
    if (!lost.slice(first, last + 1).some(Boolean)) continue;
    const [one, other] = [spectrum(fft, audio, from), spectrum(fft, filled, from)];
    const squares = one.reduce((total, value, bin) => total + (value - (other[bin] ?? 0)) ** 2, 0);
    sum += Math.sqrt(squares / one.length);
    windows++;
  }
  return sum / windows;
}
