import { describe, expect, it } from "vitest";
import { BENCH_HOST, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  answersCall,
  FAR_HOST,
  FAR_SERVER,
  farEndFirst,
  INVITE_OF_BOX,
  inTheirDialog,
  REGISTRAR,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";

/** One `name=value` of a report's line. */
function figure(report: string, line: string, name: string): string | undefined {
  const text = new RegExp(`^${line}: ([^\\r]*)`, "m").exec(report)?.[1] ?? "";
  return new RegExp(`(?:^| )${name}=(\\S+)`).exec(text)?.[1];
}

describe("a collector of quality reports", () => {
  it("is told while a call lasts, and when it gets worse and better than it may", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 252,
      config: {
        registrar: FAR_SERVER,
        sip: {
          qualityCollector: "sip:quality@example.net",
          qualityEveryS: 20,
          qualityAlertMos: 3.5,
        },
      },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    far.get().sip.standing = [...REGISTRAR, { pattern: /^PUBLISH /, status: "200 OK" }];
    far.get().run(...answersCall);
    await alice.calls("200#");
    await far.get().passes();
    far.get().sendAudio();
    await lab.world.advance(15_000);
    lab.network.setLink(FAR_HOST, BENCH_HOST, { lossRatio: 0.3 });
    await lab.world.advance(15_000);
    lab.network.setLink(FAR_HOST, BENCH_HOST, { lossRatio: 0 });
    await lab.world.advance(20_000);
    far.get().rtp.stop();
    alice.hang();
    await lab.world.advance(3000);
    // What is lost is sent again: each counts once.
    const published = far.get().sip.messages.filter(({ text }) => text.startsWith("PUBLISH"));
    const byCall = new Map(
      published.map(({ text }) => [/^Call-ID: (.*)\r$/m.exec(text)?.[1], text] as const),
    );
    const reports = [...byCall.values()];
    const kinds = reports.map((text) => /\r\n\r\n([^\r]*)/.exec(text)?.[1] ?? "");
    const [poor, good] = ["Critical", "Clear"].map(
      (severity) => `VQAlertReport: Type=MOSLQ Severity=${severity} Dir=local`,
    );
    expect(kinds).toEqual([
      ...[poor, "VQIntervalReport", good, "VQIntervalReport", "VQSessionReport: CallTerm"],
    ]);
    const mos = reports.map((text) => Number(figure(text, "QualityEst", "MOSLQ")));
    expect(mos[0]).toBeLessThan(3.5);
    expect(mos[2]).toBeGreaterThanOrEqual(3.7);
    await lab.stop();
  });

  it("is told at the end of a call how it was heard; a refusal changes nothing", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 251,
      config: { registrar: FAR_SERVER, sip: { qualityCollector: "sip:quality@example.net" } },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
        reply("200 OK", withSdp(sdp())),
        expectMessage(/^ACK /),
        pause(6000),
        send(inTheirDialog("BYE")),
        expectMessage(/^SIP\/2\.0 200 /),
        expectMessage(/^PUBLISH sip:quality@example\.net /, { timeoutMs: 10_000 }),
        reply("489 Bad Event"),
      );
    await alice.calls("200#");
    await far.get().reaches(3);
    far.get().sendAudio();
    await far.get().passes();
    far.get().rtp.stop();
    alice.hang();
    await assertSettled(lab, { records: ["1 out 101>200 answered"] });
    const publish = far.get().sip.messages.find(({ text }) => text.startsWith("PUBLISH"));
    const report = publish?.text ?? "";
    expect(report).toMatch(/^Event: vq-rtcpxr\r$/m);
    expect(report).toMatch(/^Content-Type: application\/vq-rtcpxr\r$/m);
    const callId = far.get().sip.substitution("callid");
    expect(report).toContain(`\r\n\r\nVQSessionReport: CallTerm\r\nCallID: ${callId}\r\n`);
    expect(figure(report, "RemoteAddr", "IP")).toBe("10.0.0.9");
    expect(figure(report, "SessionDesc", "PD")).toBe("PCMU");
    const utc = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(report).toMatch(new RegExp(`^Timestamps: START=${utc} STOP=${utc}\r$`, "m"));
    expect(figure(report, "PacketLoss", "NLR")).toBe("0.0");
    expect(Number(figure(report, "QualityEst", "MOSLQ"))).toBeGreaterThan(4);
    const tag = far.get().sip.substitution("tag");
    expect(report).toContain(`DialogID: ${callId};to-tag=${tag};from-tag=`);
    expect(lab.logs.some(({ text }) => text.includes("not taken: 489"))).toBe(true);
  });
});
