import { describe, expect, it } from "vitest";
import { RtcpPath } from "./rtcp-path.ts";
import { SourceLatch } from "./source-latch.ts";

const signalled = { host: "192.0.2.1", port: 4001 };
const stranger = { host: "203.0.113.5", port: 4001 };

function setUp(rtpFrom: string) {
  const rtp = new SourceLatch({ host: "192.0.2.1", port: 4000 });
  for (const sequence of [1, 2, 3])
    rtp.accept({ host: rtpFrom, port: 7000 }, { ssrc: 1, sequence });
  return { rtp, path: new RtcpPath(signalled) };
}

describe("RtcpPath", () => {
  it("goes where signalling said, and takes nothing of strangers", () => {
    const { rtp, path } = setUp("192.0.2.1");
    expect(path.accept(stranger, rtp, false)).toBe(false);
    expect(path.accept(signalled, rtp, false)).toBe(true);
    expect(new RtcpPath(signalled).destination(new SourceLatch(signalled))).toEqual(signalled);
  });

  it("follows RTP behind a NAT: the next port, or where reports come from", () => {
    const { rtp, path } = setUp("198.51.100.9");
    expect(path.destination(rtp)).toEqual({ host: "198.51.100.9", port: 7001 });
    expect(path.accept({ host: "198.51.100.9", port: 9999 }, rtp, false)).toBe(true);
    expect(path.destination(rtp)).toEqual({ host: "198.51.100.9", port: 9999 });
    path.release();
    expect(path.destination(rtp).port).toBe(7001);
  });

  it("takes what is authentic from anywhere; signal() of another address begins anew", () => {
    const { rtp, path } = setUp("192.0.2.1");
    expect(path.accept(stranger, rtp, true)).toBe(true);
    expect(path.destination(rtp)).toEqual(stranger);
    path.signal(signalled);
    expect(path.destination(rtp)).toEqual(stranger);
    path.signal({ host: "192.0.2.1", port: 5001 });
    expect(path.destination(new SourceLatch(signalled)).port).toBe(5001);
  });
});
