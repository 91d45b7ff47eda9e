import { describe, expect, it } from "vitest";
import { decodeDtmf } from "../hw-sim/audio/dtmf-decoder.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import { answersCall, FAR_SERVER, farEndFirst } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk, tells } from "./support/talk.ts";

const UDP = { exchange: { transport: "udp" } } as const;
const ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"] as const;

describe("speech between two telephones", () => {
  // A packet, and a frame of 10 ms: playout waits for nothing where nothing is late.
  it.each([
    [10, 25],
    [20, 35],
    [30, 45],
    [40, 55],
    [60, 75],
  ] as const)("packets of %i ms: heard within %i ms", async (ptimeMs, delayUnderMs) => {
    const lab = await bench({ seed: 131, config: { ...UDP, rtp: { ptimeMs } } });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs });
    await assertSettled(lab, { records: ANSWERED });
  });

  it.each(["PCMU", "PCMA"] as const)("%s alone", async (codec) => {
    const lab = await bench({ seed: 132, config: { ...UDP, rtp: { codecs: [codec] } } });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { correlationOver: 0.95 });
    await assertSettled(lab, { records: ANSWERED });
    expect(lab.records.map((record) => record.codec)).toEqual([codec, codec]);
  });

  it("both at once: each hears the other through the own voice", async () => {
    const lab = await bench({ seed: 133, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    const [mine, yours] = [lab.speech("mine"), lab.speech("yours")];
    await Promise.all([alice.says(mine), bob.says(yours)]);
    await Promise.all([
      bob.heard(mine, { correlationOver: 0.7 }),
      alice.heard(yours, { correlationOver: 0.7 }),
    ]);
    await assertSettled(lab, { records: ANSWERED });
  });

  it("the first word after the answer is not cut", async () => {
    const lab = await bench({ seed: 134, config: UDP });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    // A handset is on its way to the mouth for a fifth of a second at the least.
    await lab.world.advance(200);
    await tells(lab, bob, alice, { correlationOver: 0.9 });
    await assertSettled(lab, { records: ANSWERED });
  });

  it.each([
    [100, -100],
    [-200, 200],
  ])("sound cards %i and %i ppm off: five minutes later it is as good", async (first, second) => {
    const lab = await bench({
      seed: 135,
      config: UDP,
      network: { latencyMs: 5, jitterMs: 5 },
      line: [{ pcm: { skewPpm: first } }, { pcm: { skewPpm: second } }],
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await lab.world.advance(300_000);
    await talk(lab, alice, bob, { correlationOver: 0.95, delayUnderMs: 60 });
    await assertSettled(lab, { records: ANSWERED });
  });

  it("a sound card that loses frames: the call goes on as before", async () => {
    const lab = await bench({ seed: 136, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    for (let at = 0; at < 20; at++) {
      lab.board.pcm.loseFrames("line1", 1 + (at % 4));
      await lab.world.advance(200);
    }
    await talk(lab, alice, bob, { delayUnderMs: 120 });
    await assertSettled(lab, { records: ANSWERED });
  });

  it("a network that grows worse and better again: the delay comes back down", async () => {
    const lab = await bench({ seed: 137, config: UDP, network: { latencyMs: 5 } });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    const set = (jitterMs: number): void =>
      lab.network.setLink("10.0.0.1", "10.0.0.1", { latencyMs: 5, jitterMs });
    set(80);
    await lab.world.advance(10_000);
    await talk(lab, alice, bob, { correlationOver: 0.8, delayUnderMs: 250 });
    set(0);
    await lab.world.advance(60_000);
    await talk(lab, alice, bob, { delayUnderMs: 70 });
    await assertSettled(lab, { records: ANSWERED });
  });

  it.each([0.2, 2, 10])(
    "a far end that falls silent for %d s, and speaks again",
    async (seconds) => {
      const far = farEndFirst();
      const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
      const lab = await bench({ seed: 138, config, prepare: far.prepare });
      const [alice] = lab.phones;
      far.get().run(...answersCall);
      await alice.calls("555");
      await far.get().passes();
      far.get().sendAudio();
      await lab.world.advance(2000);
      far.get().rtp.stop();
      await lab.world.advance(seconds * 1000);
      far.get().sendAudio();
      await lab.world.advance(1000);
      const told = lab.speech("again");
      const saidAtMs = lab.world.clock.nowMs();
      far.get().rtp.say(told);
      await lab.world.advance(2000);
      await alice.heard(told, { saidAtMs, delayUnderMs: 80 });
      const silent = lab.logs.some(({ text }) => /Nothing is heard/.test(text));
      expect(silent).toBe(seconds > 5);
      far.get().rtp.stop();
      await assertSettled(lab, { records: ["1 out 101>555 answered"] });
    },
  );
});

describe("digits keyed in a call", () => {
  it.each(["rfc4733", "in-band"] as const)(
    "%s: the other ear hears each once",
    async (dtmfRelay) => {
      const config = { ...UDP, rtp: { dtmfRelay } };
      const lab = await bench({ seed: 139, phones: ["touch-tone", "touch-tone"], config });
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      await lab.world.advance(500);
      const before = bob.recorded().length;
      await alice.dials("0123456789*#");
      await lab.world.advance(500);
      const heard = decodeDtmf(bob.recorded().subarray(before));
      expect(heard.map(({ digit }) => digit).join("")).toBe("0123456789*#");
      for (const { durationMs } of heard) {
        expect(durationMs).toBeGreaterThan(60);
        expect(durationMs).toBeLessThan(160);
      }
      await talk(lab, alice, bob);
      await assertSettled(lab, { records: ANSWERED });
    },
  );

  it("speech is never taken for a digit", async () => {
    const lab = await bench({ seed: 140, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    for (let at = 0; at < 10; at++) await alice.says(lab.speech(`talk-off ${at}`, 6000));
    const digits = lab.events.filter(
      (told) => told.kind === "line" && told.line === 1 && told.event.kind === "digit",
    );
    // The number that was dialled, and nothing else.
    expect(digits).toHaveLength(3);
    await assertSettled(lab, { records: ANSWERED });
  });
});
