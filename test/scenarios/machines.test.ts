import { describe, expect, it } from "vitest";
import { alignedCorrelation } from "../hw-sim/audio/correlation.ts";
import { voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { TONE_TABLES } from "../hw-sim/audio/tone-tables.ts";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import {
  AlarmPanel,
  AlarmReceiver,
  contactIdChecksum,
} from "../hw-sim/phones/machines/alarm-panel.ts";
import { AnsweringMachine } from "../hw-sim/phones/machines/answering-machine.ts";
import { FAX_TONES, FaxMachine } from "../hw-sim/phones/machines/fax-machine.ts";

async function calls(lab: Bench): Promise<void> {
  const [alice] = lab.phones;
  await alice.calls("102");
}

describe("an answering machine", () => {
  it("answers, greets, records, and hangs up when the caller has gone", async () => {
    const lab = await bench({ seed: 11, phones: ["touch-tone", "touch-tone"] });
    const [alice, bob] = lab.phones;
    const greeting = lab.speech("greeting", 2000);
    const machine = new AnsweringMachine(bob.phone, lab.world.clock, { greeting, rings: 2 });
    const answered = bob.notices("ringing-started", { withinMs: 20_000 });
    await calls(lab);
    await answered;
    await lab.world.waitUntil(() => bob.phone.isOffHook, 15_000);
    const saidAtMs = lab.world.clock.nowMs() + 500;
    await lab.world.advance(3000);
    await alice.heard(greeting, { saidAtMs });
    await lab.world.advance(500);
    const message = lab.speech("message", 2000);
    await alice.says(message);
    alice.hang();
    await lab.world.waitUntil(() => !bob.phone.isOffHook, 15_000);
    const [kept] = machine.messages;
    expect(kept?.caller?.number).toBe("101");
    expect(kept?.endedBy).not.toBe("limit");
    const heard = alignedCorrelation(
      voltsFromPcm16(message),
      kept?.recording.volts ?? new Float64Array(),
    );
    expect(heard.correlation).toBeGreaterThan(0.8);
    await lab.world.advance(2000);
    await lab.stop();
  });

  it("stops at its limit where the caller stays", async () => {
    const lab = await bench({ seed: 12, phones: ["touch-tone", "touch-tone"] });
    const [alice, bob] = lab.phones;
    const options = { greeting: lab.speech("greeting", 500), rings: 1, messageMaxMs: 3000 };
    const machine = new AnsweringMachine(bob.phone, lab.world.clock, options);
    await calls(lab);
    await lab.world.waitUntil(() => machine.messages.length > 0, 30_000);
    expect(machine.messages[0]?.endedBy).toBe("limit");
    await alice.hears("busy");
    alice.hang();
    await lab.world.advance(2000);
    await lab.stop();
  });
});

describe("fax machines", () => {
  it("know each other by their tones across the box", async () => {
    const tones = [...TONE_TABLES.us, ...FAX_TONES];
    const set = { kind: "touch-tone", tones } as const;
    const lab = await bench({ seed: 13, phones: [set, set] });
    const [alice, bob] = lab.phones;
    const sender = new FaxMachine(alice.phone, lab.world.clock);
    const receiver = new FaxMachine(bob.phone, lab.world.clock);
    await calls(lab);
    sender.startCalling();
    await lab.world.waitUntil(() => sender.state === "heard-ced", 30_000);
    expect(sender.state).toBe("heard-ced");
    sender.hang();
    receiver.hang();
    await lab.world.advance(2000);
    await lab.stop();
  });
});

describe("an alarm panel", () => {
  it.each(["in-band", "rfc4733"] as const)(
    "gets its report through and the kiss-off back, digits by %s",
    async (dtmfRelay) => {
      const config = { rtp: { dtmfRelay } };
      const lab = await bench({ seed: 14, phones: ["touch-tone", "touch-tone"], config });
      const [alice, bob] = lab.phones;
      const panel = new AlarmPanel(alice.phone, lab.world.clock);
      const station = new AlarmReceiver(bob.phone, lab.world.clock);
      panel.tell("123418113101015");
      await calls(lab);
      await lab.world.waitUntil(() => panel.acknowledged, 60_000);
      expect(station.reports).toEqual(["123418113101015"]);
      expect(panel.acknowledged).toBe(true);
      alice.hang();
      bob.hang();
      await lab.world.advance(2000);
      await lab.stop();
    },
  );

  it.each([
    { what: "jitter", network: { latencyMs: 20, jitterMs: 15 } },
    { what: "loss", network: { latencyMs: 20, lossRatio: 0.02 } },
    { what: "packets that overtake others", network: { reorderRatio: 0.05, reorderByMs: 30 } },
  ])("gets its report through a network with $what, digits as events", async ({ network }) => {
    const config = { rtp: { dtmfRelay: "rfc4733" as const } };
    const set = ["touch-tone", "touch-tone"] as const;
    const lab = await bench({ seed: 16, phones: set, config, network });
    const [alice, bob] = lab.phones;
    const panel = new AlarmPanel(alice.phone, lab.world.clock);
    const station = new AlarmReceiver(bob.phone, lab.world.clock);
    panel.tell("123418113101015");
    await calls(lab);
    await lab.world.waitUntil(() => panel.acknowledged, 60_000);
    expect(station.reports.at(-1)).toBe("123418113101015");
    expect(panel.acknowledged).toBe(true);
    alice.hang();
    bob.hang();
    await lab.world.advance(2000);
    await lab.stop();
  });

  it.each([
    ["123418113101015", "8"],
    ["000000000000000", "C"],
    ["111111111111111", "C"],
  ])("ends %s in %s", (digits, checksum) => {
    expect(contactIdChecksum(digits)).toBe(checksum);
    const values = [...`${digits}${checksum}`].map((digit) => "1234567890*#ABC".indexOf(digit) + 1);
    expect(values.reduce((sum, value) => sum + value, 0) % 15).toBe(0);
  });
});

describe("a cordless base", () => {
  it("flashes electronically, and the line of its country takes it for a flash", async () => {
    const lab = await bench({
      seed: 15,
      phones: ["cordless", "touch-tone", "touch-tone"],
      config: { country: "uk" },
    });
    const [alice, bob] = lab.phones;
    await calls(lab);
    await bob.rings();
    bob.lift();
    await alice.hearsNoTone();
    await lab.world.advance(500);
    alice.flash();
    await alice.hears("dial-tone");
    alice.hang();
    bob.hang();
    await lab.world.advance(3000);
    for (const phone of lab.phones) phone.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });
});
