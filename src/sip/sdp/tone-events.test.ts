import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptAnswer, answerOffer, createOffer, type MediaOffer } from "./offer-answer.ts";

const OURS: MediaOffer = {
  local: { host: "192.0.2.1", port: 4000 },
  sessionId: "1",
  version: 1,
  codecs: [{ name: "PCMU", payloadType: 0, clockRateHz: 8000 }],
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: "sendrecv",
  toneEvents: true,
};

/** A far end's description whose events are these. */
const theirs = (list: string | undefined): string =>
  [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.9",
    "s=-",
    "c=IN IP4 192.0.2.9",
    "t=0 0",
    "m=audio 5000 RTP/AVP 0 97",
    "a=rtpmap:97 telephone-event/8000",
    ...(list === undefined ? [] : [`a=fmtp:97 ${list}`]),
    "",
  ].join("\r\n");

describe("the tones of modems as events", () => {
  it.each([
    { list: "0-15,32-36,54", tones: [32, 33, 34, 35, 36, 54] },
    { list: "0-255", tones: [32, 33, 34, 35, 36, 54] },
    { list: "0-15, 32, 36", tones: [32, 36] },
    { list: "0-16", tones: undefined },
    { list: "31,37-53", tones: undefined },
    { list: "", tones: undefined },
    { list: "36-32", tones: undefined },
    { list: undefined, tones: undefined },
  ])("of a far end that lists $list are $tones", ({ list, tones }) => {
    const answer = answerOffer(theirs(list), OURS);
    const flow = answer.ok ? answer.value.flow : undefined;
    expect(flow?.telephoneEventPayloadType).toBe(97);
    expect(flow?.toneEvents).toEqual(tones);
    const listed = tones === undefined ? "a=fmtp:97 0-16\r\n" : "a=fmtp:97 0-16,32-36,54\r\n";
    expect(answer.ok ? answer.value.body : "").toContain(listed);
    const accepted = acceptAnswer(theirs(list), OURS);
    expect(accepted.ok ? accepted.value.toneEvents : "none").toEqual(tones);
  });

  it("are nobody's business where we do not name them", () => {
    const { toneEvents: _, ...plain } = OURS;
    expect(createOffer(OURS)).toContain("a=fmtp:101 0-16,32-36,54\r\n");
    expect(createOffer(plain)).toContain("a=fmtp:101 0-16\r\n");
    const answer = answerOffer(theirs("0-255"), plain);
    expect(answer.ok ? answer.value.flow : {}).not.toHaveProperty("toneEvents");
  });

  it("a list may be any text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (list) => {
        expect(answerOffer(theirs(list), OURS).ok).toBe(true);
      }),
    );
  });
});
