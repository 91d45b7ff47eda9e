import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  answered,
  closed,
  configOf,
  DIAL_TONE,
  ended,
  FLOWS,
  failed,
  hang,
  invite,
  key,
  LOCAL,
  lift,
  media,
  OUT,
  opened,
  play,
  progress,
  REST,
  type Scenario,
  STATS,
  type Step,
  scenarioRows,
  sdp,
  ua,
} from "./call-script.fixture.ts";
import { DEFAULT_CALL_TIMERS, type Hotline } from "./call-types.ts";

const HOT: Hotline = { number: "102", afterMs: 0, otherwise: [], tryMs: 30_000 };
const WARM: Hotline = { ...HOT, afterMs: 5000 };
const MORE: Hotline = { ...HOT, otherwise: ["103", "112"] };
const CALLS = ["line collect off", "line tone-off", "media open"] as const;
const lost = ua({
  kind: "registration-failed",
  account: "line-1",
  status: 503,
  reason: "no",
});
/** The second and third call of the line: each takes three tokens, for its id, SDP and origin. */
const openedOf = (session: string) => media({ kind: "opened", session, local: LOCAL });

const SCENARIOS: readonly Scenario[] = [
  [
    "lifting calls at once, without dial tone",
    [
      [lift, ...CALLS],
      [opened, "ua invite sip:102@example.org +sdp"],
      [progress(180), "line tone ringback"],
      [answered(sdp()), "line tone-off", ...FLOWS],
      [hang, ...REST, "ua end", "media close"],
    ],
    { hotline: HOT },
  ],
  [
    "keys are no digits then",
    [
      [lift, ...CALLS],
      [key("1")],
      [key("1")],
      [key("2")],
      [opened, "ua invite sip:102@example.org +sdp"],
    ],
    { hotline: HOT },
  ],
  [
    "a warm line waits with dial tone, to the last moment",
    [[lift, ...DIAL_TONE], [4999], [1, ...CALLS], [opened, "ua invite sip:102@example.org +sdp"]],
    { hotline: WARM },
  ],
  [
    "a digit in time makes it a line like any other",
    [
      [lift, ...DIAL_TONE],
      [4999],
      [key("3")],
      [3999],
      [key("0")],
      [key("7"), ...CALLS],
      [opened, "ua invite sip:307@example.org +sdp"],
    ],
    { hotline: WARM },
  ],
  [
    "help is dialled on a warm line",
    [[lift, ...DIAL_TONE], [key("1")], [key("1")], [key("2"), ...CALLS]],
    { hotline: WARM },
  ],
  [
    "a digit that nothing follows is reorder tone, no call",
    [[lift, ...DIAL_TONE], [key("3")], [4000, "line collect off", "line tone reorder"]],
    { hotline: WARM },
  ],
  [
    "hanging up in time calls nobody",
    [[lift, ...DIAL_TONE], [4999], [hang, ...REST], [60_000]],
    { hotline: WARM },
  ],
  [
    "busy is busy, and the receiver has to be hung up before it calls again",
    [
      [lift, ...CALLS],
      [opened, "ua invite sip:102@example.org +sdp"],
      [failed(486), "line tone busy", "media close"],
      [closed, "record busy 486 far +stats"],
      [20_000, "line tone howler"],
    ],
    { hotline: HOT },
  ],
  [
    "the far end going does not call again",
    [
      [lift, ...CALLS],
      [opened, "ua invite sip:102@example.org +sdp"],
      [answered(sdp()), "line tone-off", ...FLOWS],
      [ended(OUT, "bye"), "line open-loop 500", "media close"],
      [closed, "record answered far +stats"],
      [500, ...DIAL_TONE],
      [15_000, "line collect off", "line tone reorder"],
    ],
    { hotline: HOT, disconnectTone: "dial" },
  ],
  [
    "where it is not registered it says so",
    [[lost], [lift, "line collect off", "line tone reorder", "record failed box"]],
    { hotline: HOT },
  ],
  [
    "but help is tried all the same, for as long as any call",
    [
      [lost],
      [lift, ...CALLS],
      [openedOf("line1-t5"), "ua invite sip:112@example.org +sdp"],
      [DEFAULT_CALL_TIMERS.outgoingMs - 1],
    ],
    { hotline: MORE },
  ],
  [
    "a call for help is not given up for the next one sooner than any call",
    [
      [lift, ...CALLS],
      [opened, "ua invite sip:112@example.org +sdp"],
      [progress(180), "line tone ringback"],
      [DEFAULT_CALL_TIMERS.outgoingMs - 1],
      [1, "ua end", ...CALLS, "media close"],
    ],
    { hotline: { ...HOT, number: "112", otherwise: ["103"] } },
  ],
  [
    "who lifts just as somebody calls gets the hotline, and the caller finds it busy",
    [
      [invite(), "media open"],
      [lift, "ua end 486", ...CALLS, "media close"],
    ],
    { hotline: HOT },
  ],
];

describe("a hotline", () => {
  it.each(scenarioRows(SCENARIOS))("$name", ({ steps, changes }) => {
    const played = play(createCallControl(configOf(changes)), steps);
    expect(played.told).toEqual(played.expected);
  });

  it("calls the next where one does not answer, the last one without another", () => {
    const control = createCallControl(configOf({ hotline: MORE }));
    const steps: readonly Step[] = [
      [lift, ...CALLS],
      [opened, "ua invite sip:102@example.org +sdp"],
      [progress(180), "line tone ringback"],
      [29_999],
      [1, "ua end", ...CALLS, "media close"],
      [closed, "record no-answer box +stats"],
    ];
    const first = play(control, steps);
    expect(first.told).toEqual(first.expected);
    const state = control.state;
    expect(state).toMatchObject({ kind: "calling", call: { to: "103", otherwise: ["112"] } });
    const second = "call" in state ? state.call.id : "";
    const next = play(control, [
      [openedOf(second), "ua invite sip:103@example.org +sdp"],
      [
        ua({ kind: "failed", session: second, status: 486, reason: "Busy Here" }),
        ...CALLS,
        "media close",
      ],
      [media({ kind: "closed", session: second, stats: STATS }), "record busy 486 far +stats"],
    ]);
    expect(next.told).toEqual(next.expected);
    expect(control.state).toMatchObject({ call: { to: "112", emergency: true } });
    expect(control.state).not.toHaveProperty("call.otherwise");
  });
});
