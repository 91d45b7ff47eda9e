import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DtlsFlow, MediaSecurity } from "../../base/srtp-suites.ts";
import { dtlsLines, FINGERPRINT_LINES_LIMIT, parseFingerprint } from "./fingerprint.ts";
import { acceptAnswer, answerOffer, createOffer, type MediaOffer } from "./offer-answer.ts";

const print = (byte: string): string => Array<string>(32).fill(byte).join(":");
const [OURS, THEIRS, OTHER] = [print("0A"), print("B7"), print("CC")];
const KEY_30 = "URF7iv+U7XFsqiWMmPYMPOuIqz3qjQjmLW/qP5+x";
const SUITE = "AES_CM_128_HMAC_SHA1_80";

describe("parseFingerprint()", () => {
  it.each([
    [`sha-256 ${THEIRS}`, THEIRS],
    [`SHA-256  ${THEIRS.toLowerCase()} `, THEIRS],
    [`sha-1 ${THEIRS.slice(0, 59)}`, undefined],
    [`sha-512 ${THEIRS}:${THEIRS}`, undefined],
    [`sha-256 ${THEIRS.slice(3)}`, undefined],
    [`sha-256 ${THEIRS}:B7`, undefined],
    [`sha-256 ${THEIRS.replace("B", "G")}`, undefined],
    [`sha-256 ${THEIRS.replaceAll(":", "")}`, undefined],
    [THEIRS, undefined],
    ["", undefined],
  ])("%s", (value, read) => expect(parseFingerprint(value)).toBe(read));

  it("takes any text, and reads what dtlsLines() writes", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseFingerprint(text)));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const fingerprint = [...bytes]
          .map((byte) => byte.toString(16).padStart(2, "0").toUpperCase())
          .join(":");
        const [, line = ""] = dtlsLines({ fingerprint, isFirst: true }, "actpass");
        expect(parseFingerprint(line.replace("fingerprint:", ""))).toBe(fingerprint);
      }),
    );
  });
});

type Sources = "dtls" | "dtls, sdes" | "sdes, dtls" | "sdes";

function media(policy: MediaSecurity["policy"], sources: Sources, dtls?: DtlsFlow): MediaOffer {
  const keys = sources === "dtls" ? [] : [{ suite: SUITE, master: new Uint8Array(30) } as const];
  const isFirst = sources.startsWith("dtls");
  const security = { policy, keys, dtls: { fingerprint: OURS, isFirst } };
  const { dtls: _, ...without } = security;
  return {
    local: { host: "10.0.0.1", port: 4000 },
    sessionId: "77",
    version: 3,
    codecs: [{ name: "PCMU", payloadType: 0, clockRateHz: 8000 }],
    ptimeMs: 20,
    direction: "sendrecv",
    security: sources === "sdes" ? without : security,
    ...(dtls === undefined ? {} : { dtls }),
  };
}

const sdp = (protocol: string, lines: readonly string[], session: readonly string[] = []) =>
  [
    ...["v=0", "o=- 1 1 IN IP4 10.0.0.2", "s=-", "c=IN IP4 10.0.0.2", "t=0 0", ...session],
    ...[`m=audio 5000 ${protocol} 0`, ...lines, ""],
  ].join("\r\n");
const PRINT = `a=fingerprint:sha-256 ${THEIRS}`;
const SHA1 = `a=fingerprint:sha-1 ${THEIRS.slice(0, 59)}`;
const CRYPTO = `a=crypto:1 ${SUITE} inline:${KEY_30}`;
const TLS = "UDP/TLS/RTP/SAVP";

describe("answerOffer() and keys by DTLS", () => {
  it.each([
    // Policy, where keys come from, what is offered, and what comes of it.
    ["required", "dtls", TLS, ["a=setup:actpass", PRINT], "active"],
    ["required", "dtls", `${TLS}F`, ["a=setup:actpass", PRINT], "active"],
    ["required", "dtls", TLS, ["a=setup:active", PRINT], "passive"],
    ["required", "dtls", TLS, ["a=setup:passive", PRINT], "active"],
    ["required", "dtls", TLS, [PRINT], "passive"],
    ["required", "dtls", TLS, ["a=setup:holdconn", PRINT], "no-security"],
    ["required", "dtls", TLS, ["a=setup:actpass", SHA1], "no-security"],
    ["required", "dtls", TLS, ["a=setup:actpass", SHA1, PRINT], "active"],
    ["required", "dtls", TLS, [CRYPTO], "no-security"],
    ["required", "dtls", "RTP/SAVP", [CRYPTO], "no-security"],
    ["required", "dtls", "RTP/SAVP", ["a=setup:actpass", PRINT], "active"],
    ["required", "dtls", "RTP/AVP", [], "no-security"],
    ["optional", "dtls", "RTP/AVP", [], "plain"],
    ["optional", "dtls", "RTP/AVP", [SHA1], "plain"],
    ["optional", "dtls", "RTP/AVP", ["a=setup:actpass", PRINT], "active"],
    ["optional", "dtls, sdes", "RTP/AVP", [CRYPTO, "a=setup:actpass", PRINT], "active"],
    ["optional", "dtls, sdes", "RTP/AVP", [CRYPTO], "sdes"],
    ["optional", "sdes, dtls", "RTP/AVP", [CRYPTO, "a=setup:actpass", PRINT], "sdes"],
    ["optional", "sdes, dtls", "RTP/SAVP", ["a=setup:actpass", PRINT], "active"],
    ["optional", "sdes, dtls", TLS, [CRYPTO, "a=setup:actpass", PRINT], "active"],
    ["optional", "sdes", TLS, ["a=setup:actpass", PRINT], "no-security"],
    ["optional", "sdes", "RTP/SAVP", ["a=setup:actpass", PRINT], "no-security"],
  ] as const)("%s, %s: %s with %j is %s", (policy, sources, protocol, lines, outcome) => {
    const answer = answerOffer(sdp(protocol, lines), media(policy, sources));
    if (!answer.ok) {
      expect(answer.error.kind).toBe(outcome);
      return;
    }
    const { body, flow } = answer.value;
    const got = flow.dtls?.role ?? (flow.srtp === undefined ? "plain" : "sdes");
    expect(got).toBe(outcome);
    expect(body).toContain(`m=audio 4000 ${protocol} 0\r\n`);
    expect(body.includes("a=crypto:")).toBe(outcome === "sdes");
    expect(body.match(/^a=(setup|fingerprint).*(?=\r)/gm) ?? []).toEqual(
      flow.dtls === undefined ? [] : [`a=setup:${outcome}`, `a=fingerprint:sha-256 ${OURS}`],
    );
    if (flow.dtls !== undefined) expect(flow.dtls.fingerprints).toEqual([THEIRS]);
    expect(flow.srtp === undefined).toBe(outcome !== "sdes");
  });

  it("reads what stands for the whole session, unless the stream says otherwise", () => {
    const session = [`a=fingerprint:sha-256 ${OTHER}`, "a=setup:active"];
    const roles = [[], [PRINT, "a=setup:passive"]].map((lines) => {
      const answer = answerOffer(sdp(TLS, lines, session), media("required", "dtls"));
      return answer.ok ? answer.value.flow.dtls : answer.error;
    });
    expect(roles).toEqual([
      { role: "passive", fingerprints: [OTHER] },
      { role: "active", fingerprints: [THEIRS] },
    ]);
  });

  it.each([
    [[THEIRS], "passive"],
    [[OTHER, THEIRS], "passive"],
    [[OTHER], "active"],
  ] as const)("lets the association of %j go on, where it may choose: %s", (fingerprints, role) => {
    const ours = media("required", "dtls", { role: "passive", fingerprints });
    const answer = answerOffer(sdp(TLS, ["a=setup:actpass", PRINT]), ours);
    expect(answer.ok && answer.value.flow.dtls?.role).toBe(role);
  });

  it("looks at so many fingerprints and no more", () => {
    const taken = [FINGERPRINT_LINES_LIMIT - 1, FINGERPRINT_LINES_LIMIT].map((before) => {
      const lines = [...Array<string>(before).fill(SHA1), PRINT];
      return answerOffer(sdp(TLS, lines), media("required", "dtls")).ok;
    });
    expect(taken).toEqual([true, false]);
  });
});

describe("createOffer(), acceptAnswer() and keys by DTLS", () => {
  const BOTH = ["a=setup:actpass", `a=fingerprint:sha-256 ${OURS}`];
  it.each([
    ["optional", "dtls", "RTP/AVP", 0, BOTH],
    ["optional", "sdes, dtls", "RTP/AVP", 1, BOTH],
    ["required", "dtls", TLS, 0, BOTH],
    ["required", "dtls, sdes", TLS, 0, BOTH],
    ["required", "sdes, dtls", "RTP/SAVP", 1, []],
    ["required", "sdes", "RTP/SAVP", 1, []],
  ] as const)("%s, %s: %s, %i of crypto, and %j", (policy, sources, protocol, crypto, lines) => {
    const body = createOffer(media(policy, sources));
    expect(body).toContain(`m=audio 4000 ${protocol} 0\r\n`);
    expect(body.match(/^a=crypto:/gm) ?? []).toHaveLength(crypto);
    expect(body.match(/^a=(setup|fingerprint).*(?=\r)/gm) ?? []).toEqual(lines);
  });

  it.each([
    ["required", "dtls", TLS, ["a=setup:active", PRINT], "passive"],
    ["required", "dtls", TLS, ["a=setup:passive", PRINT], "active"],
    ["required", "dtls", TLS, [PRINT], "active"],
    ["required", "dtls", TLS, ["a=setup:actpass", PRINT], "no-security"],
    ["required", "dtls", TLS, ["a=setup:active"], "no-security"],
    ["required", "dtls", `${TLS}F`, ["a=setup:active", PRINT], "no-security"],
    ["required", "dtls", "RTP/SAVP", ["a=setup:active", PRINT], "no-security"],
    ["required", "sdes, dtls", "RTP/SAVP", ["a=setup:active", PRINT], "no-security"],
    ["optional", "sdes, dtls", "RTP/AVP", ["a=setup:active", PRINT], "passive"],
    ["optional", "sdes, dtls", "RTP/AVP", [CRYPTO], "sdes"],
    ["optional", "sdes, dtls", "RTP/AVP", [], "plain"],
    ["optional", "sdes", "RTP/AVP", ["a=setup:active", PRINT], "plain"],
  ] as const)("%s, %s: %s with %j is %s", (policy, sources, protocol, lines, outcome) => {
    const flow = acceptAnswer(sdp(protocol, lines), media(policy, sources));
    const got = flow.ok
      ? (flow.value.dtls?.role ?? (flow.value.srtp === undefined ? "plain" : "sdes"))
      : flow.error.kind;
    expect(got).toBe(outcome);
  });

  it("each side of an offer and its answer begins where the other does not", () => {
    const [a, b] = [media("required", "dtls"), media("optional", "dtls")];
    const answer = answerOffer(createOffer(a), b);
    if (!answer.ok) throw new Error(answer.error.detail);
    const flow = acceptAnswer(answer.value.body, a);
    expect(answer.value.flow.dtls).toEqual({ role: "active", fingerprints: [OURS] });
    expect(flow.ok && flow.value.dtls).toEqual({ role: "passive", fingerprints: [OURS] });
  });
});
