import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1 } from "../../base/bytes.ts";
import {
  mappedAddress,
  parseStun,
  printStun,
  STUN_ATTRIBUTE,
  STUN_BINDING,
  type StunAttribute,
} from "../../base/stun/stun-message.ts";
import {
  checkFingerprint,
  checkIntegrity,
  withFingerprint,
  withIntegrity,
} from "../../base/stun/stun-seal.ts";
import { MediaSession } from "../media-session.ts";
import { IceLite } from "./ice-lite.ts";

const hmac = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac("sha1", key).update(bytes).digest());
const LOCAL = { ufrag: "ours", password: "p".repeat(24) };
const ICE = { local: LOCAL, remoteUfrag: "them" };
const KEY = bytesFromLatin1(LOCAL.password);
const FROM = { host: "192.0.2.9", port: 7000 };
const TRANSACTION = Uint8Array.from({ length: 12 }, (_, at) => at);

/** A check as a far end sends it. */
function check(
  over: { name?: string; key?: Uint8Array; nominates?: boolean; kind?: "request" | "success" } = {},
) {
  const attributes: StunAttribute[] = [
    { type: STUN_ATTRIBUTE.username, value: bytesFromLatin1(over.name ?? "ours:them") },
    { type: STUN_ATTRIBUTE.priority, value: Uint8Array.of(1, 2, 3, 4) },
    ...(over.nominates === true
      ? [{ type: STUN_ATTRIBUTE.useCandidate, value: new Uint8Array(0) }]
      : []),
  ];
  const plain = printStun({
    kind: over.kind ?? "request",
    method: STUN_BINDING,
    transaction: TRANSACTION,
    attributes,
  });
  return withFingerprint(withIntegrity(plain, over.key ?? KEY, hmac));
}

describe("IceLite", () => {
  it.each([true, false])("answer() tells where a check came from, nominated: %s", (nominates) => {
    const answer = new IceLite(ICE).answer(check({ nominates }), FROM);
    expect(answer?.isNominated).toBe(nominates);
    const reply = answer?.reply ?? new Uint8Array(0);
    expect(checkIntegrity(reply, KEY, hmac)).toBe(true);
    expect(checkFingerprint(reply)).toBe(true);
    const parsed = parseStun(reply);
    expect(parsed).toMatchObject({ value: { kind: "success", transaction: TRANSACTION } });
    expect(parsed.ok && mappedAddress(parsed.value)).toEqual(FROM);
  });

  it.each([
    ["another's name", check({ name: "theirs:them" })],
    ["our name alone", check({ name: "ours" })],
    ["another key", check({ key: bytesFromLatin1("q".repeat(24)) })],
    [
      "no tag",
      printStun({
        kind: "request",
        method: STUN_BINDING,
        transaction: TRANSACTION,
        attributes: [],
      }),
    ],
    ["a response", check({ kind: "success" })],
    ["a changed byte", check().with(30, 0x55)],
  ])("answer() gives none to %s", (_, bytes) => {
    expect(new IceLite(ICE).answer(bytes, FROM)).toBeUndefined();
  });

  it("answer() takes any bytes", () => {
    const ice = new IceLite(ICE);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(ice.answer(bytes, FROM)).toBeUndefined();
      }),
    );
  });
});

describe("MediaSession with ICE", () => {
  const frame = new Int16Array(80);
  const session = (withIce: boolean) => {
    const made = new MediaSession({
      session: "s",
      frameSamples: 80,
      ssrc: 1,
      firstSequence: 0,
      firstTimestamp: 0,
      cname: "c",
      wallAtZeroMs: 0,
      random: () => 0.5,
    });
    const remote = { host: "10.0.0.5", port: 4000 };
    made.setFlow(
      {
        remote,
        remoteRtcp: { ...remote, port: 4001 },
        codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 10 },
        send: true,
        receive: true,
        ...(withIce ? { ice: ICE } : {}),
      },
      0,
    );
    return made;
  };

  it("answers checks, and sends where the far end chooses", () => {
    const made = session(true);
    const [reply] = made.handle({ kind: "rtp", bytes: check(), from: FROM }, 1);
    expect(reply).toMatchObject({ kind: "send", channel: "rtp", to: FROM });
    expect(made.push(frame, 10)).toMatchObject([{ to: { host: "10.0.0.5", port: 4000 } }]);
    made.handle({ kind: "rtp", bytes: check({ nominates: true }), from: FROM }, 11);
    expect(made.push(frame, 20)).toMatchObject([{ to: FROM }]);
    const [rtcp] = made.handle({ kind: "rtcp", bytes: check({ nominates: true }), from: FROM }, 21);
    expect(rtcp).toMatchObject({ channel: "rtcp", to: FROM });
  });

  it("is deaf to checks where ICE is not agreed on", () => {
    expect(session(false).handle({ kind: "rtp", bytes: check(), from: FROM }, 1)).toEqual([]);
  });
});
