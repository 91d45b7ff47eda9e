import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  answered,
  closed,
  configOf,
  DIAL_TONE,
  DIALLED,
  DISCONNECT,
  ended,
  FLOWS,
  failed,
  hang,
  key,
  lift,
  media,
  OUT,
  opened,
  play,
  progress,
  REST,
  receiving,
  type Scenario,
  STATS,
  type Step,
  scenarioRows,
  sdp,
  TALKING,
  ua,
} from "./call-script.fixture.ts";
import type { CallConfig, CallRecord } from "./call-types.ts";

const FLOW_7000 = ["media flow 7000 send receive", "media join on"] as const;

const SCENARIOS: readonly Scenario[] = [
  [
    "a call out that our user ends",
    [...TALKING, [hang, ...REST, "ua end", "media close"], [closed, "record answered near +stats"]],
  ],
  [
    "a call out that the far end ends",
    [
      ...TALKING,
      [ended(OUT, "bye"), "line open-loop 500", "media close"],
      [closed, "record answered far +stats"],
      ...DISCONNECT,
      [hang, ...REST],
    ],
  ],
  [
    "far end gone where the line has no open switching interval, and dial tone follows",
    [...TALKING, [ended(OUT, "bye"), ...DIAL_TONE, "media close"]],
    { openLoopMs: 0, disconnectTone: "dial" },
  ],
  [
    "an answer without ringing before it",
    [...DIALLED, [answered(sdp()), "line tone-off", ...FLOWS]],
  ],
  ["183 without a body is silence", [...DIALLED, [progress(183)]]],
  [
    "a description that no voice follows leaves nobody in silence",
    [
      ...DIALLED,
      [progress(183, sdp()), ...FLOWS],
      [progress(180), "line tone ringback"],
      [receiving, "line tone-off"],
    ],
  ],
  [
    "180 with a description rings here until the voice comes",
    [
      ...DIALLED,
      [progress(180, sdp()), "line tone ringback", ...FLOWS],
      [receiving, "line tone-off"],
    ],
  ],
  [
    "180 whose server vouches for the voice does not ring here",
    [...DIALLED, [progress(180, sdp(), "sendrecv"), ...FLOWS], [receiving]],
  ],
  [
    "voice that the server forbids is not heard",
    [
      ...DIALLED,
      [progress(180, sdp(), "inactive"), "line tone ringback", ...FLOWS, "media join off"],
      [receiving],
      [progress(183, sdp(), "sendonly"), "line tone-off", ...FLOWS],
    ],
  ],
  [
    "early media is heard in place of ringback",
    [
      ...DIALLED,
      [progress(180), "line tone ringback"],
      [progress(183, sdp({ port: 7000 })), "media flow 7000 send receive", "media join on"],
      [receiving, "line tone-off"],
      [progress(180)],
      [receiving],
      [key("5"), "media begin-digit 5"],
      [answered(sdp()), "line tone-off", ...FLOWS],
    ],
  ],
  [
    "of two telephones the one whose voice has come is heard on",
    [
      ...DIALLED,
      [progress(183, sdp({ port: 7000 }), undefined, "a"), ...FLOW_7000],
      [receiving],
      [progress(183, sdp(), undefined, "b")],
      [progress(180, undefined, undefined, "b")],
      [progress(183, sdp({ port: 7000 }), undefined, "a"), ...FLOW_7000],
      [answered(sdp()), "line tone-off", ...FLOWS],
    ],
  ],
  [
    "before a voice has come the description that came last counts",
    [
      ...DIALLED,
      [progress(183, sdp({ port: 7000 }), undefined, "a"), ...FLOW_7000],
      [progress(183, sdp(), undefined, "b"), ...FLOWS],
    ],
  ],
  [
    "a telephone whose server vouches for its voice is heard before one that nobody vouches for",
    [
      ...DIALLED,
      [progress(183, sdp({ port: 7000 }), undefined, "a"), ...FLOW_7000],
      [receiving],
      [progress(183, sdp(), "sendrecv", "b"), ...FLOWS],
      [progress(183, sdp({ port: 7000 }), "sendrecv", "a")],
    ],
  ],
  [
    "2xx without a body after early media",
    [...DIALLED, [progress(183, sdp()), ...FLOWS], [answered(), "line tone-off", ...FLOWS]],
  ],
  [
    "2xx without any session description",
    [
      ...DIALLED,
      [answered(), "ua end", "line tone reorder", "media close"],
      [closed, "record failed box +stats"],
    ],
  ],
  [
    "2xx with a codec we did not offer",
    [...DIALLED, [answered(sdp({ formats: "9" })), "ua end", "line tone reorder", "media close"]],
  ],
  [
    "no answer until our patience ends",
    [
      ...DIALLED,
      [progress(180), "line tone ringback"],
      [189_999],
      [1, "ua end", "line tone reorder", "media close"],
      [closed, "record no-answer box +stats"],
    ],
  ],
  [
    "our user gives up while it rings",
    [
      ...DIALLED,
      [progress(180), "line tone ringback"],
      [hang, ...REST, "ua end", "media close"],
      [ended(OUT, "local")],
      [closed, "record cancelled near +stats"],
    ],
  ],
  [
    "our user gives up before media is open: nothing was sent, nothing is cancelled",
    [
      ...DIALLED.slice(0, -1),
      [hang, ...REST, "media close"],
      [opened],
      [closed, "record cancelled near +stats"],
    ],
  ],
  [
    "an answer that crosses our hanging up is the user agent's to end",
    [...DIALLED, [hang, ...REST, "ua end", "media close"], [answered(sdp())]],
  ],
  [
    "media that cannot open",
    [
      ...DIALLED.slice(0, -1),
      [
        media({ kind: "open-failed", session: OUT, reason: "no port" }),
        "line tone reorder",
        "media close",
      ],
      [2000, "record failed box"],
    ],
  ],
  [
    "media that never answers",
    [
      ...DIALLED.slice(0, -1),
      [4999],
      [1, "line tone reorder", "media close"],
      [1999],
      [1, "record failed box"],
      [closed],
    ],
  ],
  [
    "dial tone that nobody uses, as at power-up with the receiver off the hook",
    [
      [lift, ...DIAL_TONE],
      [14_999],
      [1, "line collect off", "line tone reorder"],
      [19_999],
      [1, "line tone howler"],
      [49_999],
      [1, "line tone-off"],
      [key("1")],
      [hang, ...REST],
      [lift, ...DIAL_TONE],
    ],
  ],
  [
    "a number that is left unfinished",
    [[lift, ...DIAL_TONE], [key("1")], [4000, "line collect off", "line tone reorder"]],
  ],
  [
    "a number that cannot be",
    [
      [lift, ...DIAL_TONE],
      [key("0"), "line collect off", "line tone reorder"],
    ],
  ],
  [
    "an emergency number outside the digit map and without registration",
    [
      [ua({ kind: "unregistered", account: "line-1" })],
      [lift, ...DIAL_TONE],
      [key("1")],
      [key("1")],
      [key("2"), "line collect off", "line tone-off", "media open"],
    ],
    { digitMap: "2xx" },
  ],
  [
    "registration lost and back",
    [
      [ua({ kind: "registration-failed", account: "line-1", reason: "no answer" })],
      [lift, ...DIAL_TONE],
      [key("1")],
      [key("0")],
      [key("2"), "line collect off", "line tone reorder", "record failed box"],
      [hang, ...REST],
      [
        ua({
          kind: "registered",
          account: "line-1",
          expiresS: 60,
          server: { transport: "udp", host: "a", port: 1 },
        }),
      ],
      [lift, ...DIAL_TONE],
      [key("1")],
      [key("0")],
      [key("2"), "line collect off", "line tone-off", "media open"],
    ],
  ],
  [
    "another account's lost registration is none of ours",
    [[ua({ kind: "unregistered", account: "line-2" })], ...DIALLED.slice(0, -1)],
  ],
];

function check(steps: readonly Step[], changes: Partial<CallConfig> = {}) {
  const { told, expected, outputs } = play(createCallControl(configOf(changes)), steps);
  expect(told).toEqual(expected);
  return outputs;
}

describe("createCallControl() for a call out", () => {
  it.each(scenarioRows(SCENARIOS))("does what the figure says: $name", ({ steps, changes }) => {
    check(steps, changes);
  });

  it.each([
    [486, "busy", "busy"],
    [600, "busy", "busy"],
    [603, "busy", "busy"],
    [404, "reorder", "failed"],
    [484, "reorder", "failed"],
    [403, "reorder", "failed"],
    [480, "reorder", "failed"],
    [408, "reorder", "failed"],
    [503, "reorder", "failed"],
    [302, "reorder", "failed"],
  ])("plays the tone of a refusal with %i", (status, tone, result) => {
    check([
      ...DIALLED,
      [failed(status), `line tone ${tone}`, "media close"],
      [closed, `record ${result} ${status} far +stats`],
      [hang, ...REST],
    ]);
  });

  it("tells a refusal after ringing from one before", () => {
    check([
      ...DIALLED,
      [progress(180), "line tone ringback"],
      [failed(480), "line tone reorder", "media close"],
      [closed, "record no-answer 480 far +stats"],
    ]);
  });

  it("says in the log whom it calls and that he has answered", () => {
    const logs = check(TALKING).filter((output) => output.kind === "log");
    const told = logs.filter(({ event }) => event.level === "info").map(({ event }) => event.text);
    expect(told).toEqual(["Calls 102.", "102 has answered."]);
  });

  it("writes a whole record of an answered call", () => {
    const outputs = check([
      ...TALKING,
      [hang, ...REST, "ua end", "media close"],
      [closed, "record answered near +stats"],
    ]);
    const records = outputs.filter((output) => output.kind === "record");
    expect(records.map(({ record }) => record)).toEqual([
      {
        id: OUT,
        line: 1,
        direction: "out",
        from: "101",
        to: "102",
        startedAt: "wall 1000",
        ringingMs: 2000,
        answeredAtMs: 2000,
        durationMs: 5000,
        result: "answered",
        endedBy: "near",
        codec: "PCMU",
        media: STATS,
      } satisfies CallRecord,
    ]);
  });

  it.each([
    ["30", 30],
    [" 120 (in a meeting);duration=60", 120],
    ["soon", undefined],
    ["99999999999", undefined],
  ])("tells when a refused call may be tried again: Retry-After %s", (value, retryAfterS) => {
    const outputs = check([
      ...DIALLED,
      [failed(486, [{ name: "retry-after", value }]), "line tone busy", "media close"],
      [closed, "record busy 486 far +stats"],
    ]);
    const [record] = outputs.filter((output) => output.kind === "record");
    expect(record?.record.retryAfterS).toBe(retryAfterS);
    const isTold = outputs.some(
      (output) => output.kind === "log" && output.event.text.includes(`again in ${retryAfterS} s`),
    );
    expect(isTold).toBe(retryAfterS !== undefined);
  });

  it("escapes what is dialled in the Request-URI", () => {
    check(
      [
        [lift, ...DIAL_TONE],
        [key("*")],
        [key("4")],
        [key("3")],
        [key("#"), "line collect off", "line tone-off", "media open"],
        [opened, "ua invite sip:*43%23@example.org +sdp"],
      ],
      { digitMap: "*xx#" },
    );
  });
});
