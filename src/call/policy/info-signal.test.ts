import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../sip/index.ts";
import { FLASH_SIGNAL, parseSignal } from "./info-signal.ts";

function info(type: string, body: string): SipRequest {
  const headers = [{ name: "content-type", value: type }];
  return { kind: "request", method: "INFO", uri: "sip:a@b", headers, body };
}

const RELAY = "application/dtmf-relay";

describe("parseSignal()", () => {
  it.each([
    [RELAY, "Signal=5\r\nDuration=250\r\n", "5", 250],
    [RELAY, "Signal= *\nDuration= 100", "*", 100],
    [RELAY, "signal=d", "D", 160],
    [RELAY, "Signal=10\r\nDuration=160", "*", 160],
    [RELAY, "Signal=11", "#", 160],
    [RELAY, "Signal=hf\r\nDuration=250", FLASH_SIGNAL, 250],
    [RELAY, "Signal=flash\r\nDuration=500", FLASH_SIGNAL, 500],
    [RELAY, "Signal=16", FLASH_SIGNAL, 160],
    ["application/hook-flash", "", FLASH_SIGNAL, 250],
    ["application/broadsoft", "event flashhook", FLASH_SIGNAL, 250],
    [RELAY, "Signal=1\r\nDuration=39", "1", 40],
    [RELAY, "Signal=1\r\nDuration=40", "1", 40],
    [RELAY, "Signal=1\r\nDuration=5001", "1", 5000],
    [RELAY, "Signal=1\r\nDuration=0", "1", 160],
    [RELAY, "Signal=1\r\nDuration=9999999", "1", 5000],
    ["application/dtmf", "7", "7", 160],
    ["Application/DTMF; x=y", " # \r\n", "#", 160],
  ])("of %s %j is %s for %i ms", (type, body, text, durationMs) => {
    expect(parseSignal(info(type, body))).toEqual({ text, durationMs });
  });

  it.each([
    [RELAY, ""],
    [RELAY, "Signal"],
    [RELAY, "Signal="],
    ["application/dtmf", "77"],
    ["application/broadsoft", "event talk"],
    ["text/plain", "event flashhook"],
    ["application/dtmf", ""],
    ["application/sdp", "v=0"],
  ])("of %s %j is nothing", (type, body) => {
    expect(parseSignal(info(type, body))).toBeUndefined();
  });
});
