import { describe, expect, it } from "vitest";
import type { ToneSpec } from "../../base/audio.ts";
import { countryProfile } from "../../fxs/index.ts";
import { createToneSource } from "../../media/index.ts";
import { FarToneTap } from "./far-tone-tap.ts";

const FRAME = 80;

function tonesOf(code: string) {
  const profile = countryProfile(code);
  if (!profile.ok) throw new Error(`no ${code}`);
  const { dial, ringback, busy, reorder } = profile.value.tones.table;
  return { dial, ringback, busy, reorder };
}

/** What is told while the far end sends these tones, each for so long (undefined is silence). */
function toldOf(
  code: string,
  parts: readonly (readonly [ToneSpec | undefined, number])[],
  afterMs = 3000,
): readonly string[] {
  const told: string[] = [];
  let source: ReturnType<typeof createToneSource> | undefined;
  let atMs = 0;
  const far = {
    push: () => [],
    pull: (frame: Int16Array) => {
      frame.fill(0);
      source?.render(frame);
      return [];
    },
  };
  const tap = new FarToneTap(far, { afterMs, tones: tonesOf(code) }, (tone) => {
    told.push(`${tone} at ${Math.round(atMs / 100) / 10} s`);
  });
  for (const [tone, ms] of parts) {
    source = tone === undefined ? undefined : createToneSource(tone);
    for (let frame = 0; frame < ms / 10; frame++) {
      tap.push(new Int16Array(FRAME), atMs);
      tap.pull(new Int16Array(FRAME), atMs);
      atMs += 10;
    }
  }
  return told;
}

describe("FarToneTap", () => {
  it.each([
    ["us", "busy"],
    ["us", "reorder"],
    ["de", "busy"],
    ["de", "reorder"],
    ["uk", "busy"],
    ["br", "reorder"],
    ["jp", "busy"],
  ] as const)("tells the %s %s tone once it has lasted, and once", (code, name) => {
    const told = toldOf(code, [
      [undefined, 1000],
      [tonesOf(code)[name], 10_000],
    ]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(new RegExp(`^${name} at (3\\.9|4(\\.\\d)?) s$`));
  });

  it.each(["dial", "ringback"] as const)("tells nothing of a %s tone", (name) => {
    expect(toldOf("us", [[tonesOf("us")[name], 20_000]])).toEqual([]);
    expect(toldOf("de", [[tonesOf("de")[name], 20_000]])).toEqual([]);
  });

  it("tells nothing of a busy tone that ends before its time, and of the next one", () => {
    const { busy } = tonesOf("us");
    const told = toldOf("us", [
      [busy, 2500],
      [undefined, 5000],
      [busy, 4000],
    ]);
    expect(told).toEqual([expect.stringMatching(/^busy at 10\.[45] s$/)]);
  });

  it("hands on what comes and goes", () => {
    const seen: number[] = [];
    const inner = {
      push: (frame: Int16Array) => [frame[0] ?? 0],
      pull: (frame: Int16Array) => {
        frame.fill(7);
        return [9];
      },
    };
    const tap = new FarToneTap(inner, { afterMs: 1000, tones: tonesOf("us") }, () => {});
    seen.push(...tap.push(Int16Array.of(5), 0));
    const frame = new Int16Array(FRAME);
    seen.push(...tap.pull(frame, 0), frame[79] ?? 0);
    expect(seen).toEqual([5, 9, 7]);
  });
});
