import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type MediaDirection,
  type MediaOffer,
} from "./offer-answer.ts";

const OURS: MediaOffer = {
  local: { host: "10.0.0.1", port: 4000 },
  sessionId: "77",
  version: 3,
  codecs: [
    { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
    { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
    { name: "ILBC", payloadType: 97, clockRateHz: 8000, fmtp: "mode=20" },
  ],
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: "sendrecv",
};

/** A far end's body: session lines, then the lines given. */
function sdp(...lines: string[]): string {
  const head = ["v=0", "o=- 1 1 IN IP4 10.0.0.2", "s=-", "c=IN IP4 10.0.0.2", "t=3 4"];
  return [...head, ...lines, ""].join("\r\n");
}

function answered(body: string, ours: MediaOffer = OURS) {
  const result = answerOffer(body, ours);
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.detail}`);
  return result.value;
}

function accepted(body: string, ours: MediaOffer = OURS) {
  const result = acceptAnswer(body, ours);
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.detail}`);
  return result.value;
}

describe("createOffer()", () => {
  it("writes one audio stream", () => {
    expect(createOffer(OURS)).toBe(
      [
        "v=0",
        "o=- 77 3 IN IP4 10.0.0.1",
        "s=-",
        "c=IN IP4 10.0.0.1",
        "t=0 0",
        "m=audio 4000 RTP/AVP 0 8 97 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:97 ILBC/8000",
        "a=fmtp:97 mode=20",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        "a=sendrecv",
        "",
      ].join("\r\n"),
    );
  });

  it("names the address of RTCP where that is not the next port", () => {
    const ours = { ...OURS, localRtcp: { host: "203.0.113.7", port: 50_001 } };
    const line = "a=rtcp:50001 IN IP4 203.0.113.7\r\n";
    expect(createOffer(ours)).toContain(line);
    expect(answered(sdp("m=audio 5000 RTP/AVP 0"), ours).body).toContain(line);
  });

  it("writes IPv6, and no telephone events where we have none", () => {
    const { telephoneEventPayloadType: _, ...rest } = OURS;
    const body = createOffer({
      ...rest,
      local: { host: "::1", port: 4000 },
      direction: "inactive",
    });
    expect(body).toContain("c=IN IP6 ::1\r\n");
    expect(body).toContain("m=audio 4000 RTP/AVP 0 8 97\r\n");
    expect(body).toContain("a=inactive\r\n");
    expect(body).not.toContain("telephone-event");
  });
});

describe("answerOffer()", () => {
  it("takes the offerer's first codec in common, with its payload types", () => {
    const { body, flow } = answered(
      sdp(
        "m=audio 5000 RTP/AVP 18 96 0 100 101",
        "a=rtpmap:96 pcma/8000",
        "a=rtpmap:100 telephone-event/16000",
        "a=rtpmap:101 telephone-event/8000",
        "a=ptime:30",
      ),
    );
    expect(body).toBe(
      [
        "v=0",
        "o=- 77 3 IN IP4 10.0.0.1",
        "s=-",
        "c=IN IP4 10.0.0.1",
        "t=3 4",
        "m=audio 4000 RTP/AVP 96 101",
        "a=rtpmap:96 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:30",
        "a=sendrecv",
        "",
      ].join("\r\n"),
    );
    expect(flow).toEqual({
      remote: { host: "10.0.0.2", port: 5000 },
      remoteRtcp: { host: "10.0.0.2", port: 5001 },
      codec: { name: "PCMA", payloadType: 96, clockRateHz: 8000, ptimeMs: 30 },
      telephoneEventPayloadType: 101,
      send: true,
      receive: true,
    });
  });

  it("refuses the other streams in their places", () => {
    const { body } = answered(
      sdp(
        "m=video 4000 RTP/AVP 100 31",
        "m=audio 0 RTP/AVP 0",
        "m=audio 5002 RTP/SAVP 0",
        "m=audio 5004 RTP/AVP 18",
        "m=audio 5006 RTP/AVP 0",
        "m=audio 5008 RTP/AVP 0",
        "m=xapplicationx 4000 XRTPX/XAVPX 54",
      ),
    );
    expect(body.match(/^m=.*$/gm)).toEqual([
      "m=video 0 RTP/AVP 100 31",
      "m=audio 0 RTP/AVP 0",
      "m=audio 0 RTP/SAVP 0",
      "m=audio 0 RTP/AVP 18",
      "m=audio 4000 RTP/AVP 0",
      "m=audio 0 RTP/AVP 0",
      "m=xapplicationx 0 XRTPX/XAVPX 54",
    ]);
  });

  const directions: readonly (readonly [string, string[], MediaDirection, string, string])[] = [
    ["nothing said", ["m=audio 5000 RTP/AVP 0"], "sendrecv", "sendrecv", "both"],
    ["held", ["m=audio 5000 RTP/AVP 0", "a=sendonly"], "sendrecv", "recvonly", "receive"],
    ["listening", ["m=audio 5000 RTP/AVP 0", "a=recvonly"], "sendrecv", "sendonly", "send"],
    ["inactive", ["m=audio 5000 RTP/AVP 0", "a=inactive"], "sendrecv", "inactive", "none"],
    ["in the session", ["a=sendonly", "m=audio 5000 RTP/AVP 0"], "sendrecv", "recvonly", "receive"],
    [
      "the stream's own first",
      ["a=inactive", "m=audio 5000 RTP/AVP 0", "a=sendonly"],
      "sendrecv",
      "recvonly",
      "receive",
    ],
    [
      "the old hold",
      ["m=audio 5000 RTP/AVP 0", "c=IN IP4 0.0.0.0"],
      "sendrecv",
      "recvonly",
      "receive",
    ],
    ["we hold", ["m=audio 5000 RTP/AVP 0"], "sendonly", "sendonly", "send"],
    ["both hold", ["m=audio 5000 RTP/AVP 0", "a=sendonly"], "sendonly", "inactive", "none"],
    ["we send nothing", ["m=audio 5000 RTP/AVP 0"], "recvonly", "recvonly", "receive"],
    ["we listen", ["m=audio 5000 RTP/AVP 0", "a=sendonly"], "recvonly", "recvonly", "receive"],
  ];
  it.each(directions)("mirrors the direction: %s", (_, lines, wanted, expected, open) => {
    const { body, flow } = answered(sdp(...lines), { ...OURS, direction: wanted });
    expect(body.match(/^a=(send|recv|inactive).*$/gm)).toEqual([`a=${expected}`]);
    expect(flow.send).toBe(open === "both" || open === "send");
    expect(flow.receive).toBe(open === "both" || open === "receive");
  });

  it.each([
    [["a=ptime:10"], 10],
    [["a=ptime:60"], 60],
    [["a=ptime:70"], 20],
    [["a=ptime:25"], 20],
    [["a=ptime:0"], 20],
    [["a=ptime:-20"], 20],
    [["a=ptime:x"], 20],
    [["a=maxptime:10"], 10],
    [["a=maxptime:19"], 10],
    [["a=maxptime:20"], 20],
    [["a=maxptime:5"], 20],
    [["a=ptime:60", "a=maxptime:45"], 40],
    [[], 20],
  ])("reads %j as %i ms", (lines, ptimeMs) => {
    const { body, flow } = answered(sdp("m=audio 5000 RTP/AVP 0", ...lines));
    expect(flow.codec.ptimeMs).toBe(ptimeMs);
    expect(body).toContain(`a=ptime:${ptimeMs}\r\n`);
  });

  it.each([
    [[], "10.0.0.2", 5001],
    [["a=rtcp:6000"], "10.0.0.2", 6000],
    [["a=rtcp:6000 IN IP4 10.0.0.9"], "10.0.0.9", 6000],
    [["a=rtcp:6000 IN IP4 224.0.0.9"], "10.0.0.2", 6000],
    [["a=rtcp:0"], "10.0.0.2", 5001],
    [["a=rtcp:65536"], "10.0.0.2", 5001],
    [["a=rtcp:x"], "10.0.0.2", 5001],
  ])("sends RTCP, with %j, to %s:%i", (lines, host, port) => {
    const { flow } = answered(sdp("m=audio 5000 RTP/AVP 0", ...lines));
    expect(flow.remoteRtcp).toEqual({ host, port });
  });

  it.each([
    ["2001:DB8:0:0:0:0:0:2", "2001:DB8::0009", "2001:db8::2", "2001:db8::9"],
    ["2001:db8::2", "FF02::1", "2001:db8::2", "2001:db8::2"],
  ])("writes %s and %s as the system writes what comes from there", (host, rtcp, ...seen) => {
    const lines = [`c=IN IP6 ${host}`, `a=rtcp:6000 IN IP6 ${rtcp}`];
    const local = { host: "2001:db8::1", port: 4000 };
    const offer = sdp("m=audio 5000 RTP/AVP 0", ...lines);
    const { flow } = answered(offer, { ...OURS, local });
    expect([flow.remote.host, flow.remoteRtcp.host]).toEqual(seen);
  });

  it.each([
    ["", "bad-sdp"],
    ["v=0\r\nm=audio x RTP/AVP 0\r\n", "bad-sdp"],
    [sdp(), "bad-sdp"],
    [sdp("m=video 5000 RTP/AVP 0"), "no-audio"],
    [sdp("m=audio 0 RTP/AVP 0"), "no-audio"],
    [sdp("m=audio 5000 RTP/SAVP 0"), "no-security"],
    [sdp("m=audio 5000 RTP/AVP 18"), "no-codec"],
    [sdp("m=audio 5000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000"), "no-codec"],
    [sdp("m=audio 5000 RTP/AVP 96", "a=rtpmap:96 PCMU/8000/2"), "no-codec"],
    [sdp("m=audio 5000 RTP/AVP 0", "a=rtpmap:0 PCMU/16000"), "no-codec"],
    [sdp("m=audio 5000 RTP/AVP 0", "c=IN IP4 224.2.17.12/127"), "bad-address"],
    [sdp("m=audio 5000 RTP/AVP 0", "c=IN IP4 host.example"), "bad-address"],
    [sdp("m=audio 5000 RTP/AVP 0", "c=IN IP6 ::1"), "bad-address"],
    [sdp("m=audio 5000 RTP/AVP 0", "c=IN IP6 1.2.3.4"), "bad-address"],
    [sdp("m=audio 5000 RTP/AVP 0").replace(/^c=.*\r\n/m, ""), "bad-address"],
  ])("refuses %j", (body, kind) => {
    const result = answerOffer(body, OURS);
    expect(result.ok ? "accepted" : result.error.kind).toBe(kind);
  });

  it("answers no telephone events that were not offered, or that we do not do", () => {
    const { telephoneEventPayloadType: _, ...without } = OURS;
    const offer = sdp("m=audio 5000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000");
    expect(answered(offer, without).body).toContain("m=audio 4000 RTP/AVP 0\r\n");
    const bare = answered(sdp("m=audio 5000 RTP/AVP 0"));
    expect(bare.body).toContain("m=audio 4000 RTP/AVP 0\r\n");
    expect(bare.flow.telephoneEventPayloadType).toBeUndefined();
  });

  it("never throws", () => {
    const offer = sdp(
      "m=audio 5000 RTP/AVP 0 101",
      "a=rtpmap:101 telephone-event/8000",
      "a=rtcp:1",
    );
    fc.assert(
      fc.property(
        fc.nat(offer.length),
        fc.nat(9),
        fc.string({ unit: "binary" }),
        (at, cut, noise) => {
          const body = offer.slice(0, at) + noise + offer.slice(at + cut);
          const result = answerOffer(body, OURS);
          if (result.ok) expect(acceptAnswer(result.value.body, OURS).ok).toBe(true);
          acceptAnswer(body, OURS);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("acceptAnswer()", () => {
  it("reads the answer to our offer", () => {
    const flow = accepted(
      sdp("m=audio 5000 RTP/AVP 8 102", "a=rtpmap:102 telephone-event/8000", "a=recvonly"),
    );
    expect(flow).toEqual({
      remote: { host: "10.0.0.2", port: 5000 },
      remoteRtcp: { host: "10.0.0.2", port: 5001 },
      codec: { name: "PCMA", payloadType: 8, clockRateHz: 8000, ptimeMs: 20 },
      telephoneEventPayloadType: 102,
      send: true,
      receive: false,
    });
  });

  it.each([
    [sdp("m=audio 0 RTP/AVP 0"), "no-audio"],
    [sdp("m=video 5000 RTP/AVP 0", "m=audio 5000 RTP/AVP 0"), "no-audio"],
    [sdp("m=audio 5000 RTP/AVP 3"), "no-codec"],
    [sdp(), "bad-sdp"],
  ])("refuses %j", (body, kind) => {
    const result = acceptAnswer(body, OURS);
    expect(result.ok ? "accepted" : result.error.kind).toBe(kind);
  });

  it("agrees with the answerer about the flow, whatever both want", () => {
    const direction = fc.constantFrom<MediaDirection>(
      "sendrecv",
      "sendonly",
      "recvonly",
      "inactive",
    );
    const codecs = fc.shuffledSubarray([...OURS.codecs], { minLength: 1 });
    const offers = fc.record({ direction, codecs }).map((wish) => ({ ...OURS, ...wish }));
    fc.assert(
      fc.property(offers, offers, (left, right) => {
        const answer = answerOffer(createOffer(left), right);
        const shared = left.codecs.find((codec) => right.codecs.includes(codec));
        expect(answer.ok).toBe(shared !== undefined);
        if (!answer.ok) return;
        const ours = accepted(answer.value.body, left);
        const theirs = answer.value.flow;
        expect(ours.codec).toEqual(theirs.codec);
        expect(ours.codec.name).toBe(shared?.name);
        expect([ours.send, ours.receive]).toEqual([theirs.receive, theirs.send]);
      }),
    );
  });
});

describe("comfort noise and redundancy", () => {
  const ours: MediaOffer = { ...OURS, comfortNoise: true, redundancy: 2 };

  it("createOffer() lists them around the codecs", () => {
    const body = createOffer(ours);
    expect(body).toContain("m=audio 4000 RTP/AVP 102 0 8 97 101 13 103\r\n");
    expect(body).toContain("a=rtpmap:102 red/8000\r\na=fmtp:102 0/0/0\r\n");
    expect(body).toContain("a=rtpmap:103 red/8000\r\na=fmtp:103 101/101/101\r\n");
    expect(body).toContain("a=rtpmap:13 CN/8000\r\n");
  });

  it.each([
    ["both", ["99 0 98 100", "fmtp:99 0/0/0", "fmtp:100 98/98/98"], 2, 2],
    ["those of events, once", ["0 98 100", "fmtp:100 98/98"], undefined, 1],
    ["those of the voice", ["99 0 98", "fmtp:99 0/0"], 1, undefined],
    ["one for both", ["99 0 98", "fmtp:99 0/98"], undefined, undefined],
  ] as const)("answers copies, %s, and both agree", (_, [formats, ...fmtps], voice, events) => {
    const reds = fmtps.map((fmtp) => `a=rtpmap:${/\d+/.exec(fmtp)?.[0]} red/8000`);
    const offer = sdp(
      `m=audio 5000 RTP/AVP ${formats}`,
      "a=rtpmap:98 telephone-event/8000",
      ...reds,
      ...fmtps.map((fmtp) => `a=${fmtp}`),
    );
    const { body, flow } = answered(offer, ours);
    expect(flow.telephoneEventPayloadType).toBe(98);
    expect(flow.redundancy?.generations).toBe(voice);
    expect(flow.eventRedundancy).toEqual(events && { payloadType: 100, generations: events });
    const answer = acceptAnswer(body, ours);
    expect(answer.ok && answer.value.eventRedundancy).toEqual(flow.eventRedundancy);
    expect(answer.ok && answer.value.redundancy).toEqual(flow.redundancy);
  });

  it.each([
    ["both", ["RTP/AVP 121 0 13", "a=rtpmap:121 red/8000", "a=fmtp:121 0/0/0/0"], 2, 13],
    ["one generation", ["RTP/AVP 0 121", "a=rtpmap:121 red/8000", "a=fmtp:121 0/0"], 1, undefined],
    ["no fmtp", ["RTP/AVP 121 0", "a=rtpmap:121 red/8000"], undefined, undefined],
    [
      "another codec's",
      ["RTP/AVP 121 0", "a=rtpmap:121 red/8000", "a=fmtp:121 8/8"],
      undefined,
      undefined,
    ],
    [
      "mixed codecs",
      ["RTP/AVP 121 0", "a=rtpmap:121 red/8000", "a=fmtp:121 0/8"],
      undefined,
      undefined,
    ],
    ["neither", ["RTP/AVP 0"], undefined, undefined],
  ])("answerOffer() of %s", (_, [media = "", ...lines], generations, noise) => {
    const { body, flow } = answered(sdp(`m=audio 5000 ${media}`, ...lines), ours);
    expect(flow.redundancy?.generations).toBe(generations);
    expect(flow.comfortNoisePayloadType).toBe(noise);
    expect(flow.suppressSilence).toBe(noise === undefined ? undefined : true);
    expect(body.includes("red/8000")).toBe(generations !== undefined);
    expect(body.includes("CN/8000")).toBe(noise !== undefined);
  });

  it("answerOffer() takes neither where we do not want it", () => {
    const offer = sdp("m=audio 5000 RTP/AVP 121 0 13", "a=rtpmap:121 red/8000", "a=fmtp:121 0/0");
    const { body, flow } = answered(offer);
    expect(body).toContain("m=audio 4000 RTP/AVP 0\r\n");
    expect([flow.redundancy, flow.comfortNoisePayloadType]).toEqual([undefined, undefined]);
  });
});
