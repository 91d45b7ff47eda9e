import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply } from "../hw-sim/peers/scripted-peer.ts";
import { answersCall, FAR_SERVER, farEndFirst, INVITE_OF_BOX } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const UDP = { exchange: { transport: "udp" } } as const;
const NETWORK = { latencyMs: 15 } as const;
const ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"] as const;

const spoken = (lab: Bench): readonly string[] =>
  lab.records.map(
    ({ line, direction, from, to, result }) => `${line} ${direction} ${from}>${to} ${result}`,
  );

describe("two things at once", () => {
  // Hanging up is believed after a second, lifting after 30 ms: both become known around 0.
  it.each([-60, -40, -30, -20, -15, -10, -5, 0, 5, 10, 15, 20, 30, 40, 60, 100])(
    "the caller gives up as the called one lifts, %i ms apart: both sides agree what it was",
    async (offsetMs) => {
      const lab = await bench({ seed: 111, config: UDP, network: NETWORK });
      const [alice, bob] = lab.phones;
      await alice.calls("102");
      await bob.rings();
      await lab.world.advance(2500);
      const nowMs = lab.world.clock.nowMs();
      alice.hang();
      lab.world.clock.at(nowMs + 1000 - 30 + offsetMs, () => bob.lift());
      await lab.world.advance(4000);
      expect(lab.box.status()[0]?.call).toBe("idle");
      // Whoever lifted has a tone in his ear: that of the end, or a dial tone.
      expect(["busy", "dial-tone"]).toContain(bob.phone.hears);
      const results = lab.records.map(({ line, result }) => `${line} ${result}`).toSorted();
      expect([
        ["1 cancelled", "2 missed"],
        ["1 cancelled", "2 answered"],
        ["1 answered", "2 answered"],
      ]).toContainEqual(results);
      await assertSettled(lab, { records: spoken(lab) });
    },
  );

  it.each([-30, -15, -1, 0, 1, 15, 30, 45])(
    "both hang up, %i ms apart: one record each, no BYE goes unanswered",
    async (offsetMs) => {
      const lab = await bench({ seed: 112, config: UDP, network: NETWORK });
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      const nowMs = lab.world.clock.nowMs();
      lab.world.clock.at(nowMs + 100, () => alice.hang());
      lab.world.clock.at(nowMs + 100 + offsetMs, () => bob.hang());
      await lab.world.advance(5000);
      const count = (pattern: RegExp): number =>
        lab.wire.messages.filter(({ text }) => pattern.test(text)).length;
      expect(count(/^BYE /)).toBe(count(/^SIP\/2\.0 (200|481) [\s\S]*\r\nCSeq: ?\d+ BYE/));
      await assertSettled(lab, { records: ANSWERED });
    },
  );

  it.each([-50, -20, -5, 0, 5, 20, 50])(
    "the caller lifts again %i ms from the moment hanging up is believed: dial tone",
    async (offsetMs) => {
      const lab = await bench({ seed: 113, config: UDP });
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      alice.hang();
      lab.world.clock.at(lab.world.clock.nowMs() + 1000 + offsetMs, () => alice.lift());
      await lab.world.advance(3000);
      const flashed = lab.events.some(
        (told) => told.kind === "line" && told.event.kind === "hook-flash",
      );
      await alice.hears("dial-tone");
      if (flashed) {
        // That was a flash: Bob is on hold, and a second one takes him back.
        alice.flash();
        await lab.world.advance(1500);
        await talk(lab, alice, bob);
      }
      expect(flashed).toBe(offsetMs < 0);
      await assertSettled(lab, { records: ANSWERED });
    },
  );
});

describe("one line calls itself", () => {
  it("is busy", async () => {
    const lab = await bench({ seed: 114, config: UDP });
    const [alice] = lab.phones;
    await alice.calls("101");
    await alice.hears("busy");
    await assertSettled(lab, { records: ["1 out 101>101 busy", "1 in 101>101 busy"] });
  });
});

describe("the box is stopped", () => {
  it("in a call: the far end gets a BYE, the record is written", async () => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 115, config, prepare: far.prepare });
    const [alice] = lab.phones;
    far.get().run(...answersCall, expectMessage(/^BYE /, { timeoutMs: 60_000 }), reply("200 OK"));
    await alice.calls("555");
    await far.get().reaches(3);
    await lab.world.advance(1000);
    await lab.stop();
    await far.get().passes();
    expect(spoken(lab)).toEqual(["1 out 101>555 answered"]);
    expect(lab.records[0]?.endedBy).toBe("box");
    expect(lab.store.files.get("calls.jsonl")?.split("\n")).toHaveLength(2);
  });

  it("while it calls: the far end gets a CANCEL", async () => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 116, config, prepare: far.prepare });
    const [alice] = lab.phones;
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
        reply("180 Ringing"),
        pause(2000),
        expectMessage(/^CANCEL /, { timeoutMs: 60_000 }),
        reply("200 OK"),
        reply("487 Request Terminated", {}, "INVITE"),
      );
    await alice.calls("555");
    await far.get().reaches(3);
    await lab.stop();
    await far.get().passes();
    expect(spoken(lab)).toEqual(["1 out 101>555 failed"]);
  });

  it.each(["memory", "udp"] as const)(
    "while a bell rings, by %s: it stops at once",
    async (transport) => {
      const lab = await bench({ seed: 117, config: { exchange: { transport } } });
      const [alice, bob] = lab.phones;
      await alice.calls("102");
      await bob.rings();
      await lab.stop();
      await bob.stopsRinging({ withinMs: 0 });
      expect(lab.records).toHaveLength(2);
    },
  );

  it("in a call between its own lines, and twice", async () => {
    const lab = await bench({ seed: 118, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await lab.stop();
    await lab.stop();
    expect(spoken(lab).toSorted()).toEqual(ANSWERED.toSorted());
  });

  it("a box that has stopped answers nothing and sends nothing", async () => {
    const lab = await bench({ seed: 119, config: UDP });
    await lab.stop();
    const sent = lab.wire.messages.length;
    const [alice] = lab.phones;
    alice.lift();
    await lab.world.advance(120_000);
    expect(lab.wire.messages.length).toBe(sent);
    expect(alice.phone.hears).toBeUndefined();
  });
});
