import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callerIdSignal } from "./caller-id-signal.ts";
import type { FskJob, FskModem } from "./fsk-source.ts";
import { callerIdScheme } from "./schemes.ts";
import { createSignalSource, type Signal, type SignalPart, signalDurationMs } from "./signal.ts";

/** Frequencies written anew, so that a wrong table does not judge itself. */
const MARK_SPACE: Record<FskModem, readonly [number, number]> = {
  bell202: [1200, 2200],
  v23: [1300, 2100],
};

/** All of a burst, rendered in frames of a length, and a frame beyond its end. */
function rendered(signal: Signal, frameSamples = 80): Int16Array {
  const source = createSignalSource(signal);
  const frames: Int16Array[] = [];
  for (let more = true; more; ) {
    const frame = new Int16Array(frameSamples).fill(12345);
    more = source.render(frame);
    frames.push(frame);
  }
  const past = new Int16Array(frameSamples).fill(12345);
  expect(source.render(past)).toBe(false);
  expect(past.every((sample) => sample === 0)).toBe(true);
  const all = new Int16Array(frames.length * frameSamples);
  frames.forEach((frame, index) => {
    all.set(frame, index * frameSamples);
  });
  return all;
}

/** Energy at a frequency in some samples around a place. */
function energyAt(samples: Int16Array, hz: number, from: number, until: number): number {
  let real = 0;
  let imaginary = 0;
  for (let at = Math.round(from); at < until; at++) {
    const phase = (2 * Math.PI * hz * at) / 8000;
    real += (samples[at] ?? 0) * Math.cos(phase);
    imaginary += (samples[at] ?? 0) * Math.sin(phase);
  }
  return real * real + imaginary * imaginary;
}

/** A burst's bits, each decided by which of two frequencies has more energy in its time. */
function demodulated(samples: Int16Array, modem: FskModem): string {
  const [markHz, spaceHz] = MARK_SPACE[modem];
  const bits = Math.floor((samples.length * 1200) / 8000);
  let text = "";
  for (let bit = 0; bit < bits; bit++) {
    const from = (bit * 8000) / 1200;
    const until = from + 8000 / 1200;
    const mark = energyAt(samples, markHz, from, until);
    text += mark > energyAt(samples, spaceHz, from, until) ? "1" : "0";
  }
  return text;
}

/** The bytes of characters of ten bits: 0, eight bits low first, 1. */
function bytesOf(bits: string): readonly number[] {
  const bytes: number[] = [];
  for (let at = 0; at + 10 <= bits.length && bits[at] === "0"; at += 10) {
    expect(bits[at + 9]).toBe("1");
    bytes.push(Number.parseInt([...bits.slice(at + 1, at + 9)].reverse().join(""), 2));
  }
  return bytes;
}

const PLAIN = {
  modem: "bell202",
  stopBits: 1,
  seizureBits: 0,
  tailBits: 10,
  levelDbm0: -13.5,
} as const;

const burst = (job: FskJob): Signal => [{ kind: "fsk", ...job }];

/** The burst that a scheme tells a caller by. */
function fskOf(signal: Signal): FskJob {
  const [part] = signal;
  if (part?.kind !== "fsk" || signal.length !== 1) throw new Error("no burst");
  return part;
}

describe("createSignalSource() of a burst", () => {
  for (const name of ["bellcore", "etsi-fsk"] as const) {
    it(`sends seizure, mark and message by ${name}`, () => {
      const time = { month: 11, day: 22, hour: 8, minute: 5 };
      const caller = { number: "5550100", name: "Alice", time };
      const signal = callerIdSignal(caller, callerIdScheme(name));
      const job = fskOf(signal);
      const bits = demodulated(rendered(signal), job.modem);
      expect(bits.slice(0, 300)).toBe("01".repeat(150));
      expect(bits.slice(300, 480)).toBe("1".repeat(180));
      const message = bits.slice(480, 480 + job.bytes.length * 10);
      expect(bytesOf(message)).toEqual(job.bytes);
      expect(bits.slice(480 + message.length, 490 + message.length)).toBe("1".repeat(10));
    });
  }

  it("sends as many stop bits as it is told", () => {
    const bytes = [0x55, 0xaa];
    const job = { ...PLAIN, modem: "v23", bytes, stopBits: 4, markBits: 5, tailBits: 5 } as const;
    const bits = demodulated(rendered(burst(job)), "v23");
    expect(bits.slice(5, 31)).toBe("0101010101111" + "0010101011111");
  });

  it("sends any bytes by either modem", () => {
    const property = fc.property(
      fc.constantFrom<FskModem>("bell202", "v23"),
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 333 }),
      (modem, bytes, frameSamples) => {
        const job = { ...PLAIN, modem, bytes, markBits: 5, tailBits: 5 };
        const bits = demodulated(rendered(burst(job), frameSamples), modem);
        expect(bytesOf(bits.slice(5, 5 + bytes.length * 10))).toEqual(bytes);
      },
    );
    fc.assert(property, { numRuns: 50 });
  });

  const job: FskJob = { ...PLAIN, bytes: [0x80, 0x00, 0x80], seizureBits: 300, markBits: 180 };

  it("keeps its phase: no two samples are further apart than the faster tone's slope", () => {
    const samples = rendered(burst(job));
    const peak = Math.max(...samples);
    const step = 2 * peak * Math.sin((Math.PI * 2200) / 8000) + 2;
    const end = Math.floor(signalDurationMs(burst(job)) * 8);
    for (let at = 1; at < end; at++) {
      expect(Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0))).toBeLessThanOrEqual(step);
    }
  });

  it("keeps bits that end between two samples to their exact length", () => {
    const samples = rendered(burst(job));
    const peak = (32124 / 10 ** (3.17 / 20)) * 10 ** (-13.5 / 20);
    const bitSamples = 8000 / 1200;
    for (let at = 0; at < 400; at++) {
      const pairs = Math.floor(at / (2 * bitSamples));
      const rest = at - pairs * 2 * bitSamples;
      const spaces = pairs * bitSamples + Math.min(rest, bitSamples);
      const turns = (2200 * spaces + 1200 * (at - spaces)) / 8000;
      const expected = peak * Math.sin(2 * Math.PI * turns);
      expect(Math.abs((samples[at] ?? 0) - expected)).toBeLessThan(2);
    }
  });

  it("keeps its level", () => {
    const samples = rendered(burst(job)).subarray(0, 4000);
    const meanSquare = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // 0 dBm0 is a sine that peaks at 32124 / 1.4405 (G.711, 3.17 dB)
    const levelDbm0 = 10 * Math.log10(meanSquare / ((32124 / 10 ** (3.17 / 20)) ** 2 / 2));
    expect(Math.abs(levelDbm0 + 13.5)).toBeLessThan(0.2);
  });

  it("says how long it takes", () => {
    expect(signalDurationMs(burst(job))).toBeCloseTo((520 / 1200) * 1000, 0);
    const samples = rendered(burst(job), 1);
    expect(samples.length).toBe(signalDurationMs(burst(job)) * 8);
  });

  it("gives the same samples whatever the frames", () => {
    const one = rendered(burst(job), 7).subarray(0, 3400);
    expect([...rendered(burst(job), 160).subarray(0, 3400)]).toEqual([...one]);
  });
});

describe("createSignalSource() of parts", () => {
  const beep = (frequencyHz: number, durationMs: number): SignalPart => ({
    kind: "tones",
    tones: [{ frequencyHz, levelDbm0: -10 }],
    durationMs,
  });
  const signal: Signal = [beep(1000, 20), { kind: "silence", durationMs: 10 }, beep(2000, 5)];

  it("plays them one after the other to the sample, whatever the frames", () => {
    const samples = rendered(signal, 33);
    expect(signalDurationMs(signal)).toBe(35);
    expect(energyAt(samples, 1000, 0, 160)).toBeGreaterThan(1e10);
    expect(samples.slice(160, 240).every((sample) => sample === 0)).toBe(true);
    expect(energyAt(samples, 2000, 240, 280)).toBeGreaterThan(1e9);
    expect(samples.slice(280).every((sample) => sample === 0)).toBe(true);
    expect([...rendered(signal, 7).slice(0, 280)]).toEqual([...samples.slice(0, 280)]);
  });

  it("plays nothing of a signal without parts", () => {
    const frame = new Int16Array(8).fill(1);
    expect(createSignalSource([]).render(frame)).toBe(false);
    expect([...frame]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
