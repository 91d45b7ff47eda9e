import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply } from "../hw-sim/peers/scripted-peer.ts";
import { FAR_SERVER, farEndFirst, INVITE_OF_BOX, sdp, withSdp } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talkWithFarEnd } from "./support/talk.ts";

const PLACE = { latitude: 48.7758, longitude: 9.1829 };

describe("a call for help", () => {
  it.each([
    ["416 Unsupported URI Scheme", { emergencyUrn: true }],
    ["415 Unsupported Media Type", { emergencyPlace: PLACE }],
    ["424 Bad Location Information", { emergencyLocation: "https://lis.example.net/1" }],
  ])("gets through a server that refuses what it carries: %s", async (status, dialing) => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "112", ...dialing } };
    const lab = await bench({ seed: 112, config, prepare: far.prepare });
    const [alice] = lab.phones;
    far
      .get()
      .run(
        expectMessage(/^INVITE /, { timeoutMs: 30_000 }),
        reply(status),
        expectMessage(/^ACK /),
        expectMessage(INVITE_OF_BOX),
        reply("200 OK", withSdp(sdp())),
        expectMessage(/^ACK /),
      );
    await alice.calls("112");
    await far.get().passes();
    expect(far.get().sip.substitution("dialled")).toBe("112");
    far.get().sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, alice, far.get());
    const told = lab.logs.map(({ text }) => text).filter((text) => text.includes("number alone"));
    expect(told).toHaveLength(1);
    far.get().sip.standing = [...far.get().sip.standing, { pattern: /^BYE /, status: "200 OK" }];
    alice.hang();
    far.get().rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>112 answered"] });
  });

  it.each([
    ["de", "112", 0, 200],
    // Numbers of Delhi begin so.
    ["in", "2611", 3500, 4500],
  ])(
    "begins with its last key, beside any number, but where others begin so: %s %s",
    async (country, help, leastMs, mostMs) => {
      const far = farEndFirst();
      const lab = await bench({
        seed: 113,
        config: { country, registrar: FAR_SERVER },
        prepare: far.prepare,
      });
      const [alice] = lab.phones;
      far.get().run(expectMessage(/^INVITE /, { timeoutMs: 30_000 }), reply("486 Busy Here"));
      alice.lift();
      await alice.hears("dial-tone");
      await alice.dials(help);
      const keyedMs = lab.world.clock.nowMs();
      await far.get().passes();
      const tookMs = lab.world.clock.nowMs() - keyedMs;
      expect(tookMs).toBeLessThanOrEqual(mostMs);
      expect(tookMs).toBeGreaterThanOrEqual(leastMs);
    },
  );
});
