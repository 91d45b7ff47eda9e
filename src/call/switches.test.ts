import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  answered,
  configOf,
  DIAL_TONE,
  ended,
  FAR,
  FLOWS,
  failed,
  hang,
  invite,
  key,
  lift,
  opened,
  play,
  REST,
  type Scenario,
  type Step,
  scenarioRows,
  sdp,
} from "./call-script.fixture.ts";
import { type Choices, NO_CHOICES } from "./policy/choices.ts";
import { STAR_CODES } from "./policy/feature-codes.ts";

const LOCK = { pin: "4711", allowed: "30x" };
const STAR = { featureCodes: STAR_CODES } as const;
const CALLS = ["line collect off", "line tone-off", "media open"] as const;
const TAKEN = ["line collect off", "line tone confirm"] as const;
const REFUSED = ["line collect off", "line tone reorder"] as const;
const hungUp: Step = [hang, ...REST];
const chosen = (choices: Partial<Choices>) => ({ choices: { ...NO_CHOICES, ...choices } });
const LOCKED = { ...STAR, lock: LOCK, ...chosen({ isLocked: true }) };

const dialled = (digits: string, ...brings: readonly string[]): readonly Step[] => [
  [lift, ...DIAL_TONE],
  ...[...digits].slice(0, -1).map((digit): Step => [key(digit as "1")]),
  [key(digits.slice(-1) as "1"), ...brings],
];
/** A code is taken, and the user has this then. */
const says = (code: string, ...after: readonly string[]): readonly Step[] => [
  ...dialled(code, ...TAKEN, ...after),
  hungUp,
];
const refusedCode = (code: string): readonly Step[] => [...dialled(code, ...REFUSED), hungUp];
const missed: readonly Step[] = [
  [invite(), "media open"],
  [ended(FAR, "cancel"), "media close"],
  [2000, "record missed far"],
];
const ANONYMOUS = invite({ headers: [{ name: "privacy", value: "id" }] });
/** A call to 102, and somebody who calls in it. */
const talking = (number: string): readonly Step[] => [
  ...dialled(number, ...CALLS),
  [opened, "ua invite sip:102@example.org +sdp"],
  [answered(sdp()), "line tone-off", ...FLOWS],
];

const SCENARIOS: readonly Scenario[] = [
  [
    "no second caller is heard of, until the other code",
    [
      ...says("*50", "choices no call waiting"),
      ...talking("102"),
      [invite(), "ua end 486", "record busy 486 box"],
      [hang, ...REST, "ua end", "media close"],
      [2000, "record answered near"],
      ...says("*51", "choices none"),
    ],
    STAR,
  ],
  [
    "none in one call alone",
    [
      ...talking("*70102"),
      [invite(), "ua end 486", "record busy 486 box"],
      [hang, ...REST, "ua end", "media close"],
    ],
    STAR,
  ],
  ["a call for help is one behind that code, too", dialled("*70112", ...CALLS), STAR],
  ["the same code twice is taken twice", [...says("*51"), ...says("*51")], STAR],
  [
    "who withholds the number is refused",
    [
      ...says("*77", "choices anonymous callers refused"),
      [ANONYMOUS, "ua end 433", "record failed 433 box"],
      [invite({ session: "incoming 2" }), "media open"],
      [ended("incoming 2", "cancel"), "media close"],
      [2000, "record missed far"],
      ...says("*87", "choices none"),
      [ANONYMOUS, "media open"],
    ],
    STAR,
  ],
  [
    "the number is withheld for good",
    [...says("*30", "choices its number withheld"), ...says("*31", "choices none")],
    STAR,
  ],
  [
    "who called last does not call again",
    [
      ...missed,
      ...says("*60", "choices 1 caller refused"),
      [invite(), "ua end 486", "record failed 486 box"],
      ...says("*60"),
      ...says("*80", "choices none"),
      [invite(), "media open"],
    ],
    STAR,
  ],
  ["nobody has called whom that could be about", refusedCode("*60"), STAR],
  [
    "nor is who has told no number",
    [
      [ANONYMOUS, "media open"],
      [ended(FAR, "cancel"), "media close"],
      [2000, "record missed far"],
      ...refusedCode("*60"),
    ],
    STAR,
  ],
  [
    "who is written finds the line busy, whatever it is at",
    [
      [invite(), "ua end 486", "record failed 486 box"],
      [lift, ...DIAL_TONE],
      [invite(), "ua end 486", "record failed 486 box"],
    ],
    { blockedCallers: ["0900*", "10*"] },
  ],
  [
    "who called last is one number, whatever stands in it",
    [
      [invite({ user: "1*" }), "media open"],
      [ended(FAR, "cancel"), "media close"],
      [2000, "record missed far"],
      ...says("*60", "choices 1 caller refused"),
      [invite({ user: "1*" }), "ua end 486", "record failed 486 box"],
      [invite(), "media open"],
    ],
    STAR,
  ],
  ["others ring", [[invite(), "media open"]], { blockedCallers: ["0900*", "1", "1022"] }],
  [
    "a locked telephone calls help and what is allowed",
    [
      ...refusedCode("102"),
      ...dialled("300", ...CALLS),
      [opened, "ua invite sip:300@example.org +sdp"],
      [failed(486), "line tone busy", "media close"],
      hungUp,
      [2000, "record busy 486 far"],
      ...dialled("112", ...CALLS),
    ],
    LOCKED,
  ],
  [
    "by no code either",
    [
      ...missed,
      ...refusedCode("*69"),
      ...refusedCode("*67102"),
      ...refusedCode("*70102"),
      ...refusedCode("*72102"),
      ...refusedCode("2#"),
    ],
    { ...LOCKED, withholdCode: "*67", ...chosen({ isLocked: true, speedDials: { "2": "207" } }) },
  ],
  [
    "but calls go where that is allowed",
    [...dialled("*72300", ...TAKEN, "diversions sends calls on to 300")],
    LOCKED,
  ],
  [
    "the PIN unlocks and locks it",
    [
      ...says("#33*4711#", "choices none"),
      ...says("*33*4711#", "choices calls locked"),
      ...refusedCode("102"),
    ],
    LOCKED,
  ],
  [
    "a wrong PIN does not, and after three the right one does not for a while",
    [
      ...refusedCode("#33*4712#"),
      ...refusedCode("#33*471#"),
      ...refusedCode("#33*47111#"),
      ...refusedCode("#33*4711#"),
      [900_000],
      ...says("#33*4711#", "choices none"),
    ],
    LOCKED,
  ],
  [
    "a hotline is called all the same",
    [[lift, ...CALLS]],
    { ...LOCKED, hotline: { number: "102", afterMs: 0, otherwise: ["103"], tryMs: 9000 } },
  ],
  [
    "where the lock was taken out of the configuration nothing is locked",
    dialled("102", ...CALLS),
    { ...STAR, ...chosen({ isLocked: true }) },
  ],
];

describe("what is chosen by keys", () => {
  it.each(scenarioRows(SCENARIOS))("$name", ({ steps, changes }) => {
    const played = play(createCallControl(configOf(changes)), steps);
    expect(played.told).toEqual(played.expected);
  });

  it("logs no PIN, whole or begun", () => {
    const control = createCallControl(configOf(LOCKED));
    const { outputs } = play(control, [
      ...says("#33*4711#", "choices none"),
      ...dialled("*33*4711"),
      [4000],
      hungUp,
      ...dialled("#33*47*"),
    ]);
    expect(JSON.stringify(outputs)).not.toMatch(/47/);
    expect(JSON.stringify(outputs)).toMatch(/#33\*…/);
  });

  it("logs and keeps no PIN behind a mistyped code, called, locked or no number", () => {
    const digitMap = "33xxxx|*3*xxxx#|[1-8]xx";
    const open = createCallControl(configOf({ ...STAR, lock: LOCK, digitMap }));
    const locked = createCallControl(configOf({ ...LOCKED, digitMap }));
    const outputs = [
      ...play(open, [...dialled("334711"), [4000], hungUp, [4000]]).outputs,
      ...play(locked, [...dialled("334711"), [4000], hungUp]).outputs,
      ...play(locked, [...dialled("*3*4711*"), hungUp]).outputs,
    ];
    const texts = outputs.flatMap((one) => {
      if (one.kind === "record") return [`A record: ${one.record.to}.`];
      return one.kind === "log" && one.event.text !== "Off the hook." ? [one.event.text] : [];
    });
    expect(texts).toEqual([
      "Calls 33….",
      "A record: 33….",
      "Reorder tone: calls to 33… are locked.",
      'Reorder tone: "*3*…*" is no number of the digit map.',
    ]);
  });
});
