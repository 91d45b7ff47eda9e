import { describe, expect, it } from "vitest";
import { encodeG711 } from "../hw-sim/audio/g711.ts";
import { pcm16FromVolts, sineMix } from "../hw-sim/audio/levels.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { printRtp } from "../hw-sim/peers/rtp-reader.ts";
import { expectMessage, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  eventsOf,
  FAR_SERVER,
  farEndFirst,
  INVITE_OF_BOX,
  inviteTo,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { badMessages, request, Stranger } from "./support/stranger.ts";
import { call, talk, talkWithFarEnd } from "./support/talk.ts";

const UDP = { exchange: { transport: "udp" } } as const;
const ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"] as const;
const EXCHANGE_PORT = 5060;

/** The port of the lines' own SIP stack, as the wire shows it. */
function linesPort(lab: Bench): number {
  const register = lab.wire.messages.find(({ text }) => text.startsWith("REGISTER "));
  return Number(register?.from.split(":")[1]);
}

/** The ports that RTP of the call goes to. */
function rtpPorts(lab: Bench): readonly number[] {
  return lab.wire.mediaAddresses.map((address) => Number(address.split(":")[1]));
}

async function inCall(seed: number): Promise<Bench> {
  const lab = await bench({ seed, config: UDP });
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  return lab;
}

/** Both speak while something else goes on, and hear each other as ever. */
async function undisturbed(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  await talk(lab, alice, bob, { correlationOver: 0.9, delayUnderMs: 60 });
}

describe("SIP that is none, while a call is going on", () => {
  it("every bad message, to both stacks, ten a second: the call and the box go on", async () => {
    const lab = await inCall(91);
    const stranger = await Stranger.open(lab);
    const messages = badMessages();
    expect(messages.length).toBeGreaterThan(50);
    for (const [at, { text }] of messages.entries()) {
      lab.world.clock.at(lab.world.clock.nowMs() + at * 100, () => {
        for (const port of [EXCHANGE_PORT, linesPort(lab)]) stranger.send(text, BENCH_HOST, port);
      });
    }
    await undisturbed(lab);
    await lab.world.advance(messages.length * 100);
    await undisturbed(lab);
    // What could be understood was refused; nothing was ever agreed to.
    const statuses = stranger.heard.map((text) => Number(/^SIP\/2\.0 (\d+)/.exec(text)?.[1]));
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status >= 200 && status < 300)).toEqual([]);
    expect(new Set(statuses)).toContain(400);
    await assertSettled(lab, { records: ANSWERED });
  });

  it.each(badMessages().map(({ what, text }) => [what, text] as const))(
    "%s: the box is there afterwards",
    async (_, text) => {
      const lab = await bench({ seed: 92, config: UDP });
      const stranger = await Stranger.open(lab);
      for (const port of [EXCHANGE_PORT, linesPort(lab)]) stranger.send(text, BENCH_HOST, port);
      await lab.world.advance(1000);
      const before = stranger.heard.length;
      stranger.send(
        badMessages().find(({ what }) => what === "an unknown method")?.text ?? "",
        BENCH_HOST,
        EXCHANGE_PORT,
      );
      await lab.world.advance(100);
      expect(stranger.heard.length).toBeGreaterThan(before);
      await lab.stop();
    },
  );

  it("five thousand random datagrams in ten seconds", async () => {
    const lab = await inCall(93);
    const stranger = await Stranger.open(lab);
    const random = lab.world.random("noise");
    const draw = (below: number): number => Math.floor(random.float() * below);
    const base = request();
    const startMs = lab.world.clock.nowMs();
    for (let at = 0; at < 5000; at++) {
      lab.world.clock.at(startMs + at * 2, () => {
        const bytes = new Uint8Array(at % 2 === 0 ? draw(1200) : base.length);
        for (let each = 0; each < bytes.length; each++) {
          const spoiled = at % 2 === 0 || draw(40) === 0;
          bytes[each] = spoiled ? draw(256) : base.charCodeAt(each);
        }
        const port = draw(2) === 0 ? EXCHANGE_PORT : linesPort(lab);
        stranger.send(bytes, BENCH_HOST, port);
      });
    }
    await undisturbed(lab);
    await undisturbed(lab);
    await assertSettled(lab, { records: ANSWERED });
  });

  it("a BYE that only knows the Call-ID ends nothing", async () => {
    const lab = await inCall(94);
    const stranger = await Stranger.open(lab);
    const invites = lab.wire.messages.filter(({ text }) => text.startsWith("INVITE "));
    for (const { text } of invites) {
      const callId = /\r\nCall-ID: ?(\S+)/i.exec(text)?.[1] ?? "";
      const bye = [
        `BYE sip:102@${BENCH_HOST} SIP/2.0`,
        `Via: SIP/2.0/UDP 10.0.0.66:5060;branch=z9hG4bK${callId}`,
        "From: <sip:101@10.0.0.1>;tag=guess",
        "To: <sip:102@10.0.0.1>;tag=guess",
        `Call-ID: ${callId}`,
        "CSeq: 900 BYE",
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n");
      for (const port of [EXCHANGE_PORT, linesPort(lab)]) stranger.send(bye, BENCH_HOST, port);
    }
    await lab.world.advance(500);
    expect(stranger.heard.length).toBeGreaterThan(0);
    for (const text of stranger.heard) expect(text).toMatch(/^SIP\/2\.0 481 /);
    await undisturbed(lab);
    await assertSettled(lab, { records: ANSWERED });
  });
});

describe("RTP that is none, while a call is going on", () => {
  it("truncated, random and foreign packets of a stranger: nothing of them is heard", async () => {
    const lab = await inCall(95);
    const [alice] = lab.phones;
    const stranger = await Stranger.open(lab);
    const random = lab.world.random("noise");
    const tone = encodeG711("PCMU", pcm16FromVolts(sineMix([1004], 0, 20)));
    const startMs = lab.world.clock.nowMs();
    for (let at = 0; at < 400; at++) {
      const packet = printRtp({
        marker: at === 0,
        payloadType: 0,
        sequence: at,
        timestamp: at * 160,
        ssrc: 0x5eed,
        payload: tone,
      });
      lab.world.clock.at(startMs + at * 10, () => {
        const spoiled = packet.slice();
        spoiled[Math.floor(random.float() * 16)] = Math.floor(random.float() * 256);
        for (const port of rtpPorts(lab)) {
          stranger.send(packet, BENCH_HOST, port);
          stranger.send(packet.subarray(0, at % 14), BENCH_HOST, port);
          stranger.send(spoiled, BENCH_HOST, port + (at % 2));
        }
      });
    }
    await undisturbed(lab);
    expect(alice.phone.hears).toBeUndefined();
    await assertSettled(lab, { records: ANSWERED });
    for (const { media } of lab.records) expect(media?.packetsLost).toBe(0);
  });

  it("truncated packets from the far end itself: silence for them, speech after them", async () => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 96, config, prepare: far.prepare });
    const [alice] = lab.phones;
    const { sip } = far.get();
    sip.run([
      expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
      { kind: "reply", status: "200 OK", parts: withSdp(sdp()) },
      expectMessage(/^ACK /),
    ]);
    await alice.calls("555");
    await far.get().passes();
    const port = Number(sip.substitution("port"));
    // From the address that SDP names, before its own audio is heard.
    const packet = printRtp({
      marker: true,
      payloadType: 0,
      sequence: 1,
      timestamp: 160,
      ssrc: 7,
      payload: new Uint8Array(160).fill(0x80),
    });
    const cut = Array.from({ length: packet.length + 1 }, (_, at) => packet.subarray(0, at));
    await far.get().sendRaw(cut, { host: BENCH_HOST, port });
    far.get().sendAudio();
    await lab.world.advance(1000);
    await talkWithFarEnd(lab, alice, far.get());
    far.get().rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });
});

describe("wrong SDP in an INVITE, while the other line is in its call", () => {
  it.each([
    ["no SDP at all, but some text", "hello", 400],
    ["a codec that we lack", sdp().replaceAll("0 101", "96").replace("0 PCMU", "96 opus"), 488],
    ["no audio", sdp().replace("m=audio", "m=video"), 488],
    ["audio refused", sdp().replace("m=audio 40000", "m=audio 0"), 488],
    ["SRTP alone", sdp().replace("RTP/AVP", "RTP/SAVP"), 488],
    ["an address of no family", sdp().replaceAll("IN IP4", "IN IP9"), 400],
    ["a port of 99999", sdp().replace("40000", "99999"), 400],
    ["no connection", sdp().replace(/c=.*\r\n/, ""), 488],
    ["cut in a line", sdp().slice(0, 60), 400],
    ["a thousand media", `${sdp()}${"m=audio 4 RTP/AVP 0\r\n".repeat(1000)}`, 400],
  ] as const)("%s", async (_, body, status) => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 97, config, prepare: far.prepare });
    const [, bob] = lab.phones;
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
        { kind: "reply", status: "200 OK", parts: withSdp(sdp()) },
        expectMessage(/^ACK /),
      );
    await bob.calls("555");
    await far.get().passes();
    far.get().sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, bob, far.get());
    far
      .get()
      .run(
        send(inviteTo("101", body.includes("v=0") ? body : `${body}\n`)),
        expectMessage(/^SIP\/2\.0 (?<status>[3-6]\d\d) /),
      );
    await far.get().passes();
    expect(Number(far.get().sip.substitution("status"))).toBe(status);
    await talkWithFarEnd(lab, bob, far.get());
    far.get().rtp.stop();
    await assertSettled(lab, { records: ["2 out 102>555 answered", "1 in 300>101 failed"] });
  });
});

describe("hardware that is not there", () => {
  const failures = [
    ["its switch hook pin is busy", (lab) => lab.board.gpio.refuse("line1-shk", "busy")],
    ["its ring mode pin may not be used", (lab) => lab.board.gpio.refuse("line1-rm", "permission")],
    ["its sound channel is refused", (lab) => lab.board.pcm.refuse("line1", "busy")],
    ["its sound card is not there", (lab) => lab.board.pcm.refuse("line1", "not-found")],
  ] as const satisfies readonly (readonly [string, (lab: Pick<Bench, "board">) => void])[];

  it.each(failures)("line 1: %s; line 2 works", async (_, prepare) => {
    const lab = await bench({ seed: 98, config: UDP, prepare });
    const [alice, bob] = lab.phones;
    expect(eventsOf(lab, "line-failed")).toMatchObject([
      { line: 1, reason: expect.stringMatching(/line1/) },
    ]);
    expect(lab.box.status().map(({ hardware }) => hardware)).toEqual(["failed", "ready"]);
    await bob.calls("601");
    await bob.hears("milliwatt");
    bob.hang();
    await lab.world.advance(1500);
    await bob.calls("101");
    await bob.hears("reorder");
    await alice.doesNotRing(1000);
    await assertSettled(lab, {
      records: ["2 out 102>601 answered", "2 out 102>101 failed", "1 in 102>101 failed"],
      failedLines: [1],
      errors: [/line has failed: .*line1/i],
    });
  });

  it.each([
    ["the sound card of line 1 is pulled", (lab: Bench) => lab.board.pcm.unplug("line1")],
    ["the pins of line 1 fail", (lab: Bench) => lab.board.gpio.setFault("line1-shk", "io")],
  ] as const)("%s in its call: the far end hears it, and calls on", async (_, breakIt) => {
    const lab = await inCall(99);
    const [, bob] = lab.phones;
    await undisturbed(lab);
    breakIt(lab);
    await bob.hears("busy");
    bob.hang();
    expect(eventsOf(lab, "line").map(({ event }) => event.kind)).toContain("fault");
    expect(lab.box.status()[0]?.hardware).toBe("failed");
    await lab.world.advance(1500);
    await bob.calls("601");
    await bob.hears("milliwatt");
    await assertSettled(lab, {
      records: [...ANSWERED, "2 out 102>601 answered"],
      failedLines: [1],
      errors: [/line has failed/i],
    });
  });

  it("line 1 breaks while line 2 is in its call with somebody else", async () => {
    const lab = await bench({ seed: 100, phones: ["touch-tone", "touch-tone", "touch-tone"] });
    const [alice, bob, carol] = lab.phones;
    if (carol === undefined) throw new Error("three telephones");
    await call(bob, "103", carol);
    alice.lift();
    await alice.hears("dial-tone");
    lab.board.pcm.unplug("line1");
    lab.board.gpio.setFault("line1-fr", "io");
    await talk(lab, bob, carol, { delayUnderMs: 50 });
    await assertSettled(lab, {
      records: ["2 out 102>103 answered", "3 in 102>103 answered"],
      failedLines: [1],
      errors: [/line has failed/i],
    });
  });
});

describe("a port that is taken", () => {
  it.each(["memory", "udp"] as const)(
    "SIP's own, lines by %s: it says so, calls work",
    async (transport) => {
      const taken = { host: BENCH_HOST, port: EXCHANGE_PORT };
      const lab = await bench({
        seed: 101,
        config: { exchange: { transport } },
        prepare: async ({ udp }) => {
          await udp(BENCH_HOST).bind({ ...taken, onDatagram: () => {}, onFault: () => {} });
        },
      });
      expect(lab.box.exchangeAddress).toBeUndefined();
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      await talk(lab, alice, bob);
      await assertSettled(lab, {
        records: ANSWERED,
        errors: [/5060.*(in-use|taken)/],
        othersSockets: [taken],
      });
    },
  );

  it("all of RTP's: the call fails by tone, and works once they are free", async () => {
    const config = { ...UDP, rtp: { portMin: 20_000, portMax: 20_003 } };
    const lab = await bench({ seed: 102, config });
    const host = lab.network.host(BENCH_HOST);
    for (const port of [20_000, 20_002]) host.refuseBind(port, "in-use");
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await alice.hears("reorder");
    expect(lab.logs.map(({ text }) => text).join("\n")).toMatch(/RTP ports 20000 to 20003/);
    alice.hang();
    await lab.world.advance(1500);
    for (const port of [20_000, 20_002]) host.refuseBind(port, undefined);
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ["1 out 101>102 failed", ...ANSWERED] });
  });

  it("the disk is full: calls work, and their records are kept once it takes them", async () => {
    const lab = await bench({ seed: 103, config: UDP });
    lab.store.setFault("io");
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    alice.hang();
    await bob.hears("busy");
    bob.hang();
    await lab.world.advance(3000);
    expect(lab.records).toHaveLength(2);
    const told = () => lab.logs.filter(({ area }) => area === "records").map(({ text }) => text);
    expect(told()).toEqual([expect.stringMatching(/^call records cannot be kept, they wait: /)]);
    lab.store.setFault(undefined);
    await lab.world.advance(15_000);
    expect(told().slice(1)).toEqual([
      "call records can be kept again: 2 records were written that waited",
    ]);
    await assertSettled(lab, { records: ANSWERED, errors: [/records cannot be kept/] });
  });
});
