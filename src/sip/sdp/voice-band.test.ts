import fc from "fast-check";
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
const PCMA_VBD = { name: "PCMA", payloadType: 8 };

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
    ["one among parameters", body("8", "gpmd:8 ecan=on;vbd=yes"), [PCMA_VBD]],
    ["one with blanks around the sign", body("8", "gpmd:8 vbd = yes"), [PCMA_VBD]],
    ["one said twice", body("8", "gpmd:8 vbd=yes", "gpmd:8 vbd=yes;ecan=off"), [PCMA_VBD]],
    ["none that says no", body("9 98", "rtpmap:98 PCMU/8000", "gpmd:98 vbd=no"), []],
    ["none that says both", body("8", "gpmd:8 vbd=yes", "gpmd:8 vbd=no"), []],
    ["none that says both at once", body("8", "gpmd:8 vbd=yes;vbd=no"), []],
    ["none that says neither", body("8", "gpmd:8 vbd=maybe"), []],
    ["none whose parameter only begins so", body("8", "gpmd:8 vbd=yessir", "gpmd:8 xvbd=yes"), []],
    ["none beyond the numbers there are", body("8", "gpmd:200 vbd=yes"), []],
    ["none of another codec", body("9 98", "rtpmap:98 G726-32/8000", "gpmd:98 vbd=yes"), []],
    ["none without a codec", body("9 98", "gpmd:98 vbd=yes"), []],
    ["none in nonsense", body("9", "gpmd:vbd=yes", "gpmd:1234 vbd=yes", "gpmd"), []],
  ])("finds %s", (_, text, found) => {
    expect(of(text)).toEqual(found);
  });
});

it("voiceBandOf() takes any attribute as it comes, and names numbers that there are", () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom("vbd=yes", "VBD=YES", "vbd=no", ";", " ", "98", "0", "8", "ecan=on"),
  );
  const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (values) => {
      const lines = values.map((one) => ({ type: "a", value: `gpmd:${one}` }));
      const stream = { media: "audio", port: 5000, protocol: "RTP/AVP", formats: ["8"] };
      for (const { payloadType } of voiceBandOf({ ...stream, lines })) {
        expect([0, 8]).toContain(payloadType);
      }
    }),
  );
});

/* As gateways offer it who move a call to G.711 once they hear a fax machine, and some always. */
describe("a voice's own format that is said to be for modems", () => {
  it.each([
    { what: "alone", formats: "8", attributes: ["gpmd:8 vbd=yes;ecan=on"], type: 8, said: [8] },
    { what: "of two", formats: "0 8", attributes: ["gpmd:8 vbd=yes"], type: 0, said: undefined },
    {
      what: "both",
      formats: "8 0",
      attributes: ["gpmd:8 vbd=yes", "gpmd:0 vbd=yes"],
      type: 8,
      said: [8],
    },
    {
      what: "beside one that we have not",
      formats: "18 8",
      attributes: ["gpmd:8 vbd=yes"],
      type: 8,
      said: [8],
    },
    { what: "by a number of its own", formats: "98", attributes: VBD, type: 98, said: [98] },
    {
      what: "with events",
      formats: "8 101",
      attributes: ["gpmd:8 vbd=yes", "rtpmap:101 telephone-event/8000"],
      type: 8,
      said: [8],
    },
  ])("$what: the call goes by $type", ({ formats, attributes, type, said }) => {
    const codecs = [PCMA, { name: "PCMU", payloadType: 0, clockRateHz: 8000 }];
    const offer = body(formats, ...attributes);
    for (const voiceBand of [true, false]) {
      const answer = answerOffer(offer, { ...OURS, codecs, voiceBand });
      if (!answer.ok) throw new Error(answer.error.detail);
      expect(answer.value.flow.codec.payloadType).toBe(type);
      const marks = answer.value.body.match(/a=gpmd:\d+ vbd=yes/g) ?? [];
      const wanted = said?.map((one) => `a=gpmd:${one} vbd=yes`);
      if (voiceBand && wanted !== undefined) expect(marks).toEqual(wanted);
      if (!voiceBand) expect(marks).toEqual([]);
      // It is said once, and no modem has another.
      if (said !== undefined) expect(answer.value.flow.voiceBand).toBeUndefined();
    }
  });

  it("is taken in an answer, too", () => {
    const accepted = acceptAnswer(body("8", "gpmd:8 vbd=yes;ecan=off"), OURS);
    expect(accepted.ok && accepted.value.codec.payloadType).toBe(8);
  });

  it("is no use where it is none of ours", () => {
    const codecs = [G722];
    const answer = answerOffer(body("8", "gpmd:8 vbd=yes"), { ...OURS, codecs });
    expect(answer.ok).toBe(false);
  });
});

describe("silence that is to be sent as it sounds", () => {
  it.each([
    { said: [], suppresses: true },
    { said: ["silenceSupp:on - - - -"], suppresses: true },
    { said: ["silenceSupp:off - - - -"], suppresses: false },
    { said: ["silenceSupp: OFF"], suppresses: false },
    { said: ["silenceSupp:offline"], suppresses: true },
    { said: ["silenceSupp"], suppresses: true },
  ])("$said: suppressed $suppresses", ({ said, suppresses }) => {
    const ours = { ...OURS, comfortNoise: true };
    const answer = answerOffer(body("8 13", ...said), ours);
    if (!answer.ok) throw new Error(answer.error.detail);
    expect(answer.value.flow).toMatchObject({
      comfortNoisePayloadType: 13,
      suppressSilence: suppresses,
    });
  });

  it("may be said for all streams", () => {
    const text = body("8 13").replace("\r\nm=", "\r\na=silenceSupp:off - - - -\r\nm=");
    const answer = answerOffer(text, { ...OURS, comfortNoise: true });
    expect(answer.ok && answer.value.flow.suppressSilence).toBe(false);
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
