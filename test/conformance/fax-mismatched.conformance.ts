import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import type { FaxEngine } from "../../src/base/fax-engine.ts";
import { loadSpandspFax } from "../../src/hal/linux/index.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import type { SimChipName } from "../hw-sim/board/sim-line.ts";
import { FaxFiles, hasPages, sendPage } from "../scenarios/persons/fax-pages.ts";

const files = new FaxFiles();
let engine: FaxEngine | undefined;
beforeAll(async () => {
  if (hasPages) engine = await loadSpandspFax();
});
afterAll(() => files.remove());

interface Row {
  readonly country: string;
  readonly chips: readonly [SimChipName, SimChipName];
  /** One way, beside the two fixed delays. */
  readonly latencyMs?: number;
  readonly lossRatio?: number;
  readonly rtp?: UserConfig["rtp"];
  readonly answers?: "CED" | "ANSam";
  readonly echoCanceller?: { readonly fax: boolean };
}

/** What is wrong with a page from the first line to the second. */
async function faultOf(row: Row): Promise<string | undefined> {
  const { country, chips, latencyMs = 0, lossRatio = 0, rtp, answers, echoCanceller } = row;
  const lines = ["101", "102"].map((number) => ({
    number,
    ...(echoCanceller && { echoCanceller }),
  }));
  const lab = await bench({
    seed: 168,
    line: chips.map((chip) => ({ chip })),
    network: { latencyMs, lossRatio },
    config: { country, lines, exchange: { transport: "udp" }, ...(rtp && { rtp }) },
    ...(engine && { fax: engine }),
  });
  try {
    return await sendPage(lab, files, answers);
  } finally {
    await lab.stop();
  }
}

const PROSLICS = ["si3210", "si3210"] as const;
const MODULES = ["ag1171", "ag1171"] as const;

/*
 * ProSLICs with the impedance of a country (of which there are seven), and machines of 600 ohm:
 * most lines send 10 dB less of what they hear back, and the fixed delay has it fall into the
 * machines' short silences. Modules send 16 dB less back wherever they are.
 */
describe.skipIf(!hasPages)("[media.fax] the echo of lines, as lines are unless told", () => {
  const rows: readonly Row[] = [PROSLICS, MODULES].flatMap((chips) =>
    ["us", "es", "de", "fr", "au", "jp", "cn"].flatMap((country) =>
      [0, 100].map((latencyMs) => ({ country, chips, latencyMs })),
    ),
  );
  it.each(rows)("a page arrives whole in $country, by $chips, $latencyMs ms away", async (row) => {
    expect(await faultOf(row)).toBeUndefined();
  });

  it.each(
    ["us", "es", "de"].flatMap((country) => [0, 100].map((latencyMs) => ({ country, latencyMs }))),
  )("in $country, $latencyMs ms away, where the machine could do V.34", async (row) => {
    expect(await faultOf({ ...row, chips: PROSLICS, answers: "ANSam" })).toBeUndefined();
  });

  it.each([
    { country: "es", chips: PROSLICS, lossRatio: 0.02, rtp: { redundancy: 2 } },
    { country: "us", chips: MODULES, lossRatio: 0.02, rtp: { redundancy: 2 } },
    { country: "es", chips: PROSLICS, rtp: { fax: "t38" } },
    { country: "es", chips: PROSLICS, lossRatio: 0.02, rtp: { fax: "t38" } },
    { country: "us", chips: MODULES, lossRatio: 0.02, rtp: { fax: "t38" } },
    { country: "es", chips: ["si3210", "ag1171"], latencyMs: 100 },
    { country: "es", chips: ["ag1171", "si3210"], latencyMs: 100 },
  ] as const satisfies readonly Row[])("and so by %j", async (row) => {
    expect(await faultOf(row)).toBeUndefined();
  });

  it.each([
    { country: "es", chips: PROSLICS },
    { country: "us", chips: MODULES, latencyMs: 100 },
  ] as const)("but not where all sound is passed by: %j", async (row) => {
    expect(await faultOf({ ...row, echoCanceller: { fax: false } })).toMatch(/^did not come/);
  });
});
