import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { call } from "./support/talk.ts";

const SAMPLE_RATE_HZ = 8000;

/** A tone of so many volts, peak, for twelve seconds. */
function hum(volts: number): Float64Array {
  return Float64Array.from(
    { length: 12 * SAMPLE_RATE_HZ },
    (_, at) => volts * Math.sin((2 * Math.PI * 440 * at) / SAMPLE_RATE_HZ),
  );
}

describe("digits keyed while the far end makes a noise", () => {
  it.each([0.1, 0.3, 0.8, 1.5, 2.5])(
    "a tone of %f V from the far end: each key is told once, and by the line that keyed it",
    async (volts) => {
      const lab = await bench({ seed: 5, config: { exchange: { transport: "udp" } } });
      const [alice, bob] = lab.phones;
      await call(alice, "102", bob);
      bob.phone.say(hum(volts));
      await lab.world.advance(3000);
      const from = lab.events.length;
      await alice.dials("5#1234567890");
      await lab.world.advance(2000);
      const keyed = lab.events.slice(from).flatMap((told) => {
        if (told.kind !== "line" || told.event.kind !== "digit") return [];
        return [`${told.line}:${told.event.digit}`];
      });
      expect(keyed.join(" ")).toBe("1:5 1:# 1:1 1:2 1:3 1:4 1:5 1:6 1:7 1:8 1:9 1:0");
      await lab.stop();
    },
  );
});
