import { describe, expect, it } from "vitest";
import type { UaEvent } from "../sip/index.ts";
import { createCallControl } from "./call-control.ts";
import {
  configOf,
  DIAL_TONE,
  failed,
  hang,
  key,
  LOCAL,
  lift,
  media,
  OUT,
  opened,
  play,
  REST,
  type Step,
  TALKING,
  ua,
} from "./call-script.fixture.ts";
import { NO_CHOICES } from "./policy/choices.ts";
import { STAR_CODES } from "./policy/feature-codes.ts";

const STAR = { featureCodes: STAR_CODES } as const;
const CALLS = ["line collect off", "line tone-off", "media open"] as const;
const REFUSED = ["line collect off", "line tone reorder"] as const;
const lost = ua({ kind: "unregistered", account: "line-1" });

/** Dials, and waits until nothing more can come. */
const dials = (digits: string, ...brings: readonly string[]): readonly Step[] => [
  [lift, ...DIAL_TONE],
  ...[...digits].map((digit): Step => [key(digit as "1")]),
  [4000, ...brings],
];

const invitesOf = (changes: Parameters<typeof configOf>[0], steps: readonly Step[]) =>
  play(createCallControl(configOf(changes)), steps).outputs.flatMap((output) =>
    output.kind === "ua" && output.command.kind === "invite" ? [output.command] : [],
  );

describe("a call to an address", () => {
  it("goes straight there, without the account, also where that is not registered", () => {
    const steps = [[lost] as Step, ...dials("*47192*168*1*20*5070", ...CALLS), [opened] as Step];
    const [invite] = invitesOf(STAR, steps);
    expect(invite).toMatchObject({
      uri: "sip:192.168.1.20:5070",
      to: { transport: "udp", host: "192.168.1.20", port: 5070 },
      from: { uri: "sip:101@example.org" },
    });
    expect(invite).not.toHaveProperty("account");
  });

  it("tells nobody there who calls, where that is withheld", () => {
    const changes = { ...STAR, choices: { ...NO_CHOICES, withholdsNumber: true } };
    const [invite] = invitesOf(changes, [...dials("*4710*0*0*1", ...CALLS), [opened] as Step]);
    expect(JSON.stringify(invite)).not.toContain("101@example.org");
    expect(invite?.from?.uri).toBe("sip:anonymous@anonymous.invalid");
  });

  it("is what a hotline and a key may call, and redial", () => {
    const number = "*4710*0*0*1";
    const hotline = { number, afterMs: 0, otherwise: [], tryMs: 9000 };
    const [hot] = invitesOf({ ...STAR, hotline }, [[lift], [opened]]);
    expect(hot?.uri).toBe("sip:10.0.0.1");
    const choices = { ...NO_CHOICES, speedDials: { "4": number } };
    const [keyed] = invitesOf({ ...STAR, choices }, [[lift], [key("4")], [4000], [opened]]);
    expect(keyed?.uri).toBe("sip:10.0.0.1");
    const control = createCallControl(configOf(STAR));
    play(control, [...dials(number, ...CALLS), [opened], [failed(486)], [hang, ...REST]]);
    play(control, dials("*07"));
    expect(control.state).toMatchObject({ call: { direct: { host: "10.0.0.1", port: 5060 } } });
  });

  it("is none that a far end hands the line over to: our server is to know of it", () => {
    const refer: UaEvent = {
      ...{ kind: "request", request: "r", session: OUT },
      message: {
        ...{ kind: "request", method: "REFER", uri: "sip:101@example.org", body: "" },
        headers: [{ name: "refer-to", value: "<sip:*47203*0*113*5@example.org>" }],
      },
      source: { transport: "udp", host: "198.51.100.7", port: 5060 },
    };
    const openedNext = media({ kind: "opened", session: "line1-t3", local: LOCAL });
    const invites = invitesOf(STAR, [...TALKING, [ua(refer)], [openedNext]]);
    expect(invites.map(({ account, to }) => [account, to])).toEqual([
      ["line-1", undefined],
      ["line-1", undefined],
    ]);
    expect(invites[1]?.uri).toBe("sip:*47203*0*113*5@example.org");
  });

  it.each([
    ["no address", "*4710*0*0*256", {}],
    ["a group's", "*47224*0*0*1", {}],
    [
      "locked",
      "*4710*0*0*1",
      { lock: { pin: "4711" }, choices: { ...NO_CHOICES, isLocked: true } },
    ],
  ])("is none where it is %s", (_, digits, changes) => {
    const control = createCallControl(configOf({ ...STAR, ...changes }));
    const { told, expected } = play(control, dials(digits, ...REFUSED));
    expect(told).toEqual(expected);
  });
});
