import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digit } from "../base/audio.ts";
import type { LineEvent } from "../base/line-messages.ts";
import { DIALOG_EVENT, dialogInfo, type UaEvent } from "../sip/index.ts";
import { createCallControl } from "./call-control.ts";
import { STATS_LIMIT_MS } from "./call-record.ts";
import { configOf, hang, invite, LOCAL, lineEvent, STATS, sdp } from "./call-script.fixture.ts";
import { type CallInput, type CallOutput, DEFAULT_CALL_TIMERS } from "./call-types.ts";

/** What may happen next; sessions are named by their age, so that they hit live and dead ones. */
type Move =
  | { readonly kind: "line"; readonly event: LineEvent }
  | { readonly kind: "invite"; readonly body: string; readonly replaces: number }
  | { readonly kind: "ua"; readonly what: number; readonly back: number; readonly body: number }
  | { readonly kind: "media"; readonly what: number; readonly back: number }
  | { readonly kind: "free" }
  | { readonly kind: "wait"; readonly ms: number };

const BODIES = [
  undefined,
  sdp(),
  sdp({ port: 6000, direction: "sendonly" }),
  sdp({ formats: "9" }),
  "x",
];
const CALL_BACK_LIMIT_MS = 1_800_000;
const FAULT = { kind: "io", what: "SPI", advice: "look" } as const;

const lineMove: fc.Arbitrary<Move> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom("off-hook", "on-hook", "ring-trip") },
    { weight: 3, arbitrary: fc.constantFrom("hook-flash") },
    { weight: 1, arbitrary: fc.constantFrom("caller-id-sent") },
    { weight: 1, arbitrary: fc.constantFrom("fault", "recovered") },
    { weight: 6, arbitrary: fc.constantFrom<Digit>("1", "0", "2", "#", "A") },
  )
  .map((what): Move => ({ kind: "line", event: lineEventOf(what) }));

function lineEventOf(what: string): LineEvent {
  switch (what) {
    case "off-hook":
    case "on-hook":
    case "ring-trip":
    case "caller-id-sent":
    case "recovered":
      return { kind: what, atMs: 0 };
    case "hook-flash":
      return { kind: "hook-flash", atMs: 0, durationMs: 300 };
    case "fault":
      return { kind: "fault", atMs: 0, fault: FAULT };
    default: {
      const digit = (["1", "0", "2", "#", "A"] as const).find((one) => one === what) ?? "1";
      return { kind: "digit", atMs: 0, digit, source: "dtmf" };
    }
  }
}

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: lineMove },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("invite" as const),
      body: fc.constantFrom("", ...BODIES.filter((body) => body !== undefined)),
      replaces: fc.nat(3),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("ua" as const),
      what: fc.nat(13),
      back: fc.nat(2),
      body: fc.nat(BODIES.length - 1),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("media" as const),
      what: fc.nat(4),
      back: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ kind: "free" as const }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(70_000) }),
  },
);

/** From rest into a call, so that half of the courses begin where most can happen. */
const INTO_A_CALL: readonly Move[] = [
  ...["off-hook", "1", "0", "2"].map((what): Move => ({ kind: "line", event: lineEventOf(what) })),
  { kind: "media", what: 0, back: 0 },
  { kind: "ua", what: 2, back: 0, body: 1 },
];

/** The same with a number that is busy and to be called back on. */
const INTO_A_WAIT: readonly Move[] = [
  ...INTO_A_CALL.slice(0, -1),
  { kind: "ua", what: 3, back: 0, body: 0 },
  ...["on-hook", "off-hook", "0", "0", "on-hook"].map(
    (what): Move => ({ kind: "line", event: lineEventOf(what) }),
  ),
];

const course: fc.Arbitrary<readonly Move[]> = fc
  .tuple(
    fc.constantFrom<readonly Move[]>([], [], INTO_A_CALL, INTO_A_CALL, INTO_A_WAIT),
    fc.array(move, { maxLength: 60 }),
  )
  .map(([begin, moves]) => [...begin, ...moves]);

/** A line driven by moves, which keeps count from outside of what call control does. */
function drive(moves: readonly Move[]) {
  const control = createCallControl(configOf({ digitMap: "102|2.T", callBackCode: "00" }));
  let nowMs = 0;
  let incoming = 0;
  const sessions: string[] = ["none"];
  const media: string[] = ["none"];
  let watched = "none";
  const outputs: CallOutput[] = [];
  const give = (input: CallInput): void => {
    for (const output of control.handle(input, nowMs)) {
      outputs.push(output);
      if (output.kind === "ua" && output.command.kind === "invite") {
        sessions.push(output.command.session);
      }
      if (output.kind === "ua" && output.command.kind === "subscribe") {
        watched = output.command.subscription;
      }
      if (output.kind === "media" && output.command.kind === "open") {
        media.push(output.command.session);
      }
    }
  };
  const wait = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (let due = control.deadlineMs(); due !== undefined && due <= untilMs; ) {
      nowMs = Math.max(nowMs, due);
      give({ kind: "timeout" });
      due = control.deadlineMs();
    }
    nowMs = untilMs;
  };
  for (const one of moves) {
    if (one.kind === "invite") {
      const session = `incoming ${++incoming}`;
      const replaces = one.replaces === 0 ? undefined : sessions.at(-one.replaces);
      sessions.push(session);
      give(invite({ session, body: one.body, ...(replaces === undefined ? {} : { replaces }) }));
    } else if (one.kind === "free") give(nobodyTalks(watched));
    else if (one.kind === "wait") wait(one.ms);
    else give(inputOf(one, sessions, media));
  }
  /** The user comes back to the telephone until nobody is left to speak to. */
  const rest = (): void => {
    for (let times = 0; times < 3; times++) {
      give(lineEvent({ kind: "off-hook", atMs: 0 }));
      give(hang);
    }
    // A transfer that nobody tells of is given up in the end.
    wait(DEFAULT_CALL_TIMERS.transferMs);
  };
  return {
    control,
    give,
    wait,
    rest,
    outputs,
    incoming: () => incoming,
    misplaced: () => misplaced(outputs),
  };
}

/** What a number that was busy is in: no call. */
function nobodyTalks(subscription: string): CallInput {
  const { body, rest = "" } = dialogInfo("sip:102@example.org", []);
  const about = { account: "line-1", event: "dialog", contentType: DIALOG_EVENT.contentType };
  return {
    kind: "ua",
    event: { kind: "notified", subscription, ...about, body: `${body}0${rest}` },
  };
}

function inCall(
  session: string,
  method: string,
  headers: readonly (readonly [string, string])[],
  body = "",
): UaEvent {
  return {
    kind: "request",
    request: "r",
    session,
    message: {
      kind: "request",
      method,
      uri: "sip:101@example.org",
      headers: headers.map(([name, value]) => ({ name, value })),
      body,
    },
    source: { transport: "udp", host: "198.51.100.7", port: 5060 },
  };
}

/** INVITEs that wanted the place of nobody we know: those are no calls. */
function misplaced(outputs: readonly CallOutput[]): number {
  const isMisplaced = (output: CallOutput): boolean =>
    output.kind === "ua" && output.command.kind === "end" && output.command.status === 481;
  return outputs.filter(isMisplaced).length;
}

function inputOf(
  one: Exclude<Move, { kind: "invite" | "wait" | "free" }>,
  sessions: readonly string[],
  media: readonly string[],
): CallInput {
  if (one.kind === "line") return lineEvent(one.event);
  if (one.kind === "media") {
    const session = media.at(-1 - one.back) ?? "none";
    const events = [
      { kind: "opened", session, local: LOCAL },
      { kind: "open-failed", session, reason: "no port" },
      { kind: "closed", session, stats: STATS },
      { kind: "silent", session, silentMs: 5000, isFirst: true },
      { kind: "digit", session, digit: "5", durationMs: 100 },
    ] as const;
    return { kind: "media", event: events[one.what] ?? events[0] };
  }
  const session = sessions.at(-1 - one.back) ?? "none";
  const body = BODIES[one.body];
  const text = body === undefined ? {} : { body };
  const response = { kind: "response", status: 200, reason: "", headers: [], body: "" } as const;
  const request = { kind: "request", method: "INVITE", uri: "", headers: [], body: "" } as const;
  const events = [
    { kind: "progress", session, status: 180, response, ...text },
    { kind: "progress", session, status: 183, response, ...text },
    { kind: "answered", session, response, ...text },
    { kind: "failed", session, status: 486, reason: "Busy" },
    { kind: "reoffered", session, request, ...text },
    { kind: "confirmed", session, ...text },
    { kind: "ended", session, cause: "bye" },
    { kind: "reoffer-failed", session, status: 488 },
    { kind: "unregistered", account: "line-1" },
    inCall(session, "REFER", [["refer-to", "<sip:103@example.org>"]]),
    inCall(session, "NOTIFY", [["event", "refer"]], "SIP/2.0 200 OK\r\n"),
    inCall(session, "NOTIFY", [["event", "refer"]], "SIP/2.0 486 Busy Here\r\n"),
    inCall(session, "INFO", []),
    { kind: "response", request: `${session}-t3`, status: 603 },
  ] as const;
  return { kind: "ua", event: events[one.what] ?? events[0] };
}

describe("createCallControl() under any course of events", () => {
  it("comes back to idle with exactly one record a call, whatever happens", () => {
    fc.assert(
      fc.property(course, (moves) => {
        const line = drive(moves);
        line.give(lineEvent({ kind: "recovered", atMs: 0 }));
        line.rest();
        line.wait(STATS_LIMIT_MS);
        // Nor does anybody wait for a busy number for ever.
        line.wait(CALL_BACK_LIMIT_MS);
        expect(line.control.state.kind).toBe("idle");
        expect(line.control.deadlineMs()).toBeUndefined();

        const records = line.outputs.filter((output) => output.kind === "record");
        const ids = records.map(({ record }) => record.id);
        expect(new Set(ids).size).toBe(ids.length);
        const into = records.filter(({ record }) => record.direction === "in");
        // One that wanted the place of a call that ended meanwhile was a call, and failed.
        expect(into.length).toBeLessThanOrEqual(line.incoming());
        expect(into.length).toBeGreaterThanOrEqual(line.incoming() - line.misplaced());
        const opened = opens(line.outputs);
        for (const id of opened) expect(ids).toContain(id);
      }),
      { numRuns: 1000 },
    );
  });

  it("closes every media session it opened, and ends every session it began, once", () => {
    fc.assert(
      fc.property(course, (moves) => {
        const line = drive(moves);
        line.give(lineEvent({ kind: "recovered", atMs: 0 }));
        line.rest();
        const closes = line.outputs.flatMap((output) =>
          output.kind === "media" && output.command.kind === "close"
            ? [output.command.session]
            : [],
        );
        expect([...closes].sort()).toEqual([...opens(line.outputs)].sort());
        const ends = line.outputs.flatMap((output) =>
          output.kind === "ua" && output.command.kind === "end" ? [output.command.session] : [],
        );
        expect(new Set(ends).size).toBe(ends.length);
      }),
      { numRuns: 600 },
    );
  });

  it("leaves the bell silent and the tones off when it is idle", () => {
    fc.assert(
      fc.property(course, (moves) => {
        const line = drive(moves);
        if (line.control.state.kind !== "idle") return;
        const last = line.outputs.findLast(
          (output) =>
            output.kind === "line" &&
            ["ring", "stop-ringing", "rest", "tone", "tone-off"].includes(output.command.kind),
        );
        const quiet = last?.kind === "line" ? last.command.kind : "rest";
        expect(["stop-ringing", "rest"]).toContain(quiet);
      }),
      { numRuns: 600 },
    );
  });
});

function opens(outputs: readonly CallOutput[]): readonly string[] {
  return outputs.flatMap((output) =>
    output.kind === "media" && output.command.kind === "open" ? [output.command.session] : [],
  );
}
