import { existsSync, readFileSync } from "node:fs";
import { PCMU } from "../../src/media/index.ts";

/** Of Debian's libspandsp-dev: the tables of ITU-T G.168 as C source. */
const header = "/usr/include/spandsp/g168models.h";
const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";

/** Whether the tables are installed. */
export const tablesAvailable = existsSync(header) || required;

const source = (): string => readFileSync(header, "latin1");

function table(name: string): readonly number[] {
  const found = new RegExp(`${name}\\[\\] =\\s*\\{([^}]*)\\}`).exec(source())?.[1];
  if (found === undefined) throw new Error(`${header} has no ${name}`);
  return found.split(",").map(Number);
}

/** The echo paths of G.168 Annex D that a canceller of 32 ms is tested with. */
export const ECHO_PATHS = ["d2", "d3", "d4", "d5", "d6"] as const;

/** An echo path's impulse response at an echo return loss, `delaySamples` late. */
export function echoPath(name: string, erlDb: number, delaySamples = 8): Float64Array {
  const gain = new RegExp(`LINE_MODEL_${name.toUpperCase()}_GAIN\\s+([\\d.E-]+)`).exec(source());
  const factor = Number(gain?.[1]) * 10 ** (-erlDb / 20);
  const coefficients = table(`line_model_${name}_coeffs`);
  const taps = new Float64Array(delaySamples + coefficients.length);
  taps.set(
    coefficients.map((one) => one * factor),
    delaySamples,
  );
  return taps;
}

/** Single talk or double talk of the composite source signal. @see ITU-T G.168 Annex C */
const COMPOSITES = {
  single: { table: "css_c1", voicedMs: 48.62, pauseMs: 101.38 },
  double: { table: "css_c3", voicedMs: 72.69, pauseMs: 127.31 },
} as const;
const NOISE_MS = 200;
/** The rate of the tables. */
const TABLE_RATE_HZ = 44_100;

/** A composite source signal: voiced sound, pseudo noise, a pause; upside down each other time. */
export function compositeSource(kind: keyof typeof COMPOSITES, seconds: number): Int16Array {
  const { table: name, voicedMs, pauseMs } = COMPOSITES[kind];
  const wave = table(name);
  const rms = Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length);
  const random = randomBits(kind === "single" ? 7 : 99);
  const noise = Array.from({ length: NOISE_MS * 8 }, () => (random() > 0.5 ? rms : -rms));
  const period = Math.round((voicedMs + NOISE_MS + pauseMs) * 8);
  const voiced = Math.round(voicedMs * 8);
  return Int16Array.from({ length: seconds * 8000 }, (_, n) => {
    const sign = Math.floor(n / period) % 2 === 0 ? 1 : -1;
    const at = n % period;
    if (at >= voiced) return sign * (noise[at - voiced] ?? 0);
    const position = ((at * TABLE_RATE_HZ) / 8000) % wave.length;
    const before = wave[Math.floor(position)] ?? 0;
    const after = wave[(Math.floor(position) + 1) % wave.length] ?? 0;
    return sign * (before + (position % 1) * (after - before));
  });
}

/** Room noise: more of the low frequencies. @see ITU-T G.168 §6.4.1 (Hoth noise, roughly) */
export function roomNoise(samples: number, dbm0: number): Int16Array {
  const random = randomBits(12_345);
  let low = 0;
  const shaped = Int16Array.from({ length: samples }, () => {
    const normal = random() + random() + random() + random() - 2;
    low = 0.625 * low + normal * 3000;
    return low;
  });
  return atLevel(shaped, dbm0);
}

function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A sine of 0 dBm0 in 16 bits has this mean square. @see ITU-T G.711 §2 */
const ZERO_DBM0_POWER = (32124 / 10 ** (3.17 / 20)) ** 2 / 2;

/** Power of a part, dBm0. */
export function levelOf(audio: Int16Array, fromMs = 0, toMs = audio.length / 8): number {
  const part = audio.subarray(fromMs * 8, toMs * 8);
  const sum = part.reduce((total, one) => total + one * one, 0);
  return 10 * Math.log10(sum / part.length / ZERO_DBM0_POWER + 1e-12);
}

/** The largest level of a part on a meter of 35 ms. @see ITU-T G.168 §6.4.1.2.1 */
export function peakLevelOf(audio: Int16Array, fromMs = 0, toMs = audio.length / 8): number {
  const keep = Math.exp(-1 / (8000 * 0.035));
  let power = 0;
  let peak = 0;
  for (let at = 0; at < toMs * 8; at++) {
    power = power * keep + (audio[at] ?? 0) ** 2 * (1 - keep);
    if (at >= fromMs * 8) peak = Math.max(peak, power);
  }
  return 10 * Math.log10(peak / ZERO_DBM0_POWER + 1e-12);
}

const clip = (value: number): number => Math.max(-32768, Math.min(32767, Math.round(value)));

/** The same, of another level. */
export function atLevel(audio: Int16Array, dbm0: number): Int16Array {
  const gain = 10 ** ((dbm0 - levelOf(audio)) / 20);
  return audio.map((sample) => clip(sample * gain));
}

/** The same after µ-law: as the network carries it. */
export function throughG711(audio: Int16Array): Int16Array {
  const codec = PCMU.createCodec();
  const codes = new Uint8Array(audio.length);
  codec.encode(audio, codes);
  const out = new Int16Array(audio.length);
  codec.decode(codes, out);
  return out;
}

/** What comes back through a path. */
export function echoOf(far: Int16Array, path: Float64Array): Int16Array {
  return Int16Array.from(far, (_, at) => {
    let sum = 0;
    for (let k = 0; k < path.length && k <= at; k++) sum += (path[k] ?? 0) * (far[at - k] ?? 0);
    return clip(sum);
  });
}

/** Both at once. */
export function sumOf(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, at) => clip(sample + (other[at] ?? 0)));
}
