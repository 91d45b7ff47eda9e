import { describe, expect, it } from "vitest";
import { findBodyPart } from "./body-part.ts";
import { lineStart, plainHeaderName, readHeaderName } from "./header-names.ts";
import {
  listItems,
  prependHeader,
  replaceTopHeader,
  withHeader,
  withoutHeader,
} from "./headers.ts";
import type { SipRequest } from "./message.ts";

const message: SipRequest = {
  kind: "request",
  method: "OPTIONS",
  uri: "sip:a",
  headers: [
    { name: "to", value: "t" },
    { name: "via", value: "1" },
    { name: "via", value: "2" },
    { name: "require", value: "x, y" },
    { name: "require", value: "z" },
  ],
  body: "",
};

/** The headers as `name=value` in one text. */
function shown(result: SipRequest): string {
  return result.headers.map(({ name, value }) => `${name}=${value}`).join(" ");
}

import { setUnits } from "./units.ts";

describe("the header helpers", () => {
  it.each([
    ["withHeader() replaces", withHeader(message, "via", "n"), "to=t via=n require=x, y require=z"],
    ["withHeader() appends", withHeader(message, "q", "n"), `${shown(message)} q=n`],
    ["withoutHeader()", withoutHeader(message, "via"), "to=t require=x, y require=z"],
    [
      "prependHeader() before its kin",
      prependHeader(message, "via", "0"),
      "to=t via=0 via=1 via=2 require=x, y require=z",
    ],
    ["prependHeader() before all", prependHeader(message, "q", "0"), `q=0 ${shown(message)}`],
    [
      "replaceTopHeader()",
      replaceTopHeader(message, "via", "n"),
      "to=t via=n via=2 require=x, y require=z",
    ],
    ["replaceTopHeader() of none", replaceTopHeader(message, "q", "n"), shown(message)],
  ])("%s", (_, result, expected) => {
    expect(shown(result)).toBe(expected);
  });

  it("listItems() goes over all fields", () => {
    expect(listItems(message, "require")).toEqual(["x", "y", "z"]);
    expect(listItems(message, "allow")).toEqual([]);
  });

  it("leave the message they are given alone", () => {
    expect(shown(message)).toBe("to=t via=1 via=2 require=x, y require=z");
  });
});

describe("readHeaderName()", () => {
  it.each([
    ["Via", "via"],
    ["V", "via"],
    ["cAlL-iD", "call-id"],
    ["i", "call-id"],
    ["L", "content-length"],
    ["X-Thing", "x-thing"],
    ["q", "q"],
    ["Call\rID", undefined],
    ["Call ID", undefined],
    ["", undefined],
    ["\u00d6l", undefined],
  ])("of %j is %j", (text, expected) => {
    expect(readHeaderName(`..${text}..`, 2, 2 + text.length)?.name).toBe(expected);
  });
});

describe("readHeaderName() keeps challenges and dates whole, and splits addresses", () => {
  const isList = (name: string): boolean => readHeaderName(name, 0, name.length)?.list === true;

  it.each(["www-authenticate", "authorization", "date", "subject", "to", "from", "x-new"])(
    "%s is whole",
    (name) => expect(isList(name)).toBe(false),
  );

  it.each(["via", "route", "record-route", "contact", "m", "p-asserted-identity"])(
    "%s is a list",
    (name) => expect(isList(name)).toBe(true),
  );
});

describe("plainHeaderName()", () => {
  it.each([
    ["Via:", "via"],
    ["Content-Length:", "content-length"],
    ["Contact: <sip:a@b>", "contact"],
    ["CONTACT:", undefined],
    ["Contact :", undefined],
    ["m:", undefined],
    ["X-Thing:", undefined],
    ["Vi", undefined],
    ["Via", undefined],
    ["Content-Length", undefined],
    ["", undefined],
  ])("of %j is %j", (text, expected) => {
    setUnits(`..${text}:a:`);
    expect(plainHeaderName(2, 2 + text.length)?.name).toBe(expected);
  });
});

describe("lineStart()", () => {
  it.each([
    ["cseq", "CSeq: "],
    ["CALL-ID", "Call-ID: "],
    ["www-authenticate", "WWW-Authenticate: "],
    ["p-asserted-identity", "P-Asserted-Identity: "],
    ["x-y2-z", "X-Y2-Z: "],
    ["x y", undefined],
    ["x\r\ny", undefined],
    ["", undefined],
  ])("of %j is %j", (name, expected) => {
    expect(lineStart(name)).toBe(expected);
  });
});

describe("findBodyPart()", () => {
  const part = (type: string | undefined, body: string) =>
    `${type === undefined ? "" : `Content-Type: ${type}\r\n`}\r\n${body}`;
  const multipart = (...parts: string[]) =>
    `preamble\r\n--b1\r\n${parts.join("\r\n--b1\r\n")}\r\n--b1--\r\nepilogue`;
  const sdp = "v=0\r\ns=-\r\n";
  const mixed = "multipart/mixed; boundary=b1";

  it.each([
    ["the whole body", "application/sdp", sdp, sdp],
    ["any case and parameters", "Application/SDP;charset=x", sdp, sdp],
    ["no type", undefined, sdp, undefined],
    ["another type", "text/plain", sdp, undefined],
    ["a part", mixed, multipart(part("application/sdp", sdp)), sdp],
    ["a later part", mixed, multipart(part(undefined, "x"), part("application/sdp", sdp)), sdp],
    ["no such part", mixed, multipart(part("text/plain", sdp)), undefined],
    [
      "a quoted boundary",
      'multipart/mixed;boundary="b1"',
      multipart(part("application/sdp", sdp)),
      sdp,
    ],
    ["no boundary", "multipart/mixed", multipart(part("application/sdp", sdp)), undefined],
    ["a missing end", mixed, `--b1\r\n${part("application/sdp", sdp)}`, undefined],
    [
      "a part within a part",
      mixed,
      multipart(
        part(
          "multipart/alternative;boundary=b2",
          `--b2\r\n${part("application/sdp", sdp)}\r\n--b2--\r\n`,
        ),
      ),
      sdp,
    ],
  ])("finds with %s", (_, contentType, body, expected) => {
    expect(findBodyPart(contentType, body, "application/sdp")).toBe(expected);
  });

  it("gives up on parts nested without end", () => {
    const body = "--b1\r\nContent-Type: multipart/mixed;boundary=b1\r\n\r\n".repeat(200);
    expect(findBodyPart(mixed, body, "application/sdp")).toBeUndefined();
  });
});
