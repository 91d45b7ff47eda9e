import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import type { SimChipName } from "../hw-sim/board/sim-line.ts";
import { DATA_MODEMS, type DataModemKind, DataModems } from "./data-modem.ts";
import { plugFax } from "./fax-at-line.ts";
import { faxAvailable } from "./fax-machine.ts";
import { judgesAvailable } from "./line-judges.ts";

const available = faxAvailable && judgesAvailable;
let modems: DataModems | undefined;
beforeAll(() => {
  if (available) modems = new DataModems();
});
afterAll(() => modems?.close());

/** The answer tone, the training, and what spandsp still gets wrong just after it. */
const TRAINED_MS = 15_000;
const TALK_MS = 20_000;
/** What comes in that time, least of the lower of two speeds; V.23 calls at 75 bit/s. */
const RATES: Readonly<Record<DataModemKind, readonly [answers: number, calls: number]>> = {
  "V.22": [1200, 1200],
  "V.22bis": [2400, 2400],
  "V.21": [300, 300],
  "Bell 103": [300, 300],
  "V.23": [1200, 75],
};

interface Talk {
  readonly chip: SimChipName;
  readonly country: string;
  readonly kind: DataModemKind;
  readonly tone: "plain" | "reversed";
  readonly rtp?: UserConfig["rtp"];
  readonly lossRatio?: number;
}

/** Two modems at two lines: what each heard of the other, once both had trained. */
async function talk({ chip, country, kind, tone, rtp, lossRatio = 0 }: Talk) {
  if (modems === undefined) throw new Error("spandsp is not there");
  const lab = await bench({
    seed: 22,
    line: { chip },
    network: { lossRatio },
    config: { country, exchange: { transport: "udp" }, ...(rtp && { rtp }) },
  });
  const [alice, bob] = lab.phones;
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  await lab.world.advance(500);
  const two = [modems.modem("calls", kind, tone), modems.modem("answers", kind, tone)] as const;
  plugFax(alice, two[0]);
  plugFax(bob, two[1]);
  await lab.world.advance(TRAINED_MS);
  const before = two.map(({ figures }) => figures);
  await lab.world.advance(TALK_MS);
  const heard = two.map(({ figures }, at) => ({
    bits: figures.bits - (before[at]?.bits ?? 0),
    errors: figures.errors - (before[at]?.errors ?? 0),
    lost: figures.lost - (before[at]?.lost ?? 0),
  }));
  await lab.stop();
  return heard;
}

function allOf(kind: DataModemKind) {
  return RATES[kind].map((rate) => ({ bits: (rate * TALK_MS) / 1000, errors: 0, lost: 0 }));
}

describe.skipIf(!available)("[media.modems] two modems of spandsp at lines", () => {
  it.each(
    (["ag1171", "si3210"] as const).flatMap((chip) =>
      (["plain", "reversed"] as const).flatMap((tone) =>
        DATA_MODEMS.map((kind) => ({ chip, tone, kind })),
      ),
    ),
  )("$kind after a $tone tone, at an $chip: no bit is wrong", async (row) => {
    expect(await talk({ ...row, country: "us" })).toEqual(allOf(row.kind));
  });

  // V.23 hears too much of itself there: its own sound comes back from a line of another impedance.
  it.each(DATA_MODEMS.filter((kind) => kind !== "V.23"))(
    "%s where the line does not match: no bit is wrong",
    async (kind) => {
      const row = { chip: "si3210", country: "es", kind, tone: "plain" } as const;
      expect(await talk(row)).toEqual(allOf(kind));
    },
  );

  it.each(["V.22bis", "V.21"] as const)(
    "%s with copies, at 2 % loss: no bit is wrong",
    async (kind) => {
      const row = { chip: "ag1171", country: "us", kind, tone: "reversed" } as const;
      const heard = await talk({ ...row, rtp: { redundancy: 2 }, lossRatio: 0.02 });
      expect(heard).toEqual(allOf(kind));
    },
  );
});
