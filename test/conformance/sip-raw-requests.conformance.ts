import { describe, expect, it } from "vitest";
import { OURS, PEER } from "../../src/sip/testing/desk.ts";
import { AnsweringPhone, wire } from "./sip-answering-phone.ts";
import { PRESENCE } from "./sip-auto-answer.ts";
import { SIP_VECTORS, vectorText } from "./sip-vectors.ts";

/** A row of `raw-request-cases.json`: a request as text, and what is to be answered. */
interface RawCase {
  readonly id: string;
  readonly sdp: string;
  readonly extra_headers: string;
  readonly body: string;
  readonly complete_msg: string;
  readonly expect_code: number;
  readonly must_match: readonly string[];
  readonly must_not_match: readonly string[];
}

// The shape of the file is the table's own; a field that lacks fails the row.
const CASES: readonly RawCase[] = SIP_VECTORS.present
  ? JSON.parse(vectorText("raw-request-cases.json"))
  : [];

/**
 * Cases whose answer is not ours, what we answer, and what of the RFC stands behind it. They count
 * as skipped; docs/sip-conformance.md lists them.
 */
const OTHERWISE: Readonly<Record<string, readonly [status: string, why: string]>> = {
  "361_non_sip_uri": ["400", "a Contact that cannot be called is the request's fault (§8.1.1.8)"],
  "999_message_no_body": ["400", "50 bytes are declared and none is there (§18.3)"],
};

/**
 * Methods that the cases' telephone takes beside those of calls: it is a little registrar too, and
 * shows messages.
 */
const SERVES = ["REGISTER", "MESSAGE"] as const;

it.runIf(SIP_VECTORS.required)("the vectors are there", () => {
  expect(SIP_VECTORS.present, SIP_VECTORS.folder).toBe(true);
});

describe.skipIf(!SIP_VECTORS.present)("[sip.raw-requests]", () => {
  it.for(CASES)("$id: $expect_code", (row, { skip }) => {
    const phone = new AnsweringPhone({ serves: SERVES, tells: [PRESENCE] });
    const [index, other] = [CASES.indexOf(row), OTHERWISE[row.id]];
    const letters = phone.receive(requestOf(row, index));
    expect(phone.statusOf(letters)).toBe(other?.[0] ?? String(row.expect_code));
    expect(phone.nextCall()).toBe("works");
    if (other !== undefined) {
      skip(other[1]);
      return;
    }
    const answer = letters.at(-1)?.text.replaceAll("\r\n", "\n") ?? "";
    for (const pattern of row.must_match) expect(answer).toMatch(new RegExp(pattern));
    for (const pattern of row.must_not_match) expect(answer).not.toMatch(new RegExp(pattern));
  });

  it("has 37 cases", () => {
    expect(CASES).toHaveLength(37);
    expect(CASES.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(OTHERWISE)));
  });
});

/** The request of a case as it is on the wire. */
function requestOf(row: RawCase, index: number): string {
  const template = row.complete_msg === "" ? builtRequest(row, index) : row.complete_msg;
  const text = wire(
    template
      .replaceAll(";tag=$FROM_TAG", "$FROM_TAG")
      .replaceAll("$FROM_TAG", `;tag=from${index}`)
      .replaceAll("$BRANCH", `branch${index}`)
      .replaceAll("$LOCAL_IP", PEER.host)
      .replaceAll("$LOCAL_PORT", String(PEER.port)),
  );
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  // An address in the body has not the length of the one that the number was made for.
  if (!template.slice(template.search(/\r?\n\r?\n/)).includes("$LOCAL_IP")) return text;
  return text.replace(/Content-Length: \d+/, `Content-Length: ${text.length - bodyAt}`);
}

/** An INVITE to nobody by name, with what the case adds. */
function builtRequest(row: RawCase, index: number): string {
  const body = wire(row.body === "" ? row.sdp : row.body).replace(/^(\r\n)+/, "");
  const type = row.sdp === "" ? [] : ["Content-Type: application/sdp"];
  return [
    `INVITE sip:${OURS.host} SIP/2.0`,
    "Via: SIP/2.0/UDP $LOCAL_IP:$LOCAL_PORT;rport;branch=z9hG4bK$BRANCH",
    "Max-Forwards: 70",
    "From: <sip:caller@localhost>$FROM_TAG",
    `To: <sip:${OURS.host}>`,
    "Contact: <sip:$LOCAL_IP:$LOCAL_PORT>",
    `Call-ID: case-${index}`,
    "CSeq: 1 INVITE",
    ...row.extra_headers
      .trim()
      .split(/\r?\n/)
      .filter((line) => line !== ""),
    ...type,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}
