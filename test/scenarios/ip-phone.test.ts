import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  ANSWER_OF_BOX,
  eventsOf,
  FarEnd,
  INVITE_OF_BOX,
  inOurDialog,
  inTheirDialog,
  inviteTo,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talk, talkWithFarEnd } from "./support/talk.ts";

const AOR = `<sip:200@${BENCH_HOST}>`;
const REALM_URI = `sip:${BENCH_HOST}`;
const PASSWORD = "tower";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** An Authorization header by arithmetic of our own. @see RFC 7616 §3.4.1 */
function credentials(challenge: string, method: string, uri: string): string {
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const realm = /realm="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const secret = md5(`200:${realm}:${PASSWORD}`);
  const response = md5(`${secret}:${nonce}:00000001:ours:auth:${md5(`${method}:${uri}`)}`);
  return (
    `Authorization: Digest username="200", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=MD5, qop=auth, cnonce="ours", nc=00000001`
  );
}

const registerText = (extra: string): string => `
REGISTER ${REALM_URI} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch={branch}
Max-Forwards: 70
From: ${AOR};tag={tag}
To: ${AOR}
Call-ID: reg-{call-id}
CSeq: {cseq} REGISTER
Contact: <sip:200@{local}>
Expires: 600
${extra}Content-Length: 0

`;

/** The script asks for a challenge in its last step; this is it. */
async function challengeOf(far: FarEnd): Promise<string> {
  await far.passes();
  return far.sip.messages.findLast(({ text }) => text.startsWith("SIP/2.0 40"))?.text ?? "";
}

async function registers(far: FarEnd): Promise<void> {
  far.run(send(registerText("")), expectMessage(/^SIP\/2\.0 401 /));
  const header = credentials(await challengeOf(far), "REGISTER", REALM_URI);
  far.run(send(registerText(`${header}\n`)), expectMessage(/^SIP\/2\.0 200 /));
  await far.passes();
}

const ackOf = (uri: string): string =>
  inOurDialog("ACK", "101").replace("{target}", uri).replace("<sip:300@{local-host}>", AOR);

/** Calls line 1; the script then waits for its answer. */
async function invites(far: FarEnd): Promise<void> {
  const uri = `sip:101@${BENCH_HOST}:5060`;
  const invite = inviteTo("101", sdp(), AOR).replace("sip:101@{remote}", uri);
  far.run(
    send(invite),
    expectMessage(/^SIP\/2\.0 401 [\s\S]*To:[^\r]*;tag=(?<theirs>[^\s;]+)/),
    send(ackOf(uri)),
  );
  const header = credentials(await challengeOf(far), "INVITE", uri);
  far.run(
    send(invite.replace("Contact:", `${header}\nContact:`)),
    expectMessage(/^SIP\/2\.0 180 /),
    expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
    send(ackOf("{target}")),
  );
}

async function withPhone(
  seed: number,
  changes: Pick<UserConfig, "dialing"> = {},
): Promise<{ lab: Bench; far: FarEnd }> {
  const extensions = [{ number: "200", password: PASSWORD }];
  const lab = await bench({ seed, config: { exchange: { extensions }, ...changes } });
  const far = await FarEnd.open(lab, []);
  await registers(far);
  return { lab, far };
}

describe("an IP telephone at the exchange", () => {
  it("calls a line: the display shows its number, and they talk", async () => {
    const { lab, far } = await withPhone(60);
    const [alice] = lab.phones;
    await invites(far);
    await alice.rings({ withCallerId: "200" });
    alice.lift();
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    far.run(expectMessage(/^BYE /), reply("200 OK"));
    alice.hang();
    await far.passes();
    far.rtp.stop();
    await assertSettled(lab, { records: ["1 in 200>101 answered"] });
    expect(far.rtp.faults.size).toBe(0);
  });

  it("is called by a line, answers, and hangs up first", async () => {
    const { lab, far } = await withPhone(64);
    const [, bob] = lab.phones;
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("180 Ringing"),
      pause(3000),
      reply("200 OK", withSdp(sdp()), "INVITE"),
      expectMessage(/^ACK /),
    );
    await bob.calls("200");
    await bob.hears("ringback");
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, bob, far);
    far.run(send(inTheirDialog("BYE")), expectMessage(/^SIP\/2\.0 200 [\s\S]*BYE/));
    await far.passes();
    far.rtp.stop();
    await bob.hears("busy");
    await assertSettled(lab, { records: ["2 out 102>200 answered"] });
  });

  it("sends a call on to a line (302), which rings with who calls and by whom", async () => {
    const { lab, far } = await withPhone(66);
    const [alice, bob] = lab.phones;
    const moved = { headers: [`Contact: <sip:102@${BENCH_HOST}>`] };
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("180 Ringing"),
      reply("302 Moved Temporarily", moved, "INVITE"),
      expectMessage(/^ACK /),
    );
    await alice.calls("200");
    await bob.rings({ withCallerId: "101" });
    await far.passes();
    bob.lift();
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ["1 out 101>200 answered", "2 in 101>102 answered"] });
    expect(lab.records.find(({ line }) => line === 2)).toMatchObject({ forwardedBy: "200" });
  });

  it.each([
    ["to the caller himself", `<sip:101@${BENCH_HOST}>`],
    ["to itself", `<sip:200@${BENCH_HOST}>`],
    ["to somebody elsewhere", "<sip:102@pbx.example.net>"],
  ])("sends a call on %s, which comes to nothing", async (_what, contact) => {
    const { lab, far } = await withPhone(67);
    const [alice, bob] = lab.phones;
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("302 Moved Temporarily", { headers: [`Contact: ${contact}`] }),
      expectMessage(/^ACK /),
    );
    await alice.calls("200");
    await alice.hears("reorder", { withinMs: 10_000 });
    await far.passes();
    await bob.doesNotRing(1000);
    await assertSettled(lab, { records: ["1 out 101>200 failed"] });
  });

  it("sends a text to a line, whose telephone shows it", async () => {
    const { lab, far } = await withPhone(68, { dialing: { showMessages: true } });
    const uri = `sip:101@${BENCH_HOST}`;
    const text = (extra: string): string =>
      [
        "",
        `MESSAGE ${uri} SIP/2.0`,
        "Via: SIP/2.0/UDP {local};rport;branch={branch}",
        "Max-Forwards: 70",
        `From: ${AOR};tag={tag}`,
        `To: <${uri}>`,
        "Call-ID: text-{call-id}",
        "CSeq: {cseq} MESSAGE",
        `${extra}Content-Type: text/plain`,
        "Content-Length: [len]",
        "",
        "Coffee?",
      ].join("\n");
    far.run(send(text("")), expectMessage(/^SIP\/2\.0 401 /));
    const header = credentials(await challengeOf(far), "MESSAGE", uri);
    far.run(send(text(`${header}\n`)), expectMessage(/^SIP\/2\.0 200 /));
    await far.passes();
    expect(eventsOf(lab, "message").map(({ from, text: told }) => [from, told])).toEqual([
      ["200", "Coffee?"],
    ]);
    await lab.stop();
  });

  it("without its password it calls nobody", async () => {
    const { lab, far } = await withPhone(65);
    const uri = `sip:101@${BENCH_HOST}:5060`;
    const invite = inviteTo("101", sdp(), AOR).replace("sip:101@{remote}", uri);
    far.run(send(invite), expectMessage(/^SIP\/2\.0 401 /));
    const wrong = credentials(await challengeOf(far), "INVITE", uri).replace(
      /response="\w{4}/,
      'response="0000',
    );
    far.run(
      send(invite.replace("Contact:", `${wrong}\nContact:`)),
      expectMessage(/^SIP\/2\.0 40[13] /),
    );
    await far.passes();
    await lab.phones[0].doesNotRing(2000);
    await assertSettled(lab, { records: [] });
  });
});
