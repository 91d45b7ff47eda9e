import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Concealment } from "./concealment.ts";
import { levelDbm0 } from "./levels.ts";

/** A voice-like periodic wave: pitch and three harmonics. */
function voice(pitchHz: number, from: number, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, n) => {
    const angle = (2 * Math.PI * pitchHz * (from + n)) / 8000;
    return 4000 * Math.sin(angle) + 2000 * Math.sin(2 * angle) + 1000 * Math.sin(3 * angle + 1);
  });
}

describe("Concealment", () => {
  it.each([{ pitchHz: 80 }, { pitchHz: 110 }, { pitchHz: 150 }, { pitchHz: 190 }])(
    "goes on with a voice of $pitchHz Hz for 10 ms",
    ({ pitchHz }) => {
      const concealment = new Concealment();
      concealment.good(voice(pitchHz, 0, 800));
      const made = new Int16Array(80);
      concealment.conceal(made);
      const truth = voice(pitchHz, 800, 80);
      const error = made.map((sample, n) => sample - (truth[n] ?? 0));
      expect(levelDbm0(error)).toBeLessThan(levelDbm0(truth) - 10);
    },
  );

  it("joins smoothly what has no period that short", () => {
    const concealment = new Concealment();
    // 37 Hz: the longest period looked for is 66 Hz. Its own steps are 232 at most.
    const good = Int16Array.from(
      { length: 810 },
      (_, n) => 8000 * Math.sin((n * 37 * Math.PI) / 4000),
    );
    concealment.good(good);
    const made = new Int16Array(320);
    concealment.conceal(made);
    const joined = [...good.subarray(809), ...made];
    for (let at = 1; at < joined.length; at++) {
      expect(Math.abs((joined[at] ?? 0) - (joined[at - 1] ?? 0))).toBeLessThan(800);
    }
  });

  it("fades to nothing by 60 ms", () => {
    const concealment = new Concealment();
    concealment.good(voice(100, 0, 800));
    const levels = Array.from({ length: 7 }, () => {
      const made = new Int16Array(80);
      concealment.conceal(made);
      return levelDbm0(made);
    });
    for (let n = 2; n < 7; n++) expect(levels[n]).toBeLessThan(levels[n - 1] ?? 0);
    expect(levels[6]).toBe(-100);
  });

  it("leaves good audio alone where nothing was lost", () => {
    const concealment = new Concealment();
    concealment.good(voice(100, 0, 800));
    const good = voice(100, 800, 160);
    concealment.good(good);
    expect(good).toEqual(voice(100, 800, 160));
  });

  it("blends into good audio within 10 ms", () => {
    const concealment = new Concealment();
    concealment.good(voice(100, 0, 800));
    concealment.conceal(new Int16Array(240));
    const good = voice(100, 1040, 160);
    concealment.good(good);
    expect(good.subarray(80)).toEqual(voice(100, 1120, 80));
  });

  it("makes up the same whatever the pieces were in which the audio came", () => {
    const audio = voice(97, 0, 1500);
    const madeAfter = (pieces: readonly number[]): Int16Array => {
      const concealment = new Concealment();
      let at = 0;
      for (const piece of [...pieces, audio.length]) {
        concealment.good(audio.slice(at, at + piece));
        at += piece;
      }
      const made = new Int16Array(200);
      concealment.conceal(made);
      return made;
    };
    const whole = madeAfter([]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 12 }), (pieces) => {
        expect(madeAfter(pieces)).toEqual(whole);
      }),
    );
  });

  it("takes losses and audio of any lengths", () => {
    const part = fc.record({ lost: fc.boolean(), count: fc.integer({ min: 0, max: 700 }) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const concealment = new Concealment();
        for (const { lost, count } of parts) {
          const samples = new Int16Array(count).fill(32767);
          if (lost) concealment.conceal(samples);
          else concealment.good(samples);
          expect(samples.every((sample) => sample >= 0)).toBe(true);
        }
      }),
    );
  });
});
