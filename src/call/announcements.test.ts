import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  closed,
  configOf,
  DIAL_TONE,
  DIALLED,
  failed,
  hang,
  key,
  lift,
  lineEvent,
  OUT,
  play,
  REST,
  type Step,
  TALKING,
} from "./call-script.fixture.ts";
import type { CallConfig } from "./call-types.ts";

const ANNOUNCEMENTS = { notFound: "no-such", refused: "not-allowed", unavailable: "later" };
const announced = lineEvent({ kind: "announced", atMs: 0 });

function check(steps: readonly Step[], changes: Partial<CallConfig>) {
  const { told, expected } = play(createCallControl(configOf(changes)), steps);
  expect(told).toEqual(expected);
}

describe("createCallControl() with announcements", () => {
  it.each([
    [404, "line announce no-such", "reorder"],
    [403, "line announce not-allowed", "reorder"],
    [503, "line announce later", "reorder"],
    [486, "line tone busy", undefined],
    [302, "line tone reorder", undefined],
  ])("a refusal with %i: %s", (status, heard, then) => {
    const more: readonly Step[] = then === undefined ? [] : [[announced, `line tone ${then}`]];
    check([...DIALLED, [failed(status), heard, "media close"], ...more], {
      announcements: ANNOUNCEMENTS,
    });
  });

  it("plays the tone alone where there is no sound for it", () => {
    check([...DIALLED, [failed(404), "line tone reorder", "media close"]], {
      announcements: { refused: "not-allowed" },
    });
  });

  it("a number that the digit map does not know is not there", () => {
    check(
      [
        [lift, ...DIAL_TONE],
        [key("9"), "line collect off", "line announce no-such"],
        [announced, "line tone reorder"],
      ],
      { announcements: ANNOUNCEMENTS, digitMap: "[1-8]xx" },
    );
  });

  it("one that never ends is followed by its tone, and that by the howler", () => {
    const steps: readonly Step[] = [
      ...DIALLED,
      [failed(404), "line announce no-such", "media close"],
      [closed, "record failed 404 far +stats"],
      [120_000, "line tone reorder"],
      [configOf().timers.reorderMs, "line tone howler"],
    ];
    check(steps, { announcements: ANNOUNCEMENTS });
  });

  it("hanging up ends it; what comes late of it means nothing", () => {
    check(
      [
        ...DIALLED,
        [failed(404), "line announce no-such", "media close"],
        [hang, ...REST],
        [announced],
        [lift, ...DIAL_TONE],
        [announced],
      ],
      { announcements: ANNOUNCEMENTS },
    );
  });
});

describe("createCallControl() with music on hold", () => {
  const flash = lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 500 });

  it("plays it to who is put on hold, and parts the line", () => {
    const { outputs } = play(createCallControl(configOf({ musicOnHold: "music" })), [
      ...TALKING,
      [flash, "media play", "ua reinvite +sdp", ...DIAL_TONE],
      [flash, "line tone-off", "media join on", "ua reinvite +sdp"],
    ]);
    const played = outputs.flatMap((output) =>
      output.kind === "media" && output.command.kind === "play" ? [output.command] : [],
    );
    expect(played).toEqual([{ kind: "play", session: OUT, sound: "music", loop: true }]);
  });
});
