import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  closed,
  configOf,
  DIAL_TONE,
  ended,
  hang,
  invite,
  key,
  lift,
  lineEvent,
  OUT,
  play,
  REST,
  type Scenario,
  type Step,
  TALKING,
  trip,
} from "./call-script.fixture.ts";
import { STAR_CODES } from "./policy/feature-codes.ts";

const STAR = { featureCodes: STAR_CODES } as const;
const TAKEN = ["line collect off", "line tone confirm"] as const;
const REFUSED = ["line collect off", "line tone reorder"] as const;
const flash = lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 200 });

const keyed = (...brings: readonly string[]): readonly Step[] => [
  [key("*")],
  [key("6")],
  [key("8"), ...brings],
];

describe("a call that is parked", () => {
  const parked = (): { readonly steps: readonly Step[] } => {
    const probe = createCallControl(configOf(STAR));
    const { told } = play(probe, [...TALKING, [flash]]);
    const holds = (told.at(-1) ?? "").replace(/^.*?: /, "").split(", ");
    return { steps: [...TALKING, [flash, ...holds], ...keyed(...TAKEN), [hang, ...REST]] };
  };
  const { steps } = parked();

  it.each<[string, Scenario[1], Scenario[2]]>([
    [
      "waits for two minutes before the bell reminds of it",
      [...steps, [119_999], [1, "line ring 102"]],
      STAR,
    ],
    ["or for as long as is told", [...steps, [5000, "line ring 102"]], { ...STAR, parkMs: 5000 }],
    [
      "is ended where nobody comes then",
      [...steps, [5000, "line ring 102"], [60_000, "line stop-ringing", "ua end", "media close"]],
      { ...STAR, parkMs: 5000 },
    ],
    [
      "is over where it is taken over, or its far end goes",
      [
        ...steps,
        [ended(OUT, "bye"), "line stop-ringing", "media close"],
        [closed, "record answered far +stats"],
      ],
      STAR,
    ],
    [
      "has others find the line busy",
      [...steps, [invite(), "ua end 486", "record busy 486 box"]],
      STAR,
    ],
    ["is none without one on hold", [[lift, ...DIAL_TONE], ...keyed(...REFUSED)], STAR],
  ])("%s", (_, course, changes) => {
    const played = play(createCallControl(configOf(changes)), course);
    expect(played.told).toEqual(played.expected);
  });

  it.each([
    ["lifting", [...steps, [lift] as Step]],
    [
      "lifting when the bell reminds of it",
      [...steps, [120_000, "line ring 102"] as Step, [trip] as Step],
    ],
    ["a flash in place of hanging up", [...steps.slice(0, -1), [flash] as Step]],
  ])("is taken back by %s", (_, course) => {
    const control = createCallControl(configOf(STAR));
    play(control, course);
    expect(control.state).toMatchObject({ kind: "talking", call: { id: OUT } });
  });
});
