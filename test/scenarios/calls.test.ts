import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { talk } from "./support/talk.ts";

const LATEST = { delayUnderMs: 50, correlationOver: 0.9 } as const;
const UDP = { exchange: { transport: "udp" } } as const;

describe("a complete call", () => {
  it.each([
    ["us", "touch-tone", "rotary"],
    ["us", "rotary", "touch-tone"],
    ["de", "touch-tone", "touch-tone"],
    ["de", "rotary", "touch-tone"],
    ["ir", "touch-tone", "rotary"],
    ["ir", "rotary", "touch-tone"],
    ["fr", "rotary", "touch-tone"],
    ["uk", "touch-tone", "rotary"],
  ] as const)("%s: %s calls %s, caller ID is shown", async (country, caller, called) => {
    const lab = await bench({ seed: 7, phones: [caller, called], config: { ...UDP, country } });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({ withCallerId: "101" });
    await alice.hears("ringback");
    bob.lift();
    await alice.hearsNoTone();
    await bob.hearsNoTone();
    await talk(lab, alice, bob, LATEST);
    bob.hang();
    await alice.hears("busy");
    const records = ["1 out 101>102 answered", "2 in 101>102 answered"];
    await assertSettled(lab, { records });
    for (const { media, ringingMs, endedBy, codec, line } of lab.records) {
      expect(media?.packetsSent).toBeGreaterThan(150);
      expect(media?.packetsLost).toBe(0);
      expect(ringingMs).toBeGreaterThan(1000);
      expect(endedBy).toBe(line === 1 ? "far" : "near");
      expect(codec).toBe("PCMU");
    }
    // Both ends know the caller by one name, whatever stands between.
    const [out = "", into = ""] = ["out", "in"].map(
      (way) => lab.records.find(({ direction }) => direction === way)?.sessionId,
    );
    const callerId = into.split(";")[0] ?? "";
    expect(callerId).toMatch(/^[0-9a-f]{32}$/);
    expect(out).toMatch(new RegExp(`^[0-9a-f]{32};remote=${callerId}$`));
  });
});
