import { describe, expect, it } from "vitest";
import { acceptAnswer, answerOffer, createOffer, type MediaOffer } from "./offer-answer.ts";
import { parseSdp } from "./sdp.ts";
import { offeredVoiceBand, voiceBandOf } from "./voice-band.ts";

const G722 = { name: "G722", payloadType: 9, clockRateHz: 8000 };
const PCMA = { name: "PCMA", payloadType: 8, clockRateHz: 8000 };
const OPUS = { name: "opus", payloadType: 111, clockRateHz: 48_000, channels: 2 };
const OURS: MediaOffer = {
  local: { host: "192.0.2.1", port: 4000 },
  sessionId: "1",
  version: 1,
  codecs: [G722, PCMA],
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: "sendrecv",
  voiceBand: true,
};
const body = (formats: string, ...attributes: readonly string[]): string =>
  [
    ...["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"],
    `m=audio 5000 RTP/AVP ${formats}`,
    ...attributes.map((value) => `a=${value}`),
    "",
  ].join("\r\n");
const of = (text: string) => {
  const sdp = parseSdp(text);
  const [stream] = sdp.ok ? sdp.value.media : [];
  return stream === undefined ? undefined : voiceBandOf(stream);
};
const VBD = ["rtpmap:98 PCMU/8000", "gpmd:98 vbd=yes"];

describe("voiceBandOf()", () => {
  it.each([
    ["a format for modems", body("9 98", ...VBD), [{ name: "PCMU", payloadType: 98 }]],
    [
      "one that the m-line does not name",
      body("18 0", ...VBD),
      [{ name: "PCMU", payloadType: 98 }],
    ],
    [
      "with a blank, and more of it",
      body("9 96", "rtpmap:96 PCMA/8000", "gpmd: 96 x=1; VBD=yes"),
      [{ name: "PCMA", payloadType: 96 }],
    ],
    [
      "a number that needs no rtpmap",
      body("9 8", "gpmd:8 vbd=yes"),
      [{ name: "PCMA", payloadType: 8 }],
    ],
    ["none that says no", body("9 98", "rtpmap:98 PCMU/8000", "gpmd:98 vbd=no"), []],
    ["none of another codec", body("9 98", "rtpmap:98 G726-32/8000", "gpmd:98 vbd=yes"), []],
    ["none without a codec", body("9 98", "gpmd:98 vbd=yes"), []],
    ["none in nonsense", body("9", "gpmd:vbd=yes", "gpmd:1234 vbd=yes", "gpmd"), []],
  ])("finds %s", (_, text, found) => {
    expect(of(text)).toEqual(found);
  });
});

describe("offer and answer with V.152", () => {
  it("an offer has a format for modems, by our preferred G.711, and only where wanted", () => {
    const offer = createOffer(OURS);
    expect(offer).toContain("m=audio 4000 RTP/AVP 9 8 101 102\r\n");
    expect(offer).toContain("a=rtpmap:102 PCMA/8000\r\n");
    expect(offer).toContain("a=gpmd:102 vbd=yes\r\n");
    expect(createOffer({ ...OURS, voiceBand: false })).not.toContain("gpmd");
    expect(offeredVoiceBand([G722], 97)).toEqual({ name: "PCMU", payloadType: 97 });
    expect(offeredVoiceBand([OPUS, PCMA], 97)).toBeUndefined();
  });

  it("is answered with the offerer's number, and both agree", () => {
    const answer = answerOffer(createOffer(OURS), { ...OURS, codecs: [PCMA, G722] });
    if (!answer.ok) throw new Error(answer.error.detail);
    expect(answer.value.flow).toMatchObject({
      codec: { name: "G722", payloadType: 9 },
      voiceBand: { name: "PCMA", payloadType: 102 },
    });
    expect(answer.value.body).toContain("a=gpmd:102 vbd=yes\r\n");
    const accepted = acceptAnswer(answer.value.body, OURS);
    expect(accepted.ok && accepted.value.voiceBand).toEqual({ name: "PCMA", payloadType: 102 });
  });

  it("has copies of a modem's sound apart from those of the voice's, where both want some", () => {
    const ours = { ...OURS, redundancy: 2 };
    const offer = createOffer(ours);
    expect(offer).toContain("m=audio 4000 RTP/AVP 104 9 8 101 102 103 105\r\n");
    expect(offer).toContain("a=fmtp:103 102/102/102\r\n");
    expect(offer).toContain("a=fmtp:104 9/9/9\r\n");
    const answer = answerOffer(offer, { ...ours, redundancy: 1 });
    if (!answer.ok) throw new Error(answer.error.detail);
    const voiceBand = {
      name: "PCMA",
      payloadType: 102,
      redundancy: { payloadType: 103, generations: 1 },
    };
    expect(answer.value.flow.voiceBand).toEqual(voiceBand);
    expect(answer.value.flow.redundancy).toEqual({ payloadType: 104, generations: 1 });
    expect(answer.value.body).toContain("a=fmtp:103 102/102\r\n");
    const accepted = acceptAnswer(answer.value.body, ours);
    expect(accepted.ok && accepted.value.voiceBand).toEqual(voiceBand);
  });

  it.each([
    ["no copies", "9 98", VBD],
    ["copies of the voice alone", "9 98 99", [...VBD, "rtpmap:99 red/8000", "fmtp:99 9/9"]],
    ["mixed copies", "9 98 99", [...VBD, "rtpmap:99 red/8000", "fmtp:99 98/9"]],
    ["copies without a list", "9 98 99", [...VBD, "rtpmap:99 red/8000"]],
  ])("has none where the far end has %s", (_, formats, attributes) => {
    const accepted = acceptAnswer(body(formats, ...attributes), { ...OURS, redundancy: 2 });
    expect(accepted.ok && accepted.value.voiceBand).toEqual({ name: "PCMU", payloadType: 98 });
  });

  it("never takes a format for modems as the voice's", () => {
    const offer = body("98 0", ...VBD);
    const answer = answerOffer(offer, {
      ...OURS,
      codecs: [{ name: "PCMU", payloadType: 0, clockRateHz: 8000 }],
      voiceBand: false,
    });
    if (!answer.ok) throw new Error(answer.error.detail);
    expect(answer.value.flow.codec.payloadType).toBe(0);
    expect(answer.value.flow.voiceBand).toBeUndefined();
    expect(answer.value.body).not.toContain("98");
  });

  it("does without where the far end does", () => {
    const accepted = acceptAnswer(body("9"), OURS);
    expect(accepted.ok && accepted.value.voiceBand).toBeUndefined();
  });
});
