import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { levelDbm } from "../hw-sim/audio/levels.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import { readRtp } from "../hw-sim/peers/rtp-reader.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const RECORDS = ["1 out 101>102 answered", "2 in 101>102 answered"];

/** A call with speech both ways and a key; what stood in its packets and at the other ear. */
async function callWith(rtp: NonNullable<UserConfig["rtp"]>) {
  const payloads: Uint8Array[] = [];
  const lab = await bench({
    seed: 5,
    config: { exchange: { transport: "udp" }, rtp },
    onDatagram: ({ payload }) => {
      const packet = readRtp(payload);
      if (packet.ok && packet.value.payloadType !== 101)
        payloads.push(packet.value.payload.slice());
    },
  });
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  await talk(lab, alice, bob, { delayUnderMs: 250, correlationOver: 0.6 });
  bob.phone.startRecording();
  await alice.dials("5");
  await lab.world.advance(1500);
  const volts = bob.phone.stopRecording()?.volts ?? new Float64Array();
  const loud = Array.from({ length: Math.floor(volts.length / 80) }, (_, n) =>
    levelDbm(volts.subarray(80 * n, 80 * n + 80)),
  ).filter((dbm) => dbm > -25).length;
  await assertSettled(lab, { records: RECORDS });
  const quality = lab.records[1]?.media?.quality;
  const bytes = payloads.reduce((sum, { length }) => sum + length, 0) / payloads.length;
  return { payloads, bytes, keyMs: 10 * loud, waitedMs: quality?.jitterBufferMs };
}

describe("what is configured of voice reaches it", () => {
  it("how long playout waits", async () => {
    expect((await callWith({ jitter: { mode: "fixed", minMs: 100 } })).waitedMs).toBe(100);
    expect((await callWith({})).waitedMs).toBe(0);
  });

  it("how long a far end's keys sound at the least", async () => {
    const usual = await callWith({});
    const longer = await callWith({ digits: { minToneMs: 400 } });
    expect(usual.keyMs).toBeLessThan(300);
    expect(Math.abs(longer.keyMs - 400)).toBeLessThanOrEqual(20);
  });

  it("how G.726 is packed", async () => {
    const codecs = ["G726-32"];
    const [plain, other] = [
      await callWith({ codecs }),
      await callWith({ codecs, g726Packing: "aal2" }),
    ];
    expect(other.bytes).toBe(plain.bytes);
    const swapped = plain.payloads.map((payload) =>
      payload.map((octet) => ((octet << 4) | (octet >> 4)) & 0xff),
    );
    expect(other.payloads).toEqual(swapped);
  });

  it("what Opus spends", async () => {
    const spent = async (bitrate: number) =>
      (await callWith({ codecs: ["opus"], opus: { bitrate } })).bytes;
    expect(await spent(40_000)).toBeGreaterThan(1.5 * (await spent(12_000)));
  });
});
