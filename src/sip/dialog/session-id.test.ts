import { describe, expect, it } from "vitest";
import { TRYING_AFTER_MS } from "../session/incoming-reoffer.ts";
import { callIn, callOut, peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field } from "../testing/desk.ts";
import { ownSessionId, parseSessionId } from "./session-id.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);
const NIL = "0".repeat(32);
/** Ours on a desk, whose hash tells lengths alone. */
const OURS = /^[0-9a-f]{12}5[0-9a-f]{3}8[0-9a-f]{15}$/;

describe("parseSessionId()", () => {
  it.each([
    [`${A};remote=${B}`, { local: A, remote: B }],
    [`${A.toUpperCase()} ; Remote=${B}`, { local: A, remote: B }],
    [A, { local: A, remote: NIL }],
    [`${A};remote=${B};x=y`, { local: A, remote: B }],
    [`${A};other=1`, { local: A, remote: NIL }],
    [A.slice(1), undefined],
    [`${A}a`, undefined],
    [`${A};remote=${B},${A}`, undefined],
    ["g".repeat(32), undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(parseSessionId(text)).toEqual(expected);
  });
});

describe("ownSessionId()", () => {
  it("is one for a call, and tells nothing of it", () => {
    const hash = (bytes: Uint8Array): string => bytes.join("").padEnd(64, "3").slice(0, 64);
    const own = ownSessionId(hash, "secret", "call");
    expect(own).toBe(ownSessionId(hash, "secret", "call"));
    expect(own).not.toBe(ownSessionId(hash, "other", "call"));
    expect(own).toMatch(/^\d{12}5\d{3}8\d{15}$/);
  });
});

describe("a session's identifiers", () => {
  const desk = (): Desk => new Desk({ sessionIds: true });

  it("go with a call of ours from the INVITE to its BYE", () => {
    const at = desk();
    at.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
    const invite = at.next();
    const [ours = "", remote] = field(invite, "Session-ID").split(";remote=");
    expect([OURS.test(ours), remote]).toEqual([true, NIL]);
    const extra = ["Contact: <sip:bob@192.0.2.20:5060>", `Session-ID: ${B};remote=${ours}`];
    at.receive(answerTo(invite, "200 OK", "peer", extra));
    expect(field(at.next(), "Session-ID")).toBe(`${ours};remote=${B}`);
    at.command({ kind: "end", session: "a" });
    expect(field(at.next(), "Session-ID")).toBe(`${ours};remote=${B}`);
  });

  it("go with every answer of a call to us, and with our BYE", () => {
    const at = desk();
    const extra = [`Session-ID: ${A};remote=${NIL}`];
    at.receive(peerRequest({ method: "INVITE", cseq: 1, branch: "z9hG4bKs1", body: "o", extra }));
    const session = at.event("incoming")?.session ?? "";
    at.advance(TRYING_AFTER_MS);
    at.command({ kind: "respond", session, status: 180 });
    at.command({ kind: "respond", session, status: 200, body: "answer" });
    const told = at.letters.map(({ text }) => field(text, "Session-ID").split(";remote="));
    expect(told.map(([own = "", theirs]) => [OURS.test(own), theirs])).toEqual(
      Array(3).fill([true, A]),
    );
    const ours = told[0]?.[0];
    const toTag = tagIn(at.letters.at(-1)?.text ?? "", "To");
    at.letters = [];
    at.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKs2", toTag }));
    // Somebody else stands behind the far end now.
    const moved = [`Session-ID: ${B};remote=${ours}`];
    at.receive(
      peerRequest({ method: "INVITE", cseq: 2, branch: "z9hG4bKs3", toTag, extra: moved }),
    );
    at.command({ kind: "respond", session, status: 200, body: "answer" });
    expect(field(at.next(), "Session-ID")).toBe(`${ours};remote=${B}`);
    at.receive(peerRequest({ method: "ACK", cseq: 2, branch: "z9hG4bKs4", toTag }));
    at.command({ kind: "end", session });
    expect(field(at.next(), "Session-ID")).toBe(`${ours};remote=${B}`);
  });

  it("are what the layers above say, where they stand between two others", () => {
    const at = desk();
    const headers = [{ name: "session-id", value: `${A};remote=${NIL}` }];
    const call = {
      kind: "invite",
      session: "a",
      uri: "sip:bob@192.0.2.20",
      body: "offer",
    } as const;
    at.command({ ...call, headers });
    const invite = at.next();
    expect(field(invite, "Session-ID")).toBe(`${A};remote=${NIL}`);
    const extra = ["Contact: <sip:bob@192.0.2.20:5060>", `Session-ID: ${B};remote=${A}`];
    at.receive(answerTo(invite, "200 OK", "peer", extra));
    expect(field(at.next(), "Session-ID")).toBe(`${A};remote=${B}`);
  });

  it("are not there where they are switched off", () => {
    const at = new Desk();
    expect(field(callOut(at), "Session-ID")).toBe("");
    const { session } = callIn(at);
    at.command({ kind: "end", session });
    expect(field(at.next(), "Session-ID")).toBe("");
  });
});
