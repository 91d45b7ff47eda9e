import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerInPlaces, idleAnswer, offerInPlaces } from "./idle-answer.ts";
import { parseSdp } from "./sdp.ts";

const described = (...lines: readonly string[]): string =>
  ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", ...lines, ""].join("\r\n");
const streams = (body: string | undefined): readonly string[] => [
  ...(body?.match(/^m=.*$/gm) ?? []),
];

describe("idleAnswer()", () => {
  it.each([
    ["voice", ["m=audio 4000 RTP/AVP 0 101"], ["m=audio 9 RTP/AVP 0 101"]],
    ["voice with feedback", ["m=audio 4000 RTP/AVPF 0"], ["m=audio 9 RTP/AVPF 0"]],
    ["voice with keys", ["m=audio 4000 RTP/SAVP 0"], ["m=audio 0 RTP/SAVP 0"]],
    ["voice that is closed", ["m=audio 0 RTP/AVP 0"], ["m=audio 0 RTP/AVP 0"]],
    [
      "fax beside voice",
      ["m=image 4002 udptl t38", "m=audio 4000 RTP/AVP 8"],
      ["m=image 0 udptl t38", "m=audio 9 RTP/AVP 8"],
    ],
    ["nothing", [], []],
  ])("of %s has every stream in its place", (_what, offered, answered) => {
    const answer = idleAnswer(described("c=IN IP4 192.0.2.1", ...offered), "7");
    expect(streams(answer)).toEqual(answered);
  });

  it("says how formats are packed, and that nothing flows", () => {
    const lines = [
      "m=audio 4000 RTP/AVP 96",
      "a=rtpmap:96 opus/48000/2",
      "a=ssrc:1 x",
      "a=sendrecv",
    ];
    const answer = idleAnswer(described("c=IN IP6 2001:db8::1", ...lines), "7");
    expect(answer).toBe(
      [
        ...["v=0", "o=- 7 1 IN IP6 ::", "s=-", "c=IN IP6 ::", "t=0 0"],
        ...["m=audio 9 RTP/AVP 96", "a=rtpmap:96 opus/48000/2", "a=inactive", ""],
      ].join("\r\n"),
    );
  });

  it("is none of what is no description, and one that can be read of any other", () => {
    expect(idleAnswer("hello", "7")).toBe(undefined);
    const noise = fc.array(fc.constantFrom("m=audio 1 RTP/AVP 0", "a=x", "c=IN IP4 1.2.3.4", "k"));
    fc.assert(
      fc.property(noise, fc.string(), (lines, tail) => {
        const offer = described(...lines, tail);
        const answer = idleAnswer(offer, "7");
        const [asked, said] = [parseSdp(offer), parseSdp(answer ?? "")];
        expect(said.ok).toBe(asked.ok);
        if (asked.ok && said.ok) expect(said.value.media).toHaveLength(asked.value.media.length);
      }),
    );
  });
});

describe("offerInPlaces(), answerInPlaces()", () => {
  const [A, B, C] = ["m=audio 1 RTP/AVP 0", "m=video 2 RTP/AVP 96", "m=audio 3 RTP/AVP 8"];
  it.each([
    ["as many", [A], [C], [A]],
    ["more", [A, B], [C], [A, B]],
    ["fewer", [A], [C, B], [A, "m=video 0 RTP/AVP 96"]],
    ["none", [], [C], ["m=audio 0 RTP/AVP 8"]],
  ])("an offer of %s", (_what, offer, before, expected) => {
    const asked = offerInPlaces(described(...offer), described(...before));
    expect(streams(asked)).toEqual(expected);
    const answer = described(...expected);
    expect(streams(answerInPlaces(answer, described(...offer)))).toHaveLength(offer.length);
  });

  it("leave alone what they cannot read", () => {
    expect(offerInPlaces("x", described(A))).toBe("x");
    expect(offerInPlaces(described(A), "x")).toBe(described(A));
    expect(answerInPlaces("x", described(A))).toBe("x");
  });
});
