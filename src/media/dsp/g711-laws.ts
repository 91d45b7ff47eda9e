import type { CompandingLaw } from "../../base/sound-arithmetic.ts";

/** Added to the 14-bit magnitude, so that each chord begins at a power of two. */
const MULAW_BIAS = 33;
const MULAW_MAX = 0x1fff;

function mulawFromLinear(sample: number): number {
  const folded = sample < 0 ? ~sample : sample;
  const magnitude = Math.min((folded >> 2) + MULAW_BIAS, MULAW_MAX);
  const chord = 26 - Math.clz32(magnitude);
  const step = (magnitude >> (chord + 1)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (chord << 4) | step) & 0xff;
}

function linearFromMulaw(code: number): number {
  const plain = ~code & 0xff;
  const chord = (plain >> 4) & 0x07;
  const magnitude = ((((plain & 0x0f) << 1) + MULAW_BIAS) << chord) - MULAW_BIAS;
  return (plain & 0x80) === 0 ? magnitude << 2 : -(magnitude << 2);
}

const ALAW_EVEN_BITS = 0x55;

function alawFromLinear(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const chord = magnitude < 16 ? 0 : 27 - Math.clz32(magnitude) + 1;
  const step = chord < 2 ? magnitude & 0x0f : (magnitude >> (chord - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (chord << 4) | step) ^ ALAW_EVEN_BITS;
}

function linearFromAlaw(code: number): number {
  const plain = code ^ ALAW_EVEN_BITS;
  const chord = (plain >> 4) & 0x07;
  const step = ((plain & 0x0f) << 4) + 8;
  const magnitude = chord === 0 ? step : (step + 0x100) << (chord - 1);
  return (plain & 0x80) === 0 ? -magnitude : magnitude;
}

/** The code of every 16-bit sample, indexed by the sample as an unsigned word. */
function encodeTable(fromLinear: (sample: number) => number): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let sample = -0x8000; sample < 0x8000; sample++) {
    table[sample & 0xffff] = fromLinear(sample);
  }
  return table;
}

function decodeTable(toLinear: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => toLinear(code));
}

interface Tables {
  readonly codes: Uint8Array;
  readonly samples: Int16Array;
}

/** Made when they are first wanted: where there is vector arithmetic they never are. */
const made: Partial<Record<CompandingLaw, Tables>> = {};

function makeTables(law: CompandingLaw): Tables {
  return law === "mulaw"
    ? { codes: encodeTable(mulawFromLinear), samples: decodeTable(linearFromMulaw) }
    : { codes: encodeTable(alawFromLinear), samples: decodeTable(linearFromAlaw) };
}

function tablesOf(law: CompandingLaw): Tables {
  const known = made[law] ?? makeTables(law);
  made[law] = known;
  return known;
}

/** Codes samples by G.711, by table. @see ITU-T G.711, ITU-T G.191 (reference arithmetic) */
export function encodeByTable(law: CompandingLaw, samples: Int16Array, codes: Uint8Array): void {
  const table = tablesOf(law).codes;
  const { length } = samples;
  const inFours = length - (length % 4);
  // Four at a time: minding the loop takes as long as a table.
  for (let at = 0; at < inFours; at += 4) {
    codes[at] = table[(samples[at] ?? 0) & 0xffff] ?? 0;
    codes[at + 1] = table[(samples[at + 1] ?? 0) & 0xffff] ?? 0;
    codes[at + 2] = table[(samples[at + 2] ?? 0) & 0xffff] ?? 0;
    codes[at + 3] = table[(samples[at + 3] ?? 0) & 0xffff] ?? 0;
  }
  for (let at = inFours; at < length; at++) codes[at] = table[(samples[at] ?? 0) & 0xffff] ?? 0;
}

/** Decodes as many codes as `samples` has room for, by table. */
export function decodeByTable(law: CompandingLaw, codes: Uint8Array, samples: Int16Array): void {
  const table = tablesOf(law).samples;
  const count = Math.min(codes.length, samples.length);
  const inFours = count - (count % 4);
  for (let at = 0; at < inFours; at += 4) {
    samples[at] = table[codes[at] ?? 0] ?? 0;
    samples[at + 1] = table[codes[at + 1] ?? 0] ?? 0;
    samples[at + 2] = table[codes[at + 2] ?? 0] ?? 0;
    samples[at + 3] = table[codes[at + 3] ?? 0] ?? 0;
  }
  for (let at = inFours; at < count; at++) samples[at] = table[codes[at] ?? 0] ?? 0;
}
