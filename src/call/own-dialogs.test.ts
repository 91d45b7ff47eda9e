import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import { ANSWERED, configOf, ended, FAR, invite, play, ua } from "./call-script.fixture.ts";
import type { CallInput } from "./call-types.ts";

const DIALOG = { callId: "call@far", localTag: "ours", remoteTag: "theirs" };

/** A SUBSCRIBE to the line's calls as the user agent hands it up. */
function watched(event: string, watch: string): CallInput {
  const headers = [{ name: "event", value: event }];
  const request = { kind: "request", method: "SUBSCRIBE", uri: "", headers, body: "" } as const;
  const from = { user: "pbx", host: "example.org", uri: "sip:pbx@example.org" };
  const source = { transport: "udp", host: "198.51.100.7", port: 5060 } as const;
  return ua({ kind: "watched", watch, event: "dialog", from, request, source });
}

/** The far end's call as the user agent hands it up: with its dialog. */
function called(): CallInput {
  const input = invite();
  if (input.kind !== "ua" || input.event.kind !== "incoming") throw new Error("no call");
  return ua({ ...input.event, dialog: DIALOG });
}

/** What a line that is in a call tells `watch`, by state, with how it ends. */
function toldOf(...inputs: readonly CallInput[]): readonly string[] {
  const control = createCallControl(configOf());
  const [[, ...first], ...more] = [ANSWERED[0] ?? [called()], ...ANSWERED.slice(1)];
  play(control, [[called(), ...first], ...more]);
  return inputs.flatMap((input) =>
    control.handle(input, 60_000).flatMap((output) => {
      if (output.kind !== "ua") return [];
      const { command } = output;
      if (command.kind !== "tell" && command.kind !== "end-watch") return [];
      const text = command.document?.rest ?? "";
      const states = [...text.matchAll(/<state>(\w+)</g)].map(([, state]) => state);
      const end = command.kind === "end-watch" ? [command.reason] : [];
      return [[command.watch, ...states, ...end].join(" ")];
    }),
  );
}

const NAMED = 'dialog;call-id="call@far";to-tag=ours';

describe("OwnDialogs", () => {
  it.each([
    ["all calls, for ever", "dialog", ["w confirmed", "w"]],
    [
      "one, until it is over",
      `${NAMED};from-tag=theirs`,
      ["w confirmed", "w terminated noresource"],
    ],
    ["those of one INVITE", NAMED, ["w confirmed", "w terminated noresource"]],
    ["none that is not there", `${NAMED};from-tag=other`, ["w", "w noresource"]],
    ["none that is not named in full", "dialog;call-id=x", []],
  ])("tells of %s", (_what, event, expected) => {
    expect(toldOf(watched(event, "w"), ended(FAR, "bye"))).toEqual(expected);
  });
});
