import { describe, expect, it } from "vitest";
import { dialogInfo } from "../sip/index.ts";
import { createCallControl } from "./call-control.ts";
import {
  closed,
  configOf,
  DIAL_TONE,
  DIALLED,
  failed,
  hang,
  invite,
  key,
  lift,
  lineEvent,
  play,
  REST,
  type Step,
  trip,
  ua,
} from "./call-script.fixture.ts";
import type { CallConfig, CallInput } from "./call-types.ts";
import { NO_CHOICES } from "./policy/choices.ts";

// The first call takes two tokens.
const WISH = { subscription: "call back t3", account: "line-1" } as const;
const control = (changes: Partial<CallConfig> = {}) =>
  createCallControl(configOf({ callBackCode: "*37", ...changes }));
const news = (body: string): CallInput =>
  ua({
    kind: "notified",
    ...WISH,
    event: "dialog",
    contentType: "application/dialog-info+xml",
    body,
  });
const told = (...stages: readonly ("confirmed" | "terminated")[]): CallInput => {
  const calls = stages.map(
    (stage, at) => ({ id: `d${at}`, direction: "recipient", stage }) as const,
  );
  const { body, rest = "" } = dialogInfo("sip:102@example.org", calls);
  return news(`${body}1${rest}`);
};
const partly = (stage: string, id = "d0"): CallInput =>
  news(
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="2" state="partial" ` +
      `entity="sip:102@example.org"><dialog id="${id}"><state>${stage}</state></dialog>` +
      "</dialog-info>",
  );
const CODE: readonly Step[] = [
  [lift, ...DIAL_TONE],
  [key("*")],
  [key("3")],
  [key("7"), "line collect off", "line tone confirm", "ua subscribe dialog"],
  [hang, ...REST],
];
const BUSY: readonly Step[] = [
  ...DIALLED,
  [failed(486), "line tone busy", "media close"],
  [hang, ...REST],
];
const ASKED: readonly Step[] = [...BUSY, [closed, "record busy 486 far +stats"], ...CODE];
/** Two minutes, from before the code was dialled. */
const RETRY = [{ name: "retry-after", value: "120" }] as const;
const refused = ua({ kind: "subscription", ...WISH, isActive: false, status: 489 });
/** To be called again in two minutes, and nobody tells of it. */
const UNWATCHED: readonly Step[] = [
  ...DIALLED,
  [failed(480, RETRY), "line tone reorder", "media close"],
  [hang, ...REST],
  [closed, "record failed 480 far +stats"],
  ...CODE,
  [refused, "ua unsubscribe"],
];
const FREE = ["ua unsubscribe", "line ring 102"] as const;

describe("calling back on a busy number", () => {
  it.each<{ name: string; changes?: Partial<CallConfig>; steps: readonly Step[] }>([
    {
      name: "rings once it is in no call, and calls when lifted",
      steps: [
        ...ASKED,
        [told("confirmed", "confirmed")],
        [told("terminated", "confirmed")],
        [told(), ...FREE],
        [trip, "line stop-ringing", "line collect off", "line tone-off", "media open"],
      ],
    },
    {
      name: "goes by what a partial notification changes",
      steps: [...ASKED, [told("confirmed")], [partly("early")], [partly("terminated"), ...FREE]],
    },
    {
      name: "keeps sixty-four of its calls apart, however many it tells of",
      steps: [
        ...ASKED,
        ...Array.from({ length: 65 }, (_, n): Step => [partly("confirmed", `d${n}`)]),
        ...Array.from({ length: 63 }, (_, n): Step => [partly("terminated", `d${n}`)]),
        [partly("terminated", "d63"), ...FREE],
      ],
    },
    {
      name: "waits until our own user is done",
      steps: [
        ...ASKED,
        [lift, ...DIAL_TONE],
        [told()],
        [hang, ...REST, ...FREE],
        [60_000, "line stop-ringing"],
        [lift, ...DIAL_TONE],
      ],
    },
    {
      name: "rings where the receiver was hung up while the line was out of order",
      steps: [
        ...ASKED,
        [lift, ...DIAL_TONE],
        [lineEvent({ kind: "fault", atMs: 0, fault: { kind: "io", what: "SPI", advice: "look" } })],
        [told()],
        [lineEvent({ kind: "recovered", atMs: 0 }), "line rest", ...FREE],
      ],
    },
    {
      name: "keeps others off while it rings",
      steps: [...ASKED, [told(), ...FREE], [invite(), "ua end 486", "record busy 486 box"], [hang]],
    },
    {
      name: "gives up after half an hour",
      steps: [...ASKED, [news("nonsense")], [1_800_000, "ua unsubscribe"], [told()]],
    },
    {
      name: "gives up where nobody may watch it",
      steps: [
        ...ASKED,
        [ua({ kind: "subscription", ...WISH, isActive: true })],
        [ua({ kind: "subscription", ...WISH, isActive: false })],
        [ua({ kind: "subscription", ...WISH, isActive: false, status: 489 }), "ua unsubscribe"],
        [told()],
      ],
    },
    {
      name: "rings when it may be called again where nobody tells of it, and calls when lifted",
      steps: [
        ...UNWATCHED,
        [119_999],
        [1, "line ring 102"],
        [trip, "line stop-ringing", "line collect off", "line tone-off", "media open"],
      ],
    },
    {
      name: "rings as soon as the telephone is down again, where it is not at that time",
      steps: [
        ...UNWATCHED,
        [lift, ...DIAL_TONE],
        [key("1")],
        [120_001, "line collect off", "line tone reorder", "line tone howler", "line tone-off"],
        [hang, ...REST, "line ring 102"],
      ],
    },
    {
      name: "goes by what is told of it rather than by that time",
      steps: [
        ...DIALLED,
        [failed(486, RETRY), "line tone busy", "media close"],
        [hang, ...REST],
        [closed, "record busy 486 far +stats"],
        ...CODE,
        [told("confirmed")],
        [150_000],
        [told(), ...FREE],
      ],
    },
    {
      name: "does not wait longer than half an hour for that time",
      steps: [
        ...DIALLED,
        [failed(503, [{ name: "retry-after", value: "1801" }]), "line tone reorder", "media close"],
        [hang, ...REST],
        [closed, "record failed 503 far +stats"],
        ...CODE,
        [refused, "ua unsubscribe"],
        [3_600_000],
      ],
    },
    {
      name: "is refused where the last number was not busy, or was not told who called",
      changes: { choices: { ...NO_CHOICES, withholdsNumber: true } },
      steps: [
        ...BUSY,
        [closed, "record busy 486 far +stats"],
        [lift, ...DIAL_TONE],
        [key("*")],
        [key("3")],
        [key("7"), "line collect off", "line tone reorder"],
      ],
    },
    {
      name: "ends with the box",
      steps: [...ASKED, [{ kind: "stop" }, ...REST], [told()]],
    },
  ])("$name", ({ changes = {}, steps }) => {
    const played = play(control(changes), steps);
    expect(played.told).toEqual(played.expected);
  });

  it("asks for the calls of the number, and tells the display what it rings for", () => {
    const { outputs } = play(control(), [...ASKED, [told(), ...FREE]]);
    const commands = outputs.flatMap((output) =>
      output.kind === "ua" && output.command.kind === "subscribe" ? [output.command] : [],
    );
    expect(commands).toMatchObject([{ uri: "sip:102@example.org", expiresS: 1800 }]);
    const rings = outputs.flatMap((output) =>
      output.kind === "line" && output.command.kind === "ring" ? [output.command.callerId] : [],
    );
    expect(rings).toMatchObject([{ number: "102", callType: "ring-back" }]);
  });
});
