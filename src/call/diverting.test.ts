import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  closed,
  configOf,
  DIAL_TONE,
  hang,
  invite,
  key,
  lift,
  lineEvent,
  opened,
  play,
  REST,
  RINGING,
  type Scenario,
  type Step,
  TALKING,
  trip,
} from "./call-script.fixture.ts";
import { NO_CHOICES } from "./policy/choices.ts";
import { STAR_CODES } from "./policy/feature-codes.ts";

const CODES = { featureCodes: STAR_CODES } as const;
const QUIET = { diversions: { doNotDisturb: true } } as const;
const ELSEWHERE = { diversions: { doNotDisturb: false, always: "103" } } as const;
const WHEN_BUSY = { diversions: { doNotDisturb: false, busy: "103" } } as const;
const LATER = { diversions: { doNotDisturb: false, noAnswer: "103" } } as const;
const SENT_ON = ["ua end 302", "record forwarded 302 box"] as const;
const STUTTER = ["line collect on", "line tone stutter-dial"] as const;

const keys = (digits: string): readonly Step[] =>
  [...digits].slice(0, -1).map((digit): Step => [key(digit as "1")]);

/** A code dialled, and what its last digit brings. */
const dialled = (digits: string, ...brings: readonly string[]): readonly Step[] => [
  ...keys(digits),
  [key(digits.slice(-1) as "1"), ...brings],
];

const TAKEN = ["line collect off", "line tone confirm"] as const;
const SECOND = "incoming 2";
const diverted = (value: string) => invite({ headers: [{ name: "diversion", value }] });
const fault = lineEvent({
  kind: "fault",
  atMs: 0,
  fault: { kind: "gone", what: "the chip", advice: "look" },
});

const SCENARIOS: readonly Scenario[] = [
  [
    "no call goes to a number for help, whoever said so",
    [[invite(), "media open"]],
    { diversions: { doNotDisturb: false, always: "112" } },
  ],
  ["every call goes elsewhere", [[invite(), ...SENT_ON]], ELSEWHERE],
  [
    "and the dial tone tells of it",
    [
      [lift, ...STUTTER],
      [hang, ...REST],
      [invite(), ...SENT_ON],
    ],
    ELSEWHERE,
  ],
  [
    "not the call of whom it would go to",
    RINGING,
    { diversions: { doNotDisturb: false, always: "102" } },
  ],
  ["not to the line itself", RINGING, { diversions: { doNotDisturb: false, always: "101" } }],
  ["also one that was sent on before", [[diverted("<sip:9@a>;counter=4"), ...SENT_ON]], ELSEWHERE],
  ["not one that goes round", [[diverted("<sip:9@a>;counter=5"), "media open"]], ELSEWHERE],
  [
    "nobody is to be disturbed",
    [
      [invite(), "ua end 480", "record missed 480 box"],
      [lift, ...STUTTER],
    ],
    QUIET,
  ],
  [
    "nor in a call",
    [
      [lift, ...STUTTER],
      ...TALKING.slice(1),
      [invite({ session: SECOND }), "ua end 480", "record missed 480 box"],
    ],
    QUIET,
  ],
  [
    "a busy line sends on",
    [
      [lift, ...DIAL_TONE],
      [invite(), ...SENT_ON],
    ],
    WHEN_BUSY,
  ],
  ["a free one rings", RINGING, WHEN_BUSY],
  [
    "who lifts before the bell makes it busy",
    [
      [invite(), "media open"],
      [lift, "ua end 302", ...DIAL_TONE, "media close"],
      [closed, "record forwarded 302 box +stats"],
    ],
    WHEN_BUSY,
  ],
  [
    "nobody lifts",
    [
      ...RINGING,
      [19_999],
      [1, "line stop-ringing", "ua end 302", "media close"],
      [closed, "record forwarded 302 box +stats"],
    ],
    LATER,
  ],
  [
    "nobody lifts, in another time",
    [...RINGING, [4999], [1, "line stop-ringing", "ua end 302", "media close"]],
    { ...LATER, forwardAfterMs: 5000 },
  ],
  [
    "somebody lifts in time",
    [
      ...RINGING,
      [19_999],
      [
        trip,
        "line stop-ringing",
        "ua respond 200 +sdp",
        "media flow 5004 send receive",
        "media join on",
      ],
    ],
    LATER,
  ],
  ["a line out of order", [[fault], [invite(), ...SENT_ON]], LATER],
  [
    "one that is busy is busy",
    [
      [lift, ...DIAL_TONE],
      [invite(), "ua end 486", "record busy 486 box"],
    ],
    LATER,
  ],
  [
    "a code sends calls on, another has them back",
    [
      [lift, ...DIAL_TONE],
      ...dialled("*72103", ...TAKEN, "diversions sends calls on to 103"),
      [hang, ...REST],
      [invite(), ...SENT_ON],
      [lift, ...STUTTER],
      ...dialled("*73", ...TAKEN, "diversions none"),
      [hang, ...REST],
      [invite(), "media open"],
    ],
    CODES,
  ],
  [
    "a code wants quiet, twice, another ends it",
    [
      [lift, ...DIAL_TONE],
      ...dialled("*78", ...TAKEN, "diversions does not want to be disturbed"),
      [hang, ...REST],
      [invite(), "ua end 480", "record missed 480 box"],
      [lift, ...STUTTER],
      ...dialled("*78", ...TAKEN),
      [hang, ...REST],
      [lift, ...STUTTER],
      ...dialled("*79", ...TAKEN, "diversions none"),
      [hang, ...REST],
      [invite(), "media open"],
    ],
    CODES,
  ],
  [
    "no code sends calls to the line itself",
    [
      [lift, ...DIAL_TONE],
      ...dialled("*72101", "line collect off", "line tone reorder"),
      [hang, ...REST],
      ...RINGING,
    ],
    CODES,
  ],
  [
    "nor to who helps",
    [
      [lift, ...DIAL_TONE],
      ...dialled("*72112", "line collect off", "line tone reorder"),
      [hang, ...REST],
      ...RINGING,
    ],
    CODES,
  ],
  [
    "without codes it is a number like others",
    [[lift, ...DIAL_TONE], ...dialled("*7", "line collect off", "line tone reorder")],
  ],
];

describe("createCallControl() with calls that the user wants elsewhere", () => {
  for (const [name, steps, changes] of SCENARIOS) {
    it(name, () => {
      const { told, expected } = play(createCallControl(configOf(changes)), steps);
      expect(told).toEqual(expected);
    });
  }

  it("says where the call goes, and why", () => {
    const { outputs } = play(createCallControl(configOf(ELSEWHERE)), [[invite()]]);
    const ends = outputs.flatMap((output) =>
      output.kind === "ua" && output.command.kind === "end" ? [output.command.headers] : [],
    );
    expect(ends).toEqual([
      [
        { name: "contact", value: "<sip:103@example.org>" },
        { name: "diversion", value: "<sip:101@example.org>;reason=unconditional;counter=1" },
      ],
    ]);
    const records = outputs.flatMap((output) => (output.kind === "record" ? [output.record] : []));
    expect(records.map(({ forwardedTo }) => forwardedTo)).toEqual(["103"]);
  });

  const calledHelp = (tone: readonly string[]): readonly Step[] => [
    [lift, ...tone],
    [key("1")],
    [key("1")],
    [key("2"), "line collect off", "line tone-off", "media open"],
    [opened, "ua invite sip:112@example.org +sdp"],
    [hang, ...REST, "ua end", "media close"],
    [closed, "record cancelled near +stats"],
  ];

  it.each([
    { featureCodes: { forwardAlways: "1N" } },
    { featureCodes: { doNotDisturb: "112" } },
    { callBackCode: "112" },
    { withholdCode: "1" },
    { showCode: "11" },
  ])("a number for help is one, whatever code it begins with: %j", (changes) => {
    const { told, expected } = play(createCallControl(configOf(changes)), calledHelp(DIAL_TONE));
    expect(told).toEqual(expected);
  });

  it("a call for help brings calls back in for an hour", () => {
    const control = createCallControl(configOf({ ...QUIET }));
    const help = calledHelp(STUTTER);
    const { told, expected } = play(control, [
      ...help,
      [3_599_999],
      [invite({ session: SECOND }), "media open"],
    ]);
    expect(told).toEqual(expected);
    const withheld = [{ name: "privacy", value: "id" }];
    const choosy = play(
      createCallControl(configOf({ choices: { ...NO_CHOICES, rejectsAnonymous: true } })),
      [...calledHelp(DIAL_TONE), [invite({ session: SECOND, headers: withheld }), "media open"]],
    );
    expect(choosy.told).toEqual(choosy.expected);
    const later = createCallControl(configOf({ ...QUIET }));
    const steps: readonly Step[] = [
      ...help,
      [3_600_000],
      [invite({ session: SECOND }), "ua end 480", "record missed 480 box"],
    ];
    const played = play(later, steps);
    expect(played.told).toEqual(played.expected);
  });
});
