import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  ANSWERED,
  closed,
  configOf,
  DIAL_TONE,
  DIALLED,
  hang,
  invite,
  key,
  lift,
  lineEvent,
  media,
  opened,
  play,
  REST,
  RINGING,
  type Scenario,
  STATS,
  TALKING,
  ua,
} from "./call-script.fixture.ts";
import type { CallInput } from "./call-types.ts";

const stop = { kind: "stop" } as const;

const watched = (watch: string): CallInput => {
  const from = { user: "pbx", host: "example.org", uri: "sip:pbx@example.org" };
  const request = { kind: "request", method: "SUBSCRIBE", uri: "", headers: [], body: "" } as const;
  const source = { transport: "udp", host: "198.51.100.7", port: 5060 } as const;
  return ua({ kind: "watched", watch, event: "dialog", from, request, source });
};

const SCENARIOS: readonly Scenario[] = [
  ["at rest", [[stop, ...REST]]],
  ["at dial tone", [[lift, ...DIAL_TONE], [stop, ...REST], [key("1")], [60_000]]],
  [
    "before media is open: no INVITE follows",
    [
      ...DIALLED.slice(0, 4),
      [stop, ...REST, "media close"],
      [opened],
      [closed, "record failed box +stats"],
    ],
  ],
  [
    "while it calls",
    [...DIALLED, [stop, ...REST, "ua end", "media close"], [closed, "record failed box +stats"]],
  ],
  [
    "in a call",
    [
      ...TALKING,
      [stop, ...REST, "ua end", "media close"],
      [closed, "record answered box +stats"],
      [hang],
    ],
  ],
  [
    "while it is watched: who watches is told that it ends, and nobody begins any more",
    [
      [watched("watch 1"), "ua tell"],
      [stop, ...REST, "ua end-watch"],
      [watched("watch 2"), "ua refuse-watch 480"],
    ],
  ],
  [
    "while its bell rings",
    [
      ...RINGING,
      [stop, ...REST, "ua end 480", "media close"],
      [closed, "record failed 480 box +stats"],
    ],
  ],
  [
    "in a call that came in",
    [
      ...ANSWERED,
      [stop, ...REST, "ua end", "media close"],
      [media({ kind: "closed", session: "line1-t1", stats: STATS }), "record answered box +stats"],
    ],
  ],
  [
    "who calls after that is told 480",
    [
      [stop, ...REST],
      [invite(), "ua end 480", "record failed 480 box"],
    ],
  ],
  ["who lifts after that hears nothing", [[stop, ...REST], [lift], [key("1")], [hang], [lift]]],
  [
    "nothing leads out of it",
    [
      [stop, ...REST],
      [lineEvent({ kind: "fault", atMs: 0, fault: { kind: "io", what: "x", advice: "y" } })],
      [lineEvent({ kind: "recovered", atMs: 0 })],
      [invite(), "ua end 480", "record failed 480 box"],
    ],
  ],
];

describe("createCallControl() when the box stops", () => {
  for (const [name, steps] of SCENARIOS) {
    it(name, () => {
      const control = createCallControl(configOf());
      const { told, expected } = play(control, steps);
      expect(told).toEqual(expected);
      expect(control.state.kind).toBe("stopped");
      expect(control.deadlineMs()).toBeUndefined();
    });
  }
});
