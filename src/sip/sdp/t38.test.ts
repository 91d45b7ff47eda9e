import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptAnswer, answerOffer, createOffer, type MediaOffer } from "./offer-answer.ts";
import {
  acceptFaxAnswer,
  answerFaxOffer,
  asksForFax,
  createFaxOffer,
  type FaxOffer,
} from "./t38.ts";

const local = { host: "192.0.2.1", port: 4000 };
const OURS: FaxOffer = {
  local,
  sessionId: "17",
  version: 2,
  t38: { version: 3, maxBitRate: 14_400, correction: "redundancy", fillBitRemoval: false },
};
const VOICE: MediaOffer = {
  local,
  sessionId: "17",
  version: 1,
  codecs: [{ name: "PCMU", payloadType: 0, clockRateHz: 8000 }],
  ptimeMs: 20,
  direction: "sendrecv",
};

const body = (...lines: readonly string[]): string =>
  ["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0", ...lines, ""].join(
    "\r\n",
  );
const IMAGE = "m=image 5000 udptl t38";
const AUDIO = "m=audio 5002 RTP/AVP 0";

describe("createFaxOffer()", () => {
  it("is one stream of T.38 at the voice's port, with every attribute it must have", () => {
    expect(createFaxOffer(OURS).split("\r\n")).toEqual([
      "v=0",
      "o=- 17 2 IN IP4 192.0.2.1",
      "s=-",
      "c=IN IP4 192.0.2.1",
      "t=0 0",
      "m=image 4000 udptl t38",
      "a=T38FaxVersion:3",
      "a=T38MaxBitRate:14400",
      "a=T38FaxRateManagement:transferredTCF",
      "a=T38FaxMaxBuffer:2000",
      "a=T38FaxMaxDatagram:1400",
      "a=T38FaxUdpEC:t38UDPRedundancy",
      "",
    ]);
  });

  it("is answered by our own answer, and understood", () => {
    const answered = answerFaxOffer(createFaxOffer(OURS), {
      ...OURS,
      local: { host: "192.0.2.7", port: 6000 },
      t38: { ...OURS.t38, version: 1, maxBitRate: 9600, correction: "fec" },
    });
    const agreed = answered.ok ? acceptFaxAnswer(answered.value.body, OURS) : answered;
    expect(agreed).toEqual({
      ok: true,
      value: {
        remote: { host: "192.0.2.7", port: 6000 },
        version: 1,
        maxBitRate: 9600,
        rateManagement: "transferred",
        maxDatagram: 1400,
        correction: "redundancy",
        fillBitRemoval: false,
      },
    });
  });
});

describe("asksForFax()", () => {
  it.each([
    [true, "T.38 alone", [IMAGE]],
    [true, "T.38 in place of a voice that is closed", ["m=audio 0 RTP/AVP 0", IMAGE]],
    [true, "T.38 before voice", [IMAGE, AUDIO]],
    [true, "in capitals", ["m=image 5000 UDPTL T38"]],
    [false, "voice before T.38", [AUDIO, IMAGE]],
    [false, "voice alone", [AUDIO]],
    [false, "a closed stream", ["m=image 0 udptl t38"]],
    [false, "T.38 over TCP", ["m=image 5000 tcp t38"]],
    [false, "another image", ["m=image 5000 udptl t39"]],
    [false, "no stream", []],
  ])("%s: %s", (expected, _, lines) => {
    expect(asksForFax(body(...lines))).toBe(expected);
  });
});

describe("answerFaxOffer() takes of each attribute what both can", () => {
  const answered = (ours: Partial<FaxOffer["t38"]>, ...attributes: readonly string[]) => {
    const offer = body(IMAGE, ...attributes.map((value) => `a=${value}`));
    const answer = answerFaxOffer(offer, { ...OURS, t38: { ...OURS.t38, ...ours } });
    if (!answer.ok) throw new Error(answer.error.detail);
    return answer.value;
  };
  it.each([
    [{}, [], { version: 0 }],
    [{}, ["T38FaxVersion:2"], { version: 2 }],
    [{}, ["T38FaxVersion:7"], { version: 3 }],
    [{ version: 1 }, ["T38FaxVersion:3"], { version: 1 }],
    [{}, ["T38FaxVersion:abc"], { version: 0 }],
    [{}, [], { maxBitRate: 14_400 }],
    [{}, ["T38MaxBitRate:9600"], { maxBitRate: 9600 }],
    [{}, ["T38MaxBitRate:10000"], { maxBitRate: 9600 }],
    [{}, ["T38MaxBitRate:33600"], { maxBitRate: 14_400 }],
    [{}, ["T38MaxBitRate:1"], { maxBitRate: 2400 }],
    [{ maxBitRate: 7200 }, ["T38MaxBitRate:9600"], { maxBitRate: 7200 }],
    [{}, ["T38FaxRateManagement:localTCF"], { rateManagement: "local" }],
    [{}, ["T38FaxRateManagement:transferredTCF"], { rateManagement: "transferred" }],
    [{}, [], { rateManagement: "transferred" }],
    [{}, [], { maxDatagram: 400 }],
    [{}, ["T38FaxMaxDatagram:0"], { maxDatagram: 400 }],
    [{}, ["T38FaxMaxDatagram:272"], { maxDatagram: 272 }],
    [{}, ["T38FaxMaxDatagram:99999999"], { maxDatagram: 400 }],
    [{ farDatagram: 500 }, ["T38FaxMaxDatagram:122"], { maxDatagram: 500 }],
    [{}, [], { correction: "redundancy" }],
    [{}, ["T38FaxUdpEC:t38UDPNoEC"], { correction: "none" }],
    [{}, ["T38FaxUdpEC:t38UDPFEC"], { correction: "redundancy" }],
    [{ correction: "fec" }, ["T38FaxUdpEC:t38UDPFEC"], { correction: "fec" }],
    [{ correction: "fec" }, ["T38FaxUdpEC:t38UDPRedundancy"], { correction: "redundancy" }],
    [
      { correction: "fec" },
      ["T38FaxUdpEC:t38UDPRedundancy", "T38FaxUdpEC:t38UDPFEC"],
      { correction: "fec" },
    ],
    [{ correction: "none" }, ["T38FaxUdpEC:t38UDPRedundancy"], { correction: "none" }],
    [{}, ["T38FaxFillBitRemoval"], { fillBitRemoval: false }],
    [{ fillBitRemoval: true }, ["T38FaxFillBitRemoval"], { fillBitRemoval: true }],
    [{ fillBitRemoval: true }, ["T38FaxFillBitRemoval:1"], { fillBitRemoval: true }],
    [{ fillBitRemoval: true }, ["T38FaxFillBitRemoval:0"], { fillBitRemoval: false }],
    [{ fillBitRemoval: true }, [], { fillBitRemoval: false }],
    [{}, ["t38faxversion:1", "T38maxBitRate:7200"], { version: 1, maxBitRate: 7200 }],
  ] as const)("ours %o, theirs %o: %o", (ours, theirs, flow) => {
    expect(answered(ours, ...theirs).flow).toMatchObject(flow);
  });

  it("names neither MMR nor JBIG, which it cannot turn into one another", () => {
    const { body: text } = answered({}, "T38FaxTranscodingMMR", "T38FaxTranscodingJBIG");
    expect(text).not.toContain("Transcoding");
  });

  it("refuses every other stream in its place", () => {
    const answer = answerFaxOffer(body("m=audio 0 RTP/AVP 0", IMAGE, "m=video 9 RTP/AVP 96"), OURS);
    const streams = answer.ok ? answer.value.body.match(/^m=.*\r$/gm) : undefined;
    expect(streams?.map((line) => line.trim())).toEqual([
      "m=audio 0 RTP/AVP 0",
      "m=image 4000 udptl t38",
      "m=video 0 RTP/AVP 96",
    ]);
  });

  it.each([
    ["no stream of T.38", [AUDIO], "no-audio"],
    ["an address of another family", ["m=image 5000 udptl t38", "c=IN IP6 ::1"], "bad-address"],
    ["a group", [IMAGE, "c=IN IP4 224.0.0.1"], "bad-address"],
    ["nowhere", [IMAGE, "c=IN IP4 0.0.0.0"], "bad-address"],
    ["no stream at all", [], "bad-sdp"],
  ])("refuses %s", (_, lines, kind) => {
    const answer = answerFaxOffer(body(...lines), OURS);
    expect(answer.ok ? undefined : answer.error.kind).toBe(kind);
  });
});

describe("acceptFaxAnswer() refuses", () => {
  it.each([
    ["a closed stream", ["m=image 0 udptl t38"]],
    ["voice in its place", [AUDIO]],
    ["T.38 in another place", ["m=audio 0 RTP/AVP 0", IMAGE]],
  ])("%s", (_, lines) => {
    const accepted = acceptFaxAnswer(body(...lines), OURS);
    expect(accepted.ok ? undefined : accepted.error.kind).toBe("no-audio");
  });
});

describe("T.38 and voice do not take one another's bodies", () => {
  it("an offer of voice has no T.38, and the other way round", () => {
    expect(answerFaxOffer(createOffer(VOICE), OURS).ok).toBe(false);
    expect(answerOffer(createFaxOffer(OURS), VOICE).ok).toBe(false);
    expect(acceptAnswer(createFaxOffer(OURS), VOICE).ok).toBe(false);
  });

  it("any attributes are a value", () => {
    const attribute = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc
        .tuple(
          fc.constantFrom("T38FaxVersion", "T38MaxBitRate", "T38FaxMaxDatagram", "T38FaxUdpEC"),
          fc.oneof(fc.nat().map(String), fc.string({ maxLength: 8 })),
        )
        .map(([name, value]) => `${name}:${value}`),
    );
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 8 }), (attributes) => {
        const clean = attributes.map((text) => `a=${text.replace(/[\r\n]/g, "")}`);
        const answer = answerFaxOffer(body(IMAGE, ...clean), OURS);
        if (!answer.ok) return;
        const { version, maxBitRate, maxDatagram } = answer.value.flow;
        expect(version).toBeLessThanOrEqual(3);
        expect(maxBitRate % 2400).toBe(0);
        expect(maxDatagram).toBeGreaterThan(0);
        expect(acceptFaxAnswer(answer.value.body, OURS).ok).toBe(true);
      }),
    );
  });
});
