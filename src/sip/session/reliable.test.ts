import { describe, expect, it } from "vitest";
import { peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field } from "../testing/desk.ts";
import { Pair } from "../testing/pair.ts";
import { PRACKS_MAX } from "./early-dialogs.ts";
import { parseRAck } from "./reliable.ts";

describe("parseRAck()", () => {
  it.each([
    ["776656 1 INVITE", { rseq: 776656, cseq: 1, method: "INVITE" }],
    ["  1   2\tINVITE ", { rseq: 1, cseq: 2, method: "INVITE" }],
    ["4294967295 1 INVITE", { rseq: 4294967295, cseq: 1, method: "INVITE" }],
    ["4294967296 1 INVITE", undefined],
    ["1 INVITE", undefined],
    ["1 2 INVITE more", undefined],
    ["-1 2 INVITE", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(parseRAck(text)).toEqual(expected);
  });
});

const CONTACT = "Contact: <sip:bob@192.0.2.20:5060>";
const early = (rseq: number) => [
  CONTACT,
  "Require: 100rel",
  `RSeq: ${rseq}`,
  "Content-Type: application/sdp",
];

describe("a reliable provisional answer to us", () => {
  it("is acknowledged, told once, and followed in its order only", () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
    const invite = desk.next();
    expect(field(invite, "Supported")).toContain("100rel");
    desk.receive(answerTo(invite, "183 Progress", "peer", early(7), "answer"));
    const prack = desk.next();
    expect(prack).toMatch(/^PRACK sip:bob@192.0.2.20:5060 /);
    expect(field(prack, "RAck")).toBe("7 1 INVITE");
    expect(field(prack, "CSeq")).toBe("2 PRACK");
    desk.receive(answerTo(prack, "200 OK", "peer"));
    desk.receive(answerTo(invite, "183 Progress", "peer", early(7), "answer"));
    desk.receive(answerTo(invite, "180 Ringing", "peer", early(9)));
    expect(desk.firstLines()).toEqual([]);
    expect(desk.eventKinds()).toEqual(["progress"]);
    desk.receive(answerTo(invite, "180 Ringing", "peer", early(8)));
    expect(field(desk.next(), "RAck")).toBe("8 1 INVITE");
    desk.receive(answerTo(invite, "200 OK", "peer", [CONTACT]));
    expect(desk.eventKinds()).toEqual(["progress", "answered"]);
    desk.letters = [];
    desk.command({ kind: "end", session: "a" });
    // PRACK counted on in the same dialog.
    expect(field(desk.next(), "CSeq")).toBe("4 BYE");
  });

  it("is put off while too many before it have no answer to their PRACKs", () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
    const invite = desk.next();
    const says = (rseq: number): void =>
      desk.receive(answerTo(invite, "183 Progress", "peer", early(rseq), "answer"));
    for (let rseq = 1; rseq <= 100; rseq++) says(rseq);
    const [first = "", ...others] = desk.letters.splice(0).map(({ text }) => text);
    expect([first, ...others].map((text) => text.slice(0, 6))).toEqual(
      Array.from({ length: PRACKS_MAX }, () => "PRACK "),
    );
    desk.receive(answerTo(first, "200 OK", "peer"));
    says(PRACKS_MAX + 1);
    expect(field(desk.next(), "RAck")).toBe(`${PRACKS_MAX + 1} 1 INVITE`);
    // Nor for ever: who answers none is no end of the telephone.
    desk.advance(32_000);
    desk.letters = [];
    says(PRACKS_MAX + 2);
    expect(field(desk.next(), "RAck")).toBe(`${PRACKS_MAX + 2} 1 INVITE`);
  });

  it("of each fork is counted for itself", () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
    const invite = desk.next();
    for (const [tag, rseq] of [
      ["one", 7],
      ["two", 900],
    ] as const) {
      desk.receive(answerTo(invite, "183 Progress", tag, early(rseq), "answer"));
      expect(field(desk.next(), "RAck")).toBe(`${rseq} 1 INVITE`);
    }
  });

  it("is not asked for where the offer would be the far end's", () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20" });
    expect(field(desk.next(), "Supported")).not.toContain("100rel");
  });
});

/** An INVITE to us whose caller says so; its session. */
function invited(desk: Desk, extra: readonly string[]): string {
  desk.receive(
    peerRequest({ method: "INVITE", cseq: 1, branch: "z9hG4bKi", body: "offer", extra }),
  );
  desk.letters = [];
  return desk.event("incoming")?.session ?? "";
}

function prackOf(answer: string, cseq: number, changes: { rack?: string; body?: string } = {}) {
  const { rack = `${field(answer, "RSeq")} 1 INVITE`, body = "" } = changes;
  return peerRequest({
    method: "PRACK",
    cseq,
    branch: `z9hG4bKp${cseq}`,
    toTag: tagIn(answer, "To"),
    extra: [`RAck: ${rack}`],
    body,
  });
}

describe("a provisional answer of ours", () => {
  it.each([
    ["required", "Require: 100rel", undefined, true],
    ["taken, with a description", "Supported: 100rel", "answer", true],
    ["taken, without one", "Supported: 100rel", undefined, false],
    ["unknown", "Supported: replaces", "answer", false],
  ])("where that is %s", (_what, extra, body, isReliable) => {
    const desk = new Desk();
    const session = invited(desk, [extra]);
    const content = body === undefined ? {} : { body };
    desk.command({ kind: "respond", session, status: 183, ...content });
    expect(field(desk.next(), "RSeq") !== "").toBe(isReliable);
  });

  it("is sent again until its PRACK, and the one behind it and the 2xx wait", () => {
    const desk = new Desk();
    const session = invited(desk, ["Require: 100rel"]);
    desk.command({ kind: "respond", session, status: 183, body: "answer" });
    const answer = desk.next();
    expect(field(answer, "Require")).toBe("100rel");
    desk.command({ kind: "respond", session, status: 180 });
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    expect(desk.firstLines()).toEqual([]);
    desk.advance(1500);
    expect(desk.firstLines()).toHaveLength(2);
    desk.receive(prackOf(answer, 2, { rack: "1 1 INVITE" }));
    expect(desk.next()).toMatch(/^SIP\/2.0 481 /);
    desk.receive(prackOf(answer, 3));
    const ringing = desk.letters[0]?.text ?? "";
    expect(Number(field(ringing, "RSeq"))).toBe(Number(field(answer, "RSeq")) + 1);
    expect(desk.firstLines()).toEqual(["SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]);
    desk.receive(prackOf(ringing, 4));
    const last = desk.letters.map(({ text }) => [text.slice(8, 11), field(text, "CSeq")]);
    expect(last).toEqual([
      ["200", "4 PRACK"],
      ["200", "1 INVITE"],
    ]);
  });

  it("is acknowledged once: a PRACK of the call that is up means nothing", () => {
    const desk = new Desk();
    const session = invited(desk, ["Require: 100rel"]);
    desk.command({ kind: "respond", session, status: 183, body: "answer" });
    const answer = desk.next();
    desk.receive(prackOf(answer, 2));
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.letters = [];
    desk.receive(prackOf(answer, 3));
    expect(desk.next()).toMatch(/^SIP\/2.0 481 /);
  });

  it("that nobody acknowledges ends the call", () => {
    const desk = new Desk();
    const session = invited(desk, ["Require: 100rel"]);
    desk.command({ kind: "respond", session, status: 180 });
    desk.advance(31_999);
    expect(desk.event("ended")).toBe(undefined);
    desk.advance(1);
    expect(desk.event("ended")).toMatchObject({ cause: "timeout" });
    expect(desk.letters.at(-1)?.text).toMatch(/^SIP\/2.0 504 /);
  });

  it("a new offer in the PRACK that is refused refuses the call: a PRACK must have its 2xx", () => {
    const desk = new Desk();
    const session = invited(desk, ["Supported: 100rel"]);
    desk.command({ kind: "respond", session, status: 183, body: "answer" });
    const answer = desk.next();
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.receive(prackOf(answer, 2, { body: "other offer" }));
    const request = desk.event("request");
    expect(request).toMatchObject({ session, message: { method: "PRACK", body: "other offer" } });
    expect(desk.firstLines()).toEqual([]);
    desk.command({ kind: "reply", request: request?.request ?? "", status: 488 });
    const told = desk.letters.map(({ text }) => [text.slice(8, 11), field(text, "CSeq")]);
    expect(told).toEqual([
      ["200", "2 PRACK"],
      ["488", "1 INVITE"],
    ]);
    expect(desk.event("ended")).toMatchObject({ session, cause: "error" });
  });

  it("a second offer before the first has its answer is told to come again, no more", () => {
    const desk = new Desk({ serves: ["UPDATE"] });
    const session = invited(desk, ["Supported: 100rel"]);
    desk.command({ kind: "respond", session, status: 183, body: "answer" });
    const answer = desk.next();
    desk.receive(prackOf(answer, 2, {}));
    const update = { method: "UPDATE", toTag: tagIn(answer, "To"), body: "offer" };
    desk.receive(peerRequest({ ...update, cseq: 3, branch: "z9hG4bKu3" }));
    const open = desk.event("request")?.request ?? "";
    desk.letters = [];
    desk.receive(peerRequest({ ...update, cseq: 4, branch: "z9hG4bKu4" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 500 Server Internal Error"]);
    desk.command({ kind: "reply", request: open, status: 200, body: "other answer" });
    desk.command({ kind: "end", session, status: 486 });
    desk.advance(100_000);
    expect(desk.agent.load).toMatchObject({ invites: 0, sessions: 0, dialogs: 0 });
  });

  it("an UPDATE before any description was acknowledged is told to come again", () => {
    const desk = new Desk();
    const session = invited(desk, []);
    desk.command({ kind: "respond", session, status: 180 });
    const tag = tagIn(desk.next(), "To");
    const update = { method: "UPDATE", cseq: 2, branch: "z9hG4bKu", toTag: tag };
    desk.receive(peerRequest({ ...update, body: "offer" }));
    const refusal = desk.next();
    expect(refusal).toMatch(/^SIP\/2.0 500 /);
    expect(field(refusal, "Retry-After")).toBe("1");
    desk.receive(peerRequest({ ...update, cseq: 3, branch: "z9hG4bKv" }));
    expect(desk.next()).toMatch(/^SIP\/2.0 200 /);
  });
});

const NO_HASHES = { md5: () => "", sha256: () => "", sha512Trunc256: () => "" };

describe("two user agents with reliable provisional answers", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("agree in the end, loss and order %i", (seed) => {
    let random = seed;
    const chance = (): number => {
      random = (random * 48271) % 2147483647;
      return random / 2147483647;
    };
    const fate = (): readonly number[] =>
      chance() < 0.2 ? [] : [10 + 200 * chance(), ...(chance() < 0.1 ? [50] : [])];
    const pair = new Pair({ hashes: NO_HASHES, transport: "udp" }, fate, ({ side, event }, at) => {
      if (side !== "b" || event.kind !== "incoming") return;
      const { session } = event;
      at.command("b", { kind: "respond", session, status: 183, body: "answer" });
      at.command("b", { kind: "respond", session, status: 200, body: "answer" });
    });
    const { host, port } = pair.addresses.b;
    pair.command("a", { kind: "invite", session: "s", uri: `sip:b@${host}:${port}`, body: "o" });
    pair.runTo(40_000);
    const kinds = (side: string) =>
      pair.told.filter((told) => told.side === side).map(({ event }) => event.kind);
    expect(kinds("a").filter((kind) => kind === "answered")).toHaveLength(1);
    expect(kinds("b")).toContain("confirmed");
    pair.command("a", { kind: "end", session: "s" });
    pair.runTo(120_000);
    expect(pair.isIdle).toBe(true);
  });
});
