import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { bodyOf } from "../hw-sim/peers/sip-text.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

/** Bytes of a G.711 packet of 20 ms without encryption. */
const PLAIN_BYTES = 172;

describe("an encrypted call", () => {
  it.each([
    { srtp: "off", transport: "RTP/AVP", tagBytes: 0 },
    { srtp: "optional", transport: "RTP/AVP", tagBytes: 10 },
    { srtp: "required", transport: "RTP/SAVP", tagBytes: 10 },
  ] as const)("$srtp: offered as $transport, $tagBytes bytes of tag", async (row) => {
    const { srtp, transport, tagBytes } = row;
    const lengths = new Set<number>();
    const lab = await bench({
      seed: 7,
      config: { exchange: { transport: "udp" }, rtp: { srtp } },
      onDatagram: ({ payload }) => {
        const type = payload[1] ?? 0;
        if ((payload[0] ?? 0) >> 6 === 2 && (type < 192 || type >= 224))
          lengths.add(payload.length);
      },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 50 });
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
    const invite = lab.wire.messages.find(({ text }) => text.startsWith("INVITE "));
    expect(bodyOf(invite?.text ?? "")).toContain(` ${transport} `);
    expect([...lengths]).toEqual([PLAIN_BYTES + tagBytes]);
  });

  it("GCM: the suites named are used, and the echo speaks it too", async () => {
    const lab = await bench({
      seed: 8,
      config: {
        exchange: { transport: "udp" },
        rtp: { srtp: "required", srtpSuites: ["AEAD_AES_256_GCM"] },
      },
    });
    const [alice] = lab.phones;
    await alice.calls("600");
    await alice.hearsNoTone();
    const speech = lab.speech("to the echo");
    await alice.says(speech);
    await alice.heard(speech, { delayUnderMs: 100 });
    await assertSettled(lab, { records: ["1 out 101>600 answered"] });
  });
});
