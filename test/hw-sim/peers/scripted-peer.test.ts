import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../world/network.ts";
import { World } from "../world/world.ts";
import {
  expectMessage,
  expectSilence,
  pause,
  reply,
  ScriptedPeer,
  type ScriptStep,
  send,
} from "./scripted-peer.ts";

const HOSTS = { caller: "10.0.0.1", callee: "10.0.0.2" } as const;

async function twoPeers(): Promise<{ world: World; caller: ScriptedPeer; callee: ScriptedPeer }> {
  const world = new World({ seed: 4 });
  const network = new VirtualNetwork(world);
  const create = (name: keyof typeof HOSTS, other: keyof typeof HOSTS): Promise<ScriptedPeer> =>
    ScriptedPeer.create({
      udp: network.host(HOSTS[name]).udp,
      clock: world.clock,
      random: world.random(name),
      local: { host: HOSTS[name], port: 5060 },
      remote: { host: HOSTS[other], port: 5060 },
      substitutions: { user: name },
    });
  const caller = create("caller", "callee");
  const callee = create("callee", "caller");
  await world.settle();
  return { world, caller: await caller, callee: await callee };
}

const INVITE = `
INVITE sip:callee@{remote} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch={branch}
Max-Forwards: 70
From: <sip:{user}@{local-host}>;tag={tag}
To: <sip:callee@{remote-host}>
Call-ID: {call-id}
CSeq: {cseq} INVITE
Contact: <sip:{user}@{local}>
Content-Length: [len]

`;
const IN_DIALOG = (method: string): string => `
${method} sip:callee@{remote} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch={branch}
From: <sip:{user}@{local-host}>;tag={tag}
To: <sip:callee@{remote-host}>;tag={theirs}
Call-ID: {call-id}
CSeq: ${method === "ACK" ? "1" : "{cseq}"} ${method}
Content-Length: [len]

`;

const CALLER = [
  send(INVITE),
  expectMessage(/^SIP\/2\.0 180 /),
  expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nTo:[^\r]*;tag=(?<theirs>\S+)/),
  send(IN_DIALOG("ACK")),
  pause(1000),
  send(IN_DIALOG("BYE")),
  expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nCSeq: \d+ BYE/),
  expectSilence(500),
] as const satisfies readonly ScriptStep[];

const CALLEE = [
  expectMessage(/^INVITE sip:callee@10\.0\.0\.2:5060 /),
  reply("100 Trying"),
  reply("180 Ringing"),
  pause(200),
  reply("200 OK", { headers: ["Contact: <sip:callee@{local}>"], body: "v=0\r\n" }, "INVITE"),
  expectMessage(/^ACK /),
  expectMessage(/^BYE /, { timeoutMs: 2000 }),
  reply("200 OK"),
] as const satisfies readonly ScriptStep[];

describe("ScriptedPeer.run()", () => {
  it("plays both sides of a call in literal text", async () => {
    const { world, caller, callee } = await twoPeers();
    callee.run(CALLEE);
    caller.run(CALLER);
    world.runFor(3000);
    expect(callee.outcome).toEqual({ kind: "passed" });
    expect(caller.outcome).toEqual({ kind: "passed" });
    expect(caller.substitution("theirs")).toBe(callee.substitution("tag"));
    const ok = caller.messages.find((message) => message.text.startsWith("SIP/2.0 200"));
    expect(ok?.text).toContain("Content-Length: 5\r\n\r\nv=0\r\n");
    const [first] = caller.messages;
    expect(first?.text).toContain(`Call-ID: ${caller.substitution("call-id")}\r\nCSeq: 1 INVITE`);
  });

  it("says which step failed when nothing comes", async () => {
    const { world, caller } = await twoPeers();
    caller.run([pause(10), expectMessage(/^INVITE /, { timeoutMs: 300 })]);
    world.runFor(309);
    expect(caller.outcome).toEqual({ kind: "running", step: 1 });
    world.runFor(2);
    expect(caller.outcome).toEqual({
      kind: "failed",
      step: 1,
      reason: "nothing that matches /^INVITE / came within 300 ms",
    });
  });

  it("fails on another message than the one expected, with its text", async () => {
    const { world, caller, callee } = await twoPeers();
    callee.run([expectMessage(/^REGISTER /)]);
    caller.run([send(INVITE)]);
    world.runFor(100);
    expect(callee.outcome).toMatchObject({ kind: "failed", step: 0 });
    expect(JSON.stringify(callee.outcome)).toContain("INVITE sip:callee@10.0.0.2:5060 SIP/2.0");
  });

  it("fails where silence was due, or there is nothing to answer", async () => {
    const { world, caller, callee } = await twoPeers();
    callee.run([expectSilence(500, /^INVITE /)]);
    caller.run([reply("200 OK")]);
    expect(caller.outcome).toMatchObject({ kind: "failed", step: 0 });
    caller.run([send(INVITE)]);
    world.runFor(100);
    expect(callee.outcome.kind).toBe("failed");
  });

  it("counts retransmissions and looks at them only when asked", async () => {
    const { world, caller, callee } = await twoPeers();
    const fixed = INVITE.replace("{branch}", "z9hG4bKfixed").replace("{cseq}", "1");
    callee.run([expectMessage(/^INVITE /), expectSilence(500)]);
    caller.run([send(fixed), pause(100), send(fixed), send(fixed)]);
    world.runFor(1000);
    expect(callee.outcome).toEqual({ kind: "passed" });
    expect(callee.retransmissions).toBe(2);
    callee.seesRetransmissions = true;
    callee.run([expectMessage(/^INVITE /)]);
    caller.run([send(fixed)]);
    world.runFor(100);
    expect(callee.outcome).toEqual({ kind: "passed" });
  });

  it("gives standing answers beside the script, which does not see what they took", async () => {
    const { world, caller, callee } = await twoPeers();
    const invite = INVITE.replaceAll("INVITE", "OPTIONS");
    callee.standing = [
      {
        pattern: /^OPTIONS [\s\S]*\r\nCSeq: 1 /,
        status: "200 OK",
        parts: { headers: ["X: {local}"] },
      },
      { pattern: /^OPTIONS / },
    ];
    callee.run([expectMessage(/^INVITE /)]);
    caller.run([
      send(invite),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nX: 10\.0\.0\.2:5060/),
      send(invite),
      expectSilence(100),
      send(INVITE),
    ]);
    world.runFor(500);
    expect(caller.outcome).toEqual({ kind: "passed" });
    expect(callee.outcome).toEqual({ kind: "passed" });
  });
});
