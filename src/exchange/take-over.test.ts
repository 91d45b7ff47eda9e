import { describe, expect, it } from "vitest";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  configOf,
  invite,
  NO_HASHES,
  register,
  response,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import type { ExchangeInput } from "./exchange-types.ts";

const offer = (direction: string): string =>
  [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.30",
    "s=-",
    "c=IN IP4 192.0.2.30",
    "t=0 0",
    "m=audio 4000 RTP/AVP 0",
    `a=${direction}`,
    "",
  ].join("\r\n");

/** 101 (session `a`) talks with 102, session `leg`. */
function talking(): { readonly exchange: Exchange; readonly leg: string } {
  const exchange = createExchange(configOf(NO_HASHES, { retrieveCode: "*88" }));
  exchange.handle(register("102", { contacts: ["<sip:102@192.0.2.1>"] }), 0);
  const called = exchange.handle(invite({ body: offer("sendrecv") }), 0);
  const leg = called.flatMap((output) =>
    output.kind === "ua" && output.command.kind === "invite" ? [output.command.session] : [],
  )[0];
  if (leg === undefined) throw new Error("102 was not called");
  exchange.handle(ua({ kind: "answered", session: leg, response, body: offer("sendrecv") }), 10);
  exchange.handle(ua({ kind: "confirmed", session: "a" }), 20);
  return { exchange, leg };
}

/** A side makes an offer, and the other one answers it. */
function offers(exchange: Exchange, asker: string, other: string, direction: string): void {
  const request = { kind: "request", method: "INVITE", uri: "", headers: [], body: "" } as const;
  exchange.handle(ua({ kind: "reoffered", session: asker, request, body: offer(direction) }), 30);
  exchange.handle(ua({ kind: "answered", session: other, response, body: offer("recvonly") }), 40);
  exchange.handle(ua({ kind: "confirmed", session: asker }), 50);
}

const dials = (to: string): ExchangeInput =>
  invite({ session: "p", from: "103", to, body: offer("sendrecv") });

describe("a call that somebody has on hold", () => {
  it("is taken over at another telephone, whoever of the two holds it", () => {
    for (const [user, holds] of [
      ["101", "caller"],
      ["102", "callee"],
    ]) {
      const { exchange, leg } = talking();
      const [holder, other] = holds === "caller" ? ["a", leg] : [leg, "a"];
      offers(exchange, holder, other, "sendonly");
      expect(told(exchange, dials(`*88${user}`), 60)).toEqual([
        `reinvite ${other} +${offer("sendrecv")}`,
      ]);
      const answer = ua({ kind: "answered", session: other, response, body: offer("sendrecv") });
      expect(told(exchange, answer, 70)).toEqual(
        expect.arrayContaining([`respond p 200 +${offer("sendrecv")}`, `end ${holder}`]),
      );
      expect(exchange.calls).toBe(1);
    }
  });

  it("is nobody's to take before, and after it was taken back", () => {
    const { exchange, leg } = talking();
    expect(told(exchange, dials("*88101"), 25)).toEqual(["respond p 480"]);
    offers(exchange, "a", leg, "sendonly");
    expect(told(exchange, dials("*88102"), 60)).toEqual(["respond p 480"]);
    expect(told(exchange, dials("*88"), 60)).toEqual(["respond p 480"]);
    offers(exchange, "a", leg, "sendrecv");
    expect(told(exchange, dials("*88101"), 70)).toEqual(["respond p 480"]);
  });

  it("is not where the other side did not take it", () => {
    const { exchange, leg } = talking();
    const request = { kind: "request", method: "INVITE", uri: "", headers: [], body: "" } as const;
    const body = offer("inactive");
    exchange.handle(ua({ kind: "reoffered", session: "a", request, body }), 30);
    exchange.handle(ua({ kind: "reoffer-failed", session: leg, status: 488 }), 40);
    exchange.handle(ua({ kind: "confirmed", session: "a" }), 50);
    expect(told(exchange, dials("*88101"), 60)).toEqual(["respond p 480"]);
  });
});
