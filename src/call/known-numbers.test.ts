import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  configOf,
  DIAL_TONE,
  DIALLED,
  ended,
  FAR,
  failed,
  hang,
  invite,
  key,
  LOCAL,
  lift,
  media,
  opened,
  play,
  REST,
  type Scenario,
  type Step,
  scenarioRows,
} from "./call-script.fixture.ts";
import { NO_CHOICES } from "./policy/choices.ts";
import { STAR_CODES } from "./policy/feature-codes.ts";

const STAR = { featureCodes: STAR_CODES } as const;
const CALLS = ["line collect off", "line tone-off", "media open"] as const;
const TAKEN = ["line collect off", "line tone confirm"] as const;
const REFUSED = ["line collect off", "line tone reorder"] as const;

/** Digits dialled from rest, and what the last one brings. */
const dialled = (digits: string, ...brings: readonly string[]): readonly Step[] => [
  [lift, ...DIAL_TONE],
  ...[...digits].slice(0, -1).map((digit): Step => [key(digit as "1")]),
  [key(digits.slice(-1) as "1"), ...brings],
];
const hungUp: Step = [hang, ...REST];

/** A call to 102 that was given up, once its media was open; and the next one's media. */
const called: readonly Step[] = [
  ...DIALLED,
  [hang, ...REST, "ua end", "media close"],
  [2000, "record cancelled near"],
];
const secondOpened = media({ kind: "opened", session: "line1-t3", local: LOCAL });
const invited = (number: string): Step => [
  secondOpened,
  `ua invite sip:${number}@example.org +sdp`,
];

/** 102 calls in vain: it rings, and he gives up. */
const missed = (headers: Parameters<typeof invite>[0] = {}): readonly Step[] => [
  [invite(headers), "media open"],
  [ended(FAR, "cancel"), "media close"],
  [2000, "record missed far"],
];

const SCENARIOS: readonly Scenario[] = [
  [
    "redial calls the last number again",
    [...called, ...dialled("*07", ...CALLS), invited("102")],
    STAR,
  ],
  ["without one there is nothing to dial", dialled("*07", ...REFUSED), STAR],
  [
    "nor after a number for help",
    [
      ...dialled("112", ...CALLS),
      [opened, "ua invite sip:112@example.org +sdp"],
      [hang, ...REST, "ua end", "media close"],
      [2000, "record cancelled near"],
      ...dialled("*07", ...REFUSED),
    ],
    STAR,
  ],
  [
    "nor after what is no number",
    [
      ...dialled("*742307", ...TAKEN, "choices speed dial on 2"),
      hungUp,
      ...dialled("*07", ...REFUSED),
    ],
    STAR,
  ],
  [
    "return calls who called",
    [
      ...missed(),
      ...dialled("*69", ...CALLS),
      [
        media({ kind: "opened", session: "line1-t3", local: LOCAL }),
        "ua invite sip:102@example.org +sdp",
      ],
    ],
    STAR,
  ],
  [
    "return keys no codes of a server that a caller has told in place of a number",
    [...missed({ user: "*72900" }), ...dialled("*69", ...REFUSED)],
    STAR,
  ],
  ["return has nobody at first", dialled("*69", ...REFUSED), STAR],
  [
    "return says that a number was withheld",
    [
      ...missed({ headers: [{ name: "privacy", value: "id" }] }),
      [lift, ...DIAL_TONE],
      [key("*")],
      [key("6")],
      [key("9"), "line collect off", "line announce private"],
    ],
    { ...STAR, announcements: { withheld: "private" } },
  ],
  [
    "return calls nobody who was refused",
    [
      [
        invite({ headers: [{ name: "privacy", value: "id" }] }),
        "ua end 433",
        "record failed 433 box",
      ],
      ...dialled("*69", ...REFUSED),
    ],
    { ...STAR, choices: { ...NO_CHOICES, rejectsAnonymous: true } },
  ],
  [
    "a key calls its number after a pause, also one of two digits",
    [
      [lift, ...DIAL_TONE],
      [key("2")],
      [3999],
      [1, ...CALLS],
      [opened, "ua invite sip:307@example.org +sdp"],
      [hang, ...REST, "ua end", "media close"],
      [2000, "record cancelled near"],
      ...dialled("20"),
      [4000, ...CALLS],
      invited("308"),
    ],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "2": "307", "20": "308" } } },
  ],
  [
    "or at once by #",
    [...dialled("2#", ...CALLS), [opened, "ua invite sip:+49711@example.org +sdp"]],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "2": "+49711" } } },
  ],
  [
    "a key is one behind a code, too, and the whole number is dialled again",
    [
      ...dialled("*672#", ...CALLS),
      [opened, "ua invite sip:307@example.org +sdp"],
      [hang, ...REST, "ua end", "media close"],
      [2000, "record cancelled near"],
      ...dialled("*742308", "line collect off", "line tone confirm", "choices speed dial on 2"),
      hungUp,
      ...dialled("*07", ...CALLS),
      invited("307"),
    ],
    { ...STAR, withholdCode: "*67", choices: { ...NO_CHOICES, speedDials: { "2": "307" } } },
  ],
  [
    "redial calls the number of a key, though that is a key too",
    [
      ...dialled("2#", ...CALLS),
      [opened, "ua invite sip:30@example.org +sdp"],
      [hang, ...REST, "ua end", "media close"],
      [2000, "record cancelled near"],
      ...dialled("*07", ...CALLS),
      invited("30"),
    ],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "2": "30", "30": "307" } } },
  ],
  [
    "redial calls who was called, not what was locked",
    [...called, ...dialled("307", ...REFUSED), hungUp, ...dialled("*07", ...CALLS)],
    {
      ...STAR,
      lock: { pin: "4711", allowed: "102" },
      choices: { ...NO_CHOICES, isLocked: true },
    },
  ],
  [
    "a number that begins with a key is one",
    [...dialled("207", ...CALLS), [opened, "ua invite sip:207@example.org +sdp"]],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "2": "307" } } },
  ],
  [
    "help is dialled beside keys that begin so",
    [...dialled("112", ...CALLS), [opened, "ua invite sip:112@example.org +sdp"]],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "1": "307", "11": "308" } } },
  ],
  [
    "a key that calls for help calls for help",
    [...dialled("2#", ...CALLS), [opened, "ua invite sip:112@example.org +sdp"]],
    { ...STAR, choices: { ...NO_CHOICES, speedDials: { "2": "112" } } },
  ],
  [
    "keys are set, used and emptied at the telephone",
    [
      ...dialled("*742307", ...TAKEN, "choices speed dial on 2"),
      hungUp,
      ...dialled("2#", ...CALLS),
      [opened, "ua invite sip:307@example.org +sdp"],
      [failed(486), "line tone busy", "media close"],
      hungUp,
      [2000, "record busy 486 far"],
      ...dialled("#742", ...TAKEN, "choices none"),
      hungUp,
      ...dialled("2#", ...REFUSED),
    ],
    STAR,
  ],
  ["not one with which help begins", dialled("*741307", ...REFUSED), STAR],
  [
    "nor one that is a number",
    dialled("*7555307", ...REFUSED),
    { ...STAR, digitMap: "5x|[1-8]xx" },
  ],
];

describe("numbers that are known", () => {
  it.each(scenarioRows(SCENARIOS))("$name", ({ steps, changes }) => {
    const played = play(createCallControl(configOf(changes)), steps);
    expect(played.told).toEqual(played.expected);
  });

  it("are called as withheld as before", () => {
    const control = createCallControl(configOf({ ...STAR, withholdCode: "*67" }));
    play(control, [
      ...dialled("*67102", ...CALLS),
      [opened, "ua invite sip:102@example.org +sdp"],
      [failed(486), "line tone busy", "media close"],
      hungUp,
    ]);
    play(control, dialled("*07"));
    expect(control.state).toMatchObject({ call: { to: "102", withholds: true } });
  });
});
