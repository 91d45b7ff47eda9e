import { describe, expect, it } from "vitest";
import { type FaxTone, FaxToneDetector } from "./fax-tones.ts";

type Wave = (atMs: number) => number;
const sine =
  (hz: number, peak = 5000): Wave =>
  (atMs) =>
    peak * Math.sin((2 * Math.PI * hz * atMs) / 1000);
const silence: Wave = () => 0;

/** Renders pieces and tells what was detected, with the time. */
function detect(...pieces: readonly { readonly wave: Wave; readonly ms: number }[]) {
  const detector = new FaxToneDetector();
  const found: { tone: FaxTone; atMs: number }[] = [];
  let nowMs = 0;
  for (const { wave, ms } of pieces) {
    for (let n = 0; n < ms / 10; n++) {
      const frame = Int16Array.from({ length: 80 }, (_, at) => wave(nowMs + at / 8));
      nowMs += 10;
      const tone = detector.hear(frame);
      if (tone !== undefined) found.push({ tone, atMs: nowMs });
    }
  }
  return found;
}

/** V.21 channel 2: the bits of flags, phase going on. */
function flags(): Wave {
  const bits = [0, 1, 1, 1, 1, 1, 1, 0];
  let phase = 0;
  let lastMs = 0;
  return (atMs) => {
    const bit = bits[Math.floor((atMs * 300) / 1000) % 8];
    phase += (2 * Math.PI * (bit === 1 ? 1650 : 1850) * (atMs - lastMs)) / 1000;
    lastMs = atMs;
    return 4000 * Math.sin(phase);
  };
}

/** A menu of V.8 (data by V.34), said again and again. @see ITU-T V.8 §5 */
function menus(markHz: number, spaceHz: number): Wave {
  const octets = [0xe0, 0xc1, 0x45];
  const bits = [
    ...Array<number>(10).fill(1),
    ...octets.flatMap((octet) => [
      0,
      ...Array.from({ length: 8 }, (_, bit) => (octet >> bit) & 1),
      1,
    ]),
  ];
  let phase = 0;
  let lastMs = 0;
  return (atMs) => {
    const bit = bits[Math.floor((atMs * 300) / 1000) % bits.length];
    phase += (2 * Math.PI * (bit === 1 ? markHz : spaceHz) * (atMs - lastMs)) / 1000;
    lastMs = atMs;
    return 4000 * Math.sin(phase);
  };
}

/** A tone whose phase turns every 450 ms. @see ITU-T V.8 §4 */
const reversing =
  (wave: Wave, everyMs = 450): Wave =>
  (atMs) =>
    wave(atMs) * (Math.floor(atMs / everyMs) % 2 === 0 ? 1 : -1);

/** A tone with 15 Hz in its loudness. @see ITU-T V.8 §4.2 */
const modulated =
  (wave: Wave, depth = 0.2, hz = 15): Wave =>
  (atMs) =>
    wave(atMs) * (1 + depth * Math.sin((2 * Math.PI * hz * atMs) / 1000));

const noisy =
  (wave: Wave, peak: number): Wave =>
  (atMs) =>
    wave(atMs) + peak * Math.sin(atMs * atMs * 13.7);

describe("FaxToneDetector", () => {
  it.each([
    { what: "CNG", wave: sine(1100), ms: 500, tone: "cng", byMs: 400 },
    { what: "CNG, 38 Hz low", wave: sine(1062), ms: 500, tone: "cng", byMs: 400 },
    { what: "CED", wave: sine(2100), ms: 2600, tone: "answer", byMs: 450 },
    { what: "CED, 15 Hz high", wave: sine(2115), ms: 2600, tone: "answer", byMs: 450 },
    { what: "a faint CED", wave: sine(2100, 200), ms: 1000, tone: "answer", byMs: 450 },
    { what: "flags", wave: flags(), ms: 1000, tone: "preamble", byMs: 400 },
    {
      what: "who is called say it does V.34",
      wave: menus(1650, 1850),
      ms: 3000,
      tone: "jm",
      byMs: 600,
    },
    { what: "who calls say so", wave: menus(980, 1180), ms: 3000, tone: "cm", byMs: 600 },
  ])("hears $what as $tone", ({ wave, ms, tone, byMs }) => {
    const found = detect({ wave: silence, ms: 100 }, { wave, ms });
    expect(found.map((one) => one.tone)).toEqual([tone]);
    expect((found[0]?.atMs ?? 0) - 100).toBeLessThanOrEqual(byMs);
  });

  const both = ["answer", "answer-reversed"];
  const bothAm = ["answer-am", "answer-am-reversed"];
  it.each([
    { what: "ANS", wave: sine(2100), tones: ["answer"] },
    { what: "ANS in noise", wave: noisy(sine(2100), 1500), tones: ["answer"] },
    { what: "ANS with reversals", wave: reversing(sine(2100)), tones: both },
    { what: "the same, each 425 ms", wave: reversing(sine(2100), 425), tones: ["answer-reversed"] },
    { what: "the same, each 475 ms", wave: reversing(sine(2100), 475), tones: both },
    { what: "the same, 15 Hz low", wave: reversing(sine(2085)), tones: both },
    { what: "ANSam", wave: modulated(sine(2100)), tones: ["answer-am"] },
    { what: "ANSam, 15 Hz high", wave: modulated(sine(2115)), tones: ["answer-am"] },
    { what: "ANSam in noise", wave: noisy(modulated(sine(2100)), 1000), tones: ["answer-am"] },
    { what: "ANSam with reversals", wave: reversing(modulated(sine(2100))), tones: bothAm },
    { what: "a loudness that hardly moves", wave: modulated(sine(2100), 0.05), tones: ["answer"] },
    { what: "a loudness of 5 Hz", wave: modulated(sine(2100), 0.2, 5), tones: ["answer"] },
    { what: "a loudness of 30 Hz", wave: modulated(sine(2100), 0.2, 30), tones: ["answer"] },
  ])("tells $what as $tones", ({ wave, tones }) => {
    const found = detect({ wave: silence, ms: 100 }, { wave, ms: 3300 });
    expect(found.map((one) => one.tone)).toEqual(tones);
    expect((found[0]?.atMs ?? 0) - 100).toBeLessThanOrEqual(900);
    expect((found.at(-1)?.atMs ?? 0) - 100).toBeLessThanOrEqual(1500);
  });

  it("tells an answer tone without reversals after one with them", () => {
    const first = { wave: reversing(sine(2100)), ms: 1500 };
    const found = detect(first, { wave: silence, ms: 500 }, { wave: sine(2100), ms: 1500 });
    expect(found.map((one) => one.tone)).toEqual([...both, "answer"]);
  });

  it("tells each CNG anew after the silence between", () => {
    const on = { wave: sine(1100), ms: 500 };
    expect(detect(on, { wave: silence, ms: 3000 }, on)).toHaveLength(2);
  });

  it.each([
    { what: "dial tone", wave: (at: number) => sine(350)(at) + sine(440)(at) },
    { what: "a key", wave: (at: number) => sine(941)(at) + sine(1336)(at) },
    { what: "1200 Hz", wave: sine(1200) },
    { what: "2000 Hz", wave: sine(2000) },
    { what: "a milliwatt", wave: sine(1004, 22_800) },
    { what: "a milliwatt in noise", wave: noisy(sine(1004, 16_000), 6000) },
    { what: "1020 Hz that comes and goes", wave: modulated(sine(1020), 0.9, 7) },
    { what: "1750 Hz, between a one and a zero", wave: sine(1750) },
    { what: "the same in noise", wave: noisy(sine(1750), 2500) },
    { what: "1650 Hz alone", wave: sine(1650) },
    { what: "1850 Hz alone", wave: sine(1850) },
    { what: "CED too faint", wave: sine(2100, 100) },
    { what: "noise", wave: (at: number) => 4000 * Math.sin(at * at * 13.7) },
  ])("hears nothing in $what", ({ wave }) => {
    expect(detect({ wave, ms: 3000 })).toEqual([]);
  });

  it("hears nothing in tones that are too short", () => {
    const gap = { wave: silence, ms: 100 };
    expect(detect({ wave: sine(1100), ms: 300 }, gap, { wave: sine(2100), ms: 350 }, gap)).toEqual(
      [],
    );
  });
});
