import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { loadDtls } from "../../src/app/load-dtls.ts";
import type { DtlsEngine } from "../../src/base/dtls-engine.ts";
import { ScriptedDtls } from "../../src/media/dtls-engine.fixture.ts";
import { DTLS_LIMIT_MS } from "../../src/media/dtls-keying.ts";
import { type Bench, type BenchOptions, bench } from "../hw-sim/bench/bench.ts";
import { bodyOf } from "../hw-sim/peers/sip-text.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

/** Bytes of a G.711 packet of 20 ms, and of the tag behind it. */
const ENCRYPTED_BYTES = 172 + 10;

interface Wired {
  readonly lab: Bench;
  /** Lengths of what is RTP, and how many datagrams were DTLS. */
  readonly rtp: Set<number>;
  readonly dtls: { count: number };
}

/** Two telephones whose calls get keys by DTLS; their SIP goes through sockets. */
async function wired(
  seed: number,
  engine: DtlsEngine,
  rtp: UserConfig["rtp"] = { srtp: "required", srtpKeys: ["dtls"] },
  options: Partial<BenchOptions> = {},
): Promise<Wired> {
  const lengths = new Set<number>();
  const dtls = { count: 0 };
  const lab = await bench({
    ...{ seed, dtls: engine, ...options },
    config: { exchange: { transport: "udp" }, rtp },
    onDatagram: ({ payload }) => {
      const [first = 0, type = 0] = payload;
      if (first >= 20 && first <= 63 && first !== 0x2a) dtls.count++;
      if (first >> 6 === 2 && (type < 192 || type >= 224)) lengths.add(payload.length);
    },
  });
  return { lab, rtp: lengths, dtls };
}

const offers = (lab: Bench): readonly string[] =>
  lab.wire.messages
    .filter(({ text }) => text.startsWith("INVITE "))
    .map(({ text }) => bodyOf(text));
const linesOf = (body: string): readonly string[] =>
  body.match(/^(m=|a=(setup|fingerprint|crypto)).*(?=\r)/gm) ?? [];
const BOTH_ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"];

describe("a call with keys by DTLS", () => {
  it("is heard both ways, none of it in the clear; its offer crosses the exchange", async () => {
    const engine = new ScriptedDtls("box");
    const { lab, rtp, dtls } = await wired(31, engine);
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob, { delayUnderMs: 50 });
    const [first = "", ...others] = offers(lab);
    expect(linesOf(first)).toEqual([
      expect.stringMatching(/^m=audio \d+ UDP\/TLS\/RTP\/SAVP /),
      "a=setup:actpass",
      expect.stringMatching(/^a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    ]);
    expect(others.map(linesOf)).toEqual(others.map(() => linesOf(first)));
    await assertSettled(lab, { records: BOTH_ANSWERED });
    expect([...rtp]).toEqual([ENCRYPTED_BYTES]);
    // Four datagrams and a goodbye each way, at RTP's port and at RTCP's.
    expect(dtls.count).toBe(2 * (4 + 2));
    expect([engine.made, engine.open]).toEqual([4, 0]);
  });

  it("by OpenSSL itself; the suites named are used, and the echo speaks it too", async () => {
    const rtp = {
      srtp: "optional",
      srtpKeys: ["dtls", "sdes"],
      srtpSuites: ["AEAD_AES_256_GCM"],
      rtcpMux: true,
    } as const;
    const { lab, rtp: lengths } = await wired(32, await loadDtls(), rtp);
    const [alice] = lab.phones;
    await alice.calls("600");
    await alice.hearsNoTone();
    const speech = lab.speech("to the echo");
    await alice.says(speech);
    await alice.heard(speech, { delayUnderMs: 100 });
    await assertSettled(lab, { records: ["1 out 101>600 answered"] });
    expect([...lengths]).toEqual([172 + 16]);
    const agreed = lab.logs.flatMap(({ text, data }) => (text.includes("DTLS") ? [data] : []));
    const suite = "AEAD_AES_256_GCM";
    expect(agreed).toEqual([
      { channel: "rtp", role: "passive", suite },
      { channel: "rtp", role: "active", suite },
    ]);
  });

  it("keeps its keys while it is held and taken back", async () => {
    const engine = new ScriptedDtls("box");
    const { lab, rtp } = await wired(33, engine);
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    alice.flash();
    await alice.hears("dial-tone");
    alice.flash();
    await lab.world.advance(1500);
    await talk(lab, alice, bob);
    expect(offers(lab).length).toBeGreaterThan(2);
    expect(engine.made).toBe(4);
    await assertSettled(lab, { records: BOTH_ANSWERED });
    expect([...rtp]).toEqual([ENCRYPTED_BYTES]);
  });

  it("comes about on a network that loses every third datagram", async () => {
    const engine = new ScriptedDtls("box");
    const { lab, rtp } = await wired(34, engine);
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    lab.network.setConditions({ lossRatio: 0.33, reorderRatio: 0.2, duplicateRatio: 0.2 });
    bob.lift();
    const agreed = (): boolean =>
      lab.logs.filter(({ data }) => data?.["channel"] === "rtp").length === 2;
    expect(await lab.world.waitUntil(agreed, 15_000)).toBe(true);
    await lab.world.advance(1000);
    expect([...rtp]).toEqual([ENCRYPTED_BYTES]);
    for (const phone of lab.phones) phone.hang();
    await lab.world.advance(60_000);
    expect(engine.open).toBe(0);
    await lab.stop();
  });

  it("is ended where somebody else is there, and the record says so", async () => {
    const { lab, rtp } = await wired(35, new ScriptedDtls("box", undefined, "mallory"));
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    await alice.hears("busy");
    await assertSettled(lab, { records: BOTH_ANSWERED });
    expect([...rtp]).toEqual([]);
    const mediaFault = "the far end's certificate is not the one that was signalled";
    expect(lab.records).toContainEqual(expect.objectContaining({ endedBy: "box", mediaFault }));
    const text = expect.stringContaining(`is ended: ${mediaFault}.`);
    expect(lab.logs).toContainEqual(expect.objectContaining({ level: "warn", text }));
    expect(JSON.stringify([lab.logs, lab.records])).not.toMatch(/master|"send"|"receive"/);
  });

  it.each([
    ["101", "102"],
    ["101", "600"],
  ])("is ended where no handshake comes about: %s calls %s", async (from, to) => {
    const { lab } = await wired(36, new ScriptedDtls("box", "no cipher"));
    const [alice, bob] = lab.phones;
    await alice.calls(to);
    if (to === "102") {
      await bob.rings();
      bob.lift();
    }
    await alice.hears("busy");
    const records = to === "102" ? BOTH_ANSWERED : [`1 out ${from}>${to} answered`];
    await assertSettled(lab, { records });
    expect(JSON.stringify(lab.logs)).toContain("is ended: no keys by DTLS: no cipher.");
  });

  it("is silent, then ended, where the far end answers no handshake", async () => {
    const { lab, rtp, dtls } = await wired(38, new ScriptedDtls("box"), undefined, {
      between: (plane) => ({
        ...plane,
        start: (config, onEvent) =>
          plane.start(config, (event) => {
            if (event.kind !== "media" || event.event.kind !== "dtls") onEvent(event);
          }),
      }),
    });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    await lab.world.advance(DTLS_LIMIT_MS - 1000);
    expect([lab.records, [...rtp]]).toEqual([[], []]);
    expect(dtls.count).toBeGreaterThan(10);
    await alice.hears("busy");
    await assertSettled(lab, { records: BOTH_ANSWERED });
    expect([...rtp]).toEqual([]);
    const mediaFault = "no keys by DTLS within 15 s";
    expect(lab.records).toContainEqual(expect.objectContaining({ endedBy: "box", mediaFault }));
  });

  it("goes in the clear with a far end that has no keys, where it may", async () => {
    const rtp = { srtp: "optional", srtpKeys: ["dtls"] } as const;
    const { lab, rtp: lengths } = await wired(37, new ScriptedDtls("box"), rtp, {
      // The far side of the exchange reads what an older one would.
      between: (plane) => ({
        ...plane,
        start: (config, onEvent) =>
          plane.start(config, (event) => {
            const isBob = event.kind === "media" && event.event.session.startsWith("line2");
            if (!isBob || event.event.kind !== "opened") return onEvent(event);
            const { security: _, ...opened } = event.event;
            return onEvent({ kind: "media", event: opened });
          }),
      }),
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: BOTH_ANSWERED });
    expect([...lengths]).toEqual([172]);
  });
});
