import { describe, expect, it } from "vitest";
import { parseMessage } from "./parse-message.ts";
import { addressIn, addressOf, cseqIn, tagIn, topVia, viaOf, WireHeader } from "./wire-header.ts";

const REQUEST = [
  "OPTIONS sip:a@b SIP/2.0",
  "v: SIP/2.0/UDP c;branch=z9hG4bKx",
  "f: <sip:d@e>;TAG=one",
  "t: <sip:a@b>",
  "i: f",
  "CSeq: 7 OPTIONS",
  "",
  "",
].join("\r\n");

describe("WireHeader", () => {
  it("is read once: whoever asks again gets the very same", () => {
    const header = new WireHeader("via", "SIP/2.0/UDP c");
    expect(header.via()).toBe(viaOf(header));
    const address = new WireHeader("to", "<sip:a@b>");
    expect(addressOf(address)).toBe(address.address());
  });

  it("looks like any other header field", () => {
    expect({ ...new WireHeader("to", "x") }).toEqual({ name: "to", value: "x" });
  });
});

describe("topVia(), addressIn(), tagIn() and cseqIn()", () => {
  it("read what came from the wire", () => {
    const parsed = parseMessage(REQUEST);
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const message = parsed.value;
    expect(topVia(message)).toMatchObject({ ok: true, value: { branch: "z9hG4bKx" } });
    expect(addressIn(message, "to")).toMatchObject({ ok: true, value: { uriText: "sip:a@b" } });
    expect([tagIn(message, "from"), tagIn(message, "to")]).toEqual(["one", undefined]);
    expect(cseqIn(message)).toEqual({ ok: true, value: { sequence: 7, method: "OPTIONS" } });
  });

  it("read what was written by hand, and say what is not there", () => {
    const message = {
      kind: "request",
      method: "BYE",
      uri: "sip:a",
      headers: [],
      body: "",
    } as const;
    const headers = [{ name: "via", value: "SIP/2.0/TCP h;branch=b" }];
    expect(topVia({ ...message, headers })).toMatchObject({ ok: true, value: { branch: "b" } });
    expect(topVia(message)).toEqual({ ok: false, error: "no via" });
    expect(addressIn(message, "contact")).toEqual({ ok: false, error: "no contact" });
    expect(cseqIn(message)).toEqual({ ok: false, error: "no cseq" });
    expect(tagIn({ ...message, headers: [{ name: "to", value: '"' }] }, "to")).toBeUndefined();
  });
});
