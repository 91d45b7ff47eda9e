import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import { bodyOf } from "../hw-sim/peers/sip-text.ts";
import {
  ANSWER_OF_BOX,
  FAR_SERVER,
  farEndFirst,
  inOurDialog,
  inviteTo,
  sdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk, talkWithFarEnd } from "./support/talk.ts";

/** What a fax machine says when it answers. @see ITU-T T.30 §4.1.2 */
const answerTone = Int16Array.from({ length: 2 * 8000 }, (_, at) =>
  Math.round(6000 * Math.sin((2 * Math.PI * 2100 * at) / 8000)),
);

describe("a fax machine that answers", () => {
  it.each([
    { fax: "pass-through", voiceBandData: false, type: 8, offers: ["RTP/AVP 8 0 101"] },
    { fax: "pass-through", voiceBandData: true, type: 102, offers: [] },
    { fax: "off", voiceBandData: false, type: 9, offers: [] },
    { fax: "off", voiceBandData: true, type: 9, offers: [] },
  ] as const)("$fax, V.152 $voiceBandData: a wideband call goes on as $type", async (row) => {
    const { fax, voiceBandData } = row;
    const types = new Set<number>();
    const lab = await bench({
      seed: 12,
      config: {
        exchange: { transport: "udp" },
        rtp: { codecs: ["G722", "PCMA", "PCMU"], fax, voiceBandData },
      },
      onDatagram: ({ payload }) => {
        const type = payload[1] ?? 0;
        if ((payload[0] ?? 0) >> 6 === 2 && (type < 192 || type >= 224)) types.add(type & 0x7f);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 60 });
    expect([...types]).toEqual([9]);
    await bob.says(answerTone);
    await lab.world.advance(1000);
    types.clear();
    await talk(lab, alice, bob, { delayUnderMs: 200 });
    expect([...types]).toEqual([row.type]);
    const offers = lab.wire.messages
      .filter(({ text }) => /^INVITE .*/.test(text) && /^To:.*;tag=/m.test(text))
      .map(({ text }) => bodyOf(text).match(/^m=audio \d+ (.*)\r$/m)?.[1]);
    expect(new Set(offers)).toEqual(new Set(row.offers));
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });
});

/** A gateway's words for the fax it hears: the one format is for modems. @see RFC 6498 §1 */
const forFax = (version: number): string =>
  sdp("sendrecv", version)
    .replace("RTP/AVP 0 101", "RTP/AVP 0")
    .concat("a=gpmd:0 vbd=yes;ecan=on\r\na=silenceSupp:off - - - -\r\n");

describe("a gateway that moves a call to G.711 for modems", () => {
  it.each([true, false])("is followed, V.152 %s", async (voiceBandData) => {
    const place = farEndFirst();
    const lab = await bench({
      seed: 71,
      config: { registrar: FAR_SERVER, rtp: { voiceBandData } },
      prepare: place.prepare,
    });
    const far = place.get();
    far.run(
      send(inviteTo("101", sdp())),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      send(inOurDialog("ACK", "101")),
    );
    const [alice] = lab.phones;
    await alice.rings();
    alice.lift();
    await far.passes();
    const marked =
      /^SIP\/2\.0 200 [\s\S]*\r\nm=audio \d+ RTP\/AVP 0\r\n[\s\S]*a=gpmd:0 vbd=yes\r\n/;
    const plain = /^SIP\/2\.0 200 (?![\s\S]*gpmd)[\s\S]*\r\nm=audio \d+ RTP\/AVP 0\r\n/;
    far.run(
      send(inOurDialog("INVITE", "101", "{cseq}", forFax(2))),
      expectMessage(voiceBandData ? marked : plain),
      send(inOurDialog("ACK", "101")),
    );
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    far.run(expectMessage(/^BYE /), reply("200 OK"));
    alice.hang();
    await far.passes();
    far.rtp.stop();
    await assertSettled(lab, { records: ["1 in 300>101 answered"] });
  });
});
