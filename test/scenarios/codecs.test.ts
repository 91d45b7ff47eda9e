import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { bodyOf } from "../hw-sim/peers/sip-text.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const RECORDS = ["1 out 101>102 answered", "2 in 101>102 answered"];

describe("a call by another codec", () => {
  it.each([
    { codecs: ["G722", "PCMU"], offer: "9 0 101", rtp: "9: 160 bytes", delayUnderMs: 54 },
    { codecs: ["PCMA", "G722"], offer: "8 9 101", rtp: "8: 160 bytes", delayUnderMs: 50 },
    { codecs: ["G726-40"], offer: "96 101", rtp: "96: 100 bytes", delayUnderMs: 50 },
    { codecs: ["G726-32"], offer: "96 101", rtp: "96: 80 bytes", delayUnderMs: 50 },
    { codecs: ["G726-24"], offer: "96 101", rtp: "96: 60 bytes", delayUnderMs: 50 },
    { codecs: ["G726-16"], offer: "96 101", rtp: "96: 40 bytes", delayUnderMs: 50 },
    { codecs: ["L16", "PCMU"], offer: "96 0 101", rtp: "96: 320 bytes", delayUnderMs: 50 },
    {
      codecs: ["AAL2-G726-32", "G722", "AAL2-G726-16"],
      offer: "96 9 97 101",
      rtp: "96: 80 bytes",
      delayUnderMs: 50,
    },
  ])("$codecs: offered as $offer, sent as $rtp", async ({ codecs, offer, rtp, delayUnderMs }) => {
    const [codec = ""] = codecs;
    const packets = new Set<string>();
    const lab = await bench({
      seed: 1,
      config: { exchange: { transport: "udp" }, rtp: { codecs } },
      onDatagram: ({ payload }) => {
        const type = payload[1] ?? 0;
        if ((payload[0] ?? 0) >> 6 !== 2 || (type >= 192 && type < 224)) return;
        packets.add(`${type & 0x7f}: ${payload.length - 12} bytes`);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    // Two bits a sample are heard as noise.
    const correlationOver = codec === "G726-16" ? 0.9 : 0.95;
    await talk(lab, alice, bob, { delayUnderMs, correlationOver });
    await assertSettled(lab, { records: RECORDS });

    const invite = lab.wire.messages.find(({ text }) => text.startsWith("INVITE "));
    const sdp = bodyOf(invite?.text ?? "");
    expect(sdp).toMatch(new RegExp(`^m=audio \\d+ RTP/AVP ${offer}\\r$`, "m"));
    expect(sdp).toContain(`a=rtpmap:${offer.split(" ")[0]} ${codec}/8000\r\n`);
    expect([...packets]).toEqual([rtp]);
    for (const { codec: used, media } of lab.records) {
      expect(used).toBe(codec);
      expect(media).toMatchObject({ packetsLost: 0, packetsLate: 0, framesConcealed: 0 });
    }
  });

  it("opus: events of its own clock beside those of the line's, and digits arrive", async () => {
    const types = new Set<number>();
    const lab = await bench({
      seed: 7,
      config: {
        exchange: { transport: "udp" },
        rtp: { codecs: ["opus", "PCMU"], opus: { payloadType: 123 } },
      },
      onDatagram: ({ payload }) => {
        const type = payload[1] ?? 0;
        if ((payload[0] ?? 0) >> 6 === 2 && (type < 192 || type >= 224)) types.add(type & 0x7f);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 70, correlationOver: 0.7 });
    await alice.dials("5");
    await assertSettled(lab, { records: RECORDS });
    const invite = lab.wire.messages.find(({ text }) => text.startsWith("INVITE "));
    const sdp = bodyOf(invite?.text ?? "");
    expect(sdp).toMatch(/^m=audio \d+ RTP\/AVP 123 0 102 101\r$/m);
    expect(sdp).toContain("a=rtpmap:123 opus/48000/2\r\n");
    expect(sdp).toContain("a=rtpmap:102 telephone-event/48000\r\n");
    expect(sdp).toContain("a=rtpmap:101 telephone-event/8000\r\n");
    expect([...types].sort()).toEqual([102, 123]);
    expect(lab.records[0]).toMatchObject({ codec: "OPUS", media: { framesConcealed: 0 } });
  });

  it("opus, once a box is configured anew: its engine comes with the start", async () => {
    const lab = await bench({ seed: 7, config: { rtp: { codecs: ["PCMU"] } } });
    const [alice, bob] = lab.phones;
    await lab.stop();
    lab.configure({ rtp: { codecs: ["opus"] } });
    await lab.start();
    await lab.world.advance(1000);
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 70, correlationOver: 0.7 });
    await assertSettled(lab, { records: RECORDS });
    expect(lab.records.map(({ codec }) => codec)).toEqual(["OPUS", "OPUS"]);
  });

  it.each([
    { rtp: { redundancy: 2 }, offer: "102 0 8 101 103", types: [102] },
    { rtp: { silenceSuppression: true }, offer: "0 8 101 13", types: [0, 13] },
  ])("$rtp: offered as $offer, sent as $types", async ({ rtp, offer, types: expected }) => {
    const types = new Set<number>();
    const lab = await bench({
      seed: 7,
      config: { exchange: { transport: "udp" }, rtp },
      onDatagram: ({ payload }) => {
        const type = payload[1] ?? 0;
        if ((payload[0] ?? 0) >> 6 === 2 && (type < 192 || type >= 224)) types.add(type & 0x7f);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 70 });
    await lab.world.advance(3000);
    await assertSettled(lab, { records: RECORDS });
    const invite = lab.wire.messages.find(({ text }) => text.startsWith("INVITE "));
    expect(bodyOf(invite?.text ?? "")).toMatch(new RegExp(`RTP/AVP ${offer}\\r$`, "m"));
    expect([...types].sort()).toEqual(expected);
  });
});
