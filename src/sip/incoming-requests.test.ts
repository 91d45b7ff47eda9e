import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stampVia } from "./incoming-requests.ts";
import { callIn, type PeerRequest, peerRequest } from "./testing/calls.ts";
import { Desk, field, OURS, PEER } from "./testing/desk.ts";
import {
  SERVER_TRANSACTIONS_MAX,
  SERVER_TRANSACTIONS_RESERVE,
} from "./transaction/server-transactions.ts";
import type { SipAddress } from "./user-agent-types.ts";
import { parseVia, printVia } from "./wire/via.ts";

const base = { cseq: 1, branch: "z9hG4bKx" } as const;

describe("IncomingRequests refuses", () => {
  const rows: readonly (readonly [string, PeerRequest, string, string])[] = [
    ["an unknown method", { ...base, method: "DANCE" }, "405 Method Not Allowed", "Allow"],
    ["REGISTER where it is not served", { ...base, method: "REGISTER" }, "405", "Allow"],
    ["an http URI", { ...base, method: "OPTIONS", uri: "http://a" }, "416", ""],
    ["an unknown dialog", { ...base, method: "BYE", toTag: "x" }, "481", ""],
    ["an unknown dialog before all else", { ...base, method: "UPDATE", toTag: "x" }, "481", ""],
    ["BYE outside a dialog", { ...base, method: "BYE" }, "481", ""],
    [
      "an extension",
      { ...base, method: "INVITE", extra: ["Require: timer", "Require: toto"] },
      "420 Bad Extension",
      "Unsupported",
    ],
    [
      "an unknown body",
      {
        ...base,
        method: "INVITE",
        extra: ["Content-Type: text/x", "Content-Length: 4", "", "oops"],
      },
      "415 Unsupported Media Type",
      "Accept",
    ],
    [
      "a body that must be understood",
      {
        ...base,
        method: "INVITE",
        extra: [
          "Content-Type: text/x",
          "Content-Disposition: render;handling=required",
          "Content-Length: 4",
          "",
          "oops",
        ],
      },
      "415 Unsupported Media Type",
      "Accept",
    ],
    [
      "a packed body",
      { ...base, method: "INVITE", extra: ["Content-Encoding: gzip"], body: "offer" },
      "415 Unsupported Media Type",
      "Accept-Encoding",
    ],
    [
      "an inviter that takes no SDP",
      { ...base, method: "INVITE", extra: ["Accept: text/html"] },
      "406 Not Acceptable",
      "",
    ],
    ["two methods", { ...base, method: "OPTIONS", cseqMethod: "INVITE" }, "400", ""],
    [
      "Replaces where nothing begins",
      { ...base, method: "OPTIONS", extra: ["Replaces: a;to-tag=1;from-tag=2"] },
      "400 Replaces And Join Are For INVITE",
      "",
    ],
    [
      "Join where nothing begins",
      { ...base, method: "OPTIONS", extra: ["Join: a;to-tag=1;from-tag=2"] },
      "400",
      "",
    ],
  ];
  it.each(rows)("%s", (_what, request, status, header) => {
    const desk = new Desk();
    // The body of these stands in `extra`; what follows is cut off by its Content-Length.
    desk.receive(peerRequest(request));
    const answer = desk.next();
    expect(answer.split("\r\n")[0]).toContain(`SIP/2.0 ${status}`);
    if (header !== "") expect(field(answer, header)).not.toBe("");
    expect(answer).toMatch(/\r\nTo: .*;tag=/);
    expect(desk.eventKinds()).toEqual([]);
  });

  it("only what it refuses: each of these comes up", () => {
    const invites = [
      ["Accept: application/sdp, text/plain"],
      ["Accept: */*"],
      ["Supported: 100rel, timer", "Proxy-Require: x"],
      [
        "Content-Type: text/x",
        "Content-Disposition: x;handling=optional",
        "Content-Length: 1",
        "",
        "x",
      ],
      ["Content-Encoding: identity"],
    ];
    for (const [index, extra] of invites.entries()) {
      const desk = new Desk();
      const branch = `z9hG4bK${index}`;
      desk.receive(peerRequest({ ...base, branch, method: "INVITE", extra }));
      expect(desk.eventKinds()).toEqual(["incoming"]);
    }
  });

  it("not an exhausted Max-Forwards: here is the last hop", () => {
    const desk = new Desk();
    const text = peerRequest({ ...base, method: "INVITE" });
    desk.receive(text.replace("Max-Forwards: 70", "Max-Forwards: 0"));
    expect(desk.eventKinds()).toEqual(["incoming"]);
  });

  it("lists what it does not support", () => {
    const desk = new Desk();
    const extra = ["Require: timer, 100rel", "Require: toto"];
    desk.receive(peerRequest({ ...base, method: "INVITE", extra }));
    expect(field(desk.next(), "Unsupported")).toBe("timer, toto");
  });

  it("takes the SDP out of a multipart body", () => {
    const desk = new Desk();
    const body =
      "--x\nContent-Type: text/plain\n\nhi\n--x\nContent-Type: application/sdp\n\nv=0\n--x--";
    const sizeBytes = body.replace(/\n/g, "\r\n").length;
    const extra = ["Content-Type: multipart/mixed;boundary=x", `Content-Length: ${sizeBytes}`];
    desk.receive(peerRequest({ ...base, method: "INVITE", extra: [...extra, "", body] }));
    expect(desk.event("incoming")?.request.body).toBe("v=0");
  });

  it("takes one line end too many behind the header fields for no body", () => {
    const desk = new Desk();
    const text = peerRequest({ ...base, method: "INVITE" });
    desk.receive(`${text.replace("Content-Length: 0\n", "")}\n`);
    expect(desk.event("incoming")?.request.body).toBe("");
    // With a type it is a body, of that type.
    const typed = text.replace("Content-Length: 0", "Content-Type: text/plain");
    desk.receive(`${typed.replace("peer-call", "other-call")}\n`);
    expect(desk.firstLines().at(-1)).toBe("SIP/2.0 415 Unsupported Media Type");
  });

  it("a copy that came another way, as merged", () => {
    const desk = new Desk();
    const invite = { ...base, method: "INVITE", body: "offer" };
    desk.receive(peerRequest({ ...invite, branch: "z9hG4bKone" }));
    desk.letters = [];
    desk.receive(peerRequest({ ...invite, branch: "z9hG4bKtwo" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 482 Request Merged"]);
    desk.receive(peerRequest({ ...invite, branch: "z9hG4bKtwo", fromTag: "else" }));
    expect(desk.eventKinds()).toEqual(["incoming", "incoming"]);
  });

  it("no copy of what is long over", () => {
    const desk = new Desk();
    const options = { ...base, method: "OPTIONS" };
    desk.receive(peerRequest({ ...options, branch: "z9hG4bKone" }));
    desk.advance(32_000);
    desk.receive(peerRequest({ ...options, branch: "z9hG4bKtwo" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK", "SIP/2.0 200 OK"]);
  });

  it("a branch that is used for a second request", () => {
    const desk = new Desk();
    const { tag } = callIn(desk);
    const invite = { method: "INVITE", cseq: 2, branch: "z9hG4bKinvite1", toTag: tag, body: "x" };
    desk.receive(peerRequest(invite));
    expect(desk.firstLines()).toEqual(["SIP/2.0 400 Branch Used Twice"]);
    desk.receive(peerRequest({ ...invite, method: "ACK" }));
    desk.receive(peerRequest({ method: "BYE", cseq: 3, branch: "z9hG4bKbye", toTag: tag }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
  });

  const PASSING: readonly (readonly [string, Omit<PeerRequest, "branch">, string])[] = [
    ["BYE of a dialog that is not there", { method: "BYE", cseq: 2, toTag: "x" }, "481"],
    ["INVITE of a dialog that is not there", { method: "INVITE", cseq: 2, toTag: "x" }, "481"],
    ["CANCEL of an INVITE that is not there", { method: "CANCEL", cseq: 1 }, "481"],
    ["INFO outside of any dialog", { method: "INFO", cseq: 1 }, "481"],
    ["OPTIONS", { method: "OPTIONS", cseq: 1 }, "200"],
    ["a method that is not served", { method: "PUBLISH", cseq: 1 }, "405"],
    ["INVITE for nobody", { method: "INVITE", cseq: 1, body: "offer" }, "404"],
    ["INVITE that needs too much", { method: "INVITE", cseq: 1, extra: ["Require: x"] }, "420"],
  ];
  it.each(PASSING)("or answers without keeping anything, under any address: %s", (...row) => {
    const [, request, status] = row;
    const desk = new Desk({ acceptAnyUser: false, serves: ["INFO"] });
    for (let n = 0; n <= SERVER_TRANSACTIONS_MAX; n++) {
      const from = { ...PEER, host: `198.51.${n >> 8}.${n & 255}` };
      const one = { ...request, branch: `z9hG4bKf${n}`, callId: `f${n}` };
      desk.receive(peerRequest(one), from);
    }
    expect(desk.isIdle).toBe(true);
    expect(desk.eventKinds()).toEqual([]);
    const answers = new Set(desk.firstLines().map((line) => line.slice(0, 11)));
    expect(answers).toEqual(new Set([`SIP/2.0 ${status}`]));
  });

  it("strangers, while calls and known servers find room", () => {
    const server = { ...PEER, host: "192.0.2.99" };
    const trusts = ({ host }: { readonly host: string }): boolean => host === server.host;
    const desk = new Desk({ serves: ["MESSAGE", "INFO"], trusts });
    const { tag } = callIn(desk);
    const message = (n: number) =>
      peerRequest({ method: "MESSAGE", cseq: 1, branch: `z9hG4bKm${n}`, callId: `c${n}` });
    let sent = 0;
    const untilFull = (from: SipAddress): number => {
      desk.events = [];
      for (desk.letters = []; desk.letters.length === 0; ) desk.receive(message(++sent), from);
      expect(desk.next()).toMatch(/^SIP\/2\.0 503 /);
      return desk.events.length;
    };
    // The INVITE of the call is over: its ACK has come.
    expect(untilFull(PEER)).toBe(SERVER_TRANSACTIONS_MAX);
    expect(untilFull(server)).toBe(SERVER_TRANSACTIONS_RESERVE);
    expect(untilFull(PEER)).toBe(0);
    const info = { method: "INFO", cseq: 2, branch: "z9hG4bKinfo", toTag: tag };
    desk.receive(peerRequest(info));
    expect(desk.eventKinds()).toEqual(["request"]);
    desk.receive(peerRequest({ method: "BYE", cseq: 3, branch: "z9hG4bKbye", toTag: tag }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    expect(desk.eventKinds()).toEqual(["ended"]);
  });

  it("more than it can hold, and goes on with what it has", () => {
    const desk = new Desk({ serves: ["MESSAGE"] });
    const message = { method: "MESSAGE", cseq: 1 };
    for (let count = 0; count < SERVER_TRANSACTIONS_MAX; count++) {
      desk.receive(peerRequest({ ...message, branch: `z9hG4bKm${count}`, callId: `c${count}` }));
    }
    expect(desk.letters).toEqual([]);
    desk.receive(peerRequest({ ...message, branch: "z9hG4bKlast", callId: "last" }));
    const refusal = desk.next();
    expect(refusal).toMatch(/^SIP\/2\.0 503 /);
    expect(field(refusal, "Retry-After")).not.toBe("");
    const inside = { transport: "memory", host: "lines", port: 0 } as const;
    for (let count = 0; count <= 2 * SERVER_TRANSACTIONS_RESERVE; count++) {
      expect(desk.letters, `request ${count} from inside the box`).toEqual([]);
      const own = { ...message, branch: `z9hG4bKi${count}`, callId: `i${count}` };
      desk.receive(peerRequest(own), inside);
    }
    expect(desk.next()).toMatch(/^SIP\/2\.0 503 /);
    const first = desk.events[0];
    const request = first?.kind === "request" ? first.request : "";
    desk.command({ kind: "reply", request, status: 200 });
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.advance(32_000);
    desk.receive(peerRequest({ ...message, branch: "z9hG4bKnext", callId: "next" }));
    expect(desk.letters).toEqual([]);
  });
});

describe("IncomingRequests answers", () => {
  it("OPTIONS with what it can do", () => {
    const desk = new Desk({ serves: ["REGISTER"] });
    desk.receive(peerRequest({ ...base, method: "OPTIONS" }));
    const answer = desk.next();
    expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect(field(answer, "Allow")).toBe(
      "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, REGISTER",
    );
    expect(field(answer, "Accept")).toBe("application/sdp");
    expect(field(answer, "Supported")).toBe("replaces, 100rel");
    desk.receive(peerRequest({ ...base, method: "OPTIONS" }));
    expect(desk.next()).toBe(answer);
  });

  it("a served request with what `reply` brings", () => {
    const desk = new Desk({ serves: ["REGISTER"] });
    desk.receive(peerRequest({ ...base, method: "REGISTER" }));
    const request = desk.event("request");
    expect(request).toMatchObject({ message: { method: "REGISTER" }, source: PEER });
    expect(request).not.toHaveProperty("session");
    desk.command({
      kind: "reply",
      request: request?.request ?? "",
      status: 423,
      headers: [{ name: "min-expires", value: "60" }],
    });
    const answer = desk.next();
    expect(answer).toMatch(/^SIP\/2\.0 423 Interval Too Brief\r\n/);
    expect(field(answer, "Min-Expires")).toBe("60");
  });

  it("nothing to a stray ACK or response", () => {
    const desk = new Desk();
    desk.receive(peerRequest({ ...base, method: "ACK" }));
    desk.receive(peerRequest({ ...base, method: "ACK", toTag: "x" }));
    desk.receive(
      "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKno\nFrom: <sip:a@b>;tag=1\n" +
        "To: <sip:c@d>;tag=2\nCall-ID: x\nCSeq: 1 INVITE\nContent-Length: 0\n\n",
    );
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual([]);
    expect(desk.isIdle).toBe(true);
  });

  it("a stack older than RFC 3261, without branch and tag", () => {
    const desk = new Desk();
    const text = (method: string, to: string) =>
      [
        `${method} sip:101@${OURS.host} SIP/2.0`,
        "Via: SIP/2.0/UDP 192.0.2.20",
        "From: <sip:old@192.0.2.20>",
        `To: <sip:101@${OURS.host}>${to}`,
        "Call-ID: old",
        `CSeq: 56 ${method}`,
        "",
        "",
      ].join("\n");
    desk.receive(text("INVITE", ""));
    desk.receive(text("INVITE", ""));
    const session = desk.event("incoming")?.session ?? "";
    expect(desk.eventKinds()).toEqual(["incoming"]);
    desk.letters = [];
    desk.command({ kind: "respond", session, status: 486 });
    const tag = /;tag=\w+/.exec(field(desk.next(), "To"))?.[0] ?? "";
    desk.receive(text("ACK", tag));
    desk.advance(40_000);
    expect(desk.letters).toEqual([]);
    expect(desk.isIdle).toBe(true);
  });
});

describe("UserAgent and bad datagrams", () => {
  it.each([
    ["\r\n\r\n", ["\r\n"]],
    ["\r\n", []],
    ["", []],
    ["\0\0\0\0", []],
    ["hello", []],
    ["GET / HTTP/1.1\r\n\r\n", []],
    ["INVITE\r\n\r\n", []],
    ["INVITE sip:a@b SIP/2.0\r\n\r\n", []],
    ["SIP/2.0 200 OK\r\n\r\n", []],
    ["SIP/2.0 999999 Big\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n", []],
  ])("answers %j with %j", (text, answers) => {
    const desk = new Desk();
    desk.receive(text);
    expect(desk.letters.map((letter) => letter.text)).toEqual(answers);
    expect(desk.eventKinds()).toEqual([]);
  });

  it.each([
    ["INVITE sip:a@b SIP/7.0", "505 Version Not Supported"],
    ["INVITE sip:a b SIP/2.0", "400 Bad Request"],
    ["ACK sip:a@b SIP/7.0", undefined],
  ])("answers %j with %s", (startLine, status) => {
    const desk = new Desk();
    const method = startLine.split(" ")[0] ?? "";
    const [, ...rest] = peerRequest({ ...base, method }).split("\n");
    desk.receive([startLine, ...rest].join("\n"));
    const lines = status === undefined ? [] : [`SIP/2.0 ${status}`];
    expect(desk.firstLines()).toEqual(lines);
  });

  it("answers 505 with the Via of a version that it cannot read", () => {
    const desk = new Desk();
    desk.receive(peerRequest({ ...base, method: "OPTIONS" }).replaceAll("SIP/2.0", "SIP/7.0"));
    const answer = desk.next();
    expect(answer).toMatch(/^SIP\/2\.0 505 /);
    expect(field(answer, "Via")).toBe("SIP/7.0/UDP 192.0.2.20:5060;branch=z9hG4bKx");
  });

  it("throws at none, and its call goes on", () => {
    const seeds = [
      peerRequest({ ...base, method: "INVITE", body: "offer" }),
      peerRequest({ ...base, method: "BYE", toTag: "t99" }),
      peerRequest({ ...base, method: "CANCEL" }),
      "SIP/2.0 200 OK\nVia: SIP/2.0/UDP x;branch=z9hG4bKt4\nCSeq: 1 INVITE\nTo: <sip:a@b>\n\n",
    ];
    const edit = fc.tuple(
      fc.nat(400),
      fc.nat(12),
      fc.string({ unit: "binary-ascii", maxLength: 9 }),
    );
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 }))
      .map(([seed, edits]) =>
        edits.reduce(
          (text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut),
          seed,
        ),
      );
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 12 }), (texts) => {
        const desk = new Desk({ serves: ["MESSAGE"] });
        const { session, tag } = callIn(desk);
        for (const text of texts) {
          desk.receive(text);
          desk.advance(1000);
        }
        const ended = desk.events.some((at) => at.kind === "ended" && at.session === session);
        expect(ended).toBe(false);
        desk.letters = [];
        const bye = { method: "BYE", cseq: 2 ** 31 - 1, branch: "z9hG4bKend", toTag: tag };
        desk.receive(peerRequest(bye));
        expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("stampVia()", () => {
  const udp = { transport: "udp", host: "192.0.2.1", port: 40_000 } as const;
  it.each([
    ["SIP/2.0/UDP 192.0.2.1;branch=b", udp, ""],
    ["SIP/2.0/UDP 192.0.2.9;branch=b", udp, ";received=192.0.2.1"],
    ["SIP/2.0/UDP phone.local;branch=b", udp, ";received=192.0.2.1"],
    ["SIP/2.0/UDP 192.0.2.1;branch=b;rport", udp, "=40000;received=192.0.2.1"],
    ["SIP/2.0/MEMORY lines;branch=b", { transport: "memory", host: "x", port: 0 }, ""],
  ] as const)("adds to %s from %j: %s", (text, source, added) => {
    const via = parseVia(text);
    expect(via.ok && printVia(stampVia(via.value, source))).toBe(text + added);
  });
});
