import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIGITS, type Digit } from "../../src/base/audio.ts";
import { LineDigits } from "../../src/gateway/realtime/line-digits.ts";
import { DtmfTone, PCMU } from "../../src/media/index.ts";
import { compileJudge, type Judge, judgesAvailable } from "./line-judges.ts";
import { recordedSpeech, speechAvailable } from "./media-speech.ts";

const FRAME = 80;

/** A digit keyed for so long, as a telephone sends it. */
function keyed(digit: Digit, ms: number): Int16Array {
  const tone = new DtmfTone(digit);
  tone.endAfter(ms);
  const out = new Int16Array(ms * 8);
  tone.render(out);
  return out;
}

/** All sixteen digits laid over some audio, each at another place within a frame. */
function withDigits(audio: Int16Array, ms: number): Int16Array {
  const out = audio.slice();
  DIGITS.forEach((digit, at) => {
    const from = at * 400 * 8 + 800 + at * 7;
    // Whoever presses a key does not speak into it.
    out.set(keyed(digit, ms), from);
  });
  return out;
}

/** What goes to a far end that takes digits as events, and what it is told. */
function relayed(audio: Int16Array): { readonly audio: Int16Array; readonly digits: string } {
  const line = new LineDigits();
  const out = audio.slice();
  let digits = "";
  for (let at = 0; at + FRAME <= out.length; at += FRAME) {
    const frame = out.subarray(at, at + FRAME);
    for (const signal of line.hear(frame)) if (signal.kind === "begun") digits += signal.digit;
    if (line.withholds(frame)) frame.fill(0);
  }
  return { audio: out, digits };
}

/** As the network carries it. */
function coded(audio: Int16Array): Int16Array {
  const codec = PCMU.createCodec();
  const codes = new Uint8Array(audio.length);
  codec.encode(audio, codes);
  const out = new Int16Array(audio.length);
  codec.decode(codes, out);
  return out;
}

describe.skipIf(!judgesAvailable)("digits as events [media.dtmf-relay]", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("dtmf-judge");
  });
  afterAll(() => judge.close());
  const quiet = new Int16Array(16 * 400 * 8 + 8000);

  it.each([50, 70, 100, 250])("spandsp hears none of %i ms in what is sent", (ms) => {
    const said = withDigits(quiet, ms);
    expect(judge.hear(coded(said)).join("")).toBe(DIGITS.join(""));
    const { audio, digits } = relayed(said);
    expect(digits).toBe(DIGITS.join(""));
    expect(judge.hear(coded(audio)).join("")).toBe("");
  });

  it.skipIf(!speechAvailable)("nor between words; and speech itself is left alone", () => {
    const speech = recordedSpeech("en_US", 8, 0);
    const { audio, digits } = relayed(withDigits(speech, 100));
    expect(digits).toBe(DIGITS.join(""));
    expect(judge.hear(coded(audio)).join("")).toBe("");
    const minutes = recordedSpeech("fr_CA", 600, 0);
    const left = relayed(minutes).audio;
    const changed = Array.from({ length: minutes.length / FRAME }, (_, n) => n * FRAME).filter(
      (at) => left.subarray(at, at + FRAME).some((sample, n) => sample !== minutes[at + n]),
    );
    // Of 60000 frames.
    expect(changed.length).toBeLessThanOrEqual(12);
  });
});
