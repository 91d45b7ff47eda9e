import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../base/bytes.ts";
import type { SipRequest } from "./message.ts";
import { keptMessageBytes, messageBytes } from "./message-bytes.ts";
import { printMessage } from "./print-message.ts";

/** A message whose body is so long, of one letter. */
function message(length: number, letter: string): SipRequest {
  const headers = [{ name: "call-id", value: "a@b" }];
  const body = letter.repeat(length);
  return { kind: "request", method: "MESSAGE", uri: "sip:a@b", headers, body };
}

describe("messageBytes()", () => {
  it("leaves each message alone, many one behind the other and of any length", () => {
    const sizes = [0, 1, 700, 1900, 2048, 2100, 20_000, 65_000];
    const made = Array.from({ length: 200 }, (_, at) => {
      const one = message(sizes[at % sizes.length] ?? 0, String.fromCharCode(0x61 + (at % 26)));
      return { text: printMessage(one), bytes: messageBytes(one), kept: keptMessageBytes(one) };
    });
    for (const { text, bytes, kept } of made) {
      expect(latin1FromBytes(bytes)).toBe(text);
      expect(latin1FromBytes(kept)).toBe(text);
    }
  });

  it("writes bytes above ASCII one to one, and a question mark for what is none", () => {
    const bytes = messageBytes(message(1, "\u00e9\u0141"));
    expect([...bytes.subarray(-2)]).toEqual([0xe9, 0x3f]);
  });

  it("has what is kept in a memory of its own", () => {
    const [one, other] = [message(9, "a"), message(9, "b")];
    const kept = [keptMessageBytes(one), keptMessageBytes(other)];
    const passing = [messageBytes(one), messageBytes(other)];
    for (const { buffer } of kept)
      expect(passing.map((bytes) => bytes.buffer)).not.toContain(buffer);
  });
});
