import { describe, expect, it } from "vitest";
import { field } from "../../src/sip/testing/desk.ts";
import { AnsweringPhone, statusIn } from "./sip-answering-phone.ts";
import {
  ipv6Names,
  ipv6TextMended,
  SIP_VECTORS,
  tortureRows,
  vectorNames,
  vectorText,
} from "./sip-vectors.ts";

it.runIf(SIP_VECTORS.required)("the vectors are there", () => {
  expect(SIP_VECTORS.present, SIP_VECTORS.folder).toBe(true);
});

const torture = (name: string) => vectorText("rfc4475", `${name}.dat`);

describe.skipIf(!SIP_VECTORS.present)("[sip.rfc4475]", () => {
  const rows = tortureRows();

  it.each(rows)("$name (§$section): the allowed answer, then a call works", (row) => {
    const phone = new AnsweringPhone();
    const letters = phone.receive(torture(row.name));
    const status = phone.statusOf(letters);
    // Who reads on in spite of a fault answers as if there were none: it is an INVITE or OPTIONS.
    const allowed = row.allowed.map((code) => (code === "liberal" ? "200" : code));
    expect(allowed).toContain(status);
    // One answer a datagram; an INVITE's 100 beside it.
    const finals = letters.filter(({ text }) => statusIn(text) >= 200);
    expect(finals.length).toBe(status === "-" ? 0 : 1);
    expect(phone.nextCall()).toBe("works");
  });

  it("has 49 of them", () => {
    expect(rows).toHaveLength(49);
  });

  const answerTo = (name: string): string =>
    new AnsweringPhone().receive(torture(name)).at(-1)?.text ?? "";

  it("bext01: 420 names what was required, and nothing that a proxy was asked for", () => {
    const unsupported = field(answerTo("bext01"), "Unsupported").split(/\s*,\s*/);
    expect(unsupported).toEqual(["nothingSupportsThis", "nothingSupportsThisEither"]);
  });

  it("invut: 415 says what is taken", () => {
    expect(field(answerTo("invut"), "Accept")).toBe("application/sdp");
  });

  it("intmeth: bytes of every kind go back in the answer as they came", () => {
    const request = torture("intmeth");
    for (const name of ["From", "Call-ID", "CSeq"]) {
      expect(field(answerTo("intmeth"), name)).toBe(field(request, name));
    }
  });

  it("dblreq: what follows the request is no second one", () => {
    const phone = new AnsweringPhone();
    expect(phone.receive(torture("dblreq"))).toHaveLength(1);
    expect(phone.desk.agent.load).toMatchObject({ serverTransactions: 0, sessions: 0 });
  });
});

/** What a telephone (no registrar) answers to each message of RFC 5118. */
const IPV6_STATUS = {
  "ipv4-mapped-ipv6": "200",
  // The Request-URI lacks its brackets. @see RFC 5118 §4.2
  "ipv6-bad": "400",
  // Three colons, as a rule of RFC 2373 had it. @see RFC 5118 §4.10
  "ipv6-bug-abnf-3-colons": "200",
  "ipv6-correct-abnf-2-colons": "200",
  "ipv6-good": "405",
  "ipv6-in-sdp": "200",
  "mult-ip-in-header": "481",
  "mult-ip-in-sdp": "200",
  "port-ambiguous": "405",
  "port-unambiguous": "405",
  // A bare address behind `received`: let pass. @see RFC 5118 §4.5
  "via-received-param-no-delim": "200",
  "via-received-param-with-delim": "481",
} as const satisfies Readonly<Record<string, string>>;

describe.skipIf(!SIP_VECTORS.present)("[sip.rfc5118]", () => {
  it.each(Object.entries(IPV6_STATUS))("%s: %s, then a call works", (name, status) => {
    // The offers with both families are taken by a telephone of either; `ipv4-mapped-ipv6` and
    // `ipv6-in-sdp` want voice over IPv6 alone.
    const isIpv6 = name === "ipv4-mapped-ipv6" || name === "ipv6-in-sdp";
    const phone = new AnsweringPhone({}, isIpv6 ? "2001:db8::9" : undefined);
    expect(phone.statusOf(phone.receive(ipv6TextMended(name)))).toBe(status);
    expect(new AnsweringPhone().nextCall()).toBe("works");
  });

  it("has a row for each of the 12", () => {
    expect(Object.keys(IPV6_STATUS).sort()).toEqual(ipv6Names());
  });
});

/** The odd messages that are not taken, and why. Every other one is answered as a right one is. */
const ODD_REFUSED: Readonly<Record<string, readonly [status: string, why: string]>> = {
  "10052.txt": ["400", "white space inside the URI of From"],
  "own0.txt": ["400", "a comment behind Via, which RFC 3261 no longer has"],
  "own5.txt": ["488", "voice over IPv6 for a telephone that has IPv4"],
  "own8.txt": ["-", "SIP/1.0 and no header field: nobody to answer"],
  "test-ack-1.txt": ["-", "an ACK with the CSeq of another method: never answered"],
  "test1.txt": ["-", "white space before the first header field: To cannot be read"],
  "test1a.txt": ["-", "the same"],
  "test11.txt": ["-", "Via is missing: no way back"],
  "test12.txt": ["400", "two fields where one may be"],
  "test13.txt": ["400", "SDP with port 492170"],
  "test14-req.txt": ["400", "SDP with port 492170"],
  "test15.txt": ["400", "Via with nothing between its commas"],
  "test16.txt": ["400", "more bytes declared than there are"],
  "test17.txt": ["400", "a Content-Length that is no number"],
  "test18.txt": ["400", "SDP with port 492170"],
  "test19.txt": ["400", "a quote that is not closed"],
  "test2.txt": ["420", "extensions required that we do not have"],
  "test21.txt": ["400", "a Request-URI in angle brackets"],
  "test22.txt": ["400", "white space inside the Request-URI"],
  "test23.txt": ["400", "SDP with port 492170"],
  "test24.txt": ["400", "SDP with port 492170"],
  "test25.txt": ["400", "SDP with port 492170"],
  "test26.txt": ["416", "a URI scheme that nobody knows"],
  "test29.txt": ["400", "SDP with port 492170"],
  "test3.txt": ["400", "SDP with port 492170"],
  "test30.txt": ["400", "SDP with port 492170"],
  "test31.txt": ["400", "SDP with port 492170"],
  "test33.txt": ["400", '"?" outside of brackets in Contact'],
  "test34.txt": ["400", "SDP with port 492170"],
  "test35.txt": ["400", "two fields where one may be"],
  "test36.txt": ["488", "no audio stream that we can carry"],
  "test41.txt": ["505", "SIP/7.0"],
  "test42.txt": ["505", "SIP/7.0"],
  "test5.txt": ["406", "no SDP is accepted"],
  "test6.txt": ["415", "a body that is not SDP"],
};

describe.skipIf(!SIP_VECTORS.present)("[sip.odd-messages]", () => {
  const tests = ["odd-messages", "sip", "tests"] as const;
  /** A telephone knows INVITE and OPTIONS; REGISTER and new methods are not its own. */
  const rightAnswer = (text: string): readonly string[] => {
    const [method = ""] = text.split(" ", 1);
    if (method.startsWith("SIP/")) return ["-"];
    // 481: a To tag of no dialog of ours.
    const unfolded = text.replace(/\r?\n[ \t]+/g, " ");
    if (/^to?\s*:.*;\s*tag\s*=/im.test(unfolded)) return ["481"];
    return method === "INVITE" || method === "OPTIONS" ? ["200"] : ["405"];
  };

  it.each(vectorNames(...tests))("%s: answered, then a call works", (name) => {
    const text = vectorText(...tests, name);
    const phone = new AnsweringPhone();
    const status = phone.statusOf(phone.receive(text));
    const [refused] = ODD_REFUSED[name] ?? [];
    expect(refused === undefined ? rightAnswer(text) : [refused]).toContain(status);
    expect(phone.nextCall()).toBe("works");
  });
});
