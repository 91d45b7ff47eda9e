import { describe, expect, it } from "vitest";
import { parseUri, type SipAddress } from "../sip/index.ts";
import { type Binding, targetOf } from "./location.ts";

const HOST = "192.0.2.10";
const UDP: SipAddress = { transport: "udp", host: HOST, port: 40_000 };
const TCP: SipAddress = { transport: "tcp", host: HOST, port: 40_000, flow: 7 };
const TLS: SipAddress = { transport: "tls", host: HOST, port: 40_000, flow: 8 };

function bindingOf(uriText: string, change: Partial<Binding>): Binding {
  const uri = parseUri(uriText);
  if (!uri.ok) throw new Error(uri.error);
  return {
    ...{ uri: uri.value, uriText, source: UDP, registrar: "", path: [], callId: "c", cseq: 1 },
    ...{ preference: 1000, expiresAtMs: 60_000, ...change },
  };
}

describe("targetOf()", () => {
  const flow = { instance: "<urn:uuid:1>", regId: 1 };
  const proxy = ["<sip:proxy.example.com;lr>"];

  it.each<[string, string, Partial<Binding>, SipAddress]>([
    ["its own host and port", `sip:1@${HOST}:5070`, {}, { ...UDP, port: 5070 }],
    ["its own host alone", `sip:1@${HOST}`, {}, { ...UDP, port: 5060 }],
    ["another host: a translator", "sip:1@10.0.0.5:5070", {}, UDP],
    ["its own host, by a proxy", `sip:1@${HOST}:5070`, { path: proxy }, UDP],
    ["its own host, by a flow", `sip:1@${HOST}:5070`, { flow }, UDP],
    [
      "its own host and port over TCP: on its connection",
      `sip:1@${HOST}:5070;transport=tcp`,
      { source: TCP },
      { ...TCP, port: 5070 },
    ],
    ["its own host over TLS", `sips:1@${HOST}`, { source: TLS }, { ...TLS, port: 5061 }],
  ])("of a contact that names %s", (_what, uri, change, target) => {
    expect(targetOf(bindingOf(uri, change))).toEqual(target);
  });
});
