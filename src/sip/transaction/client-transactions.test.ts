import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../base/bytes.ts";
import type { SipRequest, SipResponse } from "../wire/message.ts";
import {
  ACCEPTED_BYTES,
  CLIENT_TRANSACTIONS_MAX,
  CLIENT_TRANSACTIONS_RESERVE,
  type ClientTransactionEvent,
  ClientTransactions,
  SETTLED_INVITES_BYTES_MAX,
} from "./client-transactions.ts";
import { DEFAULT_TIMERS } from "./timers.ts";

const UDP = { transport: "udp", host: "192.0.2.20", port: 5060 } as const;
const TCP = { ...UDP, transport: "tcp" } as const;

/** All client transactions, and what they have sent: the method of each. */
function made() {
  const sent: string[] = [];
  const all = new ClientTransactions<string>(DEFAULT_TIMERS, (bytes) => {
    sent.push(latin1FromBytes(bytes).split(" ", 1)[0] ?? "");
  });
  return { all, sent };
}

function request(method: string, at: number): SipRequest {
  const headers = [
    { name: "via", value: `SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK${at}` },
    { name: "from", value: "<sip:a@b>;tag=1" },
    { name: "to", value: "<sip:c@d>" },
    { name: "call-id", value: `call ${at}` },
    { name: "cseq", value: `1 ${method}` },
  ];
  return { kind: "request", method, uri: "sip:c@d", headers, body: "" };
}

function answer({ headers }: SipRequest, status: number): SipResponse {
  return { kind: "response", status, reason: "", headers, body: "" };
}

const told = (events: readonly ClientTransactionEvent<string>[]): readonly string[] =>
  events.map((event) =>
    event.kind === "response" ? `${event.user} ${event.response.status}` : event.kind,
  );

describe("ClientTransactions", () => {
  it("has so many under way, and room beyond for what ends or settles others", () => {
    const { all } = made();
    const start = (method: string, at: number) => all.start(request(method, at), UDP, 0, "");
    const reserved = CLIENT_TRANSACTIONS_MAX + CLIENT_TRANSACTIONS_RESERVE;
    for (let at = 0; at < CLIENT_TRANSACTIONS_MAX; at++) start("MESSAGE", at);
    expect(all.size).toBe(CLIENT_TRANSACTIONS_MAX);
    for (const method of ["MESSAGE", "INVITE", "REGISTER"]) {
      expect(start(method, reserved), method).toBe(undefined);
    }
    for (let at = CLIENT_TRANSACTIONS_MAX; at < reserved; at++) {
      expect(start(["BYE", "CANCEL", "PRACK"][at % 3] ?? "", at)).toBeDefined();
    }
    expect(start("BYE", reserved)).toBe(undefined);
  });

  it.each([
    ["MESSAGE", 200],
    ["MESSAGE", 404],
    ["INVITE", 200],
    ["INVITE", 486],
  ])("has room again for each %s that was answered %i", (method, status) => {
    const { all } = made();
    for (let at = 0; at < CLIENT_TRANSACTIONS_MAX + 10; at++) {
      const one = request(method, at);
      expect(all.start(one, UDP, 0, "user")).toBeDefined();
      expect(told(all.receive(answer(one, status), 0))).toEqual([`user ${status}`]);
    }
  });

  it.each([
    ["MESSAGE", 200, UDP, [200, 404], [], []],
    ["INVITE", 486, UDP, [180, 200, 486, 603], [], ["ACK", "ACK"]],
    ["INVITE", 486, TCP, [486], [], []],
    ["INVITE", 200, UDP, [180, 200, 299, 486], ["u 200", "u 299"], []],
    ["INVITE", 200, TCP, [200], ["u 200"], []],
  ] as const)("an %s that was answered %i over %o", (...row) => {
    const [method, status, to, late, heard, sends] = row;
    const { all, sent } = made();
    const one = request(method, 1);
    all.start(one, to, 0, "u");
    all.receive(answer(one, status), 100);
    sent.length = 0;
    const events = late.flatMap((again) => told(all.receive(answer(one, again), 200)));
    expect([events, sent]).toEqual([heard, sends]);
    // Nothing that fails then is told, and half a minute later nothing is left.
    expect(all.sendFailed(to, 300)).toEqual([]);
    for (let due = all.deadlineMs(); due !== undefined; due = all.deadlineMs()) {
      expect(due).toBeLessThanOrEqual(34_000);
      expect(all.timeout(due)).toEqual([]);
    }
    expect(all.size).toBe(0);
    expect(told(all.receive(answer(one, status), 40_000))).toEqual([]);
  });

  it("keeps of those accepted what there is room for, the ones that came last", () => {
    const { all } = made();
    const count = Math.floor(SETTLED_INVITES_BYTES_MAX / ACCEPTED_BYTES);
    for (let at = 0; at <= count; at++) {
      const one = request("INVITE", at);
      all.start(one, UDP, at, "u");
      all.receive(answer(one, 200), at);
    }
    expect(all.size).toBe(count);
    const late = (at: number) => told(all.receive(answer(request("INVITE", at), 200), count));
    expect([late(0), late(1), late(count)]).toEqual([[], ["u 200"], ["u 200"]]);
  });

  it("tells another of an INVITE that was entrusted to him, and keeps it no longer for it", () => {
    const { all } = made();
    const one = request("INVITE", 1);
    const id = all.start(one, UDP, 0, "u")?.id ?? 0;
    all.entrust(id, "too early", 1);
    expect(told(all.receive(answer(one, 200), 100))).toEqual(["u 200"]);
    const dueMs = all.deadlineMs();
    all.entrust(id, "v", 1);
    expect(told(all.receive(answer(one, 200), 200))).toEqual(["v 200"]);
    expect(all.deadlineMs()).toBe(dueMs);
    all.timeout(dueMs ?? 0);
    all.entrust(id, "too late", 1);
    expect(all.size).toBe(0);
  });

  it("leaves nothing behind, whatever is answered in whatever order", () => {
    const move = fc.record({
      at: fc.nat(5),
      what: fc.constantFrom(0, 100, 183, 200, 202, 302, 408, 486, 603, -1),
      waitMs: fc.nat(5_000),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const { all } = made();
        const requests = Array.from({ length: 6 }, (_, at) =>
          request(at % 2 === 0 ? "INVITE" : "INFO", at),
        );
        let nowMs = 0;
        for (const one of requests) all.start(one, UDP, nowMs, "u");
        for (const { at, what, waitMs } of moves) {
          nowMs += waitMs;
          while ((all.deadlineMs() ?? Number.POSITIVE_INFINITY) <= nowMs) all.timeout(nowMs);
          const one = requests[at];
          if (one === undefined) continue;
          if (what === -1) all.sendFailed(UDP, nowMs);
          else all.receive(answer(one, what), nowMs);
        }
        // An INVITE under way waits for its answer for as long as whoever sent it.
        for (const one of requests) all.receive(answer(one, 500), nowMs);
        nowMs += 70_000;
        while (all.timeout(nowMs) !== undefined) {}
        expect([all.size, all.deadlineMs()]).toEqual([0, undefined]);
      }),
      { numRuns: 200 },
    );
  });
});
