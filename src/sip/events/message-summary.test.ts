import { describe, expect, it } from "vitest";
import { parseMessageSummary } from "./message-summary.ts";

describe("parseMessageSummary()", () => {
  it.each([
    [
      "Messages-Waiting: yes\r\nMessage-Account: sip:a@b\r\nVoice-Message: 2/8 (0/2)\r\n",
      { waiting: true, newVoice: 2, oldVoice: 8 },
    ],
    ["messages-waiting:NO\n", { waiting: false }],
    ["Voice-Message: 2/8\r\nMessages-Waiting: no", { waiting: false, newVoice: 2, oldVoice: 8 }],
    ["Messages-Waiting: yes\r\nMessages-Waiting: no\r\n", { waiting: true }],
    ["Messages-Waiting: maybe\r\n", undefined],
    ["Voice-Message: 2/8\r\n", undefined],
    ["", undefined],
    [`${"x: y\r\n".repeat(64)}Messages-Waiting: yes`, undefined],
  ])("reads %j", (body, expected) => {
    expect(parseMessageSummary(body)).toEqual(expected);
  });
});
