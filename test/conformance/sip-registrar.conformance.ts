import { describe, expect, it } from "vitest";
import { hashes } from "../../src/hal/node/hashes.ts";
import { acceptAnswer, createOffer } from "../../src/sip/sdp/offer-answer.ts";
import { answerTo, Desk, field, OURS, PEER } from "../../src/sip/testing/desk.ts";
import type { SipAccount, UserAgentConfig } from "../../src/sip/user-agent-types.ts";
import { wire } from "./sip-answering-phone.ts";
import { mediaOf } from "./sip-auto-answer.ts";
import { SIP_VECTORS, vectorText } from "./sip-vectors.ts";

/** One request that a server awaits, and its answer. */
interface Exchange {
  readonly title: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly resp_code: number;
  readonly resp_hdr: readonly string[];
  readonly body: string | null;
  readonly expect: string;
  /** Which build of the cases' own telephone it is for. */
  readonly pj_config: string;
}

/** A row of `registrar-response-cases.json`: what a scripted server says. */
interface RegistrarCase {
  readonly id: string;
  readonly pjsua_args: string;
  readonly transactions: readonly Exchange[];
}

// The shape of the file is the table's own; a field that lacks fails the row.
const CASES: readonly RegistrarCase[] = SIP_VECTORS.present
  ? JSON.parse(vectorText("registrar-response-cases.json"))
  : [];

/** Cases that ask for what we do not do, and what of the RFCs stands behind that. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "203_reg_good_empty_realm": "a challenge must have realm and nonce (RFC 7616 §3.3)",
  "220_reg_good_ims_ok": "credentials follow a challenge (RFC 3261 §22.1); IMS goes before it",
  "235_reg_good_tel_uri_enocredential": "what is registered is a SIP URI (RFC 3261 §10.2)",
  "240_publish_scenarios": "nothing is published yet (RFC 3903 is an extension)",
};

/** What the last exchange of a case says of the registration. */
const FAILURES = /ENOCREDENTIAL|EFAILEDCREDENTIAL|EAUTHSTALECOUNT|invalid/;

it.runIf(SIP_VECTORS.required)("the vectors are there", () => {
  expect(SIP_VECTORS.present, SIP_VECTORS.folder).toBe(true);
});

describe.skipIf(!SIP_VECTORS.present)("[sip.registrar-responses]", () => {
  it.for(CASES)("$id", (row, { skip }) => {
    const why = OTHERWISE[row.id];
    if (why !== undefined) {
      skip(why);
      return;
    }
    const desk = new Desk({ hashes, ...timerOf(row.pjsua_args) });
    if (row.pjsua_args.includes("--registrar")) playRegistration(desk, row);
    else playCall(desk, row);
  });

  it("has 21 cases", () => {
    expect(CASES).toHaveLength(21);
    expect(CASES.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(OTHERWISE)));
  });

  it("203: a challenge without realm and nonce is answered with silence", () => {
    const desk = new Desk({ hashes });
    desk.command({ kind: "add-account", account: accountOf("--username a --password b") });
    desk.receive(answerTo(desk.next(), "401 Who", "r", ["WWW-Authenticate: Digest"]));
    expect(desk.firstLines()).toEqual([]);
    expect(desk.event("registration-failed")).toMatchObject({ status: 401, retryMs: 300_000 });
  });
});

/** A REGISTER, each answer of the script, and what is told in the end. */
function playRegistration(desk: Desk, row: RegistrarCase): void {
  desk.command({ kind: "add-account", account: accountOf(row.pjsua_args) });
  // We answer one challenge of several: the rows for a build that answers all are not for us.
  const script = row.transactions.filter(({ pj_config }) => !pj_config.endsWith("1"));
  for (const exchange of script) {
    const request = desk.next();
    expectRequest(request, exchange);
    const status = `${exchange.resp_code} Scripted`;
    desk.receive(answerTo(request, status, "registrar", exchange.resp_hdr));
  }
  // Nothing more at once, whatever the end.
  expect(desk.firstLines()).toEqual([]);
  const last = script.at(-1);
  const isFailure = FAILURES.test(last?.expect ?? "");
  expect(last?.expect).toMatch(isFailure ? FAILURES : /registration success/);
  expect(desk.eventKinds()).toEqual([isFailure ? "registration-failed" : "registered"]);
}

/** A call with two streams, as the cases' telephone offers, answered with one. */
function playCall(desk: Desk, row: RegistrarCase): void {
  const media = mediaOf({ host: OURS.host, port: 4002 });
  const offer = createOffer(media);
  const second = offer.slice(offer.indexOf("m=")).replace("4002", "4004");
  const uri = `sip:${PEER.host}:${PEER.port}`;
  desk.command({ kind: "invite", session: "a", uri, body: `${offer}${second}` });
  for (const exchange of row.transactions) {
    const request = desk.next();
    expectRequest(request, exchange);
    // Nobody answers an ACK.
    if (exchange.resp_code === 0) continue;
    const headers = [...exchange.resp_hdr, `Contact: <${uri}>`];
    const body = wire(exchange.body ?? "").trimStart();
    desk.receive(answerTo(request, `${exchange.resp_code} Scripted`, "far", headers, body));
  }
  expect(desk.firstLines()).toEqual([`ACK ${uri} SIP/2.0`]);
  const answer = desk.event("answered")?.body;
  // The cases about timers answer without a description.
  if (answer === undefined) {
    expect(row.pjsua_args).toMatch(/--timer-se/);
    return;
  }
  expect(acceptAnswer(answer, media)).toMatchObject({ ok: true, value: { send: true } });
}

function expectRequest(request: string, { include, exclude, title }: Exchange): void {
  for (const pattern of include) expect(request, title).toMatch(new RegExp(pattern));
  for (const pattern of exclude) expect(request, title).not.toMatch(new RegExp(pattern));
  expect(field(request, "Content-Length"), title).not.toBe("");
}

/** The session interval that a case's options ask for. */
function timerOf(options: string): Pick<UserAgentConfig, "sessionTimer"> {
  const [, minS] = /--timer-min-se (\d+)/.exec(options) ?? [];
  const [, expiresS] = /--timer-se (\d+)/.exec(options) ?? [];
  if (minS === undefined || expiresS === undefined) return {};
  return { sessionTimer: { expiresS: Number(expiresS), minS: Number(minS) } };
}

/** The account that a case's options describe; the first of several credentials. */
function accountOf(options: string): SipAccount {
  const words = options.split(/[\s=]+/).map((word) => word.replaceAll('"', ""));
  const option = (name: string): string | undefined => {
    const at = words.indexOf(`--${name}`);
    return at === -1 ? undefined : words[at + 1];
  };
  const user = option("username") ?? option("user");
  const password = option("password");
  const realm = option("realm");
  return {
    id: "line-1",
    user: "client",
    domain: PEER.host,
    server: PEER,
    register: true,
    expiresS: Number(option("reg-timeout") ?? 300),
    ...(user === undefined ? {} : { authUser: user }),
    ...(password === undefined ? {} : { password }),
    ...(realm === undefined || realm === "*" ? {} : { authRealm: realm }),
  };
}
