import { afterAll, describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { FaxFiles, hasPages, sendPage } from "../scenarios/persons/fax-pages.ts";

const files = new FaxFiles();
afterAll(() => files.remove());

/*
 * ProSLICs with the complex impedance of a country, and machines of 600 ohm: each line sends 10 dB
 * less of what it hears back, and the fixed delay has it fall into the machines' short silences.
 */
describe.skipIf(!hasPages)("[media.fax] on lines that do not match the machines", () => {
  it.each(["es", "de", "fr"])(
    "a page arrives whole in %s, where echo is cancelled",
    async (country) => {
      const lines = ["101", "102"].map((number) => ({ number, echoCanceller: { fax: true } }));
      const lab = await bench({
        seed: 168,
        line: [{ chip: "si3210" }, { chip: "si3210" }],
        config: { country, lines, exchange: { transport: "udp" } },
      });
      expect(await sendPage(lab, files)).toBeUndefined();
    },
  );
});
