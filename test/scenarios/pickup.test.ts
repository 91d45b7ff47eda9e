import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import { FarEnd, inOurDialog, sdp, withSdp } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talk, talkWithFarEnd } from "./support/talk.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** An Authorization header of 250 by arithmetic of our own. @see RFC 7616 §3.4.1 */
function proof(challenge: string, method: string): string {
  const uri = `sip:102@${BENCH_HOST}`;
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const realm = /realm="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const secret = md5(`250:${realm}:tower`);
  const response = md5(`${secret}:${nonce}:00000001:ours:auth:${md5(`${method}:${uri}`)}`);
  return (
    `Authorization: Digest username="250", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=MD5, qop=auth, cnonce="ours", nc=00000001`
  );
}

const AOR = `<sip:250@${BENCH_HOST}>`;

const toExchange = (method: string, headers: readonly string[], body = ""): string =>
  [
    "",
    `${method} sip:102@${BENCH_HOST} SIP/2.0`,
    "Via: SIP/2.0/UDP {local};rport;branch={branch}",
    "Max-Forwards: 70",
    `From: ${AOR};tag={tag}`,
    `To: <sip:102@${BENCH_HOST}>`,
    `Call-ID: ${method}-{call-id}`,
    `CSeq: {cseq} ${method}`,
    "Contact: <sip:250@{local}>",
    ...headers,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    "Content-Length: [len]",
    "",
    body,
  ].join("\n");

/** Sends a request twice: the second time with what the challenge of the first one wants. */
async function proven(
  far: FarEnd,
  method: string,
  headers: readonly string[],
  body = "",
): Promise<string> {
  far.run(send(toExchange(method, headers, body)), expectMessage(/^SIP\/2\.0 401 /));
  await far.passes();
  const challenge = far.sip.messages.findLast(({ text }) => text.startsWith("SIP/2.0 401"));
  return toExchange(method, [...headers, proof(challenge?.text ?? "", method)], body);
}

/** The ids of the call in the last notification, as they go into Replaces. */
function replacesOf(far: FarEnd): string {
  const told = far.sip.messages.findLast(({ text }) => text.startsWith("NOTIFY"))?.text ?? "";
  const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(told)?.[1] ?? "";
  const tags = `to-tag=${part("remote-tag")};from-tag=${part("local-tag")}`;
  return `Replaces: ${part("call-id")};${tags};early-only`;
}

const rings = (lab: Bench, at: number): boolean => lab.phones[at]?.phone.isRinging === true;

describe("a call that rings at another telephone", () => {
  it.each(["**102", "**"])("is picked up by dialling %s; the other stops ringing", async (code) => {
    const lab = await bench({
      seed: 260,
      phones: ["touch-tone", "touch-tone", "rotary"],
      config: {
        lines: [{ number: "101" }, { number: "102" }, { number: "103" }],
        exchange: { pickupCode: "**" },
      },
    });
    const [alice, bob, carol] = lab.phones;
    await carol?.calls("102");
    await bob.rings();
    await alice.calls(code);
    await lab.world.advance(7000);
    expect(rings(lab, 1)).toBe(false);
    if (carol === undefined) throw new Error("there are three telephones");
    await talk(lab, alice, carol);
    await assertSettled(lab, {
      records: ["3 out 103>102 answered", `1 out 101>${code} answered`, "2 in 103>102 elsewhere"],
    });
  });

  it("is told that there is nothing to pick up, by tone", async () => {
    const lab = await bench({ seed: 261, config: { exchange: { pickupCode: "*8" } } });
    const [alice] = lab.phones;
    await alice.calls("*8102");
    await alice.hears("reorder");
    await assertSettled(lab, { records: ["1 out 101>*8102 failed"] });
  });

  it("is picked up by the lamp key of an IP telephone that watches it (Replaces)", async () => {
    const extensions = [{ number: "250", password: "tower" }];
    const lab = await bench({ seed: 262, config: { exchange: { extensions } } });
    const far = await FarEnd.open(lab);
    const [alice, bob] = lab.phones;
    const subscribe = await proven(far, "SUBSCRIBE", ["Event: dialog", "Expires: 600"]);
    far.run(
      send(subscribe),
      expectMessage(/^SIP\/2\.0 200 /),
      expectMessage(/^NOTIFY /),
      reply("200 OK"),
      expectMessage(/^NOTIFY [\s\S]*<state>early<\/state>/, { timeoutMs: 30_000 }),
      reply("200 OK"),
    );
    await alice.calls("102");
    await bob.rings();
    await far.passes();

    const invite = await proven(far, "INVITE", [replacesOf(far)], sdp());
    far.run(
      send(invite),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*To:[^\r]*;tag=(?<theirs>[^\s;]+)[\s\S]*a=inactive/),
      send(
        inOurDialog("ACK", "102")
          .replace("{target}", `sip:102@${BENCH_HOST}`)
          .replace("<sip:300@{local-host}>", AOR)
          .replace("Call-ID: ", "Call-ID: INVITE-"),
      ),
      expectMessage(/^INVITE [\s\S]*m=audio (?<port>[1-9]\d*)/),
      reply("200 OK", withSdp(sdp("sendrecv", 2))),
      expectMessage(/^ACK /),
    );
    await far.passes();
    await lab.world.advance(7000);
    expect(rings(lab, 1)).toBe(false);
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    await lab.stop();
  });
});
