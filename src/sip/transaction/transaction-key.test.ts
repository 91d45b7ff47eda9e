import { describe, expect, it } from "vitest";
import type { SipRequest } from "../wire/message.ts";
import { parseVia } from "../wire/via.ts";
import { mergeKey, serverKey } from "./transaction-key.ts";

interface Change {
  readonly method?: string;
  readonly via?: string;
  readonly to?: string;
  readonly cseq?: number;
  readonly callId?: string;
}

function keyed({ method = "INVITE", via = "SIP/2.0/UDP h:1;branch=z9hG4bKa", ...rest }: Change) {
  const request: SipRequest = {
    kind: "request",
    method,
    uri: "sip:b@c",
    headers: [
      { name: "via", value: via },
      { name: "from", value: "<sip:a@b>;tag=f" },
      { name: "to", value: rest.to ?? "<sip:b@c>" },
      { name: "call-id", value: rest.callId ?? "call" },
      { name: "cseq", value: `${rest.cseq ?? 1} ${method}` },
    ],
    body: "",
  };
  const parsed = parseVia(via);
  return {
    request,
    via: parsed.ok ? parsed.value : { transport: "", host: "", params: new Map() },
  };
}

const keyOf = (change: Change) => {
  const { request, via } = keyed(change);
  return serverKey(request, via);
};
const BARE = "SIP/2.0/UDP h:1;branch=z9hG4bK";
const OLD = "SIP/2.0/UDP h:1";

describe("serverKey()", () => {
  it.each<[string, Change, Change, boolean]>([
    ["a copy", {}, {}, true],
    ["its ACK", {}, { method: "ACK", to: "<sip:b@c>;tag=t" }, true],
    ["another method", {}, { method: "BYE" }, false],
    ["its CANCEL", {}, { method: "CANCEL" }, false],
    ["another branch", {}, { via: "SIP/2.0/UDP h:1;branch=z9hG4bKb" }, false],
    ["another sent-by host", {}, { via: "SIP/2.0/UDP i:1;branch=z9hG4bKa" }, false],
    ["another sent-by port", {}, { via: "SIP/2.0/UDP h:2;branch=z9hG4bKa" }, false],
    ["the host in capitals", {}, { via: "SIP/2.0/UDP H:1;branch=z9hG4bKa" }, true],
    ["another call, same branch", {}, { callId: "other" }, false],
    ["an old copy", { via: OLD }, { via: OLD }, true],
    [
      "the ACK of an old one",
      { via: OLD },
      { via: OLD, method: "ACK", to: "<sip:b@c>;tag=t" },
      true,
    ],
    ["an old one of another call", { via: OLD }, { via: OLD, callId: "other" }, false],
    ["an old one with another CSeq", { via: OLD }, { via: OLD, cseq: 2 }, false],
    ["of two calls with the bare cookie", { via: BARE }, { via: BARE, callId: "other" }, false],
  ])("joins to an INVITE %s", (_what, one, other, isSame) => {
    expect(keyOf(one) === keyOf(other)).toBe(isSame);
  });

  it("finds the INVITE of a CANCEL, new and old", () => {
    for (const via of ["SIP/2.0/UDP h:1;branch=z9hG4bKa", OLD]) {
      const cancel = keyed({ method: "CANCEL", via });
      expect(serverKey(cancel.request, cancel.via, "INVITE")).toBe(keyOf({ via }));
    }
  });
});

describe("mergeKey()", () => {
  it("is there outside dialogs only, and tells requests apart", () => {
    const of = (change: Change) => mergeKey(keyed(change).request);
    expect(of({ to: "<sip:b@c>;tag=t" })).toBe(undefined);
    expect(of({})).toBe(of({ via: "SIP/2.0/UDP other;branch=z9hG4bKz" }));
    expect(of({})).not.toBe(of({ cseq: 2 }));
    expect(of({})).not.toBe(of({ callId: "other" }));
  });
});
