import { describe, expect, it } from "vitest";
import { bytesFromLatin1, latin1FromBytes } from "../../src/base/bytes.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/index.ts";
import { expectMessage, pause, reply, ScriptedPeer, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  ANSWER_OF_BOX,
  farEndFirst,
  INVITE_OF_BOX,
  inOurDialog,
  inTheirDialog,
  inviteTo,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { request, Stranger } from "./support/stranger.ts";

const STRANGER = "10.0.0.66";
/** As `INVITE_OF_BOX`, to nobody's name. */
const STRAIGHT_INVITE = new RegExp(
  INVITE_OF_BOX.source.replace("INVITE sip:(?<dialled>[^@]+)@", "INVITE sip:(?<dialled>[0-9.]+) "),
);

/** The port of the lines' own SIP stack: with the exchange on UDP it has a socket. */
function linePort(lab: Bench): number {
  const sip = lab.network.host(BENCH_HOST).bound.filter(({ port }) => port !== 5060);
  expect(sip).toHaveLength(1);
  return sip[0]?.port ?? 0;
}

/** A stranger calls line 1 past its server; what he gets back, as start lines. */
async function strangerCalls(lab: Bench, number = "101"): Promise<readonly string[]> {
  const port = linePort(lab);
  const answers: string[] = [];
  const socket = await lab.udp(STRANGER).bind({
    host: STRANGER,
    port: 5060,
    onDatagram: (payload) => void answers.push(latin1FromBytes(payload).split("\r\n")[0] ?? ""),
    onFault() {},
  });
  const invite = [
    `INVITE sip:${number}@${BENCH_HOST}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${STRANGER}:5060;branch=z9hG4bKstranger`,
    `From: "Your bank" <sip:bank@${STRANGER}>;tag=1`,
    `To: <sip:${number}@${BENCH_HOST}>`,
    "Call-ID: stranger",
    "CSeq: 1 INVITE",
    `Contact: <sip:bank@${STRANGER}>`,
    "P-Asserted-Identity: <sip:112@example.net>",
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  socket.send(bytesFromLatin1(invite), { host: BENCH_HOST, port });
  await lab.world.advance(3000);
  return answers;
}

describe("a call from a stranger, past the server", () => {
  it("is refused, does not ring, and is told in the log", async () => {
    const lab = await bench({ config: { exchange: { transport: "udp" } } });
    expect((await strangerCalls(lab)).join()).toContain("403");
    expect(lab.phones[0].phone.observations).toEqual([]);
    const told = lab.logs.filter(({ text }) => text.includes(STRANGER));
    expect(told.map(({ level }) => level)).toEqual(["warn"]);
    await lab.stop();
  });

  it.each(["101", "199"])("learns not whether there is a number %s", async (number) => {
    const lab = await bench({ config: { exchange: { transport: "udp" } } });
    expect(await strangerCalls(lab, number)).toEqual(["SIP/2.0 403 Forbidden"]);
    await lab.stop();
  });

  it("rings where direct calls are allowed, yet shows no number it merely asserts", async () => {
    const lab = await bench({
      config: { exchange: { transport: "udp" }, sip: { directCalls: true } },
    });
    const [alice] = lab.phones;
    expect((await strangerCalls(lab)).join()).toContain("180");
    await alice.rings();
    await lab.world.advance(4000);
    expect(alice.phone.display?.number).not.toBe("112");
    await lab.stop();
  });

  it("has nobody start over or light a lamp, although direct calls are allowed", async () => {
    const lab = await bench({
      config: { exchange: { transport: "udp" }, sip: { directCalls: true } },
    });
    const stranger = await Stranger.open(lab);
    for (const event of ["check-sync", "Check-Sync;reboot=true", "message-summary"]) {
      const type = "Content-Type: application/simple-message-summary\r\n";
      const body = "Messages-Waiting: yes\r\nVoice-Message: 2/0\r\n";
      const notify = request({
        method: "NOTIFY",
        uri: `sip:101@${BENCH_HOST}`,
        branch: event.replace(/\W/g, ""),
        extra: `Event: ${event}\r\n${type}`,
        "Content-Length": String(body.length),
      });
      stranger.send(`${notify}${body}`, BENCH_HOST, linePort(lab));
      await lab.world.advance(100);
    }
    const answers = stranger.heard.map((text) => text.slice(8, 11));
    expect(answers).toEqual(["403", "403", "403"]);
    const told = lab.events.filter(({ kind }) => kind === "check-sync" || kind === "mailbox");
    expect(told).toEqual([]);
    await lab.stop();
  });

  it("has no line call others at its cost: REFER is refused, the call goes on", async () => {
    const lab = await bench({
      config: { exchange: { transport: "udp" }, sip: { directCalls: true } },
    });
    const [alice, bob] = lab.phones;
    const stranger = await ScriptedPeer.create({
      udp: lab.udp(STRANGER),
      clock: lab.world.clock,
      random: lab.world.random("stranger"),
      local: { host: STRANGER, port: 5060 },
      remote: { host: BENCH_HOST, port: linePort(lab) },
    });
    stranger.run([
      send(inviteTo("101", sdp())),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      send(inOurDialog("ACK", "101", "1")),
      pause(500),
      send(inOurDialog("REFER", "101").replace("Contact:", "Refer-To: <sip:102@x>\nContact:")),
      expectMessage(/^SIP\/2\.0 403 /),
      pause(3000),
      send(inOurDialog("BYE", "101")),
      expectMessage(/^SIP\/2\.0 200 /),
    ]);
    await alice.rings();
    alice.lift();
    await lab.world.waitUntil(() => stranger.outcome.kind !== "running", 30_000);
    expect(stranger.outcome).toEqual({ kind: "passed" });
    expect(bob.phone.observations).toEqual([]);
    expect(lab.logs.filter(({ text }) => text.includes("hand the line over"))).toHaveLength(1);
    await assertSettled(lab, { records: ["1 in 300>101 answered"] });
  });

  it("has nobody look on whom a line talks to, although direct calls are allowed", async () => {
    const lab = await bench({
      config: { exchange: { transport: "udp" }, sip: { directCalls: true } },
    });
    const stranger = await Stranger.open(lab);
    const subscribe = request({
      method: "SUBSCRIBE",
      uri: `sip:101@${BENCH_HOST}`,
      branch: "looks-on",
      extra: `Event: dialog\r\nContact: <sip:x@${STRANGER}>\r\n`,
    });
    stranger.send(subscribe, BENCH_HOST, linePort(lab));
    await lab.world.advance(100);
    expect(stranger.heard.map((text) => text.slice(0, 11))).toEqual(["SIP/2.0 403"]);
    await lab.stop();
  });
});

describe("a call to an address", () => {
  it("goes past the exchange, from a key, and who is there has the line call nobody", async () => {
    const far = farEndFirst([]);
    const lab = await bench({
      seed: 312,
      config: { sip: { directCalls: true }, dialing: { speedDial: { "4": "*4710*0*0*9" } } },
      prepare: far.prepare,
    });
    const [alice, bob] = lab.phones;
    far
      .get()
      .run(
        expectMessage(STRAIGHT_INVITE),
        reply("200 OK", withSdp(sdp())),
        expectMessage(/^ACK /),
        send(
          inTheirDialog("REFER").replace("Content-Length", "Refer-To: <sip:102@x>\nContent-Length"),
        ),
        expectMessage(/^SIP\/2\.0 403 /),
        expectMessage(/^BYE /),
        reply("200 OK"),
      );
    await alice.calls("4#");
    await far.get().reaches(5);
    await bob.doesNotRing(2000);
    alice.hang();
    await far.get().passes();
    await assertSettled(lab, { records: ["1 out 101>10.0.0.9:5060 answered"] });
  });
});
