import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { levelDbm0, SILENCE_DBM0 } from "./levels.ts";
import { AutomaticGain, DcRemoval, Gain } from "./line-levels.ts";

const FRAME = 80;

const tone = (dbm0: number, ms: number, hz = 1000): Int16Array =>
  Int16Array.from({ length: ms * 8 }, (_, at) =>
    Math.round(peakFromDbm0(dbm0) * Math.sin((2 * Math.PI * hz * at) / 8000)),
  );

/** Runs some audio through, in frames, in place. */
function through(process: (frame: Int16Array) => void, audio: Int16Array): Int16Array {
  for (let at = 0; at + FRAME <= audio.length; at += FRAME) process(audio.subarray(at, at + FRAME));
  return audio;
}

describe("DcRemoval", () => {
  it.each([-8000, -3, 500, 20_000])("takes a constant of %i away within 300 ms", (constant) => {
    const removal = new DcRemoval();
    const left = through((frame) => removal.process(frame), new Int16Array(8000).fill(constant));
    expect(Math.max(...left.subarray(2400).map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it.each([40, 300, 3400])("leaves %i Hz its level", (hz) => {
    const removal = new DcRemoval();
    const left = through((frame) => removal.process(frame), tone(-10, 2000, hz));
    expect(Math.abs(levelDbm0(left.subarray(8000)) + 10)).toBeLessThan(0.15);
  });
});

describe("Gain", () => {
  it.each([-20, -6, 0, 6, 12])("of %i dB changes the level by as much", (gainDb) => {
    const gain = new Gain(FRAME, gainDb);
    const out = through((frame) => gain.process(frame), tone(-25, 500));
    expect(Math.abs(levelDbm0(out) + 25 - gainDb)).toBeLessThan(0.05);
  });

  it("of 0 dB changes no sample", () => {
    const gain = new Gain(FRAME, 0);
    const audio = tone(3, 100);
    expect(through((frame) => gain.process(frame), audio.slice())).toEqual(audio);
  });

  it("limits what would be clipped", () => {
    const gain = new Gain(FRAME, 20);
    const out = through((frame) => gain.process(frame), tone(-6, 500));
    expect(Math.max(...out)).toBeLessThanOrEqual(32_767);
    // A clipped sine would spend most of its time at the limits.
    const late = out.subarray(800);
    expect(late.filter((sample) => Math.abs(sample) > 32_000).length).toBeLessThan(late.length / 2);
  });
});

describe("AutomaticGain", () => {
  const words = (dbm0: number): Int16Array => {
    const audio = tone(dbm0, 12_000);
    return audio.map((sample, at) => (at % 8000 < 5600 ? sample : ((at * 7919) % 5) - 2));
  };

  it.each([
    [-19, 0],
    [-28, 9],
    [-12, -7],
    [-45, 12],
    [0, -12],
  ])("brings a voice of %i dBm0 up by %i dB in time", (dbm0, byDb) => {
    const agc = new AutomaticGain(FRAME);
    const out = through((frame) => agc.process(frame), words(dbm0));
    const level = levelDbm0(out.subarray(11 * 8000, 11 * 8000 + 4000));
    expect(Math.abs(level - dbm0 - byDb)).toBeLessThan(1);
  });

  it("leaves a pause's noise where it is", () => {
    const agc = new AutomaticGain(FRAME);
    const noise = Int16Array.from({ length: 80_000 }, (_, at) => ((at * 7919) % 41) - 20);
    const before = levelDbm0(noise);
    expect(
      Math.abs(levelDbm0(through((frame) => agc.process(frame), noise)) - before),
    ).toBeLessThan(0.5);
    expect(levelDbm0(through((frame) => agc.process(frame), new Int16Array(8000)))).toBe(
      SILENCE_DBM0,
    );
  });
});
