import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const HOST = "2001:db8::1";

describe("a call over IPv6", () => {
  it("signalling, description and voice have no other addresses", async () => {
    const hosts = new Set<string>();
    const voice = new Set<string>();
    const lab = await bench({
      seed: 321,
      host: HOST,
      phones: ["touch-tone", "touch-tone"],
      config: { exchange: { transport: "udp" } },
      onDatagram: ({ from, to, payload }) => {
        for (const { host } of [from, to]) hosts.add(host);
        if ((payload[0] ?? 0) === 0x80) voice.add(`${from.host} ${(payload[1] ?? 0) & 0x7f}`);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 50 });
    // On hold and back: the description is written anew, both ways.
    alice.flash();
    await alice.hears("dial-tone");
    alice.flash();
    await alice.hearsNoTone();
    await lab.world.advance(500);
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });

    expect([...hosts]).toEqual([HOST]);
    expect([...voice]).toEqual([`${HOST} 0`]);
    const texts = lab.wire.messages.map(({ text }) => text);
    const invites = texts.filter((text) => text.startsWith("INVITE "));
    expect(invites.length).toBeGreaterThanOrEqual(4);
    for (const text of texts) expect(text).not.toMatch(/IN IP4|\d+\.\d+\.\d+\.\d+/);
    for (const text of invites) {
      expect(text).toMatch(/^INVITE sip:102@\[2001:db8::1\]|^INVITE sip:\S+@\[2001:db8::1\]:\d+/);
      expect(text).toMatch(/^Via: SIP\/2\.0\/UDP \[2001:db8::1\]:\d+;/m);
      expect(text).toMatch(/^Contact: <sip:[^@>]+@\[2001:db8::1\]:\d+/m);
      expect(text).toMatch(/^o=\S+ \d+ \d+ IN IP6 2001:db8::1\r$/m);
      expect(text).toMatch(/^c=IN IP6 2001:db8::1\r$/m);
    }
  });
});
