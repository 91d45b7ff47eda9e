import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, type StandingAnswer } from "../hw-sim/peers/scripted-peer.ts";
import {
  answersCall,
  eventsOf,
  FAR_HOST,
  FAR_SERVER,
  farEndFirst,
  REGISTRAR,
  SILENT_REGISTRAR,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk, talkWithFarEnd } from "./support/talk.ts";

const CONFIG = {
  registrar: FAR_SERVER,
  dialing: { digitMap: "xxx" },
  lines: [
    { number: "101", password: "one" },
    { number: "102", password: "two" },
  ],
} as const;
const ACCEPTED = REGISTRAR[0];

/** The registrar asks everyone for credentials, and then takes only line 2's. */
const CHALLENGE = 'WWW-Authenticate: Digest realm="far", nonce="f00d", algorithm=MD5, qop="auth"';
const REFUSES_LINE_1 = [
  { pattern: /^REGISTER [\s\S]*\r\nAuthorization:[^\r]*username="101"/, status: "403 Forbidden" },
  {
    pattern: /^REGISTER [\s\S]*\r\nAuthorization:/,
    status: ACCEPTED.status,
    parts: ACCEPTED.parts,
  },
  { pattern: /^REGISTER /, status: "401 Unauthorized", parts: { headers: [CHALLENGE] } },
] as const satisfies readonly StandingAnswer[];

function registrations(lab: Bench): readonly string[] {
  return lab.box.status().map(({ registration }) => registration);
}

async function untilRegistrations(lab: Bench, wanted: readonly string[], withinMs: number) {
  await lab.world.waitUntil(() => registrations(lab).join() === wanted.join(), withinMs);
  expect(registrations(lab)).toEqual(wanted);
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

describe("the way to our own exchange over UDP", () => {
  it("is kept open by what the exchange answers, for as long as nobody calls", async () => {
    const lab = await bench({ seed: 70, config: { exchange: { transport: "udp" } } });
    let answers = 0;
    lab.network.tap(({ kind, payload }) => {
      // A binding success response. @see RFC 8489 §5
      if (kind === "datagram-sent" && payload[0] === 1 && payload[1] === 1) answers++;
    });
    await lab.world.advance(150_000);
    expect(answers).toBeGreaterThanOrEqual(2 * 4);
    expect(lab.logs.filter(({ text }) => text.includes("does not answer"))).toEqual([]);
    expect(registrations(lab)).toEqual(["registered", "registered"]);
    await lab.stop();
  });
});

describe("wrong password", () => {
  it("is told with the server's words; the other line works", async () => {
    const far = farEndFirst(REFUSES_LINE_1);
    const options = { config: CONFIG, prepare: far.prepare, startUnregistered: true };
    const lab = await bench({ seed: 71, ...options });
    await untilRegistrations(lab, ["failed", "registered"], 2000);
    const [failed] = eventsOf(lab, "registration-failed");
    expect(failed).toMatchObject({ line: 1, user: "101", server: FAR_SERVER });
    expect(failed?.reason).toMatch(/^403 .*(password|credentials|Forbidden)/i);
    expect(failed?.retryMs).toBeGreaterThanOrEqual(60_000);

    const [alice, bob] = lab.phones;
    far.get().run(...answersCall);
    await bob.calls("555");
    await far.get().passes();
    // What cannot be called is told to who dials, by tone.
    await alice.calls("555");
    await alice.hears("reorder");
    far.get().run(expectMessage(/^BYE /), reply("200 OK"));
    await assertSettled(lab, { records: ["2 out 102>555 answered", "1 out 101>555 failed"] });
  });

  it("at our own exchange: the wrong line is refused, the other one works", async () => {
    const lines = [{ number: "101", authUser: "nobody" }, { number: "102" }];
    const lab = await bench({ seed: 72, config: { lines }, startUnregistered: true });
    await untilRegistrations(lab, ["failed", "registered"], 2000);
    const [failed] = eventsOf(lab, "registration-failed");
    expect(failed).toMatchObject({ line: 1, user: "101" });
    expect(failed?.reason).toMatch(/^40[13] /);
    const [, bob] = lab.phones;
    await bob.calls("601");
    await bob.hears("milliwatt");
    await assertSettled(lab, { records: ["2 out 102>601 answered"] });
  });

  it("the right one answers the challenge as RFC 7616 computes it", async () => {
    const far = farEndFirst(REFUSES_LINE_1);
    const options = { config: CONFIG, prepare: far.prepare, startUnregistered: true };
    const lab = await bench({ seed: 73, ...options });
    await untilRegistrations(lab, ["failed", "registered"], 2000);
    const text = far
      .get()
      .sip.messages.find((message) => /^REGISTER [\s\S]*username="102"/.test(message.text))?.text;
    const part = (name: string): string =>
      new RegExp(`[ ,]${name}="?([^",\\r]*)`).exec(text ?? "")?.[1] ?? "";
    const [secret, request] = [md5("102:far:two"), md5(`REGISTER:${part("uri")}`)];
    expect(part("response")).toBe(
      md5(`${secret}:f00d:${part("nc")}:${part("cnonce")}:auth:${request}`),
    );
    await assertSettled(lab, { records: [] });
  });
});

describe("lines at our own exchange over UDP", () => {
  it("keep their flows open for half an hour: nobody registers anew before his time", async () => {
    const lab = await bench({ seed: 74, config: { exchange: { transport: "udp" } } });
    await lab.world.advance(1_800_000);
    expect(lab.logs.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    expect(eventsOf(lab, "registered")).toHaveLength(2);
    await assertSettled(lab, { records: [] });
  });
});

describe("lines that bind their calls to a GRUU of our own exchange", () => {
  it.each([
    ["who calls", 0],
    ["who is called", 1],
  ])("talk, and are heard to hang up: %s", async (_who, first) => {
    const lab = await bench({ config: { exchange: { transport: "udp" }, sip: { gruu: true } } });
    const invites: string[] = [];
    lab.network.tap(({ kind, payload }) => {
      const text = latin1FromBytes(payload);
      if (kind === "datagram-sent" && text.startsWith("INVITE sip:102@")) invites.push(text);
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    const [hangs, other] = first === 0 ? [alice, bob] : [bob, alice];
    hangs.hang();
    await other.hears("busy", { withinMs: 10_000 });
    other.hang();
    expect(invites[0]).toMatch(/\r\nContact: <sip:101@10\.0\.0\.1;gr=urn:uuid:[-0-9a-f]+>/);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });
});

describe("a registrar that never answers", () => {
  it("is told and tried again; the box runs, and registers once it answers", async () => {
    const far = farEndFirst(SILENT_REGISTRAR);
    const options = { config: CONFIG, prepare: far.prepare, startUnregistered: true };
    const lab = await bench({ seed: 74, ...options });
    await untilRegistrations(lab, ["failed", "failed"], 40_000);
    for (const { reason, retryMs } of eventsOf(lab, "registration-failed")) {
      expect(reason).toMatch(/answer/);
      expect(retryMs).toBeLessThanOrEqual(10_000);
    }
    const [alice] = lab.phones;
    await alice.calls("555");
    await alice.hears("reorder");
    far.get().sip.standing = REGISTRAR;
    await untilRegistrations(lab, ["registered", "registered"], 60_000);
    await assertSettled(lab, { records: ["1 out 101>555 failed"] });
  });

  it("whose name nobody knows: the reason names it", async () => {
    const config = { ...CONFIG, registrar: "pbx.example.net" };
    const lab = await bench({ seed: 75, config, startUnregistered: true });
    await untilRegistrations(lab, ["failed", "failed"], 40_000);
    const [failed] = eventsOf(lab, "registration-failed");
    expect(failed?.server).toContain("pbx.example.net");
    expect(failed?.reason).toMatch(/name|address|resolve|found/i);
    lab.names.set("pbx.example.net", [FAR_HOST]);
    const far = farEndFirst();
    await far.prepare(lab);
    await untilRegistrations(lab, ["registered", "registered"], 130_000);
    await assertSettled(lab, { records: [] });
  });

  it("the box stops all the same", async () => {
    const far = farEndFirst();
    const lab = await bench({ seed: 76, config: CONFIG, prepare: far.prepare });
    far.get().sip.standing = SILENT_REGISTRAR;
    await lab.stop();
  });
});

describe("a registrar that is lost and comes back", () => {
  it("is told, calls fail by tone meanwhile, then the lines are registered again", async () => {
    const lease = { ...ACCEPTED, parts: { headers: ["{last:Contact}", "Expires: 60"] } };
    const far = farEndFirst([lease]);
    const lab = await bench({ seed: 77, config: CONFIG, prepare: far.prepare });
    lab.network.setPartition(BENCH_HOST, FAR_HOST, true);
    await untilRegistrations(lab, ["failed", "failed"], 100_000);
    const [alice] = lab.phones;
    await alice.calls("555");
    await alice.hears("reorder");
    alice.hang();
    lab.network.setPartition(BENCH_HOST, FAR_HOST, false);
    await untilRegistrations(lab, ["registered", "registered"], 130_000);
    expect(eventsOf(lab, "registered").length).toBeGreaterThanOrEqual(4);

    far.get().run(...answersCall, expectMessage(/^BYE /), reply("200 OK"));
    await alice.calls("555");
    await lab.world.advance(1000);
    alice.hang();
    await far.get().passes();
    await assertSettled(lab, { records: ["1 out 101>555 failed", "1 out 101>555 answered"] });
  });

  it("a call under way goes on while it is away", async () => {
    const lease = { ...ACCEPTED, parts: { headers: ["{last:Contact}", "Expires: 60"] } };
    const far = farEndFirst([lease]);
    const lab = await bench({ seed: 78, config: CONFIG, prepare: far.prepare });
    const [alice] = lab.phones;
    const { sip } = far.get();
    far.get().run(...answersCall);
    await alice.calls("555");
    await far.get().passes();
    far.get().sendAudio();
    sip.standing = SILENT_REGISTRAR;
    await untilRegistrations(lab, ["failed", "failed"], 100_000);
    await talkWithFarEnd(lab, alice, far.get());
    far.get().run(expectMessage(/^BYE /), reply("200 OK"));
    alice.hang();
    await far.get().passes();
    far.get().rtp.stop();
    sip.standing = REGISTRAR;
    await untilRegistrations(lab, ["registered", "registered"], 130_000);
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("says 503 with Retry-After: it is asked again then, not before", async () => {
    const busy = {
      pattern: /^REGISTER /,
      status: "503 Service Unavailable",
      parts: { headers: ["Retry-After: 30"] },
    };
    const far = farEndFirst([busy]);
    const options = { config: CONFIG, prepare: far.prepare, startUnregistered: true };
    const lab = await bench({ seed: 79, ...options });
    await untilRegistrations(lab, ["failed", "failed"], 2000);
    const asked = far.get().sip.messages.length;
    far.get().sip.standing = REGISTRAR;
    await lab.world.advance(25_000);
    expect(far.get().sip.messages.length).toBe(asked);
    await untilRegistrations(lab, ["registered", "registered"], 10_000);
    await assertSettled(lab, { records: [] });
  });
});

describe("a bad network", () => {
  it("5 % loss with jitter: speech is still recognised, the figures show the loss", async () => {
    const lab = await bench({
      seed: 80,
      config: { exchange: { transport: "udp" } },
      network: { latencyMs: 20, jitterMs: 30, lossRatio: 0.05 },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    // The playout learns the jitter in the first second.
    await lab.world.advance(2000);
    await talk(lab, alice, bob, { correlationOver: 0.75, delayUnderMs: 180 });
    await talk(lab, bob, alice, { correlationOver: 0.75, delayUnderMs: 180 });
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
    for (const { media } of lab.records) {
      const { packetsReceived = 0, packetsLost = 0, jitterMs = 0 } = media ?? {};
      const ratio = packetsLost / (packetsReceived + packetsLost);
      expect(ratio).toBeGreaterThan(0.02);
      expect(ratio).toBeLessThan(0.09);
      expect(jitterMs).toBeGreaterThan(2);
    }
  });

  it.each([81, 82, 83])("duplicates and reordering, seed %i: the call is as good", async (seed) => {
    const lab = await bench({
      seed,
      config: { exchange: { transport: "udp" } },
      network: { latencyMs: 5, duplicateRatio: 0.2, reorderRatio: 0.05, reorderByMs: 25 },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await lab.world.advance(2000);
    await talk(lab, alice, bob, { correlationOver: 0.85 });
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });

  it("30 % loss: calls still come about, by retransmission", async () => {
    const lab = await bench({
      seed: 84,
      config: { exchange: { transport: "udp" } },
      network: { lossRatio: 0.3 },
      startUnregistered: true,
    });
    await untilRegistrations(lab, ["registered", "registered"], 60_000);
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({ withinMs: 20_000 });
    bob.lift();
    await lab.world.advance(10_000);
    expect(lab.box.status().map((line) => line.call)).toEqual(["talking", "talking"]);
    alice.hang();
    await lab.world.advance(20_000);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });
});

describe("the same seed", () => {
  const run = async (seed: number): Promise<{ hash: string; events: number }> => {
    const lab = await bench({
      seed,
      config: { exchange: { transport: "udp" } },
      network: { latencyMs: 2, jitterMs: 3, lossRatio: 0.02 },
    });
    const [alice, bob] = lab.phones;
    await call(bob, "101", alice);
    const speech = lab.speech("the same");
    await alice.says(speech);
    await bob.says(speech);
    await assertSettled(lab, { records: ["2 out 102>101 answered", "1 in 102>101 answered"] });
    return { hash: lab.trace.sha256(), events: lab.trace.count };
  };

  it("gives the same trace of a whole call, byte for byte; another seed another one", async () => {
    const first = await run(85);
    expect(first.events).toBeGreaterThan(500);
    expect(await run(85)).toEqual(first);
    expect((await run(86)).hash).not.toBe(first.hash);
  });
});
