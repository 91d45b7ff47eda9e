import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BINDING_PROBE_TIMES } from "../../base/stun/binding-probe.ts";
import { printStun, STUN_ATTRIBUTE, xorAddress } from "../../base/stun/stun-message.ts";
import { answerTo, Desk, field, OURS, PEER } from "../testing/desk.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { ADDRESS_PROBE_EVERY_MS } from "./address-probe.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};
const STUN: SipAddress = { transport: "udp", host: "192.0.2.50", port: 3478 };
const OUTSIDE = "203.0.113.7";

const account: SipAccount = {
  ...{ id: "line-1", user: "101", domain: "example.com", server: PEER },
  ...{ register: true, expiresS: 36_000, keepAlive: { kind: "off" } },
};

/** A desk whose account was added; the REGISTER is taken, the question to the server is not. */
function asking(host: string = STUN.host): { readonly desk: Desk; readonly register: string } {
  const desk = new Desk({ hashes, stunServer: { host, port: STUN.port } });
  desk.command({ kind: "add-account", account });
  return { desk, register: desk.next() };
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

/** Answers the question that was sent last. */
function answer(desk: Desk, host: string, port = 40_000, from: SipAddress = STUN): void {
  const request = bytesOf(desk.next());
  expect([...request.subarray(0, 2)]).toEqual([0, 1]);
  const transaction = request.slice(8, 20);
  const value = xorAddress({ host, port }, transaction) ?? new Uint8Array(0);
  const attributes = [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }];
  desk.receiveBytes(printStun({ kind: "success", method: 1, transaction, attributes }), from);
}

describe("AddressProbe", () => {
  it("has the account register anew by the address outside, and call by it", () => {
    const { desk, register } = asking();
    expect(desk.letters[0]?.to).toMatchObject({ host: STUN.host, port: STUN.port });
    desk.receive(answerTo(register, "200 OK", "r"));
    answer(desk, OUTSIDE);
    const again = desk.next();
    expect(field(again, "Contact")).toBe(`<sip:101@${OUTSIDE}:40000>`);
    desk.receive(answerTo(again, "200 OK", "r"));
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    expect(field(desk.next(), "Contact")).toBe(`<sip:101@${OUTSIDE}:40000>`);
    expect(desk.event("reflected")).toEqual({
      kind: "reflected",
      server: { host: STUN.host, port: STUN.port },
      address: { host: OUTSIDE, port: 40_000 },
    });
  });

  it("does not contradict a peer that has told us itself", () => {
    const { desk, register } = asking();
    const seen = answerTo(register, "200 OK", "r").replace(
      ";rport",
      `;received=${OURS.host};rport=${OURS.port}`,
    );
    desk.receive(seen);
    answer(desk, OUTSIDE);
    expect(desk.letters).toEqual([]);
  });

  it.each([
    ["sees us where we are", OURS.host, STUN],
    ["is somebody else", OUTSIDE, PEER],
  ])("changes nothing where who answers %s", (_what, host, from) => {
    const { desk, register } = asking();
    desk.receive(answerTo(register, "200 OK", "r"));
    answer(desk, host, OURS.port, from);
    expect(desk.letters).toEqual([]);
    expect(desk.event("reflected")?.address).toBe(undefined);
  });

  it.each([
    ["never answers", STUN.host],
    ["has no address", "stun.example.net"],
  ])("holds nothing up where the server %s, and tells it once", (_what, host) => {
    const { desk, register } = asking(host);
    desk.answerNames({});
    desk.receive(answerTo(register, "200 OK", "r"));
    expect(desk.event("registered")).toBeDefined();
    desk.advance(3 * ADDRESS_PROBE_EVERY_MS);
    const told = desk.logs.filter(({ text }) => text.includes("does not answer"));
    expect(told).toHaveLength(1);
    expect(desk.event("reflected")).toEqual({ kind: "reflected" });
  });

  it.each([
    ["by its SRV records", true, STUN.host, 19_302],
    ["by its name and STUN's port where there are none", false, "192.0.2.60", 3478],
  ])("finds the server %s", (_what, hasRecords, host, port) => {
    const desk = new Desk({ hashes, stunServer: { host: "example.net" } });
    desk.command({ kind: "add-account", account });
    expect(desk.queries.map(({ record, host: name }) => `${record} ${name}`)).toEqual([
      "srv _stun._udp.example.net",
      "address example.net",
    ]);
    const record = { priority: 0, weight: 0, port: 19_302, target: "stun.example.net" };
    desk.answerNames(
      { "stun.example.net": [STUN.host], "example.net": ["192.0.2.60"] },
      hasRecords ? { "_stun._udp.example.net": [record] } : {},
    );
    desk.answerNames({ "stun.example.net": [STUN.host] });
    expect(desk.letters.at(-1)?.to).toMatchObject({ host, port });
  });

  it("asks again each minute, and follows an address that changes", () => {
    const { desk, register } = asking();
    desk.receive(answerTo(register, "200 OK", "r"));
    answer(desk, OUTSIDE);
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    for (const [port, isNew] of [
      [40_000, false],
      [40_001, true],
    ] as const) {
      desk.advance(ADDRESS_PROBE_EVERY_MS);
      answer(desk, OUTSIDE, port);
      expect(desk.letters.length > 0).toBe(isNew);
    }
    expect(field(desk.next(), "Contact")).toBe(`<sip:101@${OUTSIDE}:40001>`);
  });

  it("forgets what it knew where the server falls silent, and when the network changes", () => {
    const { desk, register } = asking();
    desk.receive(answerTo(register, "200 OK", "r"));
    answer(desk, OUTSIDE);
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    desk.advance(ADDRESS_PROBE_EVERY_MS + BINDING_PROBE_TIMES.giveUpMs);
    expect(field(desk.letters.at(-1)?.text ?? "", "Contact")).toBe("<sip:101@192.0.2.10:5060>");
    desk.letters = [];
    desk.networkChanged();
    const asked = desk.letters.filter(({ to }) => to.host === STUN.host);
    expect(asked).toHaveLength(1);
  });

  it("is named the address outside after a change of the network too, where it is the same", () => {
    const { desk, register } = asking();
    desk.receive(answerTo(register, "200 OK", "r"));
    answer(desk, OUTSIDE);
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    desk.networkChanged();
    const renewed = desk.next();
    expect(field(renewed, "Contact")).toBe("<sip:101@192.0.2.10:5060>");
    answer(desk, OUTSIDE);
    desk.receive(answerTo(renewed, "200 OK", "r"));
    expect(field(desk.letters.at(-1)?.text ?? "", "Contact")).toBe(`<sip:101@${OUTSIDE}:40000>`);
  });
});
