import { parse as parseOther } from "sdp-transform";
import { describe, expect, it } from "vitest";
import { parseSdp, printSdp } from "../../src/sip/sdp/sdp.ts";
import { headerValue, headerValues, type SipMessage } from "../../src/sip/wire/message.ts";
import { parseNameAddr } from "../../src/sip/wire/name-addr.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { printMessage } from "../../src/sip/wire/print-message.ts";
import { parseUri } from "../../src/sip/wire/uri.ts";
import {
  ipv6Names,
  ipv6Text,
  ipv6TextMended,
  SIP_VECTORS,
  tortureRows,
  vectorNames,
  vectorText,
} from "./sip-vectors.ts";

function parsed(text: string): SipMessage {
  const result = parseMessage(text);
  if (!result.ok) throw new Error(`refused: ${result.error.kind}, ${result.error.detail}`);
  return result.value;
}

/** What is printed must be read as the same message, but for the Content-Length we add. */
function expectRoundTrip(message: SipMessage): void {
  const again = parsed(printMessage(message));
  const rest = (of: SipMessage) => of.headers.filter(({ name }) => name !== "content-length");
  expect({ ...again, headers: rest(again) }).toEqual({ ...message, headers: rest(message) });
}

it.runIf(SIP_VECTORS.required)("the vectors are there", () => {
  expect(SIP_VECTORS.present, SIP_VECTORS.folder).toBe(true);
});

describe.skipIf(!SIP_VECTORS.present)("[sip.wire] RFC 4475: torture messages", () => {
  const table = tortureRows();

  it("has a row for each of the 49 files", () => {
    expect(table.map(({ name }) => `${name}.dat`).sort()).toEqual(vectorNames("rfc4475"));
    expect(table).toHaveLength(49);
  });

  it.each(table)("$name (§$section), well-formed: $isWellFormed", (row) => {
    const { name, isWellFormed, allowed } = row;
    const result = parseMessage(vectorText("rfc4475", `${name}.dat`));
    if (result.ok) expectRoundTrip(result.value);
    if (isWellFormed) {
      expect(result.ok ? "accepted" : result.error.detail).toBe("accepted");
      return;
    }
    // "liberal", 405 and 501 are for who reads on; 400 and 505 alone, or silence, are the parser's.
    const free = allowed.some((code) => !["400", "505", "-"].includes(code));
    if (!free) expect(result.ok).toBe(false);
    if (result.ok) return;
    const status = result.error.request?.status;
    expect(allowed).toContain(status === undefined ? "-" : `${status}`);
  });

  it("wsinv: spaces, folding, compact names and empty fields", () => {
    const message = parsed(vectorText("rfc4475", "wsinv.dat"));
    expect(headerValues(message, "via")).toHaveLength(3);
    expect(headerValue(message, "cseq")).toBe("0009 INVITE");
    expect(headerValue(message, "subject")).toBe("");
    expect(headerValue(message, "newfangledheader")).toBe(
      "newfangled value continued newfangled value",
    );
    const contact = parseNameAddr(headerValue(message, "contact") ?? "");
    expect(contact.ok && contact.value.displayName).toBe('Quoted string ""');
    expect(contact.ok && contact.value.params.get("q")).toBe("0.33");
    expect(contact.ok && contact.value.params.get("newparam")).toBe("newvalue");
  });

  it("intmeth: every character a token, a quoted string and a user part may have", () => {
    const message = parsed(vectorText("rfc4475", "intmeth.dat"));
    if (message.kind !== "request") throw new Error("no request");
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
    const uri = parseUri(message.uri);
    expect(uri.ok && uri.value).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: "example.com",
    });
    const to = parseNameAddr(headerValue(message, "to") ?? "");
    expect(to.ok && to.value.displayName).toBe("BEL:\x07 NUL:\0 DEL:\x7f");
    const from = parseNameAddr(headerValue(message, "from") ?? "");
    expect(from.ok && from.value.params.get("tag")).toBe("_token~1'+`*%!-.");
  });

  it("esc01, escnull, esc02, semiuri: escapes are undone once, and in no method", () => {
    const request = (name: string) => {
      const message = parsed(vectorText("rfc4475", `${name}.dat`));
      if (message.kind !== "request") throw new Error("no request");
      return message;
    };
    const user = (text: string) => {
      const uri = parseUri(text);
      return uri.ok ? uri.value.user : uri.error;
    };
    expect(user(request("esc01").uri)).toBe("sips:user@example.com");
    expect(user(request("semiuri").uri)).toBe("user;par=u@example.net");
    expect(request("esc02").method).toBe("RE%47IST%45R");
    const contact = parseNameAddr(headerValue(request("esc01"), "contact") ?? "");
    const lr = contact.ok ? contact.value.uri?.params : undefined;
    expect(lr?.has("lr")).toBe(true);
    expect(lr?.get("name")).toBe("value%41");
    const nulls = headerValues(request("escnull"), "contact").map((value) => {
      const address = parseNameAddr(value);
      return address.ok ? address.value.uri?.user : address.error;
    });
    expect(nulls).toEqual(["\0", "\0\0"]);
  });

  it("dblreq: what follows Content-Length is no part of the message", () => {
    expect(parsed(vectorText("rfc4475", "dblreq.dat")).body).toBe("");
  });

  it("cparam01 and cparam02: brackets decide whose parameter it is", () => {
    const where = ["cparam01", "cparam02"].map((name) => {
      const value = headerValue(parsed(vectorText("rfc4475", `${name}.dat`)), "contact") ?? "";
      const contact = parseNameAddr(value);
      if (!contact.ok) throw new Error(contact.error);
      return [
        contact.value.params.has("unknownparam"),
        contact.value.uri?.params.has("unknownparam"),
      ];
    });
    expect(where).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it("unreason: a reason phrase in UTF-8 comes through byte by byte", () => {
    const text = vectorText("rfc4475", "unreason.dat");
    const message = parsed(text);
    const [line = ""] = text.split("\r\n");
    expect(message.kind === "response" && `SIP/2.0 ${message.status} ${message.reason}`).toBe(line);
  });
});

describe.skipIf(!SIP_VECTORS.present)("[sip.wire] RFC 5118: IPv6 torture messages", () => {
  it.each(ipv6Names())("%s", (name) => {
    const text = ipv6Text(name);
    if (name === "ipv6-bad") {
      const result = parseMessage(text);
      expect(result.ok ? "accepted" : result.error.request?.status).toBe(400);
      return;
    }
    const result = parseMessage(text);
    if (name === "ipv6-in-sdp" && !result.ok) expect(result.error.kind).toBe("bad-content-length");
    const message = parsed(ipv6TextMended(name));
    expectRoundTrip(message);
    if (name.includes("sdp")) expect(parseSdp(message.body).ok).toBe(true);
  });

  it("tells the port in the address from the port behind it", () => {
    const uris = ["port-ambiguous", "port-unambiguous"].map((name) => {
      const message = parsed(ipv6Text(name));
      const uri = parseUri(message.kind === "request" ? message.uri : "");
      return uri.ok ? [uri.value.host, uri.value.port] : uri.error;
    });
    expect(uris).toEqual([
      ["2001:db8::10:5070", undefined],
      ["2001:db8::10", 5070],
    ]);
  });
});

describe.skipIf(!SIP_VECTORS.present)("[sip.wire] messages that devices sent", () => {
  /** The ones that are broken, and what is wrong with them; every other one must be read. */
  const BROKEN: Readonly<Record<string, string>> = {
    "10052.txt": "bad-header", // white space inside the URI of From
    "own0.txt": "bad-header", // a comment behind a Via, which RFC 2543 had and RFC 3261 has not
    "own8.txt": "bad-version", // SIP/1.0
    "test-ack-1.txt": "method-mismatch",
    "test1.txt": "bad-header", // white space before the first header field
    "test1a.txt": "bad-header", // the same
    "test11.txt": "missing-header",
    "test12.txt": "duplicate-header",
    "test15.txt": "bad-header", // Via with nothing between its semicolons and commas
    "test16.txt": "bad-content-length",
    "test17.txt": "bad-content-length",
    "test19.txt": "bad-header", // a quote that is not closed
    "test21.txt": "bad-uri",
    "test22.txt": "bad-uri",
    "test33.txt": "bad-header", // "?" outside of brackets in Contact
    "test35.txt": "duplicate-header",
    "test41.txt": "bad-version",
    "test42.txt": "bad-version",
  };

  it.each(vectorNames("odd-messages", "sip", "tests"))("%s", (name) => {
    const result = parseMessage(vectorText("odd-messages", "sip", "tests", name));
    expect(result.ok ? undefined : result.error.kind).toBe(BROKEN[name]);
    if (result.ok) expectRoundTrip(result.value);
  });

  it.each(vectorNames("odd-messages", "sdp", "tests"))("SDP %s", (name) => {
    const text = vectorText("odd-messages", "sdp", "tests", name);
    const result = parseSdp(text);
    expect(result.ok).toBe(name !== "message-1.sdp");
    if (!result.ok) return;
    expect(printSdp(result.value)).toBe(text);
    // The other reader does not know the number of ports behind a slash.
    const plain = text.replace(/^(m=[a-z]+ [0-9]+)[/][0-9]+/gm, "$1");
    expect(result.value.media.map(({ media, port }) => [media, port])).toEqual(
      parseOther(plain).media.map(({ type, port }) => [type, port]),
    );
  });
});
