import { describe, expect, it } from "vitest";
import { createResponse } from "../responses.ts";
import type { SipRequest } from "../wire/message.ts";
import { viaOf } from "../wire/wire-header.ts";
import { ServerTransactions } from "./server-transactions.ts";
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
});
