import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UaEvent } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  configOf,
  type InviteOptions,
  invite,
  NO_HASHES,
  register,
  response,
  told,
  ua,
  words,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeInput, type ExchangeOutput } from "./exchange-types.ts";

const withBody = (body?: string) => (body === undefined ? {} : { body });
const progress = (session: string, status: number, body?: string): ExchangeInput =>
  ua({ kind: "progress", session, status, response, ...withBody(body) });
const answered = (session: string, body?: string): ExchangeInput =>
  ua({ kind: "answered", session, response, ...withBody(body) });
const failed = (session: string, status: number): ExchangeInput =>
  ua({ kind: "failed", session, status, reason: "" });
const ended = (session: string, cause: "bye" | "cancel" = "bye"): ExchangeInput =>
  ua({ kind: "ended", session, cause });
const confirmed = (session: string, body?: string): ExchangeInput =>
  ua({ kind: "confirmed", session, ...withBody(body) });
const reoffered = (session: string, body?: string): ExchangeInput => {
  const request = { kind: "request", method: "INVITE", uri: "", headers: [], body: "" } as const;
  return ua({ kind: "reoffered", session, request, ...withBody(body) });
};
const takenBack = (session: string): ExchangeInput => ua({ kind: "taken-back", session });
const reofferFailed = (session: string, status: number): ExchangeInput =>
  ua({ kind: "reoffer-failed", session, status });

/** An exchange where 102 is reached at so many contacts. */
function exchangeWith(contacts: number): Exchange {
  const exchange = createExchange(configOf(NO_HASHES));
  const values = Array.from({ length: contacts }, (_, at) => `<sip:102@192.0.2.${at + 1}>`);
  if (contacts > 0) exchange.handle(register("102", { contacts: values }), 0);
  return exchange;
}

// The first token is the authority's.
const L1 = "exchange-token2-1";
const L2 = "exchange-token2-2";

type Step = readonly [input: ExchangeInput, ...expected: string[]];

const RINGS: readonly Step[] = [
  [invite(), `invite ${L1} sip:102@192.0.2.1 +offer`],
  [progress(L1, 180), "respond a 180"],
];
const TALKS: readonly Step[] = [
  ...RINGS,
  [answered(L1, "answer"), "respond a 200 +answer"],
  [confirmed("a")],
];
const FORKS: readonly Step[] = [
  [invite(), `invite ${L1} sip:102@192.0.2.2 +offer`, `invite ${L2} sip:102@192.0.2.1 +offer`],
];

describe("createExchange() between two users", () => {
  it.each<readonly [name: string, contacts: number, steps: readonly Step[]]>([
    [
      "a call that the caller ends",
      1,
      [...TALKS, [ended("a"), `end ${L1}`, "record 101 to 102 answered"], [ended(L1)]],
    ],
    [
      "a call that the callee ends",
      1,
      [...TALKS, [ended(L1), "end a", "record 101 to 102 answered"], [ended("a")]],
    ],
    [
      "early media",
      1,
      [
        [invite(), `invite ${L1} sip:102@192.0.2.1 +offer`],
        [progress(L1, 183, "early"), "respond a 183 +early"],
      ],
    ],
    [
      "a caller who gives up",
      1,
      [
        ...RINGS,
        [ended("a", "cancel"), `end ${L1}`, "record 101 to 102 unanswered"],
        [answered(L1, "too late")],
      ],
    ],
    ["busy", 1, [...RINGS, [failed(L1, 486), "respond a 486", "record 101 to 102 refused 486"]]],
    [
      "a leg that falls away",
      1,
      [...RINGS, [ended(L1), "respond a 480", "record 101 to 102 refused 480"]],
    ],
    ["a user who is not there", 0, [[invite(), "respond a 480"]]],
    ["nobody of that name", 1, [[invite({ to: "999" }), "respond a 404"]]],
    [
      "two contacts: the first to answer wins, the other is cancelled",
      2,
      [
        ...FORKS,
        [progress(L2, 180), "respond a 180"],
        [progress(L1, 183, "early"), "respond a 183"],
        [answered(L1, "answer"), "respond a 200 +answer", `end ${L2}`],
        [progress(L2, 180)],
        [answered(L2, "also")],
        [failed(L2, 487)],
        [confirmed("a")],
        [ended("a"), `end ${L1}`, "record 101 to 102 answered"],
      ],
    ],
    [
      "two contacts: one refuses, the other goes on",
      2,
      [...FORKS, [failed(L1, 486)], [answered(L2, "answer"), "respond a 200 +answer"]],
    ],
    [
      "two contacts: all refuse, the best is told",
      2,
      [
        ...FORKS,
        [failed(L1, 408)],
        [failed(L2, 486), "respond a 486", "record 101 to 102 refused 486"],
      ],
    ],
    [
      "two contacts: 6xx speaks for the person",
      2,
      [...FORKS, [failed(L1, 603), "respond a 603", `end ${L2}`, "record 101 to 102 refused 603"]],
    ],
    [
      "an INVITE without offer: the ACK's answer goes on",
      1,
      [
        [invite({ body: "" }), `invite ${L1} sip:102@192.0.2.1`],
        [answered(L1, "offer"), "respond a 200 +offer"],
        [confirmed("a", "answer"), `ack ${L1} +answer`],
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
      ],
    ],
    [
      "an INVITE without offer whose caller goes before the ACK",
      1,
      [
        [invite({ body: "" }), `invite ${L1} sip:102@192.0.2.1`],
        [answered(L1, "offer"), "respond a 200 +offer"],
        [ended("a"), `end ${L1}`, "record 101 to 102 answered"],
      ],
    ],
    [
      "re-INVITE of the caller",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [answered(L1, "held"), "respond a 200 +held"],
        [confirmed("a")],
        [reoffered("a", "resume"), `reinvite ${L1} +resume`],
      ],
    ],
    [
      "re-INVITE of the callee without offer",
      1,
      [
        ...TALKS,
        [reoffered(L1), "reinvite a"],
        [answered("a", "offer"), `respond ${L1} 200 +offer`],
        [confirmed(L1, "answer"), "ack a +answer"],
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
      ],
    ],
    [
      "re-INVITE that is refused",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [reofferFailed(L1, 488), "respond a 488"],
        [reoffered(L1, "hold"), "reinvite a +hold"],
      ],
    ],
    [
      "re-INVITE of both at once",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [reoffered(L1, "hold"), `respond ${L1} 491`],
      ],
    ],
    [
      "re-INVITE of the callee before the caller's ACK",
      1,
      [
        ...RINGS,
        [answered(L1, "answer"), "respond a 200 +answer"],
        [reoffered(L1, "hold"), `respond ${L1} 491`],
      ],
    ],
    [
      "re-INVITE that is taken back, and another then",
      1,
      [
        ...TALKS,
        [reoffered("a"), `reinvite ${L1}`],
        [takenBack(L1)],
        [takenBack("a"), `take-back ${L1}`],
        [takenBack("a")],
        [reoffered("a", "hold"), "respond a 491"],
        [reofferFailed(L1, 487)],
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [answered(L1, "held"), "respond a 200 +held"],
      ],
    ],
    [
      "re-INVITE that is taken back as it is answered: both agree anew",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [takenBack("a"), `take-back ${L1}`],
        [answered(L1, "held"), "reinvite a"],
        [reoffered(L1, "x"), `respond ${L1} 491`],
        [answered("a", "mine"), `reinvite ${L1} +mine`],
        [answered(L1, "yours"), "ack a +yours"],
        [reoffered(L1, "x"), "reinvite a +x"],
      ],
    ],
    [
      "one that was taken back so, where the asker will not offer: the call goes on",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [takenBack("a"), `take-back ${L1}`],
        [answered(L1, "held"), "reinvite a"],
        [reofferFailed("a", 488)],
        [reoffered(L1, "x"), "reinvite a +x"],
      ],
    ],
    [
      "one that was taken back so, where the other side refuses what the asker offers: both go",
      1,
      [
        ...TALKS,
        [reoffered("a", "hold"), `reinvite ${L1} +hold`],
        [takenBack("a"), `take-back ${L1}`],
        [answered(L1, "held"), "reinvite a"],
        [answered("a", "mine"), `reinvite ${L1} +mine`],
        [reofferFailed(L1, 488), "end a", `end ${L1}`, "record 101 to 102 answered"],
      ],
    ],
    [
      "one that asked for an offer and was taken back so, where that is none: both go",
      1,
      [
        ...TALKS,
        [reoffered("a"), `reinvite ${L1}`],
        [takenBack("a"), `take-back ${L1}`],
        [answered(L1, "no description"), "end a", `end ${L1}`, "record 101 to 102 answered"],
      ],
    ],
  ])("carries across: %s", (_, contacts, steps) => {
    const exchange = exchangeWith(contacts);
    for (const [at, [input, ...expected]] of steps.entries()) {
      expect(told(exchange, input), `step ${at}`).toEqual(expected);
    }
  });

  it("lets a call ring so long and no longer", () => {
    const exchange = exchangeWith(1);
    told(exchange, invite(), 0);
    expect(exchange.deadlineMs()).toBe(EXCHANGE_LIMITS.ringMs);
    expect(told(exchange, { kind: "timeout" }, EXCHANGE_LIMITS.ringMs - 1)).toEqual([]);
    expect(told(exchange, { kind: "timeout" }, EXCHANGE_LIMITS.ringMs)).toEqual([
      "respond a 480",
      `end ${L1}`,
      "record 101 to 102 unanswered 480",
    ]);
  });

  it("ends a call that nobody can still be in, so that it takes no room for ever", () => {
    const exchange = exchangeWith(2);
    told(exchange, invite(), 0);
    told(exchange, answered(L2, "answer"), 1000);
    const endMs = 1000 + EXCHANGE_LIMITS.talkMs;
    // The leases end long before.
    told(exchange, { kind: "timeout" }, EXCHANGE_LIMITS.ringMs);
    told(exchange, { kind: "timeout" }, endMs - 1);
    expect(exchange.deadlineMs()).toBe(endMs);
    expect(told(exchange, { kind: "timeout" }, endMs)).toEqual([
      "end a",
      `end ${L2}`,
      "record 101 to 102 answered",
    ]);
    expect(exchange.deadlineMs()).toBeUndefined();
  });

  it.each([
    [undefined, "69"],
    ["70", "69"],
    ["2", "1"],
    ["1", "0"],
    ["0", undefined],
    ["many", undefined],
  ])("counts Max-Forwards %s down to %s, or refuses", (given, left) => {
    const headers = given === undefined ? [] : [{ name: "max-forwards", value: given }];
    const [output] = exchangeWith(1).handle(invite({ headers }), 0);
    if (output?.kind !== "ua") throw new Error("no command");
    const { command } = output;
    if (left === undefined) expect(words(output)).toBe("respond a 483");
    else {
      const kept = command.kind === "invite" ? (command.headers ?? []) : [];
      expect(kept.find(({ name }) => name === "max-forwards")?.value).toBe(left);
    }
  });

  it("carries the body's type across", () => {
    const type = { name: "content-type", value: "multipart/mixed;boundary=x" };
    const exchange = exchangeWith(1);
    const [out] = exchange.handle(invite({ headers: [type] }), 0);
    const back = { ...response, headers: [type] };
    const [accept] = exchange.handle(
      ua({ kind: "answered", session: L1, response: back, body: "x" }),
      0,
    );
    for (const output of [out, accept]) {
      expect(output).toMatchObject({ command: { contentType: type.value } });
    }
  });

  it("takes so many calls and no more", () => {
    const exchange = exchangeWith(1);
    const call = (at: number): InviteOptions => ({ session: `s${at}` });
    for (let at = 0; at < EXCHANGE_LIMITS.calls; at++) {
      expect(told(exchange, invite(call(at)))[0]).toMatch(/^invite/);
    }
    expect(told(exchange, invite({ session: "more" }))).toEqual(["respond more 503"]);
    told(exchange, ended("s0", "cancel"));
    expect(told(exchange, invite({ session: "more" }))[0]).toMatch(/^invite/);
  });

  it("ends every session once and writes one record, whatever comes in whatever order", () => {
    const sessions = ["a", L1, L2] as const;
    const eventOf = (what: number, session: string, body: string | undefined): ExchangeInput => {
      const inputs = [
        progress(session, 180, body),
        answered(session, body),
        failed(session, 486),
        ended(session),
        confirmed(session, body),
        reoffered(session, body),
        reofferFailed(session, 488),
        takenBack(session),
      ];
      return inputs[what] ?? ended(session);
    };
    const move = fc.tuple(
      fc.nat(7),
      fc.constantFrom(...sessions),
      fc.option(fc.constant("sdp"), { nil: undefined }),
    );
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 30 }),
        fc.constantFrom("", "offer"),
        (moves, body) => {
          const exchange = exchangeWith(2);
          const outputs: ExchangeOutput[] = [...exchange.handle(invite({ body }), 0)];
          for (const [what, session, text] of moves) {
            outputs.push(...exchange.handle(eventOf(what, session, text), 0));
          }
          outputs.push(...exchange.handle(ended("a"), 0));
          const said = outputs.map(words);
          expect(said.filter((text) => text.startsWith("record")).length).toBe(1);
          for (const session of sessions) {
            const gone = said.filter((text) => text === `end ${session}`);
            expect(gone.length).toBeLessThanOrEqual(1);
          }
          const finals = said.filter((text) => /^respond a [2-6]/.test(text));
          const first = finals.filter((text) => !text.startsWith("respond a 491"));
          const reoffers = moves.filter(([what, session]) => what === 5 && session === "a").length;
          expect(first.length).toBeLessThanOrEqual(1 + reoffers);
          expect(exchange.deadlineMs()).toBe(3_600_000);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Events that no call of the exchange owns. */
describe("createExchange() with strangers", () => {
  it.each<UaEvent>([
    { kind: "ended", session: "x", cause: "bye" },
    { kind: "answered", session: "x", response },
    { kind: "confirmed", session: "x" },
    { kind: "unregistered", account: "x" },
    { kind: "response", request: "x", status: 200 },
  ])("does nothing at %j", (event) => {
    expect(exchangeWith(1).handle(ua(event), 0)).toEqual([]);
  });
});
