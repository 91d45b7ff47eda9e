import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SipAddress, SipHeader } from "../sip/index.ts";
import { createExchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  credentials,
  type InviteOptions,
  invite,
  PHONE,
  register,
  told,
  words,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeConfig } from "./exchange-types.ts";
import { GUESS_LIMITS } from "./guess-limit.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};

const CONTACT = "<sip:101@192.0.2.10>";

function guarded(changes: Partial<ExchangeConfig> = {}) {
  const exchange = createExchange(configOf(hashes, { authenticate: true, ...changes }));
  const challenges = (nowMs = 0) => {
    const asked = exchange.handle(register("101", { contacts: [CONTACT] }), nowMs);
    const answer = answerOf(asked, "www-authenticate");
    expect(answer?.status).toBe(401);
    return answer?.values ?? [];
  };
  const registerAs = (
    header: ReturnType<typeof credentials>,
    nowMs = 0,
    user = "101",
  ): { readonly status: number; readonly values: readonly string[] } | undefined => {
    const options = { contacts: [CONTACT], headers: [header], cseq: ++cseq };
    return answerOf(exchange.handle(register(user, options), nowMs), "www-authenticate");
  };
  let cseq = 1;
  return { exchange, challenges, registerAs };
}

const sign = { method: "REGISTER", hashes };

describe("Authority", () => {
  it("challenges with MD5 alone, which every phone knows", () => {
    const { challenges } = guarded();
    expect(challenges().map((value) => /algorithm=([\w-]+)/.exec(value)?.[1])).toEqual(["MD5"]);
  });

  it("refuses an algorithm that it has not offered", () => {
    const { challenges, registerAs } = guarded();
    const [weak = ""] = challenges();
    const strong = weak.replace("algorithm=MD5", "algorithm=SHA-256");
    expect(registerAs(credentials([strong], "101", "one", sign))?.status).toBe(403);
  });

  it("challenges in the order it was told, and takes either", () => {
    const { challenges, registerAs } = guarded({ digestAlgorithms: ["SHA-256", "MD5"] });
    const [strong = "", weak = ""] = challenges();
    expect(strong).toContain("SHA-256");
    expect(weak).toContain("MD5");
    expect(registerAs(credentials([strong], "101", "one", sign))?.status).toBe(200);
    const [, again = ""] = challenges();
    expect(registerAs(credentials([again], "101", "one", sign))?.status).toBe(200);
  });

  it("counts wrong passwords of whose they are, whatever user the request is of", () => {
    const { challenges, registerAs } = guarded();
    for (let n = 0; n < GUESS_LIMITS.perUser; n++) {
      const wrong = credentials(challenges(n), "101", "wrong", sign);
      expect(registerAs(wrong, n, n % 2 === 0 ? "102" : `${n}`)?.status).toBe(403);
    }
    const right = credentials(challenges(50), "101", "one", sign);
    expect(registerAs(right, 50)?.status).toBe(403);
  });

  it("looks at no more passwords of who was wrong too often, and tells so once", () => {
    const { exchange, challenges } = guarded();
    const ask = (password: string, nowMs: number) => {
      const header = credentials(challenges(nowMs), "101", password, sign);
      const options = { contacts: [CONTACT], headers: [header], cseq: ++cseq };
      return exchange.handle(register("101", options), nowMs);
    };
    let cseq = 1;
    const status = (outputs: ReturnType<typeof ask>): number | undefined =>
      answerOf(outputs, "contact")?.status;
    const { perUser, countsMs } = GUESS_LIMITS;
    const told: string[] = [];
    for (let n = 0; n < perUser + 5; n++) {
      const outputs = ask(`wrong ${n}`, n);
      expect(status(outputs)).toBe(403);
      for (const output of outputs) if (output.kind === "log") told.push(output.event.text);
    }
    expect(told).toHaveLength(perUser);
    expect(told.at(-1)).toContain("no more are looked at for 10 minutes");
    expect(status(ask("one", countsMs - 1))).toBe(403);
    expect(status(ask("one", countsMs))).toBe(200);
  });

  it.each([
    ["auth", ["auth"], 'qop="auth"', 200],
    ["auth-int, by a client that has auth alone", ["auth-int"], 'qop="auth-int"', 200],
    ["both", ["auth", "auth-int"], 'qop="auth,auth-int"', 200],
  ] as const)("asks for the quality of protection %s", (_, digestQop, said, status) => {
    const { challenges, registerAs } = guarded({ digestQop });
    const offered = challenges();
    expect(offered[0]).toContain(said);
    expect(registerAs(credentials(offered, "101", "one", sign))?.status).toBe(status);
  });

  it.each([
    ["the body that was signed", "", 200],
    ["another body than was signed", "other", 403],
  ])("with auth-int takes %s", (_, body, status) => {
    const { challenges, registerAs } = guarded({ digestQop: ["auth-int"] });
    const signed = credentials(challenges(), "101", "one", { ...sign, body });
    expect(registerAs(signed)?.status).toBe(status);
  });

  it.each([
    ["auth", 'qop="auth"'],
    ["none", ""],
  ])("is not talked down from auth-int to %s", (_, qop) => {
    const { challenges, registerAs } = guarded({ digestQop: ["auth-int"] });
    const weak = challenges().map((value) => value.replace('qop="auth-int"', qop || "x=y"));
    expect(registerAs(credentials(weak, "101", "one", sign))?.status).toBe(403);
  });

  it("proves to who registers that it knows the password too", () => {
    const { exchange, challenges } = guarded();
    const [challenge = ""] = challenges();
    const header = credentials([challenge], "101", "one", sign);
    const options = { contacts: [CONTACT], headers: [header], cseq: 9 };
    const outputs = exchange.handle(register("101", options), 0);
    const info = answerOf(outputs, "authentication-info")?.values[0] ?? "";
    const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1];
    const md5 = (text: string) => createHash("md5").update(text).digest("hex");
    const realm = /realm="([^"]*)"/.exec(challenge)?.[1];
    const proof = [
      md5(`101:${realm}:one`),
      nonce,
      "00000001",
      "cnonce",
      "auth",
      md5(`:sip:${realm}`),
    ];
    expect(info).toBe(`rspauth="${md5(proof.join(":"))}", qop=auth, cnonce="cnonce", nc=00000001`);
  });

  it.each([
    ["a wrong password", "101", "two", "101", 403],
    ["a user there is not", "999", "one", "101", 403],
    ["another user's password for one's own address", "102", "two", "101", 403],
    ["a user there is not, for its own address", "999", "one", "999", 403],
    ["a user who has no password", "103", "", "101", 403],
    ["the right one", "101", "one", "101", 200],
  ] as const)("judges %s", (_, user, password, to, status) => {
    const { challenges, registerAs } = guarded();
    expect(registerAs(credentials(challenges(), user, password, sign), 0, to)?.status).toBe(status);
  });

  it("believes a user without a password", () => {
    const { exchange } = guarded();
    expect(told(exchange, register("103", { contacts: [CONTACT] }))).toEqual(["reply 200"]);
  });

  it("challenges whom it does not know like anybody", () => {
    const { exchange } = guarded();
    expect(told(exchange, register("999", { contacts: [CONTACT] }))).toEqual(["reply 401"]);
  });

  it("takes a nonce again only with a higher count", () => {
    const { challenges, registerAs } = guarded();
    const values = challenges();
    const counted = (nonceCount: number) =>
      registerAs(credentials(values, "101", "one", { ...sign, nonceCount }));
    expect(counted(1)?.status).toBe(200);
    expect(counted(3)?.status).toBe(200);
    for (const seen of [1, 2, 3]) {
      expect(counted(seen)?.status).toBe(401);
      expect(counted(seen)?.values[0]).toContain("stale=true");
    }
    expect(counted(4)?.status).toBe(200);
  });

  it("takes a nonce until it is too old, and says that it is stale", () => {
    const { challenges, registerAs } = guarded();
    const values = challenges(1000);
    const counted = (nonceCount: number, nowMs: number) =>
      registerAs(credentials(values, "101", "one", { ...sign, nonceCount }), nowMs);
    expect(counted(1, 1000 + EXCHANGE_LIMITS.nonceMs)?.status).toBe(200);
    const late = counted(2, 1001 + EXCHANGE_LIMITS.nonceMs);
    expect(late?.status).toBe(401);
    expect(late?.values[0]).toContain("stale=true");
  });

  it("does not take a nonce of another server, and asks again", () => {
    const other = guarded({ createToken: () => "another" });
    const { registerAs } = guarded();
    expect(registerAs(credentials(other.challenges(), "101", "one", sign))?.status).toBe(401);
  });

  it("does not take credentials for another method", () => {
    const { challenges, registerAs } = guarded();
    const header = credentials(challenges(), "101", "one", { method: "INVITE", hashes });
    expect(registerAs(header)?.status).toBe(403);
  });

  it("makes no two nonces alike, though no time passes", () => {
    const { challenges } = guarded();
    expect(challenges()[0]).not.toBe(challenges()[0]);
  });

  it("passes over credentials for another realm or of another scheme", () => {
    const { exchange, challenges } = guarded();
    const foreign = challenges().map((value) => value.replace("example.org", "example.com"));
    const headers = [
      { name: "authorization", value: "Basic MTAxOm9uZQ==" },
      credentials(foreign, "101", "one", sign),
    ];
    expect(told(exchange, register("101", { headers }))).toEqual(["reply 401"]);
    const good = [...headers, credentials(challenges(), "101", "one", sign)];
    expect(told(exchange, register("101", { headers: good }))).toEqual(["reply 200"]);
  });

  it("never tells a password or a digest", () => {
    const { exchange, challenges } = guarded();
    const header = credentials(challenges(), "101", "wrong", sign);
    const outputs = exchange.handle(register("101", { headers: [header] }), 0);
    expect(outputs.map(words)).toEqual(["reply 403", "log warn"]);
    const text = JSON.stringify(outputs);
    expect(text).not.toContain("one");
    expect(text).not.toContain(/response="(\w+)"/.exec(header.value)?.[1]);
  });
});

describe("Exchange screen()", () => {
  const elsewhere = { ...PHONE, host: "198.51.100.7" };

  /** What a REGISTER from there is turned away with; `undefined` where it is looked at. */
  function screening() {
    const { exchange, challenges } = guarded();
    const screen = (
      headers: readonly SipHeader[],
      source: SipAddress = PHONE,
      nowMs = 0,
      user = "101",
    ) => {
      const input = register(user, { contacts: [CONTACT], headers });
      if (input.kind !== "ua" || input.event.kind !== "request") throw new Error("no request");
      return exchange.screen(input.event.message, source, nowMs);
    };
    return { exchange, challenges, screen };
  }

  it("asks who is there whoever brings nothing, without calling it stale", () => {
    const { screen } = screening();
    const refusal = screen([]);
    expect(refusal?.status).toBe(401);
    expect(refusal?.headers[0]?.value).not.toContain("stale=true");
  });

  it.each([
    ["from where it was given to", PHONE, 0, undefined],
    ["from another port there", { ...PHONE, port: 1024 }, 0, undefined],
    ["over another transport", { ...PHONE, transport: "tcp" }, 0, undefined],
    ["as old as it may be", PHONE, EXCHANGE_LIMITS.nonceMs, undefined],
    ["older than that", PHONE, EXCHANGE_LIMITS.nonceMs + 1, 401],
    ["from another host", elsewhere, 0, 401],
    ["from inside the box", { transport: "memory", host: "lines", port: 0 }, 0, 401],
  ] as const)("takes a nonce %s: %j at %i ms is %s", (_what, source, nowMs, status) => {
    const { challenges, screen } = screening();
    const refusal = screen([credentials(challenges(), "101", "one", sign)], source, nowMs);
    expect(refusal?.status).toBe(status);
    // Who is asked again need not bother his user.
    if (status !== undefined) expect(refusal?.headers[0]?.value).toContain("stale=true");
  });

  it("looks no longer at who guesses, and at everybody else", () => {
    const { exchange, challenges, screen } = screening();
    const signed = (password: string) => credentials(challenges(), "101", password, sign);
    for (let n = 0; n < GUESS_LIMITS.perUser; n++) {
      const headers = [signed(`wrong ${n}`)];
      expect(screen(headers)).toBe(undefined);
      exchange.handle(register("101", { contacts: [CONTACT], headers, cseq: n + 2 }), 0);
    }
    expect(screen([signed("one")])).toEqual({ status: 403, headers: [] });
    expect(screen([credentials(challenges(), "102", "two", sign)], PHONE, 0, "102")).toBe(
      undefined,
    );
  });

  it.each([
    ["MESSAGE", 401],
    ["REFER", 403],
    ["NOTIFY", 401],
    ["SUBSCRIBE", 401],
    ["INVITE", 401],
    ["OPTIONS", undefined],
  ])("of a stranger's %s says %s", (method, status) => {
    const { exchange } = screening();
    const headers = [{ name: "from", value: "<sip:101@example.org>;tag=1" }];
    const request = { kind: "request", method, uri: "sip:102@x", headers, body: "" } as const;
    expect(exchange.screen(request, PHONE, 0)?.status).toBe(status);
  });

  it("knows where telephones are registered from, port and all, while they are", () => {
    const { exchange } = screening();
    exchange.handle(register("103", { contacts: ["<sip:103@192.0.2.10>"], expires: 60 }), 0);
    const known = [PHONE, { ...PHONE, port: 1 }, elsewhere].map((at) => exchange.isKnownAt(at));
    expect(known).toEqual([true, false, false]);
    exchange.handle({ kind: "timeout" }, 60_000);
    expect(exchange.isKnownAt(PHONE)).toBe(false);
  });
});

describe("identity of an INVITE", () => {
  function call(options: InviteOptions, user: string, password: string) {
    const { exchange } = guarded();
    exchange.handle(register("103", { contacts: ["<sip:103@192.0.2.13>"] }), 0);
    const asked = exchange.handle(invite({ to: "103", ...options }), 0);
    const values = answerOf(asked, "www-authenticate")?.values ?? [];
    expect(asked.map(words)).toEqual(["respond a 401"]);
    const header = credentials(values, user, password, { method: "INVITE", hashes });
    const again = { ...options, to: "103", session: "b" };
    const headers = [...(options.headers ?? []), header];
    return exchange.handle(invite({ ...again, headers }), 0);
  }
  const invited = (outputs: ReturnType<typeof call>) => {
    const output = outputs.find((one) => one.kind === "ua" && one.command.kind === "invite");
    return output?.kind === "ua" && output.command.kind === "invite" ? output.command : undefined;
  };
  const asserted = (outputs: ReturnType<typeof call>) =>
    invited(outputs)
      ?.headers?.filter(({ name }) => name === "p-asserted-identity")
      .map(({ value }) => value);

  it("is asserted where it was proven, in place of what the caller asserts", () => {
    const lie = { name: "p-asserted-identity", value: "<sip:999@example.org>" };
    const outputs = call({ displayName: "Ann", headers: [lie] }, "101", "one");
    expect(invited(outputs)?.from).toEqual({ displayName: "Ann", uri: "sip:101@example.org" });
    expect(asserted(outputs)).toEqual(['"Ann" <sip:101@example.org>']);
  });

  it("is refused where From is another's", () => {
    const outputs = call({ from: "101" }, "102", "two");
    expect(outputs.map(words)).toEqual(["respond b 403", "log warn"]);
  });

  it("is withheld where the caller is anonymous but proven", () => {
    const outputs = call({ from: "anonymous", displayName: "Ann" }, "101", "one");
    expect(invited(outputs)?.from?.uri).toBe("sip:anonymous@anonymous.invalid");
    expect(asserted(outputs)).toEqual([]);
  });

  it("is withheld where the caller asks for privacy", () => {
    const privacy = { name: "privacy", value: "id" };
    const outputs = call({ headers: [privacy] }, "101", "one");
    expect(invited(outputs)?.from?.uri).toBe("sip:anonymous@anonymous.invalid");
    expect(asserted(outputs)).toEqual([]);
    expect(invited(outputs)?.headers).toContainEqual(privacy);
  });

  it("is not believed without a password", () => {
    const outputs = call({ from: "101" }, "101", "wrong");
    expect(outputs.map(words)).toEqual(["respond b 403", "log warn"]);
  });
});
