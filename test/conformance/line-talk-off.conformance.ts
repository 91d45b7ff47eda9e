import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createDtmfDetector } from "../../src/fxs/index.ts";
import { parseLineWav } from "../hw-sim/audio/wav.ts";
import { compileJudge, judgesAvailable } from "./line-judges.ts";

/** Where Debian's asterisk-core-sounds-*-wav packages put recorded speech, 8 kHz mono. */
const folder = "/usr/share/asterisk/sounds";
const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";

/** A tenth of a second of silence after each file: its last sound is heard out. */
const GAP_SAMPLES = 800;

function* recordings(): Generator<readonly [string, Int16Array]> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names.filter((one) => one.endsWith(".wav"))) {
    const wav = parseLineWav(readFileSync(join(folder, name)), name);
    if (!wav.ok) throw new Error(wav.error.text);
    yield [name, wav.value];
  }
}

const available = (existsSync(folder) || required) && judgesAvailable;

describe.skipIf(!available)("recorded speech is no digit [line.dtmf.talk-off]", () => {
  it("0 digits in all of it; spandsp's figure beside", () => {
    const judge = compileJudge("dtmf-judge");
    const digits: string[] = [];
    let theirs = 0;
    let samplesInAll = 0;
    for (const [name, samples] of recordings()) {
      const detector = createDtmfDetector();
      const padded = new Int16Array(samples.length + GAP_SAMPLES);
      padded.set(samples);
      for (const event of detector.process(padded)) {
        if (event.kind === "start") digits.push(`${name}: ${event.digit} at ${event.sample}`);
      }
      theirs += judge.hear(padded).join("").length;
      samplesInAll += samples.length;
    }
    judge.close();
    const minutes = (samplesInAll / 8000 / 60).toFixed(1);
    process.stdout.write(`talk-off: ${minutes} min, ours ${digits.length}, spandsp ${theirs}\n`);
    // A folder of nearly nothing proves nothing.
    expect(samplesInAll).toBeGreaterThan((required ? 80 : 20) * 60 * 8000);
    expect(digits).toEqual([]);
  });

  it("both hear a key that is pressed in the middle of it", () => {
    const judge = compileJudge("dtmf-judge");
    const [, samples] = [...recordings()].find(([, one]) => one.length > 16_000) ?? [];
    const spoken = new Int16Array(9600);
    spoken.set(samples?.subarray(0, 8000) ?? []);
    for (let at = 4000; at < 4800; at++) {
      const t = (2 * Math.PI * at) / 8000;
      spoken[at] = Math.round(6000 * (Math.sin(770 * t) + Math.sin(1336 * t)));
    }
    const heard = createDtmfDetector().process(spoken);
    expect(heard.filter(({ kind }) => kind === "start").map(({ digit }) => digit)).toEqual(["5"]);
    expect(judge.hear(spoken)).toEqual(["5"]);
    judge.close();
  });
});
