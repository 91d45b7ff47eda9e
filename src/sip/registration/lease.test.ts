import { describe, expect, it } from "vitest";
import type { SipHeader } from "../wire/message.ts";
import { leaseOf } from "./lease.ts";

const OURS = "sip:101@192.0.2.10:5060";

describe("leaseOf()", () => {
  const contact = (value: string): SipHeader => ({ name: "contact", value });
  const expires = (value: string): SipHeader => ({ name: "expires", value });
  it.each<[string, readonly SipHeader[], number]>([
    ["no word of it", [], 600],
    ["Expires alone", [expires("221")], 221],
    ["our contact", [contact(`<${OURS}>;expires=120`)], 120],
    ["our contact before Expires", [expires("500"), contact(`<${OURS}>;expires=120`)], 120],
    ["our contact without a lease", [expires("500"), contact(`<${OURS}>`)], 500],
    [
      "ours behind another's",
      [contact("<sip:101@192.0.2.99>;expires=3600"), contact(`<${OURS}>;expires=60`)],
      60,
    ],
    ["another's only", [contact("<sip:101@192.0.2.99>;expires=3600")], 600],
    ["ours with a parameter", [contact(`"A" <${OURS};ob>;q=1;EXPIRES=90`)], 90],
    ["ours on the default port", [contact("<sip:101@192.0.2.10>;expires=91")], 91],
    ["another port", [contact("<sip:101@192.0.2.10:5070>;expires=92")], 600],
    ["another user", [contact("<sip:102@192.0.2.10:5060>;expires=93")], 600],
    ["not bound", [contact(`<${OURS}>;expires=0`)], 0],
    ["nonsense", [contact("<mailto:a@b>"), contact("<<<"), expires("soon")], 600],
  ])("reads %s", (_what, headers, leaseS) => {
    const response = { kind: "response", status: 200, reason: "OK", headers, body: "" } as const;
    expect(leaseOf(response, OURS, 600)).toBe(leaseS);
  });
});
