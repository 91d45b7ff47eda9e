import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Hashes } from "../../base/hashes.ts";
import type { DigestAlgorithm } from "./digest.ts";
import {
  answerChallenge,
  infoOf,
  parseChallenge,
  REALMS_OF_ANSWER_MAX,
  selectChallenges,
} from "./digest-client.ts";
import { createChallenge, parseCredentials, verifyCredentials } from "./digest-server.ts";
import { checkNonce, createNonce } from "./nonce.ts";

const hashes: Hashes = {
  md5: (bytes) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes) => createHash("sha512-256").update(bytes).digest("hex"),
};

/** The response an answer carries. */
function responseOf(authorization: string): string | undefined {
  return /response="([0-9a-f]+)"/.exec(authorization)?.[1];
}

function challengeOf(value: string) {
  const challenge = parseChallenge(value);
  if (!challenge.ok) throw new Error(challenge.error);
  return challenge.value;
}

describe("answerChallenge()", () => {
  const rfc7616 = (algorithm: string) =>
    'Digest realm="http-auth@example.org", qop="auth, auth-int", ' +
    `algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ` +
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const mufasa = { method: "GET", user: "Mufasa", nonceCount: 1, hashes };

  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("computes the example of RFC 7616 §3.9.1 with %s", (algorithm, expected) => {
    const answer = answerChallenge({
      ...mufasa,
      challenge: challengeOf(rfc7616(algorithm)),
      uri: "/dir/index.html",
      password: "Circle of Life",
      cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    });
    expect(responseOf(answer)).toBe(expected);
    expect(answer).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
    expect(answer).toContain(", qop=auth, nc=00000001, cnonce=");
  });

  const rfc2617 =
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"';

  it("computes the example of RFC 2617 §3.5", () => {
    const answer = answerChallenge({
      ...mufasa,
      challenge: challengeOf(`${rfc2617}, qop="auth,auth-int"`),
      uri: "/dir/index.html",
      password: "Circle Of Life",
      cnonce: "0a4f113b",
    });
    expect(responseOf(answer)).toBe("6629fae49393a05397450978507c4ef1");
  });

  it("computes the form without qop (RFC 2069, erratum 749)", () => {
    const answer = answerChallenge({
      ...mufasa,
      challenge: challengeOf(rfc2617),
      uri: "/dir/index.html",
      password: "CircleOfLife",
      cnonce: "unused",
    });
    expect(responseOf(answer)).toBe("1949323746fe6a43ef61f9606e7febea");
    expect(answer).not.toMatch(/qop|nc=|cnonce/);
  });

  it("lets no value leave its quotes", () => {
    const answer = answerChallenge({
      ...mufasa,
      challenge: challengeOf('Digest realm="a\\"b", nonce="n"'),
      uri: 'sip:x"\r\nVia: y',
      user: 'u",x="1\r\n',
      password: "p",
      cnonce: "c",
    });
    expect(answer).not.toMatch(/[\r\n]/);
    const read = parseCredentials(answer);
    expect(read.ok && [read.value.user, read.value.realm]).toEqual(['u",x="1  ', 'a"b']);
  });
});

describe("selectChallenges()", () => {
  const value = (rest: string) => `Digest realm="r", nonce="n"${rest}`;
  it.each([
    [[value("")], "MD5", "none"],
    [[value(", qop=auth")], "MD5", "auth"],
    [[value(', qop="auth-int"')], "MD5", "auth-int"],
    [[value(', qop="auth-int, AUTH"')], "MD5", "auth"],
    [[value(', qop=""')], "MD5", "none"],
    [[value(', algorithm="sha-256"'), value(", algorithm=MD5")], "SHA-256", "none"],
    [[value(", algorithm=MD5"), value(", algorithm=SHA-256")], "SHA-256", "none"],
    [[value(", algorithm=SHA-512-256"), value("")], "SHA-512-256", "none"],
    [[value(", algorithm=SHA-256"), value(", algorithm=sha-512-256")], "SHA-512-256", "none"],
    [[value(", algorithm=SHA-1024"), value("")], "MD5", "none"],
    [["Basic realm=x", "broken", value(", qop=other"), value("")], "MD5", "none"],
  ])("%j gives %s, %s", (challenges, algorithm, qop) => {
    const [chosen, ...more] = selectChallenges(challenges).challenges;
    expect([chosen?.algorithm, chosen?.qop, more.length]).toEqual([algorithm, qop, 0]);
  });

  it.each([
    [[]],
    [["Basic realm=x"]],
    [['Digest realm="r"']],
    [['Digest nonce="n"']],
    [[value(", algorithm=SHA-1024")]],
    [[value(", qop=other")]],
  ])("%j cannot be answered", (challenges) => {
    expect(selectChallenges(challenges).challenges).toEqual([]);
  });

  it("takes the strongest of each realm, in the order of the realms", () => {
    const of = (realm: string, algorithm: string): string =>
      `Digest realm="${realm}", nonce="${algorithm}", algorithm=${algorithm}`;
    const values = [of("b", "MD5"), of("a", "SHA-256"), of("b", "SHA-512-256"), of("a", "MD5")];
    const { challenges } = selectChallenges(values);
    expect(challenges.map(({ realm, nonce }) => `${realm} ${nonce}`)).toEqual([
      "b SHA-512-256",
      "a SHA-256",
    ]);
  });

  it.each([
    [REALMS_OF_ANSWER_MAX, 0],
    [REALMS_OF_ANSWER_MAX + 1, 1],
  ])("of %i realms leaves %i out", (count, left) => {
    const values = Array.from({ length: count }, (_, at) => `Digest realm="${at}", nonce="n"`);
    const { challenges, refused } = selectChallenges(values);
    expect([challenges.length, refused.length]).toEqual([count - left, left]);
  });

  it.each([
    [["SHA-256"], ["MD5", "SHA-256"], "SHA-256"],
    [["SHA-256", "SHA-512-256"], ["MD5"], undefined],
    [["MD5"], ["MD5", "SHA-256"], "MD5"],
    [["SHA-256"], ["SHA-256-sess", "MD5"], "SHA-256-sess"],
  ] as const)("where %j may be answered, of %j it takes %s", (algorithms, offered, taken) => {
    const challenges = offered.map((name) => value(`, algorithm=${name}`));
    const [chosen] = selectChallenges(challenges, { algorithms }).challenges;
    expect(chosen?.algorithm).toBe(taken);
  });

  it("reads stale", () => {
    expect(challengeOf(value(", stale=TRUE")).stale).toBe(true);
    expect(challengeOf(value(', stale="false"')).stale).toBe(false);
  });
});

describe("verifyCredentials()", () => {
  const algorithm = fc.constantFrom<DigestAlgorithm>(
    ...(["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"] as const),
    ...(["SHA-512-256", "SHA-512-256-sess"] as const),
  );
  const text = fc.string({ unit: "grapheme" }).map((raw) => raw.replace(/[\r\n]/g, "."));
  const base = { method: "REGISTER", realm: "tipring", hashes };

  it("takes what answerChallenge() makes of createChallenge(), and no other password", () => {
    fc.assert(
      fc.property(
        algorithm,
        fc.constantFrom('qop="auth"', 'qop="auth-int"', 'x="y"'),
        text,
        text,
        fc.integer({ min: 1, max: 0xffffffff }),
        (chosen, qop, user, password, nonceCount) => {
          const value = createChallenge({ realm: "tipring", nonce: "n.1", algorithm: chosen });
          const challenge = challengeOf(value.replace('qop="auth"', qop));
          const uri = "sip:h";
          const body = "the body";
          const client = { challenge, uri, user, password, cnonce: "c", nonceCount, body };
          const authorization = answerChallenge({ ...client, method: "REGISTER", hashes });
          const check = { ...base, authorization, uri, body };
          const secret = { kind: "password", password } as const;
          const verdict = verifyCredentials({ ...check, secret });
          expect(verdict.ok && verdict.value).toMatchObject({
            user,
            realm: "tipring",
            nonce: "n.1",
          });
          expect(verdict.ok && verdict.value.nonceCount).toBe(
            qop.startsWith("qop") ? nonceCount : 0,
          );
          const wrong = { kind: "password", password: `${password}x` } as const;
          expect(verifyCredentials({ ...check, secret: wrong }).ok).toBe(false);
          expect(verifyCredentials({ ...check, method: "INVITE", secret }).ok).toBe(false);
        },
      ),
    );
  });

  const bob = answerChallenge({
    challenge: challengeOf(createChallenge({ realm: "tipring", nonce: "n", algorithm: "MD5" })),
    method: "REGISTER",
    uri: "sip:h",
    user: "bob",
    password: "zanzibar",
    cnonce: "c",
    nonceCount: 10,
    hashes,
  });
  const secret = { kind: "password", password: "zanzibar" } as const;

  it("takes a stored hash", () => {
    const ha1 = hashes.md5(new TextEncoder().encode("bob:tipring:zanzibar")).toUpperCase();
    const check = { ...base, authorization: bob };
    expect(verifyCredentials({ ...check, secret: { kind: "ha1", ha1 } }).ok).toBe(true);
    expect(verifyCredentials({ ...check, secret: { kind: "ha1", ha1: "00" } }).ok).toBe(false);
  });

  it.each([
    ["wrong-realm", { realm: "other" }],
    ["wrong-uri", { uri: "sip:other" }],
    ["wrong-response", { method: "INVITE" }],
    ["wrong-response", { secret: { kind: "password", password: "Zanzibar" } as const }],
    ["wrong-algorithm", { algorithms: ["SHA-256"] as const }],
    ["wrong-response", { authorization: bob.replace("nc=0000000a", "nc=0000000b") }],
    ["wrong-response", { authorization: bob.replace('cnonce="c"', 'cnonce="d"') }],
    ["wrong-response", { authorization: bob.replace('nonce="n"', 'nonce="m"') }],
    ["malformed", { authorization: bob.replace("nc=0000000a", "nc=a") }],
    ["malformed", { authorization: bob.replace(/response="./, 'response="') }],
    ["malformed", { authorization: bob.replace("qop=auth", "qop=other") }],
    ["malformed", { authorization: bob.replace("MD5", "SHA-256") }],
    ["malformed", { authorization: bob.replace(', cnonce="c"', "") }],
    ["malformed", { authorization: bob.replace('username="bob", ', "") }],
    ["malformed", { authorization: "Basic x=y" }],
    ["malformed", { authorization: "" }],
  ])("says %s for %j", (reason, changes) => {
    const verdict = verifyCredentials({ ...base, authorization: bob, secret, ...changes });
    expect(verdict).toEqual({ ok: false, error: reason });
  });

  it("compares Request-URIs as SIP does", () => {
    const check = { ...base, authorization: bob, secret };
    expect(verifyCredentials({ ...check, uri: "SIP:H" }).ok).toBe(true);
    expect(verifyCredentials({ ...check, uri: "sip:h:5060" }).ok).toBe(false);
  });

  it("hashes a nonce count as it stood", () => {
    const ha1 = hashes.md5(new TextEncoder().encode("bob:tipring:zanzibar"));
    const ha2 = hashes.md5(new TextEncoder().encode("REGISTER:sip:h"));
    const response = hashes.md5(new TextEncoder().encode(`${ha1}:n:0000000A:c:auth:${ha2}`));
    const authorization = bob
      .replace("nc=0000000a", "nc=0000000A")
      .replace(/response="[^"]*"/, `response="${response}"`);
    expect(verifyCredentials({ ...base, authorization, secret }).ok).toBe(true);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(bob.length), (noise, at) => {
        const authorization = bob.slice(0, at) + noise + bob.slice(at + noise.length);
        for (const value of [noise, authorization]) {
          verifyCredentials({ ...base, authorization: value, secret });
          selectChallenges([value]);
          infoOf(value);
        }
      }),
    );
  });

  it("takes text that is no Unicode without throwing", () => {
    const challenge = challengeOf('Digest realm="r", nonce="n"');
    const odd = { user: "\ud800", password: "a\udc00" };
    const answer = { challenge, method: "A", uri: "sip:h", cnonce: "c", nonceCount: 1, hashes };
    expect(answerChallenge({ ...answer, ...odd })).toContain('username="\xef\xbf\xbd"');
  });
});

describe("createNonce() and checkNonce()", () => {
  const made = { nowMs: 1234.5, token: "Tok1", secret: "s", holder: "192.0.2.1", hashes };
  const nonce = createNonce(made);
  const check = { ...made, nonce, lifetimeMs: 1000 };

  it.each([
    [{}, "fresh"],
    [{ nowMs: 2234 }, "fresh"],
    [{ nowMs: 2235.5 }, "stale"],
    [{ nowMs: 0 }, "stale"],
    [{ secret: "t" }, "foreign"],
    [{ holder: "192.0.2.10" }, "foreign"],
    [{ holder: "" }, "foreign"],
    [{ nonce: "" }, "foreign"],
    [{ nonce: "." }, "foreign"],
    [{ nonce: nonce.replace("Tok1", "Tok2") }, "foreign"],
    [{ nonce: `z${nonce}` }, "foreign"],
    [{ nonce: nonce.slice(0, -1) }, "foreign"],
    [{ nonce: `${nonce}0` }, "foreign"],
  ])("%j is %s", (changes, expected) => {
    expect(checkNonce({ ...check, ...changes })).toBe(expected);
  });

  it("differs with the token", () => {
    expect(createNonce({ ...made, token: "Tok2" })).not.toBe(nonce);
  });

  it("does not tell to whom it was given", () => {
    expect(createNonce({ ...made, holder: "198.51.100.7" })).not.toMatch(/198|51\.100/);
  });
});
