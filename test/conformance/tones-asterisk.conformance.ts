import { describe, expect, it } from "vitest";
import type { ToneSegment, ToneSpec } from "../../src/base/audio.ts";
import type { ToneName } from "../../src/base/line-messages.ts";
import { COUNTRIES } from "../../src/fxs/country/countries.ts";
import { profileOf } from "../../src/fxs/country/override.ts";
import { vectorFolder } from "./media-vectors.ts";
import {
  elementsFromSample,
  type SampleElement,
  zonesFromSample,
} from "./tones-asterisk-sample.ts";

const folder = vectorFolder("tones");

/** What we call it, and what the sample does: a misspelt name of the French zone included. */
const TONES = [
  ["dial", ["dial"]],
  ["busy", ["busy"]],
  ["ringback", ["ring"]],
  ["reorder", ["congestion"]],
  ["stutter-dial", ["stutter"]],
  ["call-waiting", ["callwaiting", "callwait"]],
] as const satisfies readonly (readonly [ToneName, readonly string[]])[];

/**
 * Where a profile has something else than the sample, and knows it. The reason stands in the
 * country's file (`conflicts`), from where it comes into docs/countries.md.
 */
const KNOWN_CONFLICTS: ReadonlySet<string> = new Set([
  "de call-waiting",
  "in stutter-dial",
  "jp ringback",
  "jp call-waiting",
  "my reorder",
  "my ring cadence",
  "pt call-waiting",
  "pt stutter-dial",
  "sg ringback",
  "sg call-waiting",
  "th ringback",
  "th call-waiting",
]);

/** The depth of the sample's modulation, which it cannot tell otherwise. */
const SAMPLE_DEPTH = 0.9;

const silence = "silence";

/** A tone in words, so that two can be compared: `425:480, silence:480, again from 0`. */
function wordsOf(parts: readonly (readonly [string, number | undefined])[], from?: number): string {
  const words = parts.map(([sound, ms]) => (ms === undefined ? sound : `${sound}:${ms}`));
  const [last = ["", 0]] = parts.slice(-1);
  // Silence without end is what comes after a tone anyhow.
  if (last[0] === silence && last[1] === undefined) words.pop();
  return from === undefined ? words.join(", ") : `${words.join(", ")}, again from ${from}`;
}

function wordsOfSample(elements: readonly SampleElement[]): string {
  const parts = elements.map(({ frequenciesHz, modulationHz, durationMs }) => {
    const plain = frequenciesHz.length === 0 ? silence : [...frequenciesHz].sort().join("+");
    const sound =
      modulationHz === undefined ? plain : `${plain}*${modulationHz} by ${SAMPLE_DEPTH}`;
    return [sound, durationMs] as const;
  });
  const lead = elements.filter(({ once }) => once).length;
  const repeats = elements.some(({ once }) => !once) && elements.at(-1)?.durationMs !== undefined;
  return wordsOf(parts, repeats ? lead : undefined);
}

function soundOf({ frequenciesHz, modulation }: ToneSegment): string {
  const plain = frequenciesHz.length === 0 ? silence : [...frequenciesHz].sort().join("+");
  return modulation === undefined ? plain : `${plain}*${modulation.rateHz} by ${modulation.depth}`;
}

function wordsOfProfile({ segments, repeatFrom }: ToneSpec): string {
  return wordsOf(
    segments.map((segment) => [soundOf(segment), segment.durationMs]),
    repeatFrom,
  );
}

const zones = folder.available
  ? zonesFromSample(new TextDecoder().decode(folder.read("indications.conf.sample")))
  : new Map<string, ReadonlyMap<string, string>>();

describe.skipIf(!folder.available)("Asterisk's table of tones [line.tones.asterisk]", () => {
  const differences = new Set<string>();

  it("has 41 zones, all of which we have", () => {
    const ours: readonly string[] = COUNTRIES.map(({ code }) => code);
    expect(zones.size).toBe(41);
    expect([...zones.keys()].filter((code) => !ours.includes(code))).toEqual([]);
  });

  it.each([...zones])("%s: tones and ring cadence are as we have them", (code, zone) => {
    const country = COUNTRIES.find((one) => one.code === code);
    if (country === undefined) throw new Error(`no ${code}`);
    const profile = profileOf(country);
    const rows = TONES.map(([name, keys]): readonly [string, string | undefined, string] => {
      const text = keys.map((key) => zone.get(key)).find((one) => one !== undefined);
      const theirs = text === undefined ? undefined : wordsOfSample(elementsFromSample(text));
      return [name, theirs, wordsOfProfile(profile.tones.table[name])];
    });
    rows.push(["ring cadence", zone.get("ringcadence"), profile.ringing.cadenceMs.join(",")]);
    for (const [name, theirs, ours] of rows) {
      if (theirs === undefined || theirs === ours) continue;
      differences.add(`${code} ${name}`);
      const known = KNOWN_CONFLICTS.has(`${code} ${name}`);
      expect(ours, `${name} of ${code}`).toBe(known ? ours : theirs);
      const told = (country.conflicts ?? []).find(
        ({ about, source }) => about === name && source.includes("Asterisk"),
      );
      expect(told?.reason, `the reason for ${name} in ${code}.ts`).toBeTruthy();
    }
  });

  it("differs nowhere else, and everywhere the list of conflicts says so", () => {
    expect([...differences].sort()).toEqual([...KNOWN_CONFLICTS].sort());
  });
});
