import { describe, expect, it } from "vitest";
import { BENCH_HOST, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply } from "../hw-sim/peers/scripted-peer.ts";
import { FAR_HOST, FAR_SERVER, farEndFirst, INVITE_OF_BOX } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const UDP = { exchange: { transport: "udp" } } as const;

describe("a call that nobody answers", () => {
  it("busy: the called line is off the hook, the caller hears busy tone", async () => {
    const lab = await bench({ seed: 21, config: UDP });
    const [alice, bob] = lab.phones;
    bob.lift();
    await bob.hears("dial-tone");
    await alice.calls("102");
    await alice.hears("busy");
    expect(bob.phone.hears).toBe("dial-tone");
    await assertSettled(lab, { records: ["1 out 101>102 busy", "2 in 101>102 busy"] });
  });

  it("no answer: our own time is out, the bell stops, the caller hears reorder", async () => {
    const config = { ...UDP, dialing: { noAnswerMs: 20_000 } };
    const lab = await bench({ seed: 22, config });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    await alice.hears("reorder", { withinMs: 25_000 });
    await bob.stopsRinging();
    await assertSettled(lab, { records: ["1 out 101>102 no-answer", "2 in 101>102 missed"] });
    expect(lab.records.map(({ sipStatus }) => sipStatus)).toEqual([480, 480]);
  });

  it.each([
    ["480 Temporarily Unavailable", "reorder", "no-answer"],
    ["486 Busy Here", "busy", "busy"],
    ["603 Decline", "busy", "busy"],
    ["404 Not Found", "reorder", "failed"],
    ["500 Server Error", "reorder", "failed"],
    ["302 Moved Temporarily", "reorder", "failed"],
  ] as const)("a far end that rang says %s: %s is heard", async (status, tone, result) => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 23, config, prepare: far.prepare });
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
        reply("100 Trying"),
        reply("180 Ringing"),
        pause(9000),
        reply(status),
        expectMessage(/^ACK /),
      );
    const [alice] = lab.phones;
    await alice.calls("555");
    await alice.hears("ringback");
    await alice.hears(tone, { withinMs: 12_000 });
    await far.get().passes();
    await assertSettled(lab, { records: [`1 out 101>555 ${result}`] });
  });

  it("a far end that is not there at all: silence, then reorder", async () => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 30, config, prepare: far.prepare });
    lab.network.setPartition(BENCH_HOST, FAR_HOST, true);
    const [alice] = lab.phones;
    await alice.calls("555");
    await lab.world.advance(30_000);
    expect(alice.phone.hears).toBeUndefined();
    await alice.hears("reorder", { withinMs: 5000 });
    await assertSettled(lab, { records: ["1 out 101>555 failed"] });
    expect(lab.records[0]?.sipStatus).toBe(408);
  });

  it("a far end that rings for ever: our patience ends, the call is taken back", async () => {
    const far = farEndFirst();
    const config = { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 31, config, prepare: far.prepare });
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
        reply("180 Ringing"),
        expectMessage(/^CANCEL /, { timeoutMs: 250_000 }),
        reply("200 OK"),
        reply("487 Request Terminated", {}, "INVITE"),
        expectMessage(/^ACK /),
      );
    const [alice] = lab.phones;
    await alice.calls("555");
    await alice.hears("ringback");
    await lab.world.advance(180_000);
    await alice.hears("ringback");
    await alice.hears("reorder", { withinMs: 20_000 });
    await far.get().passes();
    await assertSettled(lab, { records: ["1 out 101>555 no-answer"] });
  });

  it("the caller hangs up while it rings: the bell stops with the CANCEL", async () => {
    const lab = await bench({ seed: 24, config: UDP });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({ withCallerId: "101" });
    alice.hang();
    await bob.stopsRinging();
    expect(lab.wire.messages.filter(({ text }) => text.startsWith("CANCEL "))).toHaveLength(2);
    await assertSettled(lab, { records: ["1 out 101>102 cancelled", "2 in 101>102 missed"] });
  });

  it("the caller hangs up at any moment between its last digit and the answer", async () => {
    // Before the INVITE, between it and the first ring, while the bell strikes, in its silence.
    for (const afterMs of [0, 10, 45, 60, 90, 500, 2500, 6100]) {
      const lab = await bench({ seed: 25, config: UDP, network: { latencyMs: 20 } });
      const [alice, bob] = lab.phones;
      await alice.calls("102");
      await lab.world.advance(afterMs);
      alice.hang();
      await bob.stopsRinging();
      const records = lab.records.map(({ line, result }) => `${line} ${result}`).toSorted();
      expect(["", "1 cancelled", "1 cancelled,2 missed"]).toContain(records.join());
      const kept = lab.records.map(
        ({ line, direction, result }) => `${line} ${direction} 101>102 ${result}`,
      );
      await assertSettled(lab, { records: kept });
    }
  });

  it("a number that nobody has: reorder", async () => {
    const config = { ...UDP, dialing: { digitMap: "xxx" } };
    const lab = await bench({ seed: 26, config });
    const [alice] = lab.phones;
    await alice.calls("999");
    await alice.hears("reorder");
    await assertSettled(lab, { records: ["1 out 101>999 failed"] });
    expect(lab.records[0]?.sipStatus).toBe(404);
  });

  it("a number outside of the digit map: reorder at once, and no call at all", async () => {
    const lab = await bench({ seed: 27, config: UDP });
    const [alice] = lab.phones;
    await alice.calls("7");
    await alice.hears("reorder", { withinMs: 2000 });
    await assertSettled(lab, { records: [] });
  });

  it("after each of them the line calls and is called as before", async () => {
    const lab = await bench({ seed: 28, config: UDP });
    const [alice, bob] = lab.phones;
    bob.lift();
    await alice.calls("102");
    await alice.hears("busy");
    bob.hang();
    alice.hang();
    await lab.world.advance(1000);
    await call(bob, "101", alice);
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 busy",
        "2 in 101>102 busy",
        "2 out 102>101 answered",
        "1 in 102>101 answered",
      ],
    });
  });
});

describe("the far end hangs up first", () => {
  it("disconnect tone, and the call's audio ends with the BYE", async () => {
    const lab = await bench({ seed: 29, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    alice.hang();
    await bob.hears("busy");
    await lab.world.advance(5000);
    expect(lab.wire.faults).toEqual([]);
    await assertSettled(lab, {
      records: ["1 out 101>102 answered", "2 in 101>102 answered"],
    });
    expect(lab.records.map(({ endedBy }) => endedBy).toSorted()).toEqual(["far", "near"]);
  });
});
