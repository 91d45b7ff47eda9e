import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ToneName } from "../../src/base/line-messages.ts";
import { countryProfile } from "../../src/fxs/index.ts";
import { createToneSource } from "../../src/media/index.ts";
import { compileJudge, type Judge, judgesAvailable, renderForJudge } from "./line-judges.ts";
import { vectorFolder } from "./media-vectors.ts";
import { elementsFromSample, type SampleZone, zonesFromSample } from "./tones-asterisk-sample.ts";

const folder = vectorFolder("tones");

/**
 * Countries whose tones this receiver can tell apart at all. Not among them: who modulates, whose
 * busy and congestion are (or begin) alike, whose dial tone has a cadence that busy is part of,
 * and Australia and Great Britain, whose frequencies are nearer than the receiver's filters.
 */
const COUNTRIES = [
  ...["at", "be", "bg", "ch", "cl", "de", "dk", "ee", "fi", "fr", "id"],
  ...["il", "lt", "nl", "no", "nz", "ph", "pt", "ru", "tw", "us", "ve"],
] as const;

/** What we call it and what the sample calls it. */
const TONES = [
  ["dial", "dial"],
  ["busy", "busy"],
  ["reorder", "congestion"],
  ["ringback", "ring"],
] as const satisfies readonly (readonly [ToneName, string])[];

/** Three rounds of the slowest ringback. */
const HEARD_MS = 18_500;

/** A tone for the judge: its elements with frequencies and limits of ±8 % (40 ms at the least). */
function judgeWord(name: string, zone: SampleZone, key: string): string {
  const elements = elementsFromSample(zone.get(key) ?? "");
  const words = elements.map(({ frequenciesHz, durationMs }) => {
    const sound = frequenciesHz.length === 0 ? "0" : frequenciesHz.join("+");
    if (durationMs === undefined) return `${sound}:3000-0`;
    const slackMs = Math.max(40, Math.round(durationMs * 0.08));
    return `${sound}:${durationMs - slackMs}-${durationMs + slackMs}`;
  });
  return `${name}=${words.join(",")}`;
}

/**
 * The tones of a zone. With a single frequency the receiver would take any sound for it: then it
 * is given one on each side, to choose from.
 */
function judgeWords(zone: SampleZone): readonly string[] {
  const words = TONES.map(([name, key]) => judgeWord(name, zone, key));
  const elements = TONES.flatMap(([, key]) => elementsFromSample(zone.get(key) ?? ""));
  const [onlyHz, second] = new Set(elements.flatMap(({ frequenciesHz }) => frequenciesHz));
  if (onlyHz === undefined || second !== undefined) return words;
  return [...words, `lower=${onlyHz - 100}:300-0`, `higher=${onlyHz + 100}:300-0`];
}

describe.skipIf(!judgesAvailable || !folder.available)(
  "spandsp's super_tone_rx, set by Asterisk's table, names our tones [line.tones.spandsp]",
  () => {
    let judge: Judge;
    let zones: ReadonlyMap<string, SampleZone>;
    beforeAll(() => {
      judge = compileJudge("tone-judge");
      zones = zonesFromSample(new TextDecoder().decode(folder.read("indications.conf.sample")));
    });
    afterAll(() => judge?.close());

    it.each([
      ["a fifth slower", 425, 600],
      ["a fifth faster", 425, 400],
    ])("hears nothing in the German busy tone %s", (_, frequencyHz, ms) => {
      const zone = zones.get("de");
      if (zone === undefined) throw new Error("no de");
      const beep = { frequenciesHz: [frequencyHz], levelDbm0: -16, durationMs: ms };
      const pause = { frequenciesHz: [], levelDbm0: -16, durationMs: ms };
      const source = createToneSource({ segments: [beep, pause], repeatFrom: 0 });
      expect(judge.hear(renderForJudge(source, HEARD_MS), judgeWords(zone))).toEqual([]);
    });

    it("hears another tone where the German one is 100 Hz too high", () => {
      const zone = zones.get("de");
      if (zone === undefined) throw new Error("no de");
      const source = createToneSource({ segments: [{ frequenciesHz: [525], levelDbm0: -16 }] });
      expect(judge.hear(renderForJudge(source, HEARD_MS), judgeWords(zone))).toEqual(["higher"]);
    });

    for (const code of COUNTRIES) {
      it.each(TONES)(`${code}: %s`, (name) => {
        const zone = zones.get(code);
        const profile = countryProfile(code);
        if (zone === undefined || !profile.ok) throw new Error(`no ${code}`);
        const source = createToneSource(profile.value.tones.table[name]);
        const heard = judge.hear(renderForJudge(source, HEARD_MS), judgeWords(zone));
        expect(heard).toEqual([name]);
      });
    }
  },
);
