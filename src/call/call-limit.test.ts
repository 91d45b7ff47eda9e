import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  answered,
  closed,
  configOf,
  DIAL_TONE,
  FLOWS,
  hang,
  invite,
  key,
  LOCAL,
  lift,
  lineEvent,
  media,
  opened,
  play,
  type Scenario,
  type Step,
  scenarioRows,
  sdp,
  TALKING,
  trip,
  ua,
} from "./call-script.fixture.ts";

const LIMIT_MS = 60_000;
/** How long {@link TALKING} has lasted at its end, ms. */
const TALKED_MS = 5000;
const flash = lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 300 });
/** The media of a call that follows a call out, and its answer where it is one out as well. */
const openedNext = media({ kind: "opened", session: "line1-t3", local: LOCAL });
const answeredNext = ua({
  ...{ kind: "answered", session: "line1-t3", body: sdp() },
  response: { kind: "response", status: 200, reason: "OK", headers: [], body: "" },
});
const ENDED = ["ua end", "line open-loop 500", "media close"] as const;
const HELPED: readonly Step[] = [
  [lift, ...DIAL_TONE],
  [key("1")],
  [key("1")],
  [key("2"), "line collect off", "line tone-off", "media open"],
  [opened, "ua invite sip:112@example.org +sdp"],
  [answered(sdp()), "line tone-off", ...FLOWS],
];

const SCENARIOS: readonly Scenario[] = [
  [
    "a call may last as long as calls may",
    [...TALKING, [LIMIT_MS - TALKED_MS - 1], [1, ...ENDED], [closed, "record answered box +stats"]],
  ],
  ["one for help longer", [...HELPED, [LIMIT_MS], [LIMIT_MS]]],
  [
    "so may one that comes soon after it: who was called may call back",
    [
      ...HELPED,
      [hang, "line collect off", "line rest", "ua end", "media close"],
      [closed, "record answered near +stats"],
      [invite(), "media open"],
      [openedNext, "ua respond 180", "line ring 102 Bob"],
      [trip, "line stop-ringing", "ua respond 200 +sdp", ...FLOWS],
      [LIMIT_MS],
      [LIMIT_MS],
    ],
  ],
  [
    "but not one that is dialled after it",
    [
      ...HELPED,
      [hang, "line collect off", "line rest", "ua end", "media close"],
      [closed, "record answered near +stats"],
      [lift, ...DIAL_TONE],
      [key("1")],
      [key("0")],
      [key("2"), "line collect off", "line tone-off", "media open"],
      [openedNext, "ua invite sip:102@example.org +sdp"],
      [answeredNext, "line tone-off", ...FLOWS],
      [LIMIT_MS - 1],
      [1, ...ENDED],
    ],
  ],
  [
    "one on hold is ended once it is taken back",
    [
      ...TALKING,
      [LIMIT_MS - TALKED_MS - 1],
      [flash, "media join off", "ua reinvite +sdp", ...DIAL_TONE],
      [5000],
      [flash, "line collect off", "line tone-off", "media join on", "ua reinvite +sdp"],
      [1, ...ENDED],
    ],
  ],
  ["any where there is no limit", [...TALKING, [LIMIT_MS], [24 * LIMIT_MS]], { callLimitMs: 0 }],
];

describe("a call that lasts", () => {
  it.each(scenarioRows(SCENARIOS))("$name", ({ steps, changes }) => {
    const config = configOf({ callLimitMs: LIMIT_MS, ...changes });
    const { told, expected } = play(createCallControl(config), steps);
    expect(told).toEqual(expected);
  });
});
