import { describe, expect, it } from "vitest";
import { createResponse } from "../responses.ts";
import type { SipRequest } from "../wire/message.ts";
import { viaOf } from "../wire/wire-header.ts";
import {
  SERVER_TRANSACTIONS_MAX,
  type ServerReception,
  ServerTransactions,
} from "./server-transactions.ts";
import { DEFAULT_TIMERS, forgetAtMs } from "./timers.ts";

const SOURCE = { transport: "udp", host: "192.0.2.20", port: 5060 } as const;

function request(method: string, branch: string): SipRequest {
  const headers = [
    { name: "via", value: `SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK${branch}` },
    { name: "from", value: `<sip:a@b>;tag=${branch}` },
    { name: "to", value: "<sip:c@d>" },
    { name: "call-id", value: branch },
    { name: "cseq", value: `1 ${method}` },
  ];
  return { kind: "request", method, uri: "sip:c@d", headers, body: "" };
}

/** Transactions whose answers are counted, and what is sent by them. */
function serving() {
  const sent: string[] = [];
  let tokens = 0;
  const servers = new ServerTransactions(
    DEFAULT_TIMERS,
    (bytes) => sent.push(Buffer.from(bytes).toString("latin1").split("\r\n", 1)[0] ?? ""),
    () => `tag${++tokens}`,
  );
  const viaIn = (one: SipRequest) => {
    const [header] = one.headers;
    const via = header === undefined ? undefined : viaOf(header);
    if (via?.ok !== true) throw new Error("no via");
    return via.value;
  };
  const receive = (one: SipRequest, atMs: number): ServerReception =>
    servers.receive(one, viaIn(one), SOURCE, "stranger", atMs);
  /** Receives and answers it; gives its number. */
  const serve = (one: SipRequest, status: number, atMs: number): number => {
    const reception = receive(one, atMs);
    if (reception.kind !== "new") throw new Error(reception.kind);
    const toTag = servers.tagOf(reception.transaction);
    servers.respond(reception.transaction, createResponse(one, status, { toTag }), atMs);
    return reception.transaction;
  };
  return { servers, sent, receive, serve, viaIn };
}

/** The same transaction's request with another method: an ACK, a CANCEL. */
function ofSame(one: SipRequest, method: string): SipRequest {
  const headers = one.headers.map((header) =>
    header.name === "cseq" ? { name: "cseq", value: `1 ${method}` } : header,
  );
  return { ...one, method, headers };
}

describe("forgetAtMs()", () => {
  it.each([
    [0, 0],
    [1, 1000],
    [999.9, 1000],
    [1000, 1000],
    [32_000.1, 33_000],
  ])("of %d is %d", (endAtMs, expected) => expect(forgetAtMs(endAtMs)).toBe(expected));
});

describe("ServerTransactions", () => {
  it("forgets what is over together, and none of it before its time", () => {
    const servers = new ServerTransactions(
      DEFAULT_TIMERS,
      () => {},
      () => "token",
    );
    for (const [method, atMs] of [
      ["MESSAGE", 100],
      ["INVITE", 350],
      ["OPTIONS", 999],
      ["INFO", 1001],
    ] as const) {
      const one = request(method, `${method}${atMs}`);
      const [header] = one.headers;
      const via = header === undefined ? undefined : viaOf(header);
      if (via?.ok !== true) throw new Error("no via");
      const reception = servers.receive(one, via.value, SOURCE, "stranger", atMs);
      if (reception.kind !== "new") throw new Error(reception.kind);
      servers.respond(reception.transaction, createResponse(one, 200, { toTag: "t" }), atMs);
    }
    expect([servers.size, servers.deadlineMs()]).toEqual([4, 33_000]);
    expect(servers.timeout(32_999)).toBeUndefined();
    while (servers.timeout(33_000) !== undefined);
    expect([servers.size, servers.deadlineMs()]).toEqual([1, 34_000]);
  });

  it("has room for a request as long as too many do not wait for an answer or an ACK", () => {
    const { servers, receive, serve } = serving();
    const calls = Array.from({ length: SERVER_TRANSACTIONS_MAX }, (_, at) =>
      serve(request("INVITE", `call${at}`), 200, 0),
    );
    expect(receive(request("MESSAGE", "a"), 0).kind).toBe("overload");
    servers.acknowledged(calls[0] ?? 0);
    serve(request("MESSAGE", "b"), 200, 0);
    // It is answered, so there is room for another one again, and for one only.
    expect(receive(request("MESSAGE", "c"), 0).kind).toBe("new");
    expect(receive(request("MESSAGE", "d"), 0).kind).toBe("overload");
    expect(servers.size).toBe(SERVER_TRANSACTIONS_MAX + 2);
  });

  it("serves a hundred calls a second on and on", () => {
    const { servers, sent, serve } = serving();
    for (let at = 0; at < 7000; at++) {
      const nowMs = 10 * at;
      while (servers.timeout(nowMs) !== undefined);
      servers.acknowledged(serve(request("INVITE", `i${at}`), 200, nowMs));
      serve(request("BYE", `b${at}`), 200, nowMs);
    }
    expect(sent.length).toBe(14_000);
    expect(servers.size).toBeGreaterThan(6400);
    while (servers.timeout(200_000) !== undefined);
    expect([servers.size, servers.deadlineMs()]).toEqual([0, undefined]);
  });

  it.each([
    ["MESSAGE", 200, false, "absorbed", true],
    ["MESSAGE", 404, false, "absorbed", true],
    ["INVITE", 200, false, "absorbed", true],
    ["INVITE", 200, true, "absorbed", true],
    ["INVITE", 486, false, "absorbed", true],
    ["INVITE", 486, true, "absorbed", false],
  ] as const)("knows a copy of a %s answered with %d, acknowledged: %s", (...row) => {
    const [method, status, isAcknowledged, kind, isAnswered] = row;
    const { servers, sent, receive, serve } = serving();
    const one = request(method, "x");
    const id = serve(one, status, 0);
    if (isAcknowledged && status === 200) servers.acknowledged(id);
    if (isAcknowledged && status !== 200) receive(ofSame(one, "ACK"), 0);
    expect(receive(one, 4000).kind).toBe(kind);
    expect(sent.length).toBe(isAnswered ? 2 : 1);
    expect(receive({ ...ofSame(one, "x"), method }, 4000).kind).toBe("branch-reused");
    const elsewhere = { ...one, headers: request(method, "x").headers.slice() };
    elsewhere.headers[0] = { name: "via", value: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother" };
    expect(receive(elsewhere, 4000).kind).toBe("merged");
    while (servers.timeout(60_000) !== undefined);
    expect(receive(one, 60_000).kind).toBe("new");
  });

  it.each([
    [200, false, "ack"],
    [200, true, "ack"],
    [486, false, "absorbed"],
    [486, true, "absorbed"],
  ] as const)("takes an ACK behind %d, acknowledged before: %s, as %s", (...row) => {
    const [status, isSecond, kind] = row;
    const { servers, receive, serve } = serving();
    const one = request("INVITE", "x");
    const id = serve(one, status, 0);
    if (isSecond && status === 200) servers.acknowledged(id);
    if (isSecond && status !== 200) receive(ofSame(one, "ACK"), 0);
    expect(receive(ofSame(one, "ACK"), 100).kind).toBe(kind);
  });

  it.each([[false], [true]])("finds the INVITE of a CANCEL, acknowledged: %s", (isLate) => {
    const { servers, serve, viaIn } = serving();
    const one = request("INVITE", "x");
    const cancel = ofSame(one, "CANCEL");
    expect(servers.findCancelled(cancel, viaIn(cancel))).toBeUndefined();
    const transaction = serve(one, 200, 0);
    if (isLate) servers.acknowledged(transaction);
    const found = servers.findCancelled(cancel, viaIn(cancel));
    expect(found).toEqual({ transaction, toTag: "tag1" });
  });

  it("acknowledges nothing but an INVITE that was accepted", () => {
    const { servers, receive, serve } = serving();
    const waiting = receive(request("INVITE", "w"), 0);
    if (waiting.kind !== "new") throw new Error(waiting.kind);
    servers.acknowledged(waiting.transaction);
    expect(servers.requestOf(waiting.transaction)?.method).toBe("INVITE");
    const refused = serve(request("INVITE", "r"), 486, 0);
    servers.acknowledged(refused);
    // Still sent again until its own ACK comes.
    expect(servers.deadlineMs()).toBe(500);
    servers.acknowledged(12_345);
    expect(servers.size).toBe(2);
  });
});
