import { describe, expect, it } from "vitest";
import { answeredStream, placeStream } from "./stream-places.ts";

const body = (...media: readonly string[]): string =>
  ["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0", ...media, ""].join(
    "\r\n",
  );
const AUDIO = "m=audio 4000 RTP/AVP 0\r\na=sendrecv";
const IMAGE = "m=image 4000 udptl t38\r\na=T38FaxVersion:0";
const CLOSED = {
  audio: "m=audio 0 RTP/AVP 8",
  image: "m=image 0 udptl t38",
  video: "m=video 0 RTP/AVP 96",
};

describe("placeStream()", () => {
  it.each([
    ["the first body", [AUDIO], undefined, [AUDIO]],
    ["voice after voice", [AUDIO], [AUDIO], [AUDIO]],
    ["T.38 in place of voice", [IMAGE], [AUDIO], [IMAGE]],
    ["voice after T.38 beside it", [AUDIO], [CLOSED.audio, IMAGE], [AUDIO, CLOSED.image]],
    ["T.38 after voice beside it", [IMAGE], [AUDIO, CLOSED.image], ["m=audio 0 RTP/AVP 0", IMAGE]],
    ["T.38 where video was refused", [IMAGE], [CLOSED.video, AUDIO], [CLOSED.video, IMAGE]],
    ["voice where only T.38 was", [AUDIO], [CLOSED.video, IMAGE], [CLOSED.video, AUDIO]],
    ["T.38 where all was closed", [IMAGE], [CLOSED.video, CLOSED.audio], [IMAGE, CLOSED.audio]],
  ])("%s", (_, now, before, placed) => {
    const last = before === undefined ? undefined : body(...before);
    expect(placeStream(body(...now), last)).toBe(body(...placed));
  });

  it.each([
    ["an old one that cannot be read", body(AUDIO), "nonsense"],
    ["a new one that cannot be read", "nonsense", body(AUDIO, IMAGE)],
    ["a new one of two streams", body(AUDIO, IMAGE), body(AUDIO, IMAGE)],
  ])("leaves %s alone", (_, now, before) => {
    expect(placeStream(now, before)).toBe(now);
  });
});

describe("answeredStream()", () => {
  it.each([
    ["the only one", [AUDIO], [AUDIO], [AUDIO]],
    ["the one in the place of ours", [AUDIO, CLOSED.image], [AUDIO, CLOSED.image], [AUDIO]],
    ["in the second place", [CLOSED.audio, IMAGE], [CLOSED.audio, IMAGE], [IMAGE]],
    [
      "the only one of a far end that leaves out the closed",
      [IMAGE],
      [CLOSED.audio, IMAGE],
      [IMAGE],
    ],
    ["none where ours was all closed", [AUDIO, IMAGE], [CLOSED.audio], [AUDIO, IMAGE]],
  ])("%s", (_, theirs, ours, picked) => {
    expect(answeredStream(body(...theirs), body(...ours))).toBe(body(...picked));
  });

  it("leaves what cannot be read alone", () => {
    expect(answeredStream("nonsense", body(AUDIO))).toBe("nonsense");
    expect(answeredStream(body(AUDIO, IMAGE), undefined)).toBe(body(AUDIO, IMAGE));
  });
});
