import { describe, expect, it } from "vitest";
import { qualityReport, type ReportedCall } from "./quality-report.ts";

const CALL: ReportedCall = {
  about: { kind: "session" },
  callId: "call@host",
  localTag: "ours",
  remoteTag: "theirs",
  local: "sip:101@example.org",
  remote: "sip:102@example.net",
  isCaller: true,
  startedAt: "2026-03-14T15:09:26Z",
  endedAt: "2026-03-14T15:10:00Z",
  localAddress: { host: "192.0.2.1", port: 16384 },
  remoteAddress: { host: "2001:db8::2", port: 40000 },
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
  suppressesSilence: false,
  stats: {
    packetsSent: 1700,
    packetsReceived: 1690,
    packetsLost: 10,
    packetsLate: 1,
    framesConcealed: 11,
    jitterMs: 3.4,
    roundTripMs: 60.2,
    ssrc: 0x1a2b,
    remoteSsrc: 0xffffffff,
    quality: {
      rFactor: 87.64,
      mosListening: 4.26,
      mosConversational: 4.21,
      lossPercent: 0.59,
      discardPercent: 0.06,
      burstMs: 40,
      gapMs: 3000,
      burstLossPercent: 12.34,
      gapLossPercent: 0.25,
      jitterBufferMs: 35,
      delayMs: 90,
    },
  },
};

describe("qualityReport()", () => {
  it.each([
    [{ kind: "interval" }, "VQIntervalReport"],
    [
      { kind: "alert", severity: "Critical" },
      "VQAlertReport: Type=MOSLQ Severity=Critical Dir=local",
    ],
    [{ kind: "alert", severity: "Clear" }, "VQAlertReport: Type=MOSLQ Severity=Clear Dir=local"],
  ] as const)("begins as %j wants it, and goes on as any", (about, first) => {
    const [line, ...rest] = qualityReport({ ...CALL, about }).split("\r\n");
    expect(line).toBe(first);
    expect(rest).toEqual(qualityReport(CALL).split("\r\n").slice(1));
  });

  it("tells of a whole call, each line once", () => {
    expect(qualityReport(CALL).split("\r\n")).toEqual([
      "VQSessionReport: CallTerm",
      "CallID: call@host",
      "LocalID: <sip:101@example.org>",
      "RemoteID: <sip:102@example.net>",
      "OrigID: <sip:101@example.org>",
      "LocalAddr: IP=192.0.2.1 PORT=16384 SSRC=0x00001a2b",
      "RemoteAddr: IP=2001:db8::2 PORT=40000 SSRC=0xffffffff",
      "LocalGroup: example.org",
      "RemoteGroup: example.net",
      "LocalMetrics:",
      "Timestamps: START=2026-03-14T15:09:26Z STOP=2026-03-14T15:10:00Z",
      "SessionDesc: PT=0 PD=PCMU SR=8000 PPS=50 FD=20 FPP=1 PLC=2 SSUP=off",
      "JitterBuffer: JBA=3 JBR=0 JBN=35 JBM=35 JBX=200",
      "PacketLoss: NLR=0.6 JDR=0.1",
      "BurstGapLoss: BLD=12.3 BD=40 GLD=0.3 GD=3000 GMIN=16",
      "Delay: RTD=60 ESD=60 IAJ=3",
      "QualityEst: RCQ=88 MOSLQ=4.3 MOSCQ=4.2 QoEEstAlg=G.107",
      "DialogID: call@host;to-tag=theirs;from-tag=ours",
      "",
    ]);
  });

  it.each([
    ["tel:+15550100", "unknown"],
    ["sip:102@[2001:db8::2]:5070;transport=tcp", "2001:db8::2"],
  ])("groups %s by its domain: %s", (remote, group) => {
    expect(qualityReport({ ...CALL, remote })).toContain(`\r\nRemoteGroup: ${group}\r\n`);
  });

  it("tells where pauses are not sent", () => {
    expect(qualityReport({ ...CALL, suppressesSilence: true })).toContain(" PLC=2 SSUP=on\r\n");
  });

  it("leaves out what is not known, and turns the tags round for a call that came in", () => {
    const { quality: _, roundTripMs: __, remoteSsrc: ___, ...stats } = CALL.stats;
    const report = qualityReport({ ...CALL, isCaller: false, stats });
    expect(report).not.toMatch(/PacketLoss|BurstGapLoss|JitterBuffer|QualityEst|RTD|ESD/);
    expect(report).toContain("Delay: IAJ=3\r\n");
    expect(report).toContain("RemoteAddr: IP=2001:db8::2 PORT=40000 SSRC=0x00000000\r\n");
    expect(report).toContain("OrigID: <sip:102@example.net>\r\n");
    expect(report).toContain("DialogID: call@host;to-tag=ours;from-tag=theirs\r\n");
  });
});
