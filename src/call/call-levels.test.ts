import { describe, expect, it } from "vitest";
import type { SoundLevel } from "../base/line-messages.ts";
import { callLevels, withLevels } from "./call-levels.ts";
import type { Call } from "./call-state.ts";

const CALL: Call = {
  id: "line1-a",
  direction: "out",
  session: "line1-a",
  from: "101",
  to: "102",
  emergency: false,
  startedMs: 0,
  sdpSessionId: "1",
};

const level = (activeDbm0: number | undefined): SoundLevel => ({
  meanDbm0: -40,
  peakDbm0: -5,
  ...(activeDbm0 === undefined ? {} : { activeDbm0 }),
});

const measured = (pairs: readonly (readonly [number | undefined, number | undefined])[]) =>
  callLevels(
    pairs.reduce<Call>(
      (call, [said, heard]) =>
        withLevels(call, { kind: "level", atMs: 0, said: level(said), heard: level(heard) }),
      CALL,
    ),
  );

describe("callLevels()", () => {
  it.each([
    { pairs: [], levels: undefined },
    { pairs: [[undefined, undefined]], levels: undefined },
    { pairs: [[-20, undefined]], levels: { saidDbm0: -20 } },
    { pairs: [[undefined, -18.2]], levels: { heardDbm0: -18.2 } },
    // A mean of powers, of what was speech.
    {
      pairs: [
        [-20, -30],
        [undefined, -30],
        [-14, -30],
      ],
      levels: { saidDbm0: -16, heardDbm0: -30 },
    },
  ] as const)("of $pairs are $levels", ({ pairs, levels }) => {
    expect(measured(pairs)).toEqual(levels);
  });
});
