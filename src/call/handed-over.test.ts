import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import {
  configOf,
  hang,
  key,
  LOCAL,
  lineEvent,
  media,
  OUT,
  reoffered,
  response,
  sdp,
  TALKING,
  ua,
} from "./call-script.fixture.ts";
import type { CallInput } from "./call-types.ts";

const SECOND = "line1-t3";
const flash = lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 500 });

describe("a call that is handed over to another", () => {
  it.each([
    ["the one that is handed over", OUT],
    ["whom it is handed over to", SECOND],
  ])("answers a new offer of %s in that one's session", (_who, session) => {
    const control = createCallControl(configOf());
    const inputs: readonly CallInput[] = [
      ...TALKING.map(([input]) => input).filter((input) => typeof input !== "number"),
      flash,
      ua({ kind: "answered", session: OUT, response, body: sdp({ direction: "recvonly" }) }),
      ...[key("1"), key("0"), key("3")],
      media({ kind: "opened", session: SECOND, local: LOCAL }),
      ua({ kind: "answered", session: SECOND, response, body: sdp() }),
      hang,
    ];
    for (const input of inputs) control.handle(input, 0);
    const outputs = control.handle(reoffered(session, sdp()), 0);
    const commands = outputs.flatMap((output) => (output.kind === "ua" ? [output.command] : []));
    expect(commands).toMatchObject([{ kind: "respond", session, status: 200 }]);
    const flows = outputs.flatMap((output) => (output.kind === "media" ? [output.command] : []));
    for (const flow of flows) expect(flow).toMatchObject({ session });
  });
});
