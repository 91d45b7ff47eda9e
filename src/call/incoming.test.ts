import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  ANSWERED,
  closed,
  configOf,
  confirmed,
  DIAL_TONE,
  DISCONNECT,
  ended,
  FAR,
  FLOWS,
  hang,
  invite,
  key,
  lift,
  media,
  OUT,
  opened,
  play,
  REST,
  RINGING,
  type Scenario,
  type Step,
  scenarioRows,
  sdp,
  TALKING,
  trip,
} from "./call-script.fixture.ts";
import type { CallConfig } from "./call-types.ts";
import { NO_CHOICES } from "./policy/choices.ts";

const SCENARIOS: readonly Scenario[] = [
  [
    "a call in that the caller ends",
    [
      ...ANSWERED,
      [confirmed()],
      [7000],
      [ended(FAR, "bye"), "line open-loop 500", "media close"],
      [closed, "record answered far +stats"],
      ...DISCONNECT,
    ],
  ],
  [
    "a call in that our user ends",
    [
      ...ANSWERED,
      [confirmed()],
      [hang, ...REST, "ua end", "media close"],
      [closed, "record answered near +stats"],
    ],
  ],
  [
    "the caller gives up while it rings",
    [
      ...RINGING,
      [ended(FAR, "cancel"), "line stop-ringing", "media close"],
      [closed, "record missed far +stats"],
      [lift, ...DIAL_TONE],
    ],
  ],
  [
    "the caller gives up before it rings",
    [[invite(), "media open"], [ended(FAR, "cancel"), "media close"], [opened]],
  ],
  [
    "nobody lifts",
    [
      ...RINGING,
      [59_999],
      [1, "line stop-ringing", "ua end 480", "media close"],
      [closed, "record missed 480 box +stats"],
    ],
  ],
  [
    "the ACK never comes",
    [
      ...ANSWERED,
      [ended(FAR, "timeout"), "line open-loop 500", "media close"],
      [closed, "record failed far +stats"],
    ],
  ],
  [
    "an INVITE without offer: ours is in the 200, the answer in the ACK",
    [
      [invite({ body: "" }), "media open"],
      [opened, "ua respond 180", "line ring 102 Bob"],
      [trip, "line stop-ringing", "ua respond 200 +sdp"],
      [confirmed(sdp()), ...FLOWS],
      [hang, ...REST, "ua end", "media close"],
      [closed, "record answered near +stats"],
    ],
  ],
  [
    "an INVITE without offer whose ACK brings no answer",
    [
      [invite({ body: "" }), "media open"],
      [opened, "ua respond 180", "line ring 102 Bob"],
      [trip, "line stop-ringing", "ua respond 200 +sdp"],
      [confirmed(), "ua end", "line tone reorder", "media close"],
      [closed, "record failed box +stats"],
    ],
  ],
  [
    "an offer without a codec of ours never rings",
    [
      [invite({ body: sdp({ formats: "9" }) }), "media open"],
      [opened, "ua end 488", "media close"],
      [closed, "record failed 488 box +stats"],
    ],
  ],
  [
    "an offer that is no SDP",
    [
      [invite({ body: "hello" }), "media open"],
      [opened, "ua end 400", "media close"],
    ],
  ],
  [
    "no media for a call in",
    [
      [invite(), "media open"],
      [
        media({ kind: "open-failed", session: OUT, reason: "no port" }),
        "ua end 500",
        "media close",
      ],
    ],
  ],
  [
    "glare: lifted as the INVITE arrives, before the bell was asked for",
    [
      [invite(), "media open"],
      [lift, "ua end 486", ...DIAL_TONE, "media close"],
      [closed, "record busy 486 box +stats"],
      [key("1")],
    ],
  ],
  [
    "glare: lifted after the bell was asked for, before it rang",
    [...RINGING, [lift, "line stop-ringing", "ua respond 200 +sdp", ...FLOWS]],
  ],
  [
    "an INVITE while dialling",
    [[lift, ...DIAL_TONE], [invite(), "ua end 486", "record busy 486 box"], [key("1")]],
  ],
  [
    "an INVITE while talking, where nobody may wait",
    [
      ...TALKING,
      [invite(), "ua end 486", "record busy 486 box"],
      [hang, ...REST, "ua end", "media close"],
    ],
    { choices: { ...NO_CHOICES, callWaiting: false } },
  ],
  [
    "an INVITE while another rings",
    [
      ...RINGING,
      [invite({ session: "incoming 2" }), "ua end 486", "record busy 486 box"],
      [ended("incoming 2", "local")],
    ],
  ],
  [
    "an INVITE while the howler sounds",
    [
      [lift, ...DIAL_TONE],
      [35_000, "line collect off", "line tone reorder", "line tone howler"],
      [invite(), "ua end 486", "record busy 486 box"],
    ],
  ],
];

function check(steps: readonly Step[], changes: Partial<CallConfig> = {}) {
  const { told, expected, outputs } = play(createCallControl(configOf(changes)), steps);
  expect(told).toEqual(expected);
  return outputs;
}

describe("createCallControl() for a call in", () => {
  it.each(scenarioRows(SCENARIOS))("does what the figure says: $name", ({ steps, changes }) => {
    check(steps, changes);
  });

  it("rings without caller ID where the line is to be told none", () => {
    check(
      [
        [invite(), "media open"],
        [opened, "ua respond 180", "line ring"],
      ],
      { callerId: false },
    );
  });

  it("rings in the cadence that the server asks for, or the user's for a caller", () => {
    const headers = [{ name: "alert-info", value: "<http://127.0.0.1/Bellcore-dr3>" }];
    const rings = (ring: string) =>
      [
        [invite({ headers }), "media open"],
        [opened, "ua respond 180", ring],
      ] as const;
    check(rings("line ring (bellcore-r3) 102 Bob"));
    const ringRules = [{ caller: "10*", cadence: "soft" }];
    check(rings("line ring (soft) 102 Bob"), { ringRules });
  });

  const ASKS = [{ name: "call-info", value: "<sip:h>;answer-after=0" }];
  const SHEDS = ["line rest", "media close"] as const;

  it.each([
    ["asked", ASKS],
    ["always", []],
  ] as const)("a device that always listens answers by itself: %s", (autoAnswer, headers) => {
    check(
      [
        [lift],
        [invite({ headers }), "media open"],
        [opened, "line stop-ringing", "ua respond 200 +sdp", ...FLOWS],
        [confirmed()],
        [ended(FAR, "bye"), ...SHEDS],
        [invite({ headers }), "media open"],
      ],
      { autoAnswer },
    );
  });

  it("it rings where nothing asks for that, where nobody listens, and at any other line", () => {
    const rings = [opened, "ua respond 180", "line ring 102 Bob"] as const;
    check([[lift], [invite(), "media open"], rings], { autoAnswer: "asked" });
    check([[invite({ headers: ASKS }), "media open"], rings], { autoAnswer: "always" });
    check([[invite({ headers: ASKS }), "media open"], rings]);
  });

  it("it waits as long as the caller says, without a bell", () => {
    const headers = [{ name: "call-info", value: "<sip:h>;answer-after=2" }];
    check(
      [
        [lift],
        [invite({ headers }), "media open"],
        [opened, "ua respond 180"],
        [1999],
        [1, "line stop-ringing", "ua respond 200 +sdp", ...FLOWS],
      ],
      { autoAnswer: "asked" },
    );
  });

  it("it rings where nobody listens any more", () => {
    const asks = (afterS: number): Step => [
      invite({ headers: [{ name: "call-info", value: `<sip:h>;answer-after=${afterS}` }] }),
      "media open",
    ];
    const rings = "line ring 102 Bob";
    check([[lift], asks(0), [hang], [opened, "ua respond 180", rings]], { autoAnswer: "asked" });
    check([[lift], asks(2), [opened, "ua respond 180"], [hang], [2000, rings]], {
      autoAnswer: "asked",
    });
  });

  it("a call that insists on it is refused where a hand is needed", () => {
    const headers = [{ name: "answer-mode", value: "Auto;require" }];
    check([[invite({ headers }), "ua end 403", "record failed 403 box"]]);
  });

  it("shows an asserted identity before From, and nothing against the caller's wish", () => {
    const asserted = { name: "p-asserted-identity", value: '"Carol" <sip:103@example.org>' };
    check([
      [invite({ headers: [asserted] }), "media open"],
      [opened, "ua respond 180", "line ring 103 Carol"],
    ]);
    const privacy = { name: "privacy", value: "id" };
    check([
      [invite({ headers: [asserted, privacy] }), "media open"],
      [opened, "ua respond 180", "line ring private"],
    ]);
    const remote = { name: "remote-party-id", value: '"Dave" <sip:104@example.org>;party=calling' };
    check(
      [
        [invite({ headers: [asserted, remote] }), "media open"],
        [opened, "ua respond 180", "line ring 104 Dave"],
      ],
      { callerIdFrom: ["remote-party-id", "from"] },
    );
    check(
      [
        [invite({ headers: [remote] }), "media open"],
        [opened, "ua respond 180", "line ring 102 Bob"],
      ],
      { trustAssertedIdentity: false },
    );
  });
});
