import { describe, expect, it } from "vitest";
import { peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import { DIALOG_EVENT } from "./dialog-info.ts";
import { WATCHES_OF_HOST_MAX } from "./notifier.ts";

const ACCEPT = "Accept: application/dialog-info+xml";

/** A SUBSCRIBE of the peer's. */
function subscribe(
  changes: Partial<Parameters<typeof peerRequest>[0]> = {},
  extra: readonly string[] = ["Event: dialog", ACCEPT, "Expires: 600"],
): string {
  const { cseq = 1, callId = "watch" } = changes;
  const branch = `z9hG4bK${callId}${cseq}`;
  return peerRequest({ method: "SUBSCRIBE", cseq, branch, callId, extra, ...changes });
}

const desk = (): Desk => new Desk({ tells: [DIALOG_EVENT] });

/** Somebody watches and has been told once: the watch, and our tag. */
function watched(at: Desk): { readonly watch: string; readonly tag: string } {
  at.receive(subscribe());
  const watch = at.event("watched")?.watch ?? "(nobody watches)";
  at.command({ kind: "tell", watch, document: { body: "state ", rest: "!" } });
  const tag = tagIn(at.letters[0]?.text ?? "", "To");
  at.receive(answerTo(at.letters.at(-1)?.text ?? "", "200 OK", undefined));
  at.letters = [];
  at.events = [];
  return { watch, tag };
}

describe("Notifier", () => {
  it("takes a subscription on with 200 and tells the state at once", () => {
    const at = desk();
    at.receive(subscribe());
    expect(at.letters).toEqual([]);
    const asked = at.event("watched");
    expect(asked).toMatchObject({ event: "dialog", from: { user: "bob" }, source: PEER });
    at.command({ kind: "tell", watch: asked?.watch ?? "", document: { body: "v", rest: "!" } });
    const [answer = "", notify = ""] = at.letters.map(({ text }) => text);
    expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect([field(answer, "Expires"), field(answer, "Contact")]).toEqual([
      "600",
      "<sip:101@192.0.2.10:5060>",
    ]);
    expect(notify).toMatch(/^NOTIFY sip:bob@192\.0\.2\.20:5060 SIP\/2\.0\r\n/);
    expect(field(notify, "Event")).toBe("dialog");
    expect(field(notify, "Subscription-State")).toBe("active;expires=600");
    expect(field(notify, "Content-Type")).toBe("application/dialog-info+xml");
    expect(tagIn(notify, "From")).toBe(tagIn(answer, "To"));
    expect(notify.endsWith("\r\n\r\nv0!")).toBe(true);
  });

  it.each([
    [
      "an event that nobody tells of",
      ["Event: presence"],
      /^SIP\/2\.0 489 [\s\S]*Allow-Events: dialog\r/,
    ],
    ["no event at all", [], /^SIP\/2\.0 400 Missing Event\r/],
    ["a form that nobody writes", ["Event: dialog", "Accept: text/html"], /^SIP\/2\.0 406 /],
    [
      "a lease under the shortest",
      ["Event: dialog", "Expires: 59"],
      /^SIP\/2\.0 423 [\s\S]*Min-Expires: 60\r/,
    ],
  ])("refuses %s", (_, extra, answer) => {
    const at = desk();
    at.receive(subscribe({}, extra));
    expect(at.next()).toMatch(answer);
    expect(at.eventKinds()).toEqual([]);
    at.advance(64_000);
    expect(at.isIdle).toBe(true);
  });

  it.each([
    ["the shortest lease", "Expires: 60", "60"],
    ["the longest lease", "Expires: 3600", "3600"],
    ["more than the longest", "Expires: 3601", "3600"],
    ["none", "X: y", "3600"],
  ])("gives %s", (_, expires, given) => {
    const at = desk();
    at.receive(subscribe({}, ["Event: dialog;id=7", expires]));
    const watch = at.event("watched")?.watch ?? "";
    at.command({ kind: "tell", watch, document: { body: "" } });
    const [answer = "", notify = ""] = at.letters.map(({ text }) => text);
    expect(field(answer, "Expires")).toBe(given);
    expect([field(notify, "Event"), field(notify, "Content-Type")]).toEqual(["dialog;id=7", ""]);
  });

  it("tells once and no more for a lease of 0", () => {
    const at = desk();
    at.receive(subscribe({}, ["Event: dialog", "Expires: 0"]));
    const watch = at.event("watched")?.watch ?? "";
    at.command({ kind: "tell", watch, document: { body: "state" } });
    expect(field(at.next(), "Expires")).toBe("0");
    const notify = at.next();
    expect(field(notify, "Subscription-State")).toBe("terminated;reason=timeout");
    expect(notify.endsWith("state")).toBe(true);
    expect(at.eventKinds()).toEqual(["watched", "watch-ended"]);
    at.receive(answerTo(notify, "200 OK", undefined));
    at.advance(64_000);
    expect(at.isIdle).toBe(true);
  });

  it("holds changes back while a NOTIFY is under way and for the package's interval", () => {
    const at = desk();
    const { watch } = watched(at);
    at.advance(DIALOG_EVENT.everyMs);
    at.command({ kind: "tell", watch, document: { body: "b" } });
    const first = at.next();
    expect(first.endsWith("\r\n\r\nb")).toBe(true);
    at.command({ kind: "tell", watch, document: { body: "c" } });
    at.command({ kind: "tell", watch, document: { body: "d" } });
    expect(at.letters).toEqual([]);
    at.receive(answerTo(first, "200 OK", undefined));
    expect(at.letters).toEqual([]);
    at.advance(DIALOG_EVENT.everyMs - 1);
    expect(at.letters).toEqual([]);
    at.advance(1);
    expect(at.next().endsWith("\r\n\r\nd")).toBe(true);
    // What is the same is not told again.
    at.command({ kind: "tell", watch, document: { body: "d" } });
    expect(at.letters).toEqual([]);
  });

  it("a refresh prolongs it and is told the state at once, numbered on", () => {
    const at = desk();
    const { tag } = watched(at);
    at.advance(500_000);
    at.receive(subscribe({ cseq: 2, toTag: tag }));
    expect(at.next()).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    const again = at.next();
    expect(again.endsWith("state 1!")).toBe(true);
    at.receive(answerTo(again, "200 OK", undefined));
    at.advance(599_000);
    expect(at.eventKinds()).toEqual([]);
    at.advance(1_000);
    expect(field(at.next(), "Subscription-State")).toBe("terminated;reason=timeout");
    expect(at.eventKinds()).toEqual(["watch-ended"]);
  });

  it("ends on a lease of 0 in the dialog, not on an older request or another event", () => {
    const at = desk();
    const { tag } = watched(at);
    at.receive(subscribe({ cseq: 2, toTag: tag }, ["Event: presence", "Expires: 0"]));
    expect(at.next()).toMatch(/^SIP\/2\.0 489 /);
    at.receive(subscribe({ cseq: 1, toTag: tag, branch: "z9hG4bKold" }));
    expect(at.next()).toMatch(/^SIP\/2\.0 500 /);
    at.receive(subscribe({ cseq: 3, toTag: tag }, ["Event: dialog", "Expires: 0"]));
    expect(at.next()).toMatch(/^SIP\/2\.0 200 /);
    expect(field(at.next(), "Subscription-State")).toBe("terminated;reason=timeout");
    at.receive(subscribe({ cseq: 4, toTag: tag }));
    expect(at.next()).toMatch(/^SIP\/2\.0 481 /);
  });

  it.each([
    ["481", "481 Gone", [], true],
    ["500", "500 Oops", [], true],
    ["503 with Retry-After", "503 Busy", ["Retry-After: 9"], false],
  ])("a NOTIFY answered with %s", (_, status, extra, isOver) => {
    const at = desk();
    const { watch } = watched(at);
    at.advance(DIALOG_EVENT.everyMs);
    at.command({ kind: "tell", watch, document: { body: "b" } });
    at.receive(answerTo(at.next(), status, undefined, extra));
    expect(at.eventKinds()).toEqual(isOver ? ["watch-ended"] : []);
    at.advance(8_999);
    expect(at.letters).toEqual([]);
    at.advance(1);
    expect(at.firstLines()).toEqual(isOver ? [] : ["NOTIFY sip:bob@192.0.2.20:5060 SIP/2.0"]);
  });

  it("a NOTIFY answered with Retry-After: 0 goes out again at the pace of its package", () => {
    const at = desk();
    const { watch } = watched(at);
    at.advance(DIALOG_EVENT.everyMs);
    at.command({ kind: "tell", watch, document: { body: "b" } });
    at.receive(answerTo(at.next(), "503 Busy", undefined, ["Retry-After: 0 (soon)"]));
    at.advance(DIALOG_EVENT.everyMs - 1);
    expect(at.letters).toEqual([]);
    at.advance(1);
    expect(at.firstLines()).toEqual(["NOTIFY sip:bob@192.0.2.20:5060 SIP/2.0"]);
  });

  it("who never answers a NOTIFY is not told again, and nothing is kept", () => {
    const at = desk();
    const { watch } = watched(at);
    at.advance(DIALOG_EVENT.everyMs);
    at.command({ kind: "tell", watch, document: { body: "b" } });
    at.advance(64_000);
    expect(at.eventKinds()).toEqual(["watch-ended"]);
    expect(at.isIdle).toBe(true);
  });

  it("is refused by the layers above, or ended with a reason", () => {
    const at = desk();
    at.receive(subscribe({ callId: "one" }));
    const refused = at.event("watched")?.watch ?? "";
    at.command({ kind: "refuse-watch", watch: refused, status: 403 });
    expect(at.next()).toMatch(/^SIP\/2\.0 403 /);
    const { watch } = watched(at);
    at.command({ kind: "end-watch", watch, reason: "noresource" });
    expect(field(at.next(), "Subscription-State")).toBe("terminated;reason=noresource");
  });

  it("takes so many of one host, and then says when to come again", () => {
    const at = desk();
    for (let count = 0; count <= WATCHES_OF_HOST_MAX; count++) {
      at.receive(subscribe({ callId: `call${count}` }));
    }
    const asked = at.eventKinds().filter((kind) => kind === "watched");
    expect(asked).toHaveLength(WATCHES_OF_HOST_MAX);
    expect(at.next()).toMatch(/^SIP\/2\.0 503 [\s\S]*Retry-After: 60\r/);
    at.receive(subscribe({ callId: "other" }), { ...PEER, host: "192.0.2.21" });
    expect(at.eventKinds()).toEqual(["watched"]);
  });

  it("an agent that tells of nothing has no SUBSCRIBE", () => {
    const at = new Desk();
    at.receive(subscribe());
    expect(at.next()).toMatch(/^SIP\/2\.0 405 /);
  });
});
