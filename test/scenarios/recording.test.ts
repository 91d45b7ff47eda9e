import { describe, expect, it } from "vitest";
import { voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { segmentCorrelation } from "../hw-sim/audio/segment-correlation.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import { MemorySounds } from "../hw-sim/board/memory-sounds.ts";
import { assertSettled } from "./support/settled.ts";
import { call } from "./support/talk.ts";

/** The first sample that is loud. */
const onset = (sound: Int16Array): number => sound.findIndex((sample) => Math.abs(sample) > 600);

describe("recording of calls", () => {
  it.each(["all", "off"] as const)(
    "%s: each call in its own file, near left, far right",
    async (calls) => {
      const sounds = new MemorySounds();
      const lab = await bench({ seed: 5, sounds, config: { recording: { calls } } });
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      const fromAlice = lab.speech("alice");
      await alice.says(fromAlice);
      await bob.heard(fromAlice, { delayUnderMs: 60 });
      const fromBob = lab.speech("bob");
      await bob.says(fromBob);
      await alice.heard(fromBob, { delayUnderMs: 60 });
      await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
      if (calls === "off") {
        expect(sounds.recorded.size).toBe(0);
        return;
      }
      const ids = lab.records.map(({ id }) => id);
      expect([...sounds.recorded.keys()].sort()).toEqual([...ids].sort());
      expect([...sounds.closed].sort()).toEqual([...ids].sort());
      const out = lab.records.find(({ direction }) => direction === "out")?.id ?? "";
      /** From about where the two begin to be heard. */
      const likeness = (said: Int16Array, side: "near" | "far"): number => {
        const kept = sounds.channel(out, side);
        const from = Math.max(0, onset(kept) - onset(said) - 400);
        return segmentCorrelation(voltsFromPcm16(said), voltsFromPcm16(kept.subarray(from)))
          .correlation;
      };
      expect(likeness(fromAlice, "near")).toBeGreaterThan(0.9);
      expect(likeness(fromBob, "far")).toBeGreaterThan(0.9);
      expect(likeness(fromBob, "near")).toBeLessThan(0.5);
      expect(likeness(fromAlice, "far")).toBeLessThan(0.5);
    },
  );
});
