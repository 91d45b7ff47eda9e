import fc from "fast-check";
import { parse as parseOther, write as writeOther } from "sdp-transform";
import { describe, expect, it } from "vitest";
import { codecsOf } from "./codecs.ts";
import {
  attribute,
  attributes,
  parseConnection,
  parseSdp,
  printSdp,
  SDP_LIMITS,
  type SdpLine,
} from "./sdp.ts";

const OFFER = [
  "v=0",
  "o=alice 2890844526 2890844526 IN IP4 host.example.com",
  "s=-",
  "c=IN IP4 192.0.2.1",
  "t=0 0",
  "x=unknown letter",
  "a=sendonly",
  "m=audio 49170/2 RTP/AVP 0 96 8 9 101 19",
  "b=AS:64",
  "a=rtpmap:96 opus/48000/2",
  "a=rtpmap:8 pcma/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-15",
  "a=x-unknown:a b c",
  "m=video 0 RTP/AVP 31",
  "c=IN IP6 2001:db8::1",
  "m=image 5004 udptl t38",
  "",
].join("\r\n");

function parsed(text: string) {
  const sdp = parseSdp(text);
  if (!sdp.ok) throw new Error(`${sdp.error.kind} in line ${sdp.error.line}`);
  return sdp.value;
}

describe("parseSdp()", () => {
  it("keeps every line as it was, where it was", () => {
    expect(printSdp(parsed(OFFER))).toBe(OFFER);
  });

  it("reads bare line feeds, empty lines, and a last line without an end", () => {
    const text = `\n${OFFER.replaceAll("\r\n", "\n\n")}`.trimEnd();
    expect(printSdp(parsed(text))).toBe(OFFER);
  });

  it("reads m-lines", () => {
    const { lines: _, ...audio } = parsed(OFFER).media[0] ?? { lines: [] };
    expect(audio).toEqual({
      media: "audio",
      port: 49170,
      portCount: 2,
      protocol: "RTP/AVP",
      formats: ["0", "96", "8", "9", "101", "19"],
    });
  });

  it("agrees with an independent reader and writer", () => {
    const rtp = fc.record({
      payload: fc.integer({ min: 96, max: 127 }),
      codec: fc.constantFrom("opus", "iLBC", "G726-32", "telephone-event"),
      rate: fc.constantFrom(8000, 16000, 48000),
    });
    const stream = fc.record({
      type: fc.constantFrom("audio", "video"),
      port: fc.integer({ min: 0, max: 65535 }),
      protocol: fc.constantFrom("RTP/AVP", "RTP/SAVPF"),
      rtp: fc.uniqueArray(rtp, { minLength: 1, maxLength: 5, selector: ({ payload }) => payload }),
      direction: fc.constantFrom("sendrecv" as const, "inactive" as const),
      ptime: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(stream, { maxLength: 4 }), (streams) => {
        const media = streams.map((one) => ({
          ...one,
          fmtp: [],
          payloads: one.rtp.map(({ payload }) => payload).join(" "),
        }));
        const text = writeOther({ ...parseOther("v=0\r\ns=-\r\n"), media });
        const ours = parsed(text);
        expect(printSdp(ours)).toBe(text);
        expect(parseOther(printSdp(ours))).toEqual(parseOther(text));
        expect(
          ours.media.map((one) => ({
            type: one.media,
            port: one.port,
            protocol: one.protocol,
            ptime: Number(attribute(one.lines, "ptime")),
            rtp: codecsOf(one).map(({ name, payloadType, clockRateHz }) => [
              name,
              payloadType,
              clockRateHz,
            ]),
          })),
        ).toEqual(
          streams.map(({ type, port, protocol, ptime, rtp }) => ({
            type,
            port,
            protocol,
            ptime,
            rtp: rtp.map(({ codec, payload, rate }) => [codec.toUpperCase(), payload, rate]),
          })),
        );
      }),
    );
  });

  it.each([
    ["", "bad-version", 1],
    ["\r\n", "bad-version", 1],
    ["v=1\r\n", "bad-version", 1],
    ["o=x\r\nv=0\r\n", "bad-version", 1],
    ["v=0\r\nm =video 1 RTP/AVP 0\r\n", "bad-line", 2],
    ["v=0\r\nA=x\r\n", "bad-line", 2],
    ["v=0\r\na\r\n", "bad-line", 2],
    ["v=0\r\n\r\na=x\ry\r\n", "bad-line", 3],
    ["v=0\r\n a=x\r\n", "bad-line", 2],
    ["v=0\r\nm=audio\r\n", "bad-media", 2],
    ["v=0\r\nm=audio 1 RTP/AVP\r\n", "bad-media", 2],
    ["v=0\r\nm=audio 65536 RTP/AVP 0\r\n", "bad-media", 2],
    ["v=0\r\nm=audio -1 RTP/AVP 0\r\n", "bad-media", 2],
    ["v=0\r\nm=audio 1/0 RTP/AVP 0\r\n", "bad-media", 2],
    ["v=0\r\nm=audio 0x10 RTP/AVP 0\r\n", "bad-media", 2],
    [`v=0\r\nm=audio 1 RTP/AVP${" 0".repeat(129)}\r\n`, "bad-media", 2],
    ["v=0\r\nc=IN IP5 1.2.3.4\r\n", "bad-connection", 2],
    ["v=0\r\nc=\r\n", "bad-connection", 2],
    [`v=0\r\n${"m=audio 1 RTP/AVP 0\r\n".repeat(33)}`, "too-large", 34],
    [`v=0\r\n${"a=x\r\n".repeat(SDP_LIMITS.lines)}`, "too-large", SDP_LIMITS.lines + 1],
    [`v=0\r\na=${"x".repeat(SDP_LIMITS.lineBytes)}\r\n`, "too-large", 2],
    ["v=0\r\n".repeat(20000), "too-large", 1],
  ])("refuses %j", (text, kind, line) => {
    expect(parseSdp(text)).toEqual({ ok: false, error: { kind, line } });
  });

  it.each([
    ["v=0\r\nm=audio 65535 RTP/AVP 0\r\n"],
    [`v=0\r\nm=audio 1 RTP/AVP${" 0".repeat(128)}\r\n`],
    [`v=0\r\n${"m=audio 1 RTP/AVP 0\r\n".repeat(32)}`],
    [`v=0\r\n${"a=x\r\n".repeat(SDP_LIMITS.lines - 1)}`],
    [`v=0\r\na=${"x".repeat(SDP_LIMITS.lineBytes - 2)}\r\n`],
  ])("accepts up to its limits: %#", (text) => {
    expect(printSdp(parsed(text))).toBe(text);
  });

  it("never throws, and gives what it prints again", () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => String.fromCharCode(...array));
    const mutant = fc
      .tuple(fc.nat(OFFER.length), fc.nat(20), bytes)
      .map(([at, cut, noise]) => OFFER.slice(0, at) + noise + OFFER.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(bytes, mutant), (text) => {
        const sdp = parseSdp(text);
        if (!sdp.ok) return;
        for (const stream of sdp.value.media) codecsOf(stream);
        expect(parsed(printSdp(sdp.value))).toEqual(sdp.value);
      }),
      { numRuns: 500 },
    );
  });
});

/** The lines of a text as letters and values, by a rule of its own; undefined where one is none. */
function linesOf(text: string): readonly (readonly [string, string])[] | undefined {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const [version, ...rest] = lines.filter((line) => line !== "");
  const isRead = version === "v=0" && rest.every((line) => /^[a-z]=[^\r]*$/.test(line));
  return isRead ? rest.map((line) => [line.slice(0, 1), line.slice(2)] as const) : undefined;
}

describe("the lines of a session description", () => {
  it("are told from each other as a plain rule tells them, whatever stands there", () => {
    const bit = fc.oneof(
      fc.constantFrom(
        "\r",
        "\n",
        "\r\n",
        "\r\r\n",
        "\n\r",
        "=",
        "a=",
        "\0",
        "\xff",
        "\u0141",
        "\t",
      ),
      fc.constantFrom("m=audio 1/2 x 0", "c=IN IP4 h/127/3", "c=IN IP4 ", "/0", " ", "v=0\r\n"),
      fc.string({ unit: "binary-ascii", maxLength: 3 }),
    );
    const change = fc.tuple(fc.nat(OFFER.length), fc.nat(6), bit);
    const mutant = fc
      .array(change, { maxLength: 4 })
      .map((changes) =>
        changes.reduce(
          (now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut),
          OFFER,
        ),
      );
    fc.assert(
      fc.property(mutant, (text) => {
        const expected = linesOf(text);
        const sdp = parseSdp(text);
        if (!sdp.ok) {
          const isOfLines = sdp.error.kind === "bad-line" || sdp.error.kind === "bad-version";
          if (isOfLines) expect(expected).toBeUndefined();
          return;
        }
        const [session, ...streams] = [
          sdp.value.lines,
          ...sdp.value.media.map(({ lines }) => lines),
        ];
        const below = streams.flatMap((lines) => [["m", undefined] as const, ...linePairs(lines)]);
        const told = [...linePairs(session ?? []), ...below];
        expect(told).toEqual(
          expected?.map(([type, value]) => [type, type === "m" ? undefined : value]),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["IN IP4 192.0.2.1", true],
    ["IN IP4 host_1.example-2", true],
    [`IN IP4 ${"h".repeat(255)}`, true],
    [`IN IP4 ${"h".repeat(256)}`, false],
    ["IN IP4 224.2.1.1/127/3", true],
    ["IN IP4 h  ", true],
    ["IN IP6 2001:db8::1", true],
    ["IN IP4 ", false],
    ["IN IP4  h", false],
    ["IN IP4 h/", false],
    ["in IP4 h", false],
    ["IN IP4 h\u0141", false],
  ])("name a connection in %j: %s", (value, isGood) => {
    expect(parseConnection(value) !== undefined).toBe(isGood);
    expect(parseSdp(`v=0\r\nc=${value}\r\n`).ok).toBe(isGood);
    expect(parseSdp(`v=0\nc=${value}`).ok).toBe(isGood);
  });
});

function linePairs(lines: readonly SdpLine[]): readonly (readonly [string, string])[] {
  return lines.map(({ type, value }) => [type, value]);
}

describe("an m-line that was read", () => {
  it.each([
    ["m=audio 5004/2 RTP/AVP 0 8\r\n", "m=audio 5004/2 RTP/AVP 0 8\r\n"],
    ["m=audio 5004 RTP/AVP 0\n", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m=audio 5004 RTP/AVP 0", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m=audio 5004 RTP/AVP 0\r", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m=audio  5004 RTP/AVP 0\r\n", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m=audio 5004 RTP/AVP 0 \r\n", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m= audio 5004 RTP/AVP 0\r\n", "m=audio 5004 RTP/AVP 0\r\n"],
    ["m=audio 05004/02 RTP/AVP 0\r\n", "m=audio 5004/2 RTP/AVP 0\r\n"],
    ["m=audio 5004/02 RTP/AVP 0\r\n", "m=audio 5004/2 RTP/AVP 0\r\n"],
    ["m=audio 00 RTP/AVP 0\r\n", "m=audio 0 RTP/AVP 0\r\n"],
    ["m=audio 0/2 RTP/AVP 0\r\n", "m=audio 0/2 RTP/AVP 0\r\n"],
    ["m=a 1 x 0\r\nm=b 2 x 0\r\na=y\r\n", "m=a 1 x 0\r\nm=b 2 x 0\r\na=y\r\n"],
  ])("is written as it would be if it were made: %j", (text, expected) => {
    const { lines, media } = parsed(`v=0\r\n${text}`);
    expect(printSdp({ lines, media })).toBe(`v=0\r\n${expected}`);
    const made = media.map((one) => ({ ...one }));
    expect(printSdp({ lines, media: made })).toBe(`v=0\r\n${expected}`);
    const closed = media.map((one) => ({ ...one, port: 0, portCount: undefined }));
    expect(printSdp({ lines, media: closed })).toContain(" 0 ");
    expect(printSdp({ lines, media: media.slice(-1) })).toBe(
      printSdp({ lines, media: made.slice(-1) }),
    );
  });
});

/** The last first, and the first twice. */
function moved<T>(all: readonly T[]): readonly T[] {
  return [...all.slice(-1), ...all.slice(0, 1), ...all.slice(0, -1)];
}

describe("printSdp()", () => {
  it("lets no value add a line", () => {
    const text = printSdp({
      lines: [{ type: "s", value: "a\r\nm=audio 1 RTP/AVP 0\n" }],
      media: [],
    });
    expect(text).toBe("v=0\r\ns=a m=audio 1 RTP/AVP 0 \r\n");
  });

  it.each([
    ["as they came", OFFER],
    ["with bare line feeds", OFFER.replaceAll("\r\n", "\n")],
    ["with an empty line between", OFFER.replaceAll("\r\na", "\r\n\r\na")],
    ["with a last line without an end", OFFER.slice(0, -2)],
    ["with half an end of the last", OFFER.replace(/m=image.*$/s, "a=x\r")],
  ])("writes lines that were read as it writes others: %s", (_what, text) => {
    const read = parsed(text);
    const orders = [
      (lines: readonly SdpLine[]) => lines,
      (lines: readonly SdpLine[]) => lines.slice(1),
      (lines: readonly SdpLine[]) => moved(lines),
    ];
    for (const arranged of orders) {
      const plain = (lines: readonly SdpLine[]) =>
        arranged(lines).map(({ type, value }) => ({ type, value }));
      const made = (lines: typeof arranged) =>
        printSdp({
          lines: lines(read.lines),
          media: read.media.map((one) => ({ ...one, lines: lines(one.lines) })),
        });
      expect(made(arranged)).toBe(made(plain));
    }
  });
});

describe("parseConnection()", () => {
  it.each([
    ["IN IP4 224.2.17.12/127/2", { family: "IP4", address: "224.2.17.12" }],
    ["IN IP4 north.east.isi.edu", { family: "IP4", address: "north.east.isi.edu" }],
    ["IN IP6 ::ffff:192.0.2.2", { family: "IP6", address: "::ffff:192.0.2.2" }],
    ["IN IP4", undefined],
    ["IN  IP4 1.2.3.4", undefined],
    ["TN IP4 1.2.3.4", undefined],
    ["IN IP4 1.2.3.4/1/2/3", undefined],
  ])("reads %j", (value, expected) => {
    expect(parseConnection(value)).toEqual(expected);
  });
});

describe("attribute()", () => {
  it("finds whole names only", () => {
    const lines = [
      { type: "b", value: "x" },
      { type: "a", value: "xy:1" },
      { type: "a", value: "x:1" },
      { type: "a", value: "x" },
    ];
    expect(attribute(lines, "x")).toBe("1");
    expect(attributes(lines, "x")).toEqual(["1", ""]);
    expect(attribute(lines, "y")).toBeUndefined();
  });
});

describe("codecsOf()", () => {
  it("reads rtpmap, fmtp and static types, and leaves out what it cannot name", () => {
    const [audio] = parsed(
      [
        "v=0",
        "m=audio 1 RTP/AVP 0 8 97 98 99 128 x 18 200",
        "a=rtpmap:8 X-OWN/16000",
        "a=rtpmap:97 iLBC/8000",
        "a=fmtp:97 mode=20",
        "a=rtpmap:98 broken",
        "a=rtpmap:128 PCMU/8000",
      ].join("\n"),
    ).media;
    if (audio === undefined) throw new Error("no audio");
    expect(codecsOf(audio)).toEqual([
      { name: "PCMU", payloadType: 0, clockRateHz: 8000, channels: 1, fmtp: undefined },
      { name: "X-OWN", payloadType: 8, clockRateHz: 16000, channels: 1, fmtp: undefined },
      { name: "ILBC", payloadType: 97, clockRateHz: 8000, channels: 1, fmtp: "mode=20" },
      { name: "G729", payloadType: 18, clockRateHz: 8000, channels: 1, fmtp: undefined },
    ]);
  });
});
