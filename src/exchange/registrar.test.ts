import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createExchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  invite,
  PHONE,
  type RequestOptions,
  register,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeConfig } from "./exchange-types.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};

const A = "sip:101@192.0.2.10:5070";
const B = "sip:101@192.0.2.11";

function registrar(changes: Partial<ExchangeConfig> = {}) {
  const exchange = createExchange(configOf(hashes, changes));
  return {
    exchange,
    ask: (options: RequestOptions, nowMs = 0) =>
      answerOf(exchange.handle(register("101", options), nowMs), "contact"),
  };
}

describe("answerRegister()", () => {
  it.each([
    ["a lease of its own", [`<${A}>;expires=120`], undefined, [`<${A}>;expires=120`]],
    ["the Expires header's lease", [`<${A}>`], 90, [`<${A}>;expires=90`]],
    ["its own lease before the header's", [`<${A}>;expires=120`], 90, [`<${A}>;expires=120`]],
    ["the default lease", [`<${A}>`], undefined, [`<${A}>;expires=3600`]],
    ["a lease that is no number", [`<${A}>;expires=soon`], undefined, [`<${A}>;expires=3600`]],
    ["the shortest lease", [`<${A}>`], 60, [`<${A}>;expires=60`]],
    ["too long a lease", [`<${A}>`], 3601, [`<${A}>;expires=3600`]],
    ["the longest number", [`<${A}>`], 4294967295, [`<${A}>;expires=3600`]],
    ["a lease of none", [`<${A}>`], 0, []],
    ["a contact without brackets", [`${A};expires=120`], undefined, [`<${A}>;expires=120`]],
    [
      "several contacts, the last first",
      [`<${A}>`, `<${B}>;expires=100`],
      60,
      [`<${B}>;expires=100`, `<${A}>;expires=60`],
    ],
    [
      "the same contact twice",
      [`<${A}>`, `<${A};transport=udp>;expires=0`],
      60,
      [`<${A}>;expires=60`],
    ],
    ["nothing: a question", [], undefined, []],
  ] as const)("grants %s", (_, contacts, expires, values) => {
    const answer = registrar().ask({ contacts, ...(expires === undefined ? {} : { expires }) });
    expect(answer).toEqual({ status: 200, values });
  });

  it.each([
    ["too brief a lease", [`<${A}>`], 59, 423],
    ["too brief a lease among others", [`<${A}>`, `<${B}>;expires=1`], 60, 423],
    ["a wildcard with a lease", ["*"], 60, 400],
    ["a wildcard without Expires", ["*"], undefined, 400],
    ["a wildcard among others", ["*", `<${A}>`], 0, 400],
    ["a contact that is no URI", ["<hello>"], 60, 400],
    ["a contact of another scheme", ["<mailto:a@b.c>"], 60, 400],
    ["a contact that is a number", ["<tel:+15550100>"], 60, 400],
  ] as const)("refuses %s and changes nothing", (_, contacts, expires, status) => {
    const { ask } = registrar();
    ask({ contacts: [`<${B}>`], expires: 200 });
    const options = { contacts, cseq: 2, ...(expires === undefined ? {} : { expires }) };
    expect(ask(options)?.status).toBe(status);
    expect(ask({ cseq: 3 })?.values).toEqual([`<${B}>;expires=200`]);
  });

  it("tells the shortest lease with 423", () => {
    const { exchange } = registrar();
    const outputs = exchange.handle(register("101", { contacts: [`<${A}>`], expires: 59 }), 0);
    expect(answerOf(outputs, "min-expires")).toEqual({ status: 423, values: ["60"] });
  });

  it("renews a lease, and removes one contact or all", () => {
    const { ask } = registrar();
    ask({ contacts: [`<${A}>`, `<${B}>`], expires: 100 });
    expect(ask({ contacts: [`<${A}>`], expires: 200, cseq: 2 }, 50_000)?.values).toEqual([
      `<${A}>;expires=200`,
      `<${B}>;expires=50`,
    ]);
    expect(ask({ contacts: [`<${A}>;expires=0`], cseq: 3 }, 50_000)?.values).toEqual([
      `<${B}>;expires=50`,
    ]);
    expect(ask({ contacts: ["*"], expires: 0, cseq: 4 }, 50_000)?.values).toEqual([]);
  });

  it("refuses a change that comes out of order, of one Call-ID only", () => {
    const { ask } = registrar();
    ask({ contacts: [`<${A}>`], expires: 100, cseq: 5 });
    expect(ask({ contacts: [`<${A}>`], expires: 0, cseq: 5 })?.status).toBe(400);
    expect(ask({ contacts: ["*"], expires: 0, cseq: 4 })?.status).toBe(400);
    expect(ask({ contacts: [`<${B}>`], expires: 100, cseq: 1 })?.status).toBe(200);
    const restarted = { contacts: [`<${A}>`], expires: 100, cseq: 1, callId: "other" };
    expect(ask(restarted)?.status).toBe(200);
  });

  it("forgets a contact when its lease ends, not before", () => {
    const { exchange, ask } = registrar();
    ask({ contacts: [`<${A}>`], expires: 100 });
    expect(exchange.deadlineMs()).toBe(100_000);
    expect(exchange.handle({ kind: "timeout" }, 99_999)).toEqual([]);
    expect(exchange.deadlineMs()).toBe(100_000);
    exchange.handle({ kind: "timeout" }, 100_000);
    expect(exchange.deadlineMs()).toBeUndefined();
    expect(ask({}, 100_000)?.values).toEqual([]);
  });

  it("does not call a contact whose lease has ended, though the timeout comes late", () => {
    const { exchange, ask } = registrar();
    ask({ contacts: [`<${A}>`], expires: 100 });
    expect(told(exchange, invite({ from: "102", to: "101" }), 100_000)).toEqual(["respond a 480"]);
  });

  it("keeps so many contacts of a user and no more: what ends first makes room", () => {
    const { ask } = registrar();
    const limit = EXCHANGE_LIMITS.contactsPerUser;
    for (let at = 0; at < limit; at++) {
      ask({ contacts: [`<sip:101@192.0.2.${at}>`], expires: 100 + at, cseq: at + 1 });
    }
    const values = ask({ contacts: [`<${A}>`], expires: 3000, cseq: 99 })?.values ?? [];
    expect(values.length).toBe(limit);
    expect(values[0]).toBe(`<${A}>;expires=3000`);
    expect(values).not.toContain("<sip:101@192.0.2.0>;expires=100");
    expect(values).toContain("<sip:101@192.0.2.1>;expires=101");
  });

  it("refuses more contacts in one request than a user may have", () => {
    const contacts = Array.from({ length: 11 }, (_, at) => `<sip:101@192.0.2.${at}>`);
    expect(registrar().ask({ contacts, expires: 100 })?.status).toBe(403);
    expect(registrar().ask({ contacts: contacts.slice(1), expires: 100 })?.status).toBe(200);
  });

  it("does not know everybody", () => {
    const { exchange } = registrar();
    expect(told(exchange, register("999", { contacts: [`<${A}>`] }))).toEqual(["reply 404"]);
  });

  it.each([
    ["named as it is", A, PHONE, "192.0.2.10:5070"],
    ["named without a port", "sip:101@192.0.2.10", PHONE, "192.0.2.10:5060"],
    ["behind a translator", "sip:101@10.0.0.5:5060", PHONE, "192.0.2.10:5070"],
    ["named by a host name", "sip:101@phone.local:5060", PHONE, "192.0.2.10:5070"],
    [
      "inside the box",
      "sip:101@lines:0",
      { transport: "memory", host: "lines", port: 0 },
      "lines:0",
    ],
  ] as const)("reaches a contact %s", (_, contact, source, target) => {
    const { exchange, ask } = registrar();
    ask({ contacts: [`<${contact}>`], expires: 100, source });
    const [output] = exchange.handle(invite({ from: "102", to: "101" }), 0);
    const to = output?.kind === "ua" && output.command.kind === "invite" ? output.command.to : null;
    expect(`${to?.host}:${to?.port}`).toBe(target);
    expect(to?.transport).toBe(source.transport);
  });
});

describe("answerRegister() on preference, Path and flows", () => {
  const instance = '+sip.instance="<urn:uuid:0>"';
  const flow = (uri: string, regId: number): string => `<${uri}>;${instance};reg-id=${regId}`;
  const outbound = { name: "supported", value: "path, outbound" };

  it.each([
    ["0.5", "0.5"],
    ["0", "0"],
    ["1.000", undefined],
    ["0.25", "0.25"],
  ])("keeps q=%s", (q, expected) => {
    const answer = registrar().ask({ contacts: [`<${A}>;q=${q}`], expires: 90 });
    const shown = expected === undefined ? "" : `;q=${expected}`;
    expect(answer).toEqual({ status: 200, values: [`<${A}>;expires=90${shown}`] });
  });

  it.each(["2", "1.1", "-1", "0.1234", "x", ".5"])("refuses q=%s", (q) => {
    expect(registrar().ask({ contacts: [`<${A}>;q=${q}`] })?.status).toBe(400);
  });

  it("calls the preferred contact first, the other one after it refused", () => {
    const { exchange, ask } = registrar();
    ask({ contacts: [`<${A}>;q=0.1`, `<${B}>`], expires: 90 });
    const legs = told(exchange, invite({ from: "102", to: "101" }));
    expect(legs).toEqual([expect.stringContaining(B)]);
    const session = legs[0]?.split(" ")[1] ?? "";
    const busy = ua({ kind: "failed", session, status: 486, reason: "" });
    expect(told(exchange, busy)).toEqual([expect.stringContaining(A)]);
  });

  it("gives the preferred contact twenty seconds, then calls the other one", () => {
    const { exchange, ask } = registrar();
    ask({ contacts: [`<${A}>;q=0.1`, `<${B}>`], expires: 90 });
    told(exchange, invite({ from: "102", to: "101" }), 0);
    expect(exchange.deadlineMs()).toBe(EXCHANGE_LIMITS.serialRingMs);
    expect(told(exchange, { kind: "timeout" }, EXCHANGE_LIMITS.serialRingMs)).toEqual([
      expect.stringMatching(/^end /),
      expect.stringContaining(A),
    ]);
  });

  it("sends calls along the Path, to where the REGISTER came from", () => {
    const { exchange, ask } = registrar();
    const path = { name: "path", value: "<sip:edge.example.org;lr>" };
    ask({ contacts: [`<${B}>`], expires: 90, headers: [path] });
    const [output] = exchange.handle(invite({ from: "102", to: "101" }), 0);
    const command =
      output?.kind === "ua" && output.command.kind === "invite" ? output.command : null;
    expect(command?.to).toEqual(PHONE);
    expect(command?.headers?.filter(({ name }) => name === "route")).toEqual([
      { name: "route", value: path.value },
    ]);
  });

  it("tells the Path in its answer", () => {
    const { exchange } = registrar();
    const path = { name: "path", value: "<sip:edge.example.org;lr>" };
    const asked = register("101", { contacts: [`<${A}>`], headers: [path] });
    expect(answerOf(exchange.handle(asked, 0), "path")).toEqual({
      status: 200,
      values: [path.value],
    });
  });

  it("knows a way to a device by its number, wherever it is now", () => {
    const { ask } = registrar();
    ask({ contacts: [flow(A, 1)], expires: 90, headers: [outbound] });
    const moved = { contacts: [flow(B, 1)], expires: 90, headers: [outbound], callId: "new" };
    expect(ask(moved)?.values).toEqual([`<${B}>;expires=90;${instance};reg-id=1`]);
    const second = { contacts: [flow(A, 2)], expires: 90, headers: [outbound], callId: "more" };
    expect(ask(second)?.values).toHaveLength(2);
  });

  it.each([
    ["says so where the device speaks to us itself", [], 200, ["outbound"]],
    [
      "refuses it behind a proxy that keeps no flow",
      [
        { name: "via", value: "SIP/2.0/UDP edge" },
        { name: "via", value: "SIP/2.0/UDP phone" },
      ],
      439,
      [],
    ],
    [
      "takes it behind one that does",
      [
        { name: "via", value: "SIP/2.0/UDP edge" },
        { name: "via", value: "SIP/2.0/UDP phone" },
        { name: "path", value: "<sip:token@edge;lr;ob>" },
      ],
      200,
      ["outbound"],
    ],
  ])("with outbound %s", (_, headers, status, values) => {
    const { exchange } = registrar();
    const options = { contacts: [flow(A, 1)], headers: [outbound, ...headers] };
    const outputs = exchange.handle(register("101", options), 0);
    expect(answerOf(outputs, "require")).toEqual({ status, values });
  });

  it.each(["0", "-1", "1.5", "x", "2147483648"])("takes reg-id=%s for none", (regId) => {
    const contacts = [`<${A}>;${instance};reg-id=${regId}`];
    const answer = registrar().ask({ contacts, expires: 90, headers: [outbound] });
    expect(answer).toEqual({ status: 200, values: [`<${A}>;expires=90;${instance}`] });
  });
});
