import { describe, expect, it } from "vitest";
import { openBoard } from "../../../test/hw-sim/index.ts";
import type { SimTold } from "../../base/sim-messages.ts";
import type { Board } from "../../hal/ports/board.ts";
import type { Pcm } from "../../hal/ports/pcm-stream.ts";
import { levelsYaml } from "../cli/doctor-levels.ts";
import { type Finding, isHealthy } from "./finding.ts";
import { sineAt } from "./level-analysis.ts";
import { KEY_DBM0, type LevelsPlan, measureLevels, TONE_DBFS } from "./levels.ts";
import { measureLine } from "./measure-line.ts";
import { SoundSession } from "./sound-session.ts";

const FRAME = 80;

/** What a card and its line do: what is recorded, given what is played, sample by sample. */
type Card = (sample: number, played: (sample: number) => number) => number;

/** A sound port whose card runs as fast as it is listened to. */
function cardPcm(card: Card, faultAtFrame = Number.POSITIVE_INFINITY): Pcm {
  return {
    open: async (_, events) => {
      let running = true;
      const played: number[] = [];
      const run = (frame: number): void => {
        if (!running) return;
        if (frame === faultAtFrame) {
          events.onFault({ kind: "gone", what: "card", advice: "plug it in" });
          return;
        }
        const captured = Int16Array.from({ length: FRAME }, (__, n) =>
          Math.max(
            -32_768,
            Math.min(
              32_767,
              card(frame * FRAME + n, (at) => played[at] ?? 0),
            ),
          ),
        );
        const playout = new Int16Array(FRAME);
        events.onFrame(captured, playout, frame * FRAME);
        played.push(...playout);
        setImmediate(run, frame + 1);
      };
      return {
        frameSamples: FRAME,
        bulkDelaySamples: 240,
        start: () => void setImmediate(run, 0),
        stop: () => {},
        close: () => {
          running = false;
        },
      };
    },
  };
}

const PLAN: LevelsPlan = {
  ...{ known: {}, withKey: false, keyDbm0: KEY_DBM0, loop: false },
  ask: () => {},
};

async function measure(card: Card, plan: Partial<LevelsPlan> = {}) {
  const session = await SoundSession.open(cardPcm(card), "card");
  try {
    return await measureLevels(session, { ...PLAN, ...plan });
  } finally {
    session.close();
  }
}

const told = (findings: readonly Finding[]): string =>
  findings.map(({ state, text, advice }) => `${state} ${text} | ${advice ?? ""}`).join("\n");

/** The line gives back a tenth of what is played, 240 samples later. */
const echo: Card = (n, played) => Math.round(played(n - 240) / 10);
const pressed = (db: number): Card => {
  const [row, column] = [sineAt(770, db), sineAt(1336, db + 2)];
  return (n, played) => echo(n, played) + (n > 9000 ? row(n) + column(n) : 0);
};

describe("measureLevels()", () => {
  it.each([-12, -18, -30])("ties what is recorded to a key of %d dB", async (db) => {
    const { levels, findings } = await measure(pressed(db), { withKey: true });
    const sum = 10 * Math.log10(10 ** (db / 10) + 10 ** ((db + 2) / 10));
    expect(levels.captureFullScaleDbm0).toBeCloseTo(KEY_DBM0 - sum, 0);
    expect(told(findings)).toMatch(/good key 5 was heard/);
  });

  it("says what to do where no key is heard", async () => {
    const { levels, findings } = await measure(echo, { withKey: true });
    expect(levels).toEqual({});
    expect(told(findings)).toMatch(/bad no key was heard within 20 s \| see that the receiver/);
  });

  it.each([
    [Math.sqrt(0.6), -TONE_DBFS],
    [Math.sqrt(0.6) / 2, -TONE_DBFS - 6.02],
  ])("ties what is played to %d V on the meter", async (volts, fullScale) => {
    const { levels } = await measure(echo, { volts });
    expect(levels.playbackFullScaleDbm0).toBeCloseTo(fullScale, 1);
    expect(levels.captureFullScaleDbm0).toBeUndefined();
  });

  it("takes a loop's gain off what is known of the recording side", async () => {
    const loop: Card = (n, played) => Math.round(played(n - 240) / 2);
    const known = { captureFullScaleDbm0: 8 };
    const { levels, findings } = await measure(loop, { loop: true, known });
    expect(levels).toEqual({ captureFullScaleDbm0: 8, playbackFullScaleDbm0: 2 });
    expect(told(findings)).toMatch(/good the loop's gain is -6.0 dB/);
    const open = await measure(() => 0, { loop: true, known });
    expect(told(open.findings)).toMatch(/bad nothing comes back over the loop/);
  });

  const own: Card = (n, played) => played(n - 100);
  const loud: Card = (n, played) => 2 * played(n - 100);
  const hum: Card = (n) => sineAt(50, -20)(n);

  it.each<[string, Card, Partial<LevelsPlan>, RegExp]>([
    ["a healthy line", echo, {}, /good of a tone.* -20.0 dB come back/],
    ["a card that hears itself", own, {}, /bad .*hears itself, not the line \| mute the mixer's/],
    ["a signal that is cut off", loud, {}, /bad .*cut off at full scale \| turn/],
    ["a playing side that is not wired", () => 0, {}, /note .*next to nothing \| see that/],
    ["hum", hum, {}, /note the line's noise is -1\d dBm0: it will be heard/],
    [
      "a recording side that is too loud",
      echo,
      { known: { captureFullScaleDbm0: -1 } },
      /bad full scale, recorded, is -1.0 dBm0.*\| turn Mic or Line down/,
    ],
    [
      "one that is just not",
      echo,
      { known: { captureFullScaleDbm0: 0 } },
      /good full scale, recorded, is 0.0/,
    ],
    [
      "a playing side that is too quiet",
      echo,
      { known: { playbackFullScaleDbm0: -0.1 } },
      /bad full scale, played.*\| turn Speaker or Headphone up/,
    ],
    [
      "one that is far too loud",
      echo,
      { known: { playbackFullScaleDbm0: 20.1 } },
      /note full scale, played.*quiet sounds are lost \| turn Speaker/,
    ],
    ["what has not been measured", echo, {}, /note what full scale is when it is played/],
    [
      "a receiver on the hook",
      own,
      { isLifted: () => false },
      /note .*with the receiver on the hook \| lift the receiver/,
    ],
    ["a receiver off the hook", echo, { isLifted: () => true }, /good of a tone.* come back/],
    ["the bulk delay", echo, {}, /good the card's way from playing to recording takes 30.0 ms/],
  ])("tells of %s", async (_, card, plan, words) => {
    const { findings } = await measure(card, plan);
    expect(told(findings)).toMatch(words);
  });

  it("a card that fails rejects with its fault", async () => {
    const session = await SoundSession.open(cardPcm(echo, 50), "card");
    await expect(measureLevels(session, PLAN)).rejects.toMatchObject({ fault: { kind: "gone" } });
    await expect(session.record(80)).rejects.toMatchObject({ fault: { kind: "gone" } });
  });
});

describe("measureLine() on the simulated board", () => {
  const pins = { fr: "line1-fr", rm: "line1-rm", shk: "line1-shk" };
  const slic = { driver: "gpio-slic", profile: "ag1171", pins, ohtBias: true } as const;
  /** What the simulated telephone's keys send, both tones together, dBm. */
  const SIM_KEY_DBM = -5.88;

  async function advanced<T>(board: Board, seen: SimTold[], run: Promise<T>): Promise<T> {
    let isDone = false;
    const done = run.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      const before = seen.length;
      board.receive({ kind: "advance", ms: 20 });
      while (!seen.slice(before).some(({ kind }) => kind === "advanced")) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return done;
  }

  async function simBoard() {
    const seen: SimTold[] = [];
    const board = await openBoard(
      { module: "tipring/hw-sim", lineCount: 1, options: { virtual: true } },
      // The simulated board speaks SimTold.
      (message) => void seen.push(message as SimTold),
    );
    return { board, seen };
  }

  it("finds a codec whose full scale is our own, by a telephone of known level", async () => {
    const { board, seen } = await simBoard();
    const plan: LevelsPlan = {
      ...PLAN,
      ...{ withKey: true, keyDbm0: SIM_KEY_DBM },
      ask: () => {
        board.receive({ kind: "lift", line: 1 });
        board.receive({ kind: "dial", line: 1, digits: "555555555555" });
      },
    };
    const measuring = measureLine(board.ports, { slic, pcmChannel: "line1" }, plan);
    const { levels, findings } = await advanced(board, seen, measuring);
    expect(told(findings)).toMatch(/good key 5 was heard/);
    expect(levels.captureFullScaleDbm0).toBeGreaterThan(2.3);
    expect(levels.captureFullScaleDbm0).toBeLessThan(4.3);
    expect(isHealthy(findings), told(findings)).toBe(true);
    board.close();
  });

  it("knows whether the simulated receiver is lifted", async () => {
    const { board, seen } = await simBoard();
    const measure = () =>
      advanced(board, seen, measureLine(board.ports, { slic, pcmChannel: "line1" }, PLAN));
    expect(told((await measure()).findings)).toMatch(/with the receiver on the hook/);
    board.receive({ kind: "lift", line: 1 });
    await advanced(
      board,
      seen,
      new Promise<void>((resolve) => board.ports.clock.at(500, () => resolve())),
    );
    expect(told((await measure()).findings)).not.toMatch(/on the hook/);
    board.close();
  });

  it("a line without a sound channel, or without its hardware, is a finding", async () => {
    const { board } = await simBoard();
    const none = await measureLine(board.ports, { slic }, PLAN);
    expect(told(none.findings)).toMatch(
      /bad a line without a sound channel: unsupported \| its card/,
    );
    const wrong = { ...slic, pins: { ...pins, fr: "nothing" } };
    const missing = await measureLine(board.ports, { slic: wrong, pcmChannel: "line1" }, PLAN);
    expect(told(missing.findings)).toMatch(/bad .*nothing.*not-found/);
    board.close();
  });
});

describe("levelsYaml()", () => {
  it("is the part of a configuration that sets one line's levels, and keeps the others", () => {
    const lines = [{ number: "101" }, { number: "0102" }];
    const levels = { captureFullScaleDbm0: 2.5, playbackFullScaleDbm0: -1 };
    expect(levelsYaml({ lines }, 2, levels)).toBe(
      [
        "lines:",
        '  - number: "101"',
        '  - number: "0102"',
        "    levels:",
        "      captureFullScaleDbm0: 2.5",
        "      playbackFullScaleDbm0: -1",
        "",
      ].join("\n"),
    );
  });
});
