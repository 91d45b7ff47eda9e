import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callIn, peerRequest } from "../testing/calls.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";

/** A line whose server is the peer, in a call with it: session and our tag. */
function inCall() {
  const desk = new Desk({ serves: ["REFER"], extensions: ["tdialog"] });
  const account = { id: "line-1", user: "101", domain: "192.0.2.20", server: PEER };
  desk.command({ kind: "add-account", account: { ...account, register: false, expiresS: 60 } });
  return { desk, ...callIn(desk) };
}

const refer = (...extra: readonly string[]): string =>
  peerRequest({
    ...{ method: "REFER", cseq: 1, branch: "z9hG4bKrefer", callId: "outside", fromTag: "cti" },
    extra: ["Refer-To: <sip:103@192.0.2.20>", ...extra],
  });

describe("a REFER from outside of the call that it is about", () => {
  it.each([
    ["names it", ["Target-Dialog: peer-call;local-tag=peer;remote-tag={tag}"], "watched"],
    [
      "names it from our end",
      ["Target-Dialog: peer-call;local-tag={tag};remote-tag=peer"],
      "watched",
    ],
    [
      "wants to hear no more of it",
      ["Target-Dialog: peer-call;local-tag=peer;remote-tag={tag}", "Refer-Sub: false"],
      "request",
    ],
    [
      "requires to hear no more of it",
      ["Target-Dialog: peer-call;local-tag=peer;remote-tag={tag}", "Require: nosub"],
      "request",
    ],
  ])("%s", (_what, extra, kind) => {
    const { desk, session, tag } = inCall();
    desk.receive(refer(...extra.map((line) => line.replace("{tag}", tag))));
    expect(desk.events).toMatchObject([{ kind, session }]);
    expect(desk.letters).toEqual([]);
  });

  it.each([
    ["another call", ["Target-Dialog: other;local-tag=peer;remote-tag={tag}"], PEER],
    ["it by one tag", ["Target-Dialog: peer-call;remote-tag={tag}"], PEER],
    ["it by a wrong tag", ["Target-Dialog: peer-call;local-tag=x;remote-tag={tag}"], PEER],
    ["nothing", [], PEER],
    ["it twice", Array(2).fill("Target-Dialog: peer-call;local-tag=peer;remote-tag={tag}"), PEER],
    [
      "it, and is of a stranger",
      ["Target-Dialog: peer-call;local-tag=peer;remote-tag={tag}"],
      { ...PEER, host: "192.0.2.66" },
    ],
  ] as const)("is about no call where it names %s", (_what, extra, source) => {
    const { desk, tag } = inCall();
    const lines = extra.map((line: string) => line.replace("{tag}", tag));
    desk.receive(refer(...lines), source);
    const [event] = desk.events;
    expect(event).toMatchObject({ kind: "request" });
    expect(event).not.toHaveProperty("session");
  });

  it("is about a call or none, whatever it names", () => {
    const { desk, session } = inCall();
    const text = fc.stringMatching(/^[ -~]{0,60}$/);
    fc.assert(
      fc.property(text, fc.boolean(), fc.nat(1e9), (value, isNear, n) => {
        const named = isNear ? `peer-call;local-tag=${value}` : value;
        desk.events = [];
        const request = refer(`Target-Dialog: ${named}`).replace("z9hG4bKrefer", `z9hG4bK${n}`);
        desk.receive(request.replace("Call-ID: outside", `Call-ID: outside-${n}`));
        const about = desk.events.flatMap((event) => ("session" in event ? [event.session] : []));
        expect(about.every((one) => one === session)).toBe(true);
      }),
    );
  });

  it("is told in a dialog of its own what becomes of it", () => {
    const { desk, tag } = inCall();
    desk.receive(refer(`Target-Dialog: peer-call;local-tag=peer;remote-tag=${tag}`));
    const watch = desk.event("watched")?.watch ?? "";
    desk.command({ kind: "tell", watch, document: { body: "SIP/2.0 100 Trying\r\n" } });
    const [accepted, trying] = desk.letters.map(({ text }) => text);
    expect(accepted).toMatch(/^SIP\/2\.0 202 Accepted\r\n/);
    expect(field(trying ?? "", "Call-ID")).toBe("outside");
    expect(field(trying ?? "", "Event")).toBe("refer");
    expect(field(trying ?? "", "Subscription-State")).toMatch(/^active;expires=\d+$/);
    expect(field(trying ?? "", "Content-Type")).toBe("message/sipfrag;version=2.0");
    desk.receive(answerTo(trying ?? "", "200 OK", undefined));
    desk.letters = [];
    const document = { body: "SIP/2.0 200 OK\r\n" };
    desk.command({ kind: "end-watch", watch, reason: "noresource", document });
    const [last] = desk.letters.map(({ text }) => text);
    expect(field(last ?? "", "Subscription-State")).toBe("terminated;reason=noresource");
    expect(last).toMatch(/\r\n\r\nSIP\/2\.0 200 OK\r\n$/);
    expect(desk.event("watch-ended")).toMatchObject({ watch });
  });
});
