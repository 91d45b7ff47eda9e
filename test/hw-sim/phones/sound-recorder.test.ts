import { describe, expect, it } from "vitest";
import { RECORDING_LIMIT_SAMPLES, SoundRecorder } from "./sound-recorder.ts";
import { SAY_LIMIT_SAMPLES, Transmitter } from "./transmitter.ts";

const ramp = (from: number, length: number): Float64Array =>
  Float64Array.from({ length }, (_, at) => from + at);

describe("SoundRecorder.take()", () => {
  it("puts sound where its numbers say, gaps as silence, nothing from before the start", () => {
    const recorder = new SoundRecorder(100);
    recorder.take(ramp(96, 8), 96);
    recorder.take(ramp(106, 2), 106);
    expect(recorder.finish(110)).toEqual({
      startedAtMs: 12.5,
      volts: Float64Array.of(100, 101, 102, 103, 0, 0, 106, 107, 0, 0),
      full: false,
    });
  });

  it("grows past its first ten seconds and is full at its limit", () => {
    const recorder = new SoundRecorder(0);
    recorder.take(ramp(1, 10), 100_000);
    expect(recorder.finish(100_010).volts[100_009]).toBe(10);
    recorder.take(ramp(1, 10), RECORDING_LIMIT_SAMPLES - 5);
    const { volts, full } = recorder.finish(RECORDING_LIMIT_SAMPLES + 50);
    expect(volts.length).toBe(RECORDING_LIMIT_SAMPLES);
    expect(volts.at(-1)).toBe(5);
    expect(full).toBe(true);
  });
});

describe("Transmitter.fill()", () => {
  const heard = (transmitter: Transmitter, from: number, length: number): readonly number[] => {
    const out = new Float64Array(length).fill(99);
    transmitter.fill(out, from);
    return [...out];
  };

  it("is silent with nothing to say and joins pieces without a gap", () => {
    const transmitter = new Transmitter();
    expect(heard(transmitter, 0, 3)).toEqual([0, 0, 0]);
    expect(transmitter.say(Float64Array.of(1, 2, 3), 4)).toEqual({ ok: true, value: 7 });
    expect(transmitter.say(Float64Array.of(5, 6), 4)).toEqual({ ok: true, value: 9 });
    expect(heard(transmitter, 3, 3)).toEqual([0, 1, 2]);
    expect(heard(transmitter, 6, 4)).toEqual([3, 5, 6, 0]);
    expect(heard(transmitter, 10, 2)).toEqual([0, 0]);
  });

  it("gives keys the voice's place, with gaps between them", () => {
    const transmitter = new Transmitter();
    transmitter.say(Float64Array.of(1, 1, 1, 1, 1, 1, 1), 0);
    expect(transmitter.press(Float64Array.of(8, 8), 1, 2)).toBe(3);
    expect(transmitter.press(Float64Array.of(9), 1, 2)).toBe(6);
    expect(heard(transmitter, 0, 7)).toEqual([1, 8, 8, 1, 1, 9, 1]);
    transmitter.clear();
    expect(heard(transmitter, 0, 2)).toEqual([0, 0]);
  });

  it("refuses more than an hour", () => {
    const transmitter = new Transmitter();
    expect(transmitter.say(new Float64Array(SAY_LIMIT_SAMPLES), 0).ok).toBe(true);
    expect(transmitter.say(new Float64Array(1), 0).ok).toBe(false);
    expect(transmitter.say(new Float64Array(1), 100).ok).toBe(true);
  });
});
