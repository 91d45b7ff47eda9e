import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { V21_CALLED, V21_CALLER, type V21Channel, V21Receiver } from "./v21-receiver.ts";

/** Bits as a modem sends them, its clock and its tones a little off, with noise. */
function modulate(
  bits: readonly number[],
  { markHz, spaceHz }: V21Channel,
  how: { peak?: number; noise?: number; speed?: number; offsetHz?: number } = {},
): Int16Array {
  const { peak = 4000, noise = 0, speed = 1, offsetHz = 0 } = how;
  const samples = Math.floor((bits.length * 8000) / (300 * speed));
  let phase = 0;
  let seed = 1;
  return Int16Array.from({ length: samples }, (_, at) => {
    const bit = bits[Math.floor((at * 300 * speed) / 8000)];
    phase += (2 * Math.PI * ((bit === 1 ? markHz : spaceHz) + offsetHz)) / 8000;
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return peak * Math.sin(phase) + noise * (seed / 2 ** 31 - 1);
  });
}

function demodulate(samples: Int16Array, channel: V21Channel): number[] {
  const bits: number[] = [];
  const receiver = new V21Receiver(channel, (bit) => bits.push(bit));
  for (let at = 0; at < samples.length; at += 80) receiver.hear(samples.subarray(at, at + 80));
  return bits;
}

/** Changes enough to find the clock by, then what is to be heard. */
const LEAD = Array.from({ length: 24 }, (_, at) => at % 2);
const MESSAGE = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1];

describe("V21Receiver.hear() gives the bits that were sent", () => {
  it.each([
    ["as they should be", V21_CALLED, {}],
    ["of who calls", V21_CALLER, {}],
    ["faint", V21_CALLED, { peak: 200 }],
    ["noisy", V21_CALLED, { noise: 2500 }],
    ["a little fast", V21_CALLED, { speed: 1.002 }],
    ["a little slow", V21_CALLER, { speed: 0.998 }],
    ["12 Hz high", V21_CALLED, { offsetHz: 12 }],
    ["12 Hz low", V21_CALLER, { offsetHz: -12 }],
  ] as const)("%s", (_, channel, how) => {
    const sent = [...LEAD, ...MESSAGE, ...MESSAGE, ...LEAD];
    const heard = demodulate(modulate(sent, channel, how), channel).join("");
    expect(heard).toContain([...MESSAGE, ...MESSAGE].join(""));
  });

  it("whatever they are", () => {
    const bits = fc.array(fc.constantFrom(0, 1), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(bits, (message) => {
        const heard = demodulate(modulate([...LEAD, ...message, ...LEAD], V21_CALLED), V21_CALLED);
        expect(heard.join("")).toContain(message.join(""));
      }),
      { numRuns: 30 },
    );
  });
});
