/**
 * Something like a voice, at 8 kHz: harmonics of a pitch that comes and goes.
 * @param from the sample of it to begin with
 */
export function voiceLike(samples: number, from = 0): Int16Array {
  return Int16Array.from({ length: samples }, (_, n) => {
    const at = from + n;
    const swell = 0.5 + 0.5 * Math.sin(at / 900);
    let sum = 0;
    for (let k = 1; k < 8; k++) sum += Math.sin((2 * Math.PI * 260 * k * at) / 8000) / k;
    return 6000 * swell * sum;
  });
}
