import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MediaSecurity, SrtpSuite } from "../../base/srtp-suites.ts";
import { CRYPTO_LINES_LIMIT, parseCrypto, printCrypto } from "./crypto.ts";
import { acceptAnswer, answerOffer, createOffer, type MediaOffer } from "./offer-answer.ts";

const KEY_30 = "URF7iv+U7XFsqiWMmPYMPOuIqz3qjQjmLW/qP5+x";
const KEY_46 = "LBNmzgnWiJiRYuNsEzUJJDbPhCbv89EFyjJHf9wXIpAiweS3JjEBeDJCDqCbvw==";
const SHA1_80 = "AES_CM_128_HMAC_SHA1_80";
const SHA1_32 = "AES_CM_128_HMAC_SHA1_32";

describe("parseCrypto()", () => {
  it.each([
    [`1 ${SHA1_80} inline:${KEY_30}`, "1", SHA1_80, 30],
    [`987654321 ${SHA1_32} inline:${KEY_30}|2^31`, "987654321", SHA1_32, 30],
    [`2 ${SHA1_80} inline:${KEY_30}|1048576 WSH=128 -vendor=1 KDR=0`, "2", SHA1_80, 30],
    [`3 AES_256_CM_HMAC_SHA1_80 inline:${KEY_46}`, "3", "AES_256_CM_HMAC_SHA1_80", 46],
    [`3 AES_256_CM_HMAC_SHA1_32  inline:${KEY_46} `, "3", "AES_256_CM_HMAC_SHA1_32", 46],
    [
      "4 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==",
      "4",
      "AEAD_AES_128_GCM",
      28,
    ],
  ])("reads %s", (value, tag, suite, bytes) => {
    const crypto = parseCrypto(value);
    expect(crypto).toMatchObject({ tag, suite });
    expect(crypto?.master).toHaveLength(bytes);
  });

  it.each([
    ["no key", `1 ${SHA1_80}`],
    ["an unknown suite", `1 F8_128_HMAC_SHA1_80 inline:${KEY_30}`],
    ["a suite of other letters", `1 aes_cm_128_hmac_sha1_80 inline:${KEY_30}`],
    ["a key of another suite", `1 ${SHA1_80} inline:${KEY_46}`],
    ["a key that is too short", `1 ${SHA1_80} inline:${KEY_30.slice(4)}`],
    ["a key identifier", `1 ${SHA1_80} inline:${KEY_30}|2^20|1:4`],
    ["a key identifier alone", `1 ${SHA1_80} inline:${KEY_30}|1:4`],
    ["two keys", `1 ${SHA1_80} inline:${KEY_30}|2^20|1:4;inline:${KEY_30}|2^20|2:4`],
    ["a derivation rate", `1 ${SHA1_80} inline:${KEY_30} KDR=1`],
    ["nothing encrypted", `1 ${SHA1_80} inline:${KEY_30} UNENCRYPTED_SRTP`],
    ["reports in the clear", `1 ${SHA1_80} inline:${KEY_30} UNENCRYPTED_SRTCP`],
    ["no tags", `1 ${SHA1_80} inline:${KEY_30} UNAUTHENTICATED_SRTP`],
    ["ten digits of tag", `1234567890 ${SHA1_80} inline:${KEY_30}`],
    ["another method", `1 ${SHA1_80} uri:${KEY_30}`],
  ])("takes none with %s", (_, value) => expect(parseCrypto(value)).toBeUndefined());

  it("takes any text, and reads what printCrypto() writes", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCrypto(text)));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 30, maxLength: 30 }), (master) => {
        const crypto = { tag: "7", suite: SHA1_80, master } as const;
        expect(parseCrypto(printCrypto(crypto))).toEqual(crypto);
      }),
    );
  });
});

const ours = (suite: SrtpSuite, fill: number) => ({ suite, master: new Uint8Array(30).fill(fill) });
const security = (policy: MediaSecurity["policy"]): MediaSecurity => ({
  policy,
  keys: [ours(SHA1_80, 1), ours(SHA1_32, 2)],
});
const media = (policy: MediaSecurity["policy"] | "off"): MediaOffer => ({
  local: { host: "10.0.0.1", port: 4000 },
  sessionId: "77",
  version: 3,
  codecs: [{ name: "PCMU", payloadType: 0, clockRateHz: 8000 }],
  ptimeMs: 20,
  direction: "sendrecv",
  ...(policy === "off" ? {} : { security: security(policy) }),
});
const sdp = (...lines: string[]): string =>
  ["v=0", "o=- 1 1 IN IP4 10.0.0.2", "s=-", "c=IN IP4 10.0.0.2", "t=0 0", ...lines, ""].join(
    "\r\n",
  );
const CRYPTO = `a=crypto:5 ${SHA1_32} inline:${KEY_30}`;
const STRANGE = `a=crypto:1 F8_128_HMAC_SHA1_80 inline:${KEY_30}`;
const FINGERPRINT = "a=fingerprint:SHA-256 7A:89";

describe("answerOffer() and encryption", () => {
  it.each([
    // What the offer says, what we want, and what comes of it.
    ["off", "RTP/AVP", [], "plain"],
    ["off", "RTP/AVPF", [], "plain"],
    ["off", "RTP/AVP", [CRYPTO], "plain"],
    ["off", "RTP/SAVP", [CRYPTO], "no-security"],
    ["optional", "RTP/AVP", [], "plain"],
    ["optional", "RTP/AVP", [STRANGE], "plain"],
    ["optional", "RTP/AVP", [FINGERPRINT], "plain"],
    ["optional", "RTP/AVP", [STRANGE, CRYPTO], "encrypted"],
    ["optional", "RTP/SAVP", [CRYPTO], "encrypted"],
    ["optional", "RTP/SAVPF", [CRYPTO], "encrypted"],
    ["optional", "RTP/SAVP", [FINGERPRINT], "no-security"],
    ["optional", "RTP/SAVP", [], "no-security"],
    ["required", "RTP/AVP", [], "no-security"],
    ["required", "RTP/AVP", [CRYPTO], "encrypted"],
    ["required", "RTP/SAVP", [CRYPTO], "encrypted"],
    ["required", "RTP/SAVP", [STRANGE], "no-security"],
    ["optional", "UDP/TLS/RTP/SAVP", [CRYPTO], "no-security"],
  ] as const)("%s: %s with %j is %s", (policy, protocol, lines, outcome) => {
    const answer = answerOffer(sdp(`m=audio 5000 ${protocol} 0`, ...lines), media(policy));
    if (!answer.ok) {
      expect(answer.error.kind).toBe(outcome);
      return;
    }
    const { body, flow } = answer.value;
    expect(body).toContain(`m=audio 4000 ${protocol} 0\r\n`);
    expect(flow.srtp === undefined ? "plain" : "encrypted").toBe(outcome);
    expect(body.includes("a=crypto:")).toBe(outcome === "encrypted");
    if (flow.srtp === undefined) return;
    const { suite, send, receive } = flow.srtp;
    expect({ suite, send }).toEqual({ suite: SHA1_32, send: new Uint8Array(30).fill(2) });
    expect(receive).toEqual(parseCrypto(CRYPTO.slice(9))?.master);
    expect(body).toContain(`a=crypto:5 ${SHA1_32} inline:AgIC`);
  });

  it("refuses each stream that it does not take in its place, with port 0", () => {
    const offer = sdp(
      "m=audio 5000 UDP/TLS/RTP/SAVPF 0",
      FINGERPRINT,
      "m=image 5002 udptl t38",
      "m=audio 5004 RTP/SAVP 0",
      CRYPTO,
      "m=video 5006 RTP/AVP 96",
      "m=audio 5008 RTP/AVP 0",
    );
    const answer = answerOffer(offer, media("optional"));
    const streams = answer.ok ? answer.value.body.match(/^m=.*(?=\r)/gm) : [];
    expect(streams).toEqual([
      "m=audio 0 UDP/TLS/RTP/SAVPF 0",
      "m=image 0 udptl t38",
      "m=audio 4000 RTP/SAVP 0",
      "m=video 0 RTP/AVP 96",
      "m=audio 0 RTP/AVP 0",
    ]);
  });

  it("looks at so many crypto lines and no more", () => {
    const lines = (before: number) => [...Array<string>(before).fill(STRANGE), CRYPTO];
    const at = answerOffer(
      sdp("m=audio 5000 RTP/SAVP 0", ...lines(CRYPTO_LINES_LIMIT - 1)),
      media("optional"),
    );
    const over = answerOffer(
      sdp("m=audio 5000 RTP/SAVP 0", ...lines(CRYPTO_LINES_LIMIT)),
      media("optional"),
    );
    expect([at.ok, over.ok]).toEqual([true, false]);
  });
});

describe("createOffer(), acceptAnswer() and encryption", () => {
  it("offers the first suites alone where told, and takes all", () => {
    const few = { ...media("optional"), security: { ...security("optional"), offered: 1 } };
    expect(createOffer(few)).toContain(`a=crypto:1 ${SHA1_80} `);
    expect(createOffer(few)).not.toContain(SHA1_32);
    const answer = answerOffer(sdp("m=audio 5000 RTP/SAVP 0", CRYPTO), few);
    expect(answer.ok && answer.value.flow.srtp?.suite).toBe(SHA1_32);
    const notOffered = sdp("m=audio 5000 RTP/AVP 0", `a=crypto:2 ${SHA1_32} inline:${KEY_30}`);
    expect(acceptAnswer(notOffered, few).ok).toBe(false);
  });

  it.each([
    ["off", "RTP/AVP", 0],
    ["optional", "RTP/AVP", 2],
    ["required", "RTP/SAVP", 2],
  ] as const)("%s offers %s with %i crypto lines", (policy, protocol, lines) => {
    const body = createOffer(media(policy));
    expect(body).toContain(`m=audio 4000 ${protocol} 0\r\n`);
    expect(body.match(/^a=crypto:\d /gm) ?? []).toHaveLength(lines);
  });

  it.each([
    ["optional", "RTP/AVP", [], "plain"],
    ["optional", "RTP/AVP", [`a=crypto:2 ${SHA1_32} inline:${KEY_30}`], "encrypted"],
    ["optional", "RTP/AVP", [`a=crypto:1 ${SHA1_32} inline:${KEY_30}`], "no-security"],
    ["optional", "RTP/AVP", [`a=crypto:3 ${SHA1_32} inline:${KEY_30}`], "no-security"],
    ["optional", "RTP/SAVP", [`a=crypto:2 ${SHA1_32} inline:${KEY_30}`], "no-security"],
    ["required", "RTP/SAVP", [`a=crypto:2 ${SHA1_32} inline:${KEY_30}`], "encrypted"],
    ["required", "RTP/SAVP", [], "no-security"],
    ["required", "RTP/AVP", [], "no-security"],
    ["off", "RTP/SAVP", [CRYPTO], "no-security"],
    ["off", "RTP/AVP", [], "plain"],
  ] as const)("%s: an answer of %s with %j is %s", (policy, protocol, lines, outcome) => {
    const flow = acceptAnswer(sdp(`m=audio 5000 ${protocol} 0`, ...lines), media(policy));
    const got = flow.ok ? (flow.value.srtp === undefined ? "plain" : "encrypted") : flow.error.kind;
    expect(got).toBe(outcome);
    if (flow.ok && flow.value.srtp !== undefined) {
      expect(flow.value.srtp.send).toEqual(new Uint8Array(30).fill(2));
    }
  });
});

describe("rtcp-mux", () => {
  const offer = (mux: boolean) => sdp("m=audio 5000 RTP/AVP 0", ...(mux ? ["a=rtcp-mux"] : []));

  it.each([true, false])("answerOffer() follows an offer: %s", (mux) => {
    const answer = answerOffer(offer(mux), media("off"));
    expect(answer.ok && answer.value.body.includes("a=rtcp-mux\r\n")).toBe(mux);
    expect(answer.ok && answer.value.flow).toMatchObject({
      remoteRtcp: { port: mux ? 5000 : 5001 },
      ...(mux ? { rtcpMux: true } : {}),
    });
  });

  it.each([
    { asked: true, told: true, muxed: true },
    { asked: true, told: false, muxed: false },
    { asked: false, told: true, muxed: false },
  ])("acceptAnswer() asked $asked, told $told: $muxed", ({ asked, told, muxed }) => {
    const ours = { ...media("off"), rtcpMux: asked };
    expect(createOffer(ours).includes("a=rtcp-mux\r\n")).toBe(asked);
    const flow = acceptAnswer(offer(told), ours);
    expect(flow.ok && flow.value.rtcpMux === true).toBe(muxed);
    expect(flow.ok && flow.value.remoteRtcp.port).toBe(muxed ? 5000 : 5001);
  });
});

describe("ICE", () => {
  const ice = { ufrag: "abcd1234", password: "p".repeat(24) };
  const theirs = ["a=ice-ufrag:WXYZ", "a=ice-pwd:0123456789abcdefghijkl"];
  const answer = (ours: Partial<MediaOffer>, ...lines: string[]) => {
    const got = answerOffer(sdp("m=audio 5000 RTP/AVP 0", ...lines), { ...media("off"), ...ours });
    if (!got.ok) throw new Error(got.error.detail);
    return got.value;
  };

  it("answerOffer() answers ICE with the lite one, an address a component", () => {
    const { body, flow } = answer({ ice }, ...theirs);
    expect(flow.ice).toEqual({ local: ice, remoteUfrag: "WXYZ" });
    const head = body.slice(0, body.indexOf("m="));
    expect(head).toContain("a=ice-lite\r\n");
    expect(body.match(/^a=(ice|candidate).*(?=\r)/gm)).toEqual([
      "a=ice-lite",
      "a=ice-ufrag:abcd1234",
      `a=ice-pwd:${ice.password}`,
      "a=candidate:1 1 UDP 2130706431 10.0.0.1 4000 typ host",
      "a=candidate:1 2 UDP 2130706430 10.0.0.1 4001 typ host",
    ]);
    expect(answer({ ice }, ...theirs, "a=rtcp-mux").body).not.toContain("candidate:1 2");
  });

  const other = "c=IN IP6 2001:db8::1";
  const v4 = (component: number, priority: number, port: number, host = "10.0.0.9"): string =>
    `a=candidate:1 ${component} UDP ${priority} ${host} ${port} typ host`;
  it.each([
    ["the best of our family", [v4(1, 1, 6000), v4(1, 9, 7000), v4(2, 9, 7005)], 7000, 7005],
    ["the next port for RTCP", [v4(1, 1, 6000)], 6000, 6001],
    ["none of the other family", [v4(1, 9, 7000, "fd00::2"), v4(1, 1, 6000)], 6000, 6001],
    ["none of TCP", ["a=candidate:1 1 TCP 9 10.0.0.9 9 typ host", v4(1, 1, 6000)], 6000, 6001],
    ["no name", [v4(1, 9, 7000, "x.local"), v4(1, 1, 6000)], 6000, 6001],
    ["no port that is none", [v4(1, 9, 70_000), v4(1, 8, 0), v4(1, 1, 6000)], 6000, 6001],
  ])("answerOffer() whose default is of another family takes %s", (_what, lines, rtp, rtcp) => {
    const { flow } = answer({ ice }, other, ...theirs, ...lines);
    expect([flow.remote, flow.remoteRtcp]).toEqual([
      { host: "10.0.0.9", port: rtp },
      { host: "10.0.0.9", port: rtcp },
    ]);
  });

  it.each([
    ["we do not use ICE", {}, [v4(1, 1, 6000)]],
    ["there is none of our family", { ice }, [v4(1, 1, 6000, "fd00::2")]],
    ["there is none", { ice }, []],
  ])("answerOffer() refuses a default of another family where %s", (_what, ours, lines) => {
    const offer = sdp("m=audio 5000 RTP/AVP 0", other, ...theirs, ...lines);
    const got = answerOffer(offer, { ...media("off"), ...ours });
    expect(got.ok ? undefined : got.error.kind).toBe("bad-address");
  });

  it.each([
    { what: "we do not", ours: {}, lines: theirs },
    { what: "the far end does not", ours: { ice }, lines: [] },
    {
      what: "its password is too short",
      ours: { ice },
      lines: [theirs[0] ?? "", "a=ice-pwd:short"],
    },
    { what: "its name is none", ours: { ice }, lines: ["a=ice-ufrag:a b", theirs[1] ?? ""] },
  ])("answerOffer() has none where $what", ({ ours, lines }) => {
    const { body, flow } = answer(ours, ...lines);
    expect([flow.ice, body.includes("a=ice")]).toEqual([undefined, false]);
  });
});
