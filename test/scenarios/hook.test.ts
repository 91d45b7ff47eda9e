import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import { eventsOf } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const UDP = { exchange: { transport: "udp" } } as const;
const ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"] as const;

function lineEvents(lab: Bench, line: number, kind: string) {
  return eventsOf(lab, "line").filter((told) => told.line === line && told.event.kind === kind);
}

function digits(lab: Bench, line: number): string {
  return eventsOf(lab, "line")
    .flatMap(({ line: at, event }) => (at === line && event.kind === "digit" ? [event.digit] : []))
    .join("");
}

describe("hook flash", () => {
  it("in a call is relayed where so configured: the call goes on", async () => {
    const lab = await bench({ seed: 31, config: { ...UDP, dialing: { flash: "relay" } } });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    alice.flash();
    await lab.world.advance(1500);
    bob.flash(700);
    await lab.world.advance(1500);
    expect(lineEvents(lab, 1, "hook-flash")).toHaveLength(1);
    expect(lineEvents(lab, 2, "hook-flash")).toHaveLength(1);
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ANSWERED });
  });

  it("at dial tone, at ringback and at busy tone changes nothing", async () => {
    const lab = await bench({ seed: 32, config: UDP });
    const [alice, bob] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    alice.flash();
    await lab.world.advance(1500);
    await alice.hears("dial-tone");
    await alice.dials("102");
    await alice.hears("ringback");
    alice.flash();
    await lab.world.advance(1500);
    await alice.hears("ringback");
    bob.lift();
    await talk(lab, alice, bob);
    bob.hang();
    await alice.hears("busy");
    alice.flash();
    await lab.world.advance(1500);
    await alice.hears("busy");
    expect(lineEvents(lab, 1, "hook-flash")).toHaveLength(3);
    await assertSettled(lab, { records: ANSWERED });
  });
});

describe("both lines off the hook", () => {
  it("each has dial tone, and each finds the other busy", async () => {
    const lab = await bench({ seed: 33, config: UDP });
    const [alice, bob] = lab.phones;
    alice.lift();
    bob.lift();
    await alice.hears("dial-tone");
    await bob.hears("dial-tone");
    await alice.dials("102");
    await alice.hears("busy");
    await bob.hears("dial-tone");
    await bob.dials("101");
    await bob.hears("busy");
    await assertSettled(lab, {
      records: [
        "1 out 101>102 busy",
        "2 in 101>102 busy",
        "2 out 102>101 busy",
        "1 in 102>101 busy",
      ],
    });
  });

  it("an INVITE to one who is dialling: the caller hears busy, the dialling goes on", async () => {
    const lab = await bench({ seed: 34, phones: ["touch-tone", "touch-tone"], config: UDP });
    const [alice, bob] = lab.phones;
    alice.lift();
    bob.lift();
    await alice.hears("dial-tone");
    await bob.dials("60");
    await alice.dials("102");
    await alice.hears("busy", { withinMs: 3000 });
    await bob.dials("1");
    await bob.hears("milliwatt");
    await assertSettled(lab, {
      records: ["1 out 101>102 busy", "2 in 101>102 busy", "2 out 102>601 answered"],
    });
  });

  it("both dial each other at the same moment: both hear busy", async () => {
    const lab = await bench({ seed: 35, phones: ["touch-tone", "touch-tone"], config: UDP });
    const [alice, bob] = lab.phones;
    alice.lift();
    bob.lift();
    await alice.hears("dial-tone");
    await Promise.all([alice.dials("102"), bob.dials("101")]);
    await alice.hears("busy");
    await bob.hears("busy");
    await assertSettled(lab, {
      records: [
        "1 out 101>102 busy",
        "2 in 101>102 busy",
        "2 out 102>101 busy",
        "1 in 102>101 busy",
      ],
    });
  });
});

describe("glare: lifting as a call arrives", () => {
  // Before the INVITE, while contacts bounce, within the 30 ms that off-hook takes, while the first
  // cycles ring, and after the bell has struck.
  it.each([
    [-120, "busy"],
    [-60, "busy"],
    [-35, "busy"],
    [-25, "answered"],
    [-20, "answered"],
    [-10, "answered"],
    [-1, "answered"],
    [0, "answered"],
    [1, "answered"],
    [10, "answered"],
    [30, "answered"],
    [60, "answered"],
    [100, "answered"],
    [280, "answered"],
  ] as const)(
    "the called one lifts %i ms from the moment the INVITE is there: %s",
    async (offsetMs, result) => {
      const options = { seed: 36, config: UDP, network: { latencyMs: 5 } } as const;
      const rehearsal = await bench(options);
      rehearsal.phones[0].lift();
      await rehearsal.phones[0].hears("dial-tone");
      await rehearsal.phones[0].dials("102");
      await rehearsal.phones[1].rings();
      const ringing = rehearsal.wire.messages.find(({ text }) => text.startsWith("SIP/2.0 180 "));
      const invitedAtMs = ringing?.atMs ?? Number.NaN;

      const lab = await bench(options);
      const [alice, bob] = lab.phones;
      alice.lift();
      await alice.hears("dial-tone");
      const dialled = alice.dials("102");
      lab.world.clock.at(invitedAtMs + offsetMs, () => bob.lift());
      await dialled;
      if (result === "busy") {
        await alice.hears("busy");
        await bob.hears("dial-tone");
      } else {
        await lab.world.advance(1000);
        await talk(lab, alice, bob);
      }
      await assertSettled(lab, {
        records: [`1 out 101>102 ${result}`, `2 in 101>102 ${result}`],
      });
    },
  );
});

describe("a receiver left off the hook", () => {
  it("dial timeout: reorder, then the howler, then silence until it is hung up", async () => {
    const lab = await bench({ seed: 37, config: UDP });
    const [alice, bob] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    await alice.hears("reorder", { withinMs: 17_000 });
    await alice.hears("howler", { withinMs: 22_000 });
    await alice.hearsNoTone({ withinMs: 52_000 });
    await lab.world.advance(60_000);
    expect(alice.phone.hears).toBeUndefined();
    alice.hang();
    await lab.world.advance(1000);
    await call(alice, "102", bob);
    await assertSettled(lab, { records: ANSWERED });
  });

  it("an unfinished number: reorder after the pause between digits", async () => {
    const lab = await bench({ seed: 38, config: UDP });
    const [alice] = lab.phones;
    await alice.calls("10");
    await alice.hears("reorder", { withinMs: 6000 });
    await assertSettled(lab, { records: [] });
  });

  it("after the far end has hung up: busy, then the howler", async () => {
    const lab = await bench({ seed: 39, config: UDP });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    alice.hang();
    await bob.hears("busy");
    await bob.hears("howler", { withinMs: 25_000 });
    await assertSettled(lab, { records: ANSWERED });
  });

  it("at power-up: the tones of one who does not dial; the other line is free", async () => {
    const lab = await bench({
      seed: 40,
      config: UDP,
      prepare: ({ phones: [alice] }) => alice.lift(),
    });
    const [alice, bob] = lab.phones;
    await alice.hears("dial-tone");
    await alice.hears("reorder", { withinMs: 17_000 });
    await bob.calls("601");
    await bob.hears("milliwatt");
    await alice.hears("howler", { withinMs: 25_000 });
    await assertSettled(lab, { records: ["2 out 102>601 answered"] });
  });

  it("at power-up: it can dial at once", async () => {
    const lab = await bench({
      seed: 41,
      config: UDP,
      prepare: ({ phones: [alice] }) => alice.lift(),
    });
    const [alice, bob] = lab.phones;
    await alice.hears("dial-tone");
    await alice.dials("102");
    await bob.rings();
    bob.lift();
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ANSWERED });
  });
});

describe("a late event loop", () => {
  it.each([
    ["us", 10, 0.61, 200],
    ["us", 10, 0.61, 400],
    ["us", 20, 0.62, 200],
    ["us", 8, 0.7, 200],
    ["de", 10, 0.61, 200],
    ["ir", 12, 0.6, 200],
  ] as const)(
    "%s: %i pulses a second, %d open, edges up to %i ms late: every digit is right",
    async (country, pps, breakRatio, lateMs) => {
      const rotary = { kind: "rotary", pps, breakRatio } as const;
      const config = { ...UDP, country, dialing: { digitMap: "xxxxxxxxxx" } };
      const lab = await bench({ seed: 42, phones: [rotary, "touch-tone"], config });
      const [alice] = lab.phones;
      lab.board.gpio.setLateness(lateMs);
      await alice.calls("1234567890");
      await alice.hears("reorder");
      expect(digits(lab, 1)).toBe("1234567890");
      expect(lineEvents(lab, 1, "hook-flash")).toEqual([]);
      await assertSettled(lab, { records: ["1 out 101>1234567890 failed"] });
    },
  );

  it("stands still for two seconds in a digit: nothing is lost or turned", async () => {
    const config = { ...UDP, dialing: { digitMap: "xxxxx" } };
    const lab = await bench({ seed: 43, phones: ["rotary", "touch-tone"], config });
    const [alice] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    const startMs = lab.world.clock.nowMs();
    lab.world.clock.at(startMs + 1300, () => lab.board.gpio.stallUntil(startMs + 3300));
    await alice.dials("90517");
    await alice.hears("reorder");
    expect(digits(lab, 1)).toBe("90517");
    expect(lineEvents(lab, 1, "hook-flash")).toEqual([]);
    await assertSettled(lab, { records: ["1 out 101>90517 failed"] });
  });

  it("a whole call goes its way all the same", async () => {
    const lab = await bench({ seed: 44, phones: ["rotary", "touch-tone"], config: UDP });
    lab.board.gpio.setLateness(200);
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ANSWERED });
  });
});
