import { describe, expect, it } from "vitest";
import { callIn, peerRequest } from "../testing/calls.ts";
import { answerTo, Desk, field } from "../testing/desk.ts";
import { DIALOG_EVENT } from "./dialog-info.ts";
import { EXPLICIT_REFER_TIMES } from "./explicit-refer.ts";

const TRYING = { body: "SIP/2.0 100 Trying\r\n" };
const RINGING = { body: "SIP/2.0 180 Ringing\r\n" };
const ANSWERED = { body: "SIP/2.0 200 OK\r\n" };

/** A call with the peer, inside which it refers us and asks by itself. */
function referred() {
  const desk = new Desk({ serves: ["REFER"], tells: [DIALOG_EVENT], extensions: ["explicitsub"] });
  const { session, tag } = callIn(desk);
  const extra = ["Refer-To: <sip:103@192.0.2.20>", "Require: explicitsub"];
  const refer = { method: "REFER", cseq: 2, branch: "z9hG4bKrefer", toTag: tag, extra };
  desk.receive(peerRequest(refer));
  return { desk, session, watch: desk.event("watched")?.watch ?? "" };
}

/** The same, accepted: the address to subscribe to. */
function accepted() {
  const { desk, watch } = referred();
  desk.command({ kind: "tell", watch, document: TRYING });
  const answer = desk.next();
  const uri = /<([^>]*)>/.exec(field(answer, "Refer-Events-At"))?.[1] ?? "";
  return { desk, watch, answer, uri };
}

let asked = 0;

function subscribe(desk: Desk, uri: string, event = "refer", expires = 300): void {
  const n = ++asked;
  const request = { method: "SUBSCRIBE", cseq: 1, branch: `z9hG4bKs${n}`, callId: `s${n}`, uri };
  desk.receive(peerRequest({ ...request, extra: [`Event: ${event}`, `Expires: ${expires}`] }));
}

/** What was sent: the start line, or of a NOTIFY how it stands and what it tells. */
function sent(desk: Desk): readonly string[] {
  const texts = desk.letters.map(({ text }) => text);
  desk.letters = [];
  return texts.map((text) => {
    if (!text.startsWith("NOTIFY")) return text.slice(0, 11);
    desk.receive(answerTo(text, "200 OK", undefined));
    const [standing] = field(text, "Subscription-State").split(";expires");
    return `${standing}: ${text.slice(text.indexOf("\r\n\r\n") + 4).trim()}`;
  });
}

describe("a REFER whose sender subscribes by itself", () => {
  it("is answered with where to, once it is carried out, and tells of nothing unasked", () => {
    const { desk, session, watch } = referred();
    expect(desk.event("watched")).toMatchObject({ event: "refer", session });
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "tell", watch, document: TRYING });
    desk.command({ kind: "tell", watch, document: RINGING });
    const answers = desk.letters.map(({ text }) => text);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect(field(answers[0] ?? "", "Refer-Events-At")).toMatch(/^<sip:t\d+@192\.0\.2\.10:5060>$/);
  });

  it("tells who subscribes there how the call goes, each one, to its end", () => {
    const { desk, watch, uri } = accepted();
    subscribe(desk, uri);
    expect(sent(desk)).toEqual(["SIP/2.0 200", "active: SIP/2.0 100 Trying"]);
    desk.command({ kind: "tell", watch, document: RINGING });
    expect(sent(desk)).toEqual(["active: SIP/2.0 180 Ringing"]);
    subscribe(desk, uri);
    expect(sent(desk)).toEqual(["SIP/2.0 200", "active: SIP/2.0 180 Ringing"]);
    desk.command({ kind: "end-watch", watch, reason: "noresource", document: ANSWERED });
    const last = "terminated;reason=noresource: SIP/2.0 200 OK";
    expect(sent(desk)).toEqual([last, last]);
  });

  it("keeps nobody who has gone: who asked once, and who takes nothing of it any more", () => {
    const { desk, uri } = accepted();
    const kept = (): number => desk.agent.load.refers;
    for (let n = 0; n < 300; n++) {
      subscribe(desk, uri, "refer", 0);
      expect(sent(desk)[1]).toMatch(/^terminated;reason=timeout/);
    }
    subscribe(desk, uri);
    expect(kept()).toBe(2);
    desk.receive(answerTo(desk.letters.at(-1)?.text ?? "", "481 Gone", undefined));
    expect(kept()).toBe(1);
  });

  it("tells who is busy, and says for no time at all, half a second later", () => {
    const { desk, uri } = accepted();
    subscribe(desk, uri);
    const busy = answerTo(desk.letters.at(-1)?.text ?? "", "503 Busy", undefined, [
      "Retry-After: 0",
    ]);
    desk.letters = [];
    desk.receive(busy);
    desk.advance(499);
    expect(sent(desk)).toEqual([]);
    desk.advance(1);
    expect(sent(desk)).toEqual(["active: SIP/2.0 100 Trying"]);
  });

  it("keeps the outcome a while for who asks late, then knows nothing of it", () => {
    const { desk, watch, uri } = accepted();
    desk.command({ kind: "end-watch", watch, reason: "noresource", document: ANSWERED });
    desk.advance(EXPLICIT_REFER_TIMES.keptMs - 1);
    subscribe(desk, uri);
    expect(sent(desk)).toEqual([
      "SIP/2.0 200",
      "active: SIP/2.0 200 OK",
      "terminated;reason=noresource: SIP/2.0 200 OK",
    ]);
    desk.advance(1);
    subscribe(desk, uri);
    expect(sent(desk)).toEqual(["SIP/2.0 403"]);
  });

  it("forgets one whose outcome nobody ever tells", () => {
    const { desk, uri } = accepted();
    desk.advance(EXPLICIT_REFER_TIMES.openMs - 1);
    desk.letters = [];
    subscribe(desk, uri);
    expect(sent(desk)[0]).toBe("SIP/2.0 200");
    desk.advance(1);
    subscribe(desk, uri);
    expect(sent(desk)).toContain("SIP/2.0 403");
  });

  it.each([
    ["is refused as it is told", "refuse-watch", "SIP/2.0 603"],
    ["is refused where it comes to nothing before it began", "end-watch", "SIP/2.0 480"],
  ] as const)("%s", (_what, kind, answer) => {
    const { desk, watch } = referred();
    desk.command(
      kind === "refuse-watch"
        ? { kind, watch, status: 603 }
        : { kind, watch, reason: "noresource", document: ANSWERED },
    );
    expect(sent(desk)).toEqual([answer]);
    desk.command({ kind: "tell", watch, document: RINGING });
    expect(sent(desk)).toEqual([]);
  });

  it("has nothing else to tell there, and is not known where nobody takes it", () => {
    const { desk, uri } = accepted();
    subscribe(desk, uri, "dialog");
    expect(sent(desk)).toEqual(["SIP/2.0 489"]);
    const plain = new Desk({ serves: ["REFER"] });
    const { tag } = callIn(plain);
    const extra = ["Refer-To: <sip:103@x>", "Require: explicitsub"];
    plain.receive(peerRequest({ method: "REFER", cseq: 2, branch: "z9hG4bKx", toTag: tag, extra }));
    expect(sent(plain)).toEqual(["SIP/2.0 420"]);
  });
});
