import { describe, expect, it } from "vitest";
import { learnOn } from "../../src/app/cli/learn.ts";
import { learnWords, proposalWords } from "../../src/app/cli/learn-words.ts";
import type { SimTold } from "../../src/base/sim-messages.ts";
import { countryProfile, type LearnOutput, proposeSettings } from "../../src/fxs/index.ts";
import { openBoard } from "../hw-sim/index.ts";

/** Measures the telephone of a simulated board, whose person does what is asked. */
async function learnt(kind: "touch-tone" | "rotary", flashMs: number, stopAt = "never") {
  const stop = new AbortController();
  if (stopAt === "before") stop.abort();
  const us = countryProfile("us");
  if (!us.ok) throw new Error("no such country");
  const told: SimTold[] = [];
  const options = { virtual: true, phones: [{ kind, country: "us" }] };
  const spec = { module: "tipring/hw-sim", lineCount: 1, options };
  const board = await openBoard(spec, (message) => void told.push(message as SimTold));
  const line = {
    line: 1,
    slic: {
      driver: "gpio-slic" as const,
      profile: "ag1171",
      pins: { fr: "line1-fr", rm: "line1-rm", shk: "line1-shk" },
      ohtBias: true,
    },
    pcmChannel: "line1",
    country: us.value,
    pulseDialing: true,
    relaysDigits: true,
  };
  let isDone = false;
  const said: string[] = [];
  const tell = (output: LearnOutput): void => {
    if (output.kind === "done") isDone = true;
    said.push(...learnWords(output));
    if (output.kind !== "ask") return;
    if (output.what === stopAt) {
      stop.abort();
      return;
    }
    const commands = {
      lift: { kind: "lift", line: 1 },
      dial: { kind: "dial", line: 1, digits: "3" },
      flash: { kind: "flash", line: 1, durationMs: flashMs },
      "hang-up": { kind: "hang", line: 1 },
    } as const;
    board.receive(commands[output.what]);
  };
  const done = learnOn(board, line, tell, stop.signal);
  for (let seconds = 0; !isDone && seconds < 60; seconds++) {
    const before = told.length;
    board.receive({ kind: "advance", ms: 1000 });
    while (!told.slice(before).some(({ kind: one }) => one === "advanced")) await Promise.resolve();
  }
  board.close();
  return { said, ...proposeSettings((await done).findings) };
}

describe("tipring learn", () => {
  it("measures a rotary telephone, whose bounce is no flash", async () => {
    const { settings, pulsesPerSecond, breakPercent } = await learnt("rotary", 600);
    expect(pulsesPerSecond).toBeCloseTo(10, 0);
    expect(Math.abs((breakPercent ?? 0) - 60)).toBeLessThan(5);
    expect(settings.pulse).toMatchObject({ digitMap: "normal" });
    expect(settings.flash?.minMs).toBeLessThan(600);
    expect(settings.flash?.maxMs).toBeGreaterThan(600);
  });

  it("measures the flash of a telephone with keys, and prints what fits it", async () => {
    const { said, ...proposal } = await learnt("touch-tone", 100);
    expect(said.at(-1)).toBe("Hang up.");
    expect(proposal.settings.pulse).toBeUndefined();
    const { minMs, maxMs } = proposal.settings.flash ?? {};
    expect(proposalWords(proposal, "us")).toEqual([
      "",
      '# for the telephone that was measured, in place of the values of "us"',
      "countryOverrides:",
      `  flash: { minMs: ${minMs}, maxMs: ${maxMs} }`,
      "  hook: { onHookMinMs: 400 }",
    ]);
  });

  it.each([
    { stopAt: "before", settings: [], doubts: ["nothing-dialled", "no-flash"] },
    { stopAt: "dial", settings: [], doubts: ["nothing-dialled", "no-flash"] },
    { stopAt: "flash", settings: ["pulse"], doubts: ["no-flash"] },
    { stopAt: "hang-up", settings: ["flash", "hook", "pulse"], doubts: [] },
  ])("stopped at $stopAt it says what it knows", async ({ stopAt, settings, doubts }) => {
    const learned = await learnt("rotary", 600, stopAt);
    expect(learned.said.at(-1)).toBe("Stopped; this is what was seen so far.");
    expect(Object.keys(learned.settings).sort()).toEqual(settings);
    expect([...learned.doubts].sort()).toEqual([...doubts].sort());
  });
});
