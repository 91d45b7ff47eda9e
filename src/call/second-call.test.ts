import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  ANSWERED,
  answered,
  configOf,
  confirmed,
  DIAL_TONE,
  ended,
  FAR,
  FLASH,
  hang,
  invite,
  key,
  LOCAL,
  lift,
  lineEvent,
  media,
  OUT,
  play,
  REST,
  response,
  type Scenario,
  STATS,
  type Step,
  sdp,
  TALKING,
  trip,
  ua,
} from "./call-script.fixture.ts";
import type { CallInput } from "./call-types.ts";
import { SIDE_CALLS_MAX } from "./side-calls.ts";

const flash = lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 500 });
/** The id of the second call: token t1 and t2 went into the first. */
const SECOND = "line1-t3";
const opened = (session: string): CallInput => media({ kind: "opened", session, local: LOCAL });
const accepted = (session: string, body = sdp()): CallInput =>
  ua({ kind: "answered", session, response, body });
const inCall = (session: string, method: string, headers: Record<string, string>, body = "") =>
  ua({
    kind: "request",
    request: `r ${method}`,
    session,
    message: {
      kind: "request",
      method,
      uri: "sip:101@example.org",
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      body,
    },
    source: { transport: "udp", host: "198.51.100.7", port: 5060 },
  });
const refer = (session: string, to: string, extra: Record<string, string> = {}) =>
  inCall(session, "REFER", { "refer-to": to, ...extra });
const notify = (session: string, line: string, state = "terminated;reason=noresource") =>
  inCall(session, "NOTIFY", { event: "refer", "subscription-state": state }, `${line}\r\n`);

const HOLDS: readonly Step[] = [
  ...TALKING,
  [flash, "media join off", "ua reinvite +sdp", ...DIAL_TONE],
];
const CONSULTS: readonly Step[] = [
  ...HOLDS,
  [key("1")],
  [key("0")],
  [key("3"), "line collect off", "line tone-off", "media open"],
  [opened(SECOND), "ua invite sip:103@example.org +sdp"],
  [accepted(SECOND), "line tone-off", "media flow 5004 send receive", "media join on"],
];
const RESUMES = ["media join on", "ua reinvite +sdp"] as const;
const QUIET = ["line collect off", "line tone-off"] as const;

const SCENARIOS: readonly Scenario[] = [
  ["a flash at dial tone takes the call on hold back", [...HOLDS, [flash, ...QUIET, ...RESUMES]]],
  [
    "the answer to our hold is what flows",
    [
      ...HOLDS,
      [accepted(OUT, sdp({ direction: "recvonly" })), "media flow 5004 send", "media join off"],
    ],
  ],
  [
    "the call on hold goes: a flash means nothing any more",
    [...HOLDS, [ended(OUT, "bye"), "media close"], [flash]],
  ],
  [
    "an emergency call is not left by a flash",
    [
      [lift, ...DIAL_TONE],
      [key("1")],
      [key("1")],
      [key("2"), "line collect off", "line tone-off", "media open"],
      [opened(OUT), "ua invite sip:112@example.org +sdp"],
      [answered(sdp()), "line tone-off", "media flow 5004 send receive", "media join on"],
      [flash],
      [invite(), "ua end 486", "record busy 486 box"],
    ],
  ],
  [
    "the other in place of this one",
    [...CONSULTS, [flash, "media join off", "ua reinvite +sdp", ...RESUMES]],
  ],
  [
    "hung up: the one on hold is handed over to the other, and both end when that is done",
    [
      ...CONSULTS,
      [hang, ...REST, "media join off", `ua refer ${SECOND}`],
      [ua({ kind: "response", request: `${OUT}-t5`, status: 202 })],
      [notify(OUT, "SIP/2.0 100 Trying", "active;expires=60"), "ua reply 200"],
      [ended(SECOND, "bye"), "media close"],
      [notify(OUT, "SIP/2.0 200 OK"), "ua reply 200", "ua end", "media close"],
    ],
  ],
  [
    "hung up, and the far end will have none of it: the bell rings",
    [
      ...CONSULTS,
      [hang, ...REST, "media join off", `ua refer ${SECOND}`],
      [
        ua({ kind: "response", request: `${OUT}-t5`, status: 603 }),
        "ua end",
        "line ring 102",
        "media close",
      ],
      [trip, "line stop-ringing", ...RESUMES],
    ],
  ],
  [
    "hung up, where hanging up hands nothing over: the one on hold rings back, and is left",
    [
      ...CONSULTS,
      [hang, ...REST, "ua end", "line ring 102", "media close"],
      [2000, "record answered near"],
      [58_000, "line stop-ringing", "ua end", "media close"],
    ],
    { flash: { ...FLASH, transferOnHangUp: false } },
  ],
  [
    "nobody says what became of it: both are ended",
    [
      ...CONSULTS,
      [hang, ...REST, "media join off", `ua refer ${SECOND}`],
      [190_000, "ua end", "ua end", "media close", "media close"],
    ],
  ],
  [
    "the code and a number hand the call over",
    [
      ...HOLDS,
      [key("*")],
      [key("9")],
      [key("8")],
      [key("1")],
      [key("0")],
      [key("3"), "ua refer sip:103@example.org", "line collect off", "line tone confirm"],
      [notify(OUT, "SIP/2.0 486 Busy"), "ua reply 200", "line tone reorder"],
      [flash, ...QUIET, ...RESUMES],
    ],
  ],
  [
    "no code is taken where there is none",
    [...HOLDS, [key("*"), "line collect off", "line tone reorder"]],
    { flash: { ...FLASH, blindTransferCode: "" } },
  ],
  [
    "a second caller waits, gives up, and is a missed call",
    [
      ...TALKING,
      [invite(), "media open"],
      [opened("line1-t3"), "ua respond 180", "line call-waiting"],
      [ended(FAR, "cancel"), "line tone-off", "media close"],
    ],
  ],
  [
    "a second caller waits too long",
    [
      ...TALKING,
      [invite(), "media open"],
      [opened("line1-t3"), "ua respond 180", "line call-waiting"],
      [invite({ session: "third" }), "ua end 486", "record busy 486 box"],
      [60_000, "ua end 480", "line tone-off", "media close"],
    ],
  ],
];

/** The same from outside of the call, which it names. */
function referOutside(
  session: string,
  referTo: string,
  more: Readonly<Record<string, string>> = {},
): CallInput {
  const others = Object.entries(more).map(([name, value]) => ({ name, value }));
  return ua({
    kind: "watched",
    watch: "w",
    event: "refer",
    session,
    from: { user: "cti", host: "example.org", uri: "sip:cti@example.org" },
    request: {
      kind: "request",
      method: "REFER",
      uri: "",
      headers: [{ name: "refer-to", value: referTo }, ...others],
      body: "",
    },
    source: { transport: "udp", host: "198.51.100.7", port: 5060 },
  });
}

const subscribe = (expires: string, event = "refer"): CallInput =>
  inCall(FAR, "SUBSCRIBE", { event, expires });

const TRANSFEREE: readonly Scenario[] = [
  [
    "goes on telling who asks for it again, and tells him no more where he wants that",
    [
      ...ANSWERED,
      [confirmed()],
      // Nobody was referred yet.
      [subscribe("60"), "ua reply 403"],
      [
        refer(FAR, "<sip:103@example.org>"),
        "ua reply 202",
        "ua session-request NOTIFY",
        "media join off",
        "media open",
      ],
      [subscribe("60"), "ua reply 200", "ua session-request NOTIFY"],
      [subscribe("60", "dialog"), "ua reply 489"],
      [opened(SECOND), "ua invite sip:103@example.org +sdp"],
      [subscribe("0"), "ua reply 200", "ua session-request NOTIFY"],
      [ua({ kind: "progress", session: SECOND, status: 180, response }), "line tone ringback"],
      [subscribe("60"), "ua reply 403"],
      [
        accepted(SECOND),
        "line tone-off",
        "media flow 5004 send receive",
        "media join on",
        "ua end",
        "media close",
      ],
    ],
  ],
  [
    "calls whom it is told to, says so, and lets the one before go",
    [
      ...ANSWERED,
      [confirmed()],
      [
        refer(FAR, "<sip:103@example.org?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2>"),
        "ua reply 202",
        "ua session-request NOTIFY",
        "media join off",
        "media open",
      ],
      [opened(SECOND), "ua invite sip:103@example.org +sdp"],
      [
        ua({ kind: "progress", session: SECOND, status: 180, response }),
        "line tone ringback",
        "ua session-request NOTIFY",
      ],
      [
        accepted(SECOND),
        "line tone-off",
        "media flow 5004 send receive",
        "media join on",
        "ua session-request NOTIFY",
        "ua end",
        "media close",
      ],
    ],
  ],
  [
    "does so for a REFER from outside of the call, told in its own dialog",
    [
      ...ANSWERED,
      [confirmed()],
      [referOutside(FAR, "<sip:103@example.org>"), "ua tell", "media join off", "media open"],
      [opened(SECOND), "ua invite sip:103@example.org +sdp"],
      [
        ua({ kind: "progress", session: SECOND, status: 180, response }),
        "line tone ringback",
        "ua tell",
      ],
      [
        accepted(SECOND),
        "line tone-off",
        "media flow 5004 send receive",
        "media join on",
        "ua end-watch",
        "ua end",
        "media close",
      ],
    ],
  ],
  [
    "answers one whose sender subscribes by himself, though he wants to be told nothing",
    [
      ...ANSWERED,
      [confirmed()],
      [
        referOutside(FAR, "<sip:103@example.org>", { "refer-sub": "false" }),
        "ua tell",
        "media join off",
        "media open",
      ],
    ],
  ],
  [
    "refuses one from outside that it cannot read, and any while it does something else",
    [
      ...ANSWERED,
      [confirmed()],
      [referOutside(FAR, "<sip:103@example.org;method=BYE>"), "ua refuse-watch 501"],
      [referOutside("other", "<sip:103@example.org>"), "ua refuse-watch 603"],
    ],
  ],
  [
    "goes back to the one before where it comes to nothing",
    [
      ...ANSWERED,
      [confirmed()],
      [
        refer(FAR, "<sip:103@example.org>", { "refer-sub": "false" }),
        "ua reply 202",
        "media join off",
        "media open",
      ],
      [opened(SECOND), "ua invite sip:103@example.org +sdp"],
      [
        ua({ kind: "failed", session: SECOND, status: 486, reason: "Busy" }),
        "line tone busy",
        "line tone-off",
        ...RESUMES,
        "media close",
      ],
    ],
  ],
  [
    "a REFER that says so in Require is not told of either",
    [
      ...ANSWERED,
      [confirmed()],
      [
        refer(FAR, "<sip:103@example.org>", { require: "nosub" }),
        "ua reply 202",
        "media join off",
        "media open",
      ],
      [opened(SECOND), "ua invite sip:103@example.org +sdp"],
      [
        ua({ kind: "failed", session: SECOND, status: 486, reason: "Busy" }),
        "line tone busy",
        "line tone-off",
        ...RESUMES,
        "media close",
      ],
    ],
  ],
  [
    "hung up meanwhile: everything ends",
    [
      ...ANSWERED,
      [confirmed()],
      [
        refer(FAR, "<sip:103@example.org>"),
        "ua reply 202",
        "ua session-request NOTIFY",
        "media join off",
        "media open",
      ],
      [hang, ...REST, "ua session-request NOTIFY", "ua end", "media close", "media close"],
    ],
  ],
  [
    "refuses what is no call, and a second one at a time",
    [
      ...ANSWERED,
      [confirmed()],
      [refer(FAR, "<http://example.org>"), "ua reply 416"],
      [inCall(FAR, "NOTIFY", { event: "dialog" }), "ua reply 481"],
      [flash, "media join off", "ua reinvite +sdp", ...DIAL_TONE],
      [refer(FAR, "<sip:103@example.org>"), "ua reply 603"],
    ],
  ],
  [
    "is handed over by nobody where that is not wanted",
    [...ANSWERED, [confirmed()], [refer(FAR, "<sip:103@example.org>"), "ua reply 603"]],
    { refusesTransfer: true },
  ],
];

const SUCCESSION: readonly Scenario[] = [
  [
    "another takes the far end's place",
    [
      ...TALKING,
      [invite({ replaces: OUT }), "media open"],
      [
        opened("line1-t3"),
        "ua respond 200 +sdp",
        "media join off",
        "line tone-off",
        "media flow 5004 send receive",
        "media join on",
        "ua end",
        "media close",
      ],
    ],
  ],
  [
    "the place of one on hold: it is on hold too, until a flash",
    [
      ...HOLDS,
      [invite({ replaces: OUT }), "media open"],
      [
        opened("line1-t3"),
        "ua respond 200 +sdp",
        "media join off",
        "media flow 5004 send",
        "media join off",
        "ua end",
        "media close",
      ],
      [flash, ...QUIET, ...RESUMES],
    ],
  ],
  [
    "one of a conference that sends busy tone is dropped, and the talk goes on",
    [
      ...CONSULTS,
      [flash, ...RESUMES],
      [
        media({ kind: "far-tone", session: OUT, tone: "busy", lastedMs: 3000 }),
        "ua end",
        "media close",
      ],
      [media({ kind: "closed", session: OUT, stats: STATS }), "record answered far +stats"],
    ],
    { flash: { ...FLASH, second: "conference" } },
  ],
  [
    "a third joins the call where that is allowed: all hear each other, and whoever goes is gone",
    [
      ...TALKING,
      [invite({ joins: OUT }), "media open"],
      [opened("line1-t3"), "ua respond 200 +sdp", "media flow 5004 send receive", "media join on"],
      [ended(OUT, "bye"), "media close"],
      [ended(FAR, "bye"), "line open-loop 500", "media close"],
    ],
    { allowsJoin: true },
  ],
  ["nobody joins where it is not allowed", [...TALKING, [invite({ joins: OUT }), "ua end 403"]]],
  [
    "nobody joins another call than the one that is talked in, nor one with a third",
    [
      ...TALKING,
      [invite({ joins: "another" }), "ua end 486"],
      [invite({ joins: OUT }), "media open"],
      [invite({ session: "b", joins: OUT }), "ua end 486"],
    ],
    { allowsJoin: true },
  ],
  ["the place of nobody: 481", [...TALKING, [invite({ replaces: "none" }), "ua end 481"]]],
  [
    "the place of one that many want at once: no more than so many are let in to wait for media",
    [
      ...TALKING,
      ...Array.from(
        { length: SIDE_CALLS_MAX },
        (_, n): Step => [invite({ replaces: OUT, session: `in ${n}` }), "media open"],
      ),
      [invite({ replaces: OUT, session: "in too many" }), "ua end 486"],
    ],
  ],
];

describe("createCallControl() with two calls", () => {
  const all: readonly Scenario[] = [...SCENARIOS, ...TRANSFEREE, ...SUCCESSION];

  it.each(all.map(([name, steps, changes]) => ({ name, steps, changes })))(
    "$name",
    ({ steps, changes }) => {
      const { told, expected } = play(createCallControl(configOf(changes)), steps);
      expect(told).toEqual(expected);
    },
  );
});

describe("NOTIFYs of REFERs in one call", () => {
  it("name the later ones by their numbers, and a SUBSCRIBE one of those", () => {
    const control = createCallControl(configOf());
    const events: string[] = [];
    const statuses: number[] = [];
    const feed = (input: CallInput): void => {
      for (const output of control.handle(input, 0)) {
        const command = output.kind === "ua" ? output.command : undefined;
        if (command?.kind === "reply") statuses.push(command.status);
        if (command?.kind !== "session-request") continue;
        events.push(command.headers?.find(({ name }) => name === "event")?.value ?? "");
      }
    };
    for (const [input] of ANSWERED) if (typeof input === "object") feed(input);
    feed(confirmed());
    feed(refer(FAR, "<sip:103@example.org>", { cseq: "7 REFER" }));
    feed(opened(SECOND));
    feed(ua({ kind: "failed", session: SECOND, status: 486, reason: "Busy" }));
    expect(events.splice(0)).toEqual(["refer", "refer"]);
    feed(refer(FAR, "<sip:104@example.org>", { cseq: "9 REFER" }));
    expect(events.splice(0)).toEqual(["refer;id=9"]);
    statuses.length = 0;
    for (const id of ["7", "9"]) feed(subscribe("60", `refer;id=${id}`));
    expect(statuses).toEqual([403, 200]);
  });
});
