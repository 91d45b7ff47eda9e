import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import {
  expectMessage,
  expectSilence,
  pause,
  reply,
  type ScriptStep,
  send,
} from "../hw-sim/peers/scripted-peer.ts";
import {
  ANSWER_OF_BOX,
  FAR_SERVER,
  type FarEnd,
  farEndFirst,
  INVITE_OF_BOX,
  inOurDialog,
  inTheirDialog,
  inviteTo,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talkWithFarEnd } from "./support/talk.ts";

const CONFIG = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } } as const;
const TEST_TONE_HZ = 1004;

async function benchWithFarEnd(
  seed: number,
  dialing: UserConfig["dialing"] = {},
): Promise<{ lab: Bench; far: FarEnd }> {
  const far = farEndFirst();
  const config = { ...CONFIG, dialing: { ...CONFIG.dialing, ...dialing } };
  const lab = await bench({ seed, config, prepare: far.prepare });
  return { lab, far: far.get() };
}

/** Line 1 calls 555, who answers at once and does `then`; both are heard. */
async function talkTo555(lab: Bench, far: FarEnd, ...then: readonly ScriptStep[]): Promise<void> {
  const [alice] = lab.phones;
  far.run(
    expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
    reply("200 OK", withSdp(sdp())),
    expectMessage(/^ACK /),
    ...then,
  );
  await alice.calls("555");
  await far.passes();
  far.sendAudio();
  await lab.world.advance(500);
  await talkWithFarEnd(lab, alice, far);
}

/** The telephone hangs up first. */
async function hangsUp(phone: BenchPhone, far: FarEnd): Promise<void> {
  far.run(expectMessage(/^BYE /), reply("200 OK"));
  phone.hang();
  await far.passes();
  far.rtp.stop();
}

describe("a call to a far end that is not ours", () => {
  it("early media: a 183 with SDP lets its announcement be heard before the answer", async () => {
    const { lab, far } = await benchWithFarEnd(51);
    const [alice] = lab.phones;
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("100 Trying"),
      reply("183 Session Progress", withSdp(sdp())),
      pause(5000),
      reply("200 OK", withSdp(sdp()), "INVITE"),
      expectMessage(/^ACK /),
      expectMessage(/^BYE /, { timeoutMs: 60_000 }),
      reply("200 OK"),
    );
    await alice.calls("555");
    await far.reaches(3);
    far.rtp.sendTone([TEST_TONE_HZ]);
    far.sendAudio();
    await alice.hears("milliwatt", { withinMs: 2000 });
    expect(lab.box.status()[0]?.call).toBe("ringback");
    await far.reaches(6);
    expect(alice.phone.hears).toBe("milliwatt");
    far.rtp.sendTone([]);
    await alice.hearsNoTone();
    await talkWithFarEnd(lab, alice, far);
    alice.hang();
    await far.passes();
    far.rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it.each([
    ["ringback comes first", ["180 Ringing"], true],
    ["the announcement is refused in the end", [], false],
  ] as const)("early media: %s", async (_, first, answered) => {
    const { lab, far } = await benchWithFarEnd(52);
    const [alice] = lab.phones;
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      ...first.map((status) => reply(status)),
      pause(4000),
      reply("183 Session Progress", withSdp(sdp()), "INVITE"),
      pause(4000),
      answered ? reply("200 OK", withSdp(sdp()), "INVITE") : reply("404 Not Found", {}, "INVITE"),
      expectMessage(/^ACK /),
    );
    await alice.calls("555");
    if (answered) await alice.hears("ringback", { withinMs: 3500 });
    await far.reaches(first.length + 3);
    far.rtp.sendTone([TEST_TONE_HZ]);
    far.sendAudio();
    await alice.hears("milliwatt", { withinMs: 2000 });
    await far.passes();
    far.rtp.stop();
    if (!answered) await alice.hears("reorder");
    await assertSettled(lab, {
      records: [`1 out 101>555 ${answered ? "answered" : "failed"}`],
    });
  });

  it("hold and resume: silence both ways in between, speech before and after", async () => {
    const { lab, far } = await benchWithFarEnd(53);
    const [alice] = lab.phones;
    const reinvite = (direction: string, version: number) => [
      send(inTheirDialog("INVITE", sdp(direction, version))),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\na=(?<direction>sendrecv|recvonly|inactive)/),
      send(inTheirDialog("ACK")),
    ];
    await talkTo555(lab, far);

    far.run(...reinvite("sendonly", 2));
    await far.passes();
    expect(far.sip.substitution("direction")).toBe("recvonly");
    far.rtp.sendTone([TEST_TONE_HZ]);
    await alice.hears("milliwatt");
    const heard = far.rtp.heard().length;
    await lab.world.advance(2000);
    expect(far.rtp.heard().length).toBe(heard);

    far.run(...reinvite("inactive", 3));
    await far.passes();
    await alice.hearsNoTone();
    far.rtp.sendTone([]);

    far.run(...reinvite("sendrecv", 4));
    await far.passes();
    expect(far.sip.substitution("direction")).toBe("sendrecv");
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);

    far.run(send(inTheirDialog("BYE")), expectMessage(/^SIP\/2\.0 200 [\s\S]*BYE/));
    await far.passes();
    far.rtp.stop();
    await alice.hears("busy");
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("another codec in the middle of the call: speech before and after, by each", async () => {
    const { lab, far } = await benchWithFarEnd(57);
    const [alice] = lab.phones;
    await talkTo555(lab, far);

    const other = sdp("sendrecv", 2).replace("AVP 0 ", "AVP 8 ").replace("0 PCMU", "8 PCMA");
    far.run(
      send(inTheirDialog("INVITE", other)),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nm=audio \d+ RTP\/AVP 8 101\r\n/),
      send(inTheirDialog("ACK")),
    );
    await far.passes();
    far.rtp.changeLaw("PCMA");
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    await hangsUp(alice, far);
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("digits keyed in a call arrive as telephone-events", async () => {
    const { lab, far } = await benchWithFarEnd(54);
    const [alice] = lab.phones;
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
    );
    await alice.calls("555");
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await alice.dials("1590#*");
    await lab.world.advance(500);
    expect(far.rtp.digits.map(({ digit }) => digit).join("")).toBe("1590#*");
    await hangsUp(alice, far);
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("answers with SDP that fits nothing: the call is taken back, reorder", async () => {
    const { lab, far } = await benchWithFarEnd(55);
    const [alice] = lab.phones;
    const video = sdp().replace("m=audio", "m=video");
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(video)),
      expectMessage(/^ACK /),
      expectMessage(/^BYE /),
      reply("200 OK"),
    );
    await alice.calls("555");
    await alice.hears("reorder");
    await far.passes();
    await assertSettled(lab, { records: ["1 out 101>555 failed"] });
  });
});

describe("a call from a far end that is not ours", () => {
  it("rings with its name and number, is answered, talked in, and ended by it", async () => {
    const { lab, far } = await benchWithFarEnd(56);
    const [alice] = lab.phones;
    const from = '"Ada Lovelace" <sip:300@{local-host}>';
    far.run(
      send(inviteTo("101", sdp(), from)),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      send(inOurDialog("ACK", "101", "{cseq}")),
    );
    await alice.rings({ withCallerId: "300" });
    expect(alice.phone.display?.name).toBe("Ada Lovelace");
    alice.lift();
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    far.run(send(inOurDialog("BYE", "101")), expectMessage(/^SIP\/2\.0 200 [\s\S]*BYE/));
    await far.passes();
    far.rtp.stop();
    await alice.hears("busy");
    await assertSettled(lab, { records: ["1 in 300>101 answered"] });
  });

  it("without an offer: ours is in the 200, its answer in the ACK", async () => {
    const { lab, far } = await benchWithFarEnd(57);
    const [alice] = lab.phones;
    far.run(
      send(inviteTo("101", "")),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      send(inOurDialog("ACK", "101", "{cseq}", sdp())),
    );
    await alice.rings();
    alice.lift();
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far);
    await hangsUp(alice, far);
    await assertSettled(lab, { records: ["1 in 300>101 answered"] });
  });

  it("that never acknowledges: the 200 is repeated, then the call is given up", async () => {
    const { lab, far } = await benchWithFarEnd(62);
    const [alice] = lab.phones;
    far.run(
      send(inviteTo("101", sdp())),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      expectMessage(/^BYE /, { timeoutMs: 40_000 }),
      reply("200 OK"),
    );
    await alice.rings();
    alice.lift();
    await far.passes();
    expect(far.sip.retransmissions).toBeGreaterThanOrEqual(6);
    await alice.hears("busy");
    await assertSettled(lab, { records: ["1 in 300>101 failed"] });
  });

  it("that vanishes in the call: hanging up is enough, though nobody answers the BYE", async () => {
    const { lab, far } = await benchWithFarEnd(63);
    const [alice] = lab.phones;
    far.run(
      send(inviteTo("101", sdp())),
      expectMessage(/^SIP\/2\.0 180 /),
      expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
      send(inOurDialog("ACK", "101")),
    );
    await alice.rings();
    alice.lift();
    await far.passes();
    far.sip.close();
    far.rtp.close();
    await lab.world.advance(20_000);
    expect(alice.phone.hears).toBeUndefined();
    alice.hang();
    await lab.world.advance(40_000);
    await assertSettled(lab, { records: ["1 in 300>101 answered"] });
    const byes = lab.wire.messages.filter(({ text }) => text.startsWith("BYE "));
    expect(byes.length).toBeGreaterThanOrEqual(8);
  });

  it("withdrawn: the bell stops, 487 to the INVITE", async () => {
    const { lab, far } = await benchWithFarEnd(58);
    const [alice] = lab.phones;
    const branch = "z9hG4bKwithdrawn";
    const invite = inviteTo("101", sdp()).replace("{branch}", branch).replace("{cseq}", "7");
    const cancel = inviteTo("101", "")
      .replace("{branch}", branch)
      .replace("INVITE", "CANCEL")
      .replace("{cseq} INVITE", "7 CANCEL");
    far.run(
      send(invite),
      expectMessage(/^SIP\/2\.0 180 /),
      pause(3000),
      send(cancel),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*CANCEL/),
      expectMessage(/^SIP\/2\.0 487 [\s\S]*To:[^\r]*;tag=(?<theirs>[^\s;]+)/),
      send(
        inOurDialog("ACK", "101", "7")
          .replace("{target}", "sip:101@{remote}")
          .replace("z9hG4bKack{tag}", branch),
      ),
      expectSilence(5000),
    );
    await alice.rings();
    await alice.stopsRinging({ withinMs: 5000 });
    await far.passes();
    await assertSettled(lab, { records: ["1 in 300>101 missed"] });
  });

  it("while the line is in a call and nobody may wait: 486, the call goes on", async () => {
    const { lab, far } = await benchWithFarEnd(59, { callWaiting: false });
    const [alice] = lab.phones;
    const refused = expectMessage(/^SIP\/2\.0 486 /);
    await talkTo555(lab, far, send(inviteTo("101", sdp())), refused);
    await hangsUp(alice, far);
    await assertSettled(lab, { records: ["1 out 101>555 answered", "1 in 300>101 busy"] });
  });
});

describe("the echo and the test tone of the exchange", () => {
  it("600 sends back what is said, 601 is 1004 Hz", async () => {
    const lab = await bench({ seed: 61, phones: ["touch-tone", "rotary"] });
    const [alice, bob] = lab.phones;
    await alice.calls("600");
    await bob.calls("601");
    const tone = await bob.hears("milliwatt");
    expect(tone.frequenciesHz).toHaveLength(1);
    expect(tone.frequenciesHz[0]).toBeCloseTo(1004, 0);
    const said = lab.speech("echo");
    await alice.says(said);
    // Later than its own sidetone, which is there at once.
    const { delayMs } = await alice.heard(said, { delayUnderMs: 120 });
    expect(delayMs).toBeGreaterThan(20);
    await assertSettled(lab, { records: ["1 out 101>600 answered", "2 out 102>601 answered"] });
  });
});
