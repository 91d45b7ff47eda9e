import { describe, expect, it } from "vitest";
import { Concealment } from "../../src/media/dsp/concealment.ts";
import { spectralDistanceDb } from "./media-spectrum.ts";
import { vectorFolder, wordsFromBytes } from "./media-vectors.ts";

/*
 * The sequences of G.711 Appendix I: speech, patterns of lost frames, the speech with the lost
 * frames mute (`m`), and what the appendix's own algorithm makes of it.
 *
 * What applies to our algorithm: the patterns, where it may touch the speech and where not, and how
 * near it comes to what was lost. What does not apply: the samples of the answers. The appendix
 * holds all speech back by 30 samples and joins a loss to speech that was not played yet; ours adds
 * no delay, so that no sample of a loss can be the same.
 */

const vectors = vectorFolder("media/g711-plc");
/** Frames of 10 ms. */
const FRAME = 80;
/** A frame that is lost, as files of error patterns have it. @see ITU-T G.192 Annex B */
const LOST = 0x6b20;
/** Our join with the first good speech is 10 ms long at most. @see G.711 App. I §I.2.8 */
const JOIN_SAMPLES = 80;
/** How far back the appendix touches what went before. @see G.711 App. I §I.2.4 */
const HELD_SAMPLES = 30;

const words = (name: string): Int16Array => wordsFromBytes(vectors.read(name));

interface Case {
  readonly title: string;
  readonly pattern: string;
  readonly answer: string;
  /** The speech with silence in place of what is lost. */
  readonly mute: string;
}

const CASES: readonly Case[] = [
  { title: "one frame in ten", pattern: "fe10.g192", answer: "f2_10.raw", mute: "f2_10m.raw" },
  { title: "two in twenty", pattern: "fe10_2.g192", answer: "f2_10_2.raw", mute: "f2_10_2m.raw" },
];

/** The fate of each frame; the pattern goes round and round. */
function fatesOf(pattern: string, frames: number): readonly boolean[] {
  const marks = words(pattern);
  return Array.from({ length: frames }, (_, at) => marks[at % marks.length] === LOST);
}

function conceal(speech: Int16Array, lost: readonly boolean[]): Int16Array {
  const concealment = new Concealment();
  const out = speech.slice();
  lost.forEach((isLost, at) => {
    const frame = out.subarray(at * FRAME, (at + 1) * FRAME);
    if (isLost) concealment.conceal(frame);
    else concealment.good(frame);
  });
  return out;
}

/** Whether a sample lies in a loss, or so little before or behind one. */
function isNear(lost: readonly boolean[], sample: number, before: number, behind: number): boolean {
  const first = Math.floor((sample - behind) / FRAME);
  const last = Math.floor((sample + before) / FRAME);
  return lost.slice(Math.max(0, first), last + 1).some(Boolean);
}

describe.skipIf(!vectors.available)("[media.g711-plc] G.711 Appendix I", () => {
  const speech = vectors.available ? words("f2.le") : new Int16Array();
  const frames = speech.length / FRAME;

  it.each(CASES)("$title: the pattern is that of the sequences", (row) => {
    const lost = fatesOf(row.pattern, frames);
    expect(lost.filter(Boolean).length).toBe(Math.floor(frames / 10));
    const mute = speech.map((sample, at) => (isNear(lost, at, 0, 0) ? 0 : sample));
    expect(mute).toEqual(words(row.mute));
    // The appendix leaves all alone but what is lost, 30 samples before it, and the join behind.
    const answer = words(row.answer);
    const strays = answer.findIndex(
      (sample, at) =>
        sample !== speech[at] && !isNear(lost, at, HELD_SAMPLES, JOIN_SAMPLES + HELD_SAMPLES),
    );
    expect(strays).toBe(-1);
  });

  it.each(CASES)("$title: nothing before a loss is touched, and 10 ms behind it at most", (row) => {
    const lost = fatesOf(row.pattern, frames);
    const ours = conceal(speech, lost);
    // A stream fades in as if after a long loss.
    const strays = ours.findIndex(
      (sample, at) =>
        at >= JOIN_SAMPLES && sample !== speech[at] && !isNear(lost, at, 0, JOIN_SAMPLES),
    );
    expect(strays).toBe(-1);
    expect(ours).not.toEqual(speech);
  });

  it.each(CASES)("$title: as near to what was lost as the appendix's own answer", (row) => {
    const lost = fatesOf(row.pattern, frames);
    const distance = (filled: Int16Array) => spectralDistanceDb(speech, filled, lost, FRAME);
    const [ours, theirs] = [distance(conceal(speech, lost)), distance(words(row.answer))];
    const figures = `${ours.toFixed(2)} dB, the appendix ${theirs.toFixed(2)}`;
    process.stdout.write(`${row.title}: log-spectral distance ${figures}\n`);
    expect(ours).toBeLessThan(theirs * 1.1);
  });
});
