import type { CardCoding } from "./wire-numbers.ts";

/** How the samples of one coding become bytes and back. */
export interface SampleCoding {
  readonly bytesPerSample: 1 | 2;
  /** Fills `samples` from as many bytes as they take. */
  decode(bytes: Uint8Array, samples: Int16Array): void;
  encode(samples: Int16Array, bytes: Uint8Array): void;
}

const LINEAR: SampleCoding = {
  bytesPerSample: 2,
  decode(bytes, samples) {
    for (let at = 0; at < samples.length; at++) {
      samples[at] = ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0);
    }
  },
  encode(samples, bytes) {
    for (let at = 0; at < samples.length; at++) {
      const sample = samples[at] ?? 0;
      bytes[2 * at] = sample >> 8;
      bytes[2 * at + 1] = sample;
    }
  },
};

/** The three codings that a card may have. */
export const SAMPLE_CODINGS = {
  pcmu: tabled(muLawSample),
  pcma: tabled(aLawSample),
  linear: LINEAR,
} as const satisfies Readonly<Record<CardCoding, SampleCoding>>;

/** The 16-bit value of a µ-law code. @see ITU-T G.711 table 2 */
function muLawSample(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return (inverted & 0x80) !== 0 ? -magnitude : magnitude;
}

/** The 16-bit value of an A-law code, whose even bits are inverted. @see ITU-T G.711 table 1 */
function aLawSample(code: number): number {
  const straight = code ^ 0x55;
  const segment = (straight >> 4) & 7;
  const step = ((straight & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (straight & 0x80) !== 0 ? magnitude : -magnitude;
}

/** One byte a sample: each sample gets the code whose value is nearest to it. */
function tabled(sampleOf: (code: number) => number): SampleCoding {
  const values = Int16Array.from({ length: 256 }, (_, code) => sampleOf(code));
  const byValue = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const codes = new Uint8Array(0x10000);
  let rank = 0;
  for (let sample = -0x8000; sample <= 0x7fff; sample++) {
    const above = values[byValue[rank + 1] ?? 0] ?? 0;
    const here = values[byValue[rank] ?? 0] ?? 0;
    if (rank < 255 && sample - here >= above - sample) rank++;
    codes[sample & 0xffff] = byValue[rank] ?? 0;
  }
  return {
    bytesPerSample: 1,
    decode(bytes, samples) {
      for (let at = 0; at < samples.length; at++) samples[at] = values[bytes[at] ?? 0] ?? 0;
    },
    encode(samples, bytes) {
      for (let at = 0; at < samples.length; at++) {
        bytes[at] = codes[(samples[at] ?? 0) & 0xffff] ?? 0;
      }
    },
  };
}
