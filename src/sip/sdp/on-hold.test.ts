import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsOther } from "./on-hold.ts";

const sdp = (...lines: readonly string[]): string =>
  ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...lines, ""].join(
    "\r\n",
  );
const AUDIO = "m=audio 4000 RTP/AVP 0";

describe("holdsOther()", () => {
  it.each([
    ["a stream without a direction", sdp(AUDIO), false],
    ["both ways", sdp(AUDIO, "a=sendrecv"), false],
    ["one that is only sent", sdp(AUDIO, "a=sendonly"), true],
    ["one that rests", sdp(AUDIO, "a=inactive"), true],
    ["one that is only received", sdp(AUDIO, "a=recvonly"), false],
    ["a direction for all", sdp("a=sendonly", AUDIO), true],
    ["the stream's own before it", sdp("a=sendonly", AUDIO, "a=sendrecv"), false],
    ["the old way", sdp(AUDIO, "c=IN IP4 0.0.0.0"), true],
    ["the old way of IPv6", sdp(AUDIO, "c=IN IP6 ::"), true],
    ["one of two", sdp(AUDIO, "a=sendonly", "m=audio 4002 RTP/AVP 0", "a=sendrecv"), false],
    ["a film on hold alone", sdp(AUDIO, "m=video 4004 RTP/AVP 31", "a=sendonly"), false],
    ["a sound on hold with a film", sdp(AUDIO, "a=sendonly", "m=video 4004 RTP/AVP 31"), true],
    ["one that is refused", sdp("m=audio 0 RTP/AVP 0", "a=sendonly"), false],
    ["a fax", sdp("m=image 4006 udptl t38"), false],
    ["nothing", "", false],
    ["no description", "hello", false],
  ])("%s: %s", (_, offer, holds) => {
    expect(holdsOther(offer)).toBe(holds);
  });

  it("takes any text", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof holdsOther(text) === "boolean"));
  });
});
