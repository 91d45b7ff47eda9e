import { describe, expect, it } from "vitest";
import type { SimLine } from "../hw-sim/board/sim-line.ts";
import { type Bench, bench, type PhoneSpec } from "../hw-sim/index.ts";

const FSK_V23 = { callerId: "v23" } as const;
const ALERTED_V23 = { callerId: "v23", needsAlertTone: true } as const;
/** Sets that wake at another sign, and hear nothing without it. */
const TURNED_V23 = { callerId: "v23", needsReversal: true } as const;
const PULSED_V23 = { callerId: "v23", needsRingPulse: true } as const;
const TURNED_AND_ALERTED_V23 = { ...ALERTED_V23, needsReversal: true } as const;
const TURNED_DIGITS = { callerId: "dtmf", needsReversal: true } as const;
const TURNED_NTT = { callerId: "ntt", needsReversal: true } as const;
const BELL_202 = { callerId: "bell-202" } as const;
const DIGITS = { callerId: "dtmf" } as const;

/** Line 1 calls line 2, whose set has a display of its own and whose scheme is named. */
async function called(scheme: string, display: object, chip?: "si3210"): Promise<Bench> {
  const lab = await bench({
    seed: 11,
    phones: ["touch-tone", { kind: "touch-tone", ...display } as PhoneSpec],
    config: { lines: [{ number: "101" }, { number: "102", callerId: scheme }] },
    ...(chip === undefined ? {} : { line: { chip } }),
  });
  const [alice] = lab.phones;
  await alice.calls("102");
  return lab;
}

describe("a caller-ID scheme that a line is given by name", () => {
  it.each([
    ["bellcore", BELL_202],
    ["bellcore-sdmf", BELL_202],
    ["etsi-fsk", FSK_V23],
    ["etsi-fsk-dt-as", ALERTED_V23],
    ["etsi-fsk-lr-dt-as", ALERTED_V23],
    ["etsi-fsk-lr-dt-as", TURNED_V23],
    ["etsi-fsk-lr-dt-as", TURNED_AND_ALERTED_V23],
    ["etsi-fsk-rp-as", FSK_V23],
    ["etsi-fsk-rp-as", PULSED_V23],
    ["bt", TURNED_AND_ALERTED_V23],
    ["bt", TURNED_V23],
    ["cca", FSK_V23],
    ["cca", PULSED_V23],
    ["ntt", TURNED_NTT],
    ["dtmf-sweden", TURNED_DIGITS],
    ["etsi-dtmf", DIGITS],
    ["etsi-dtmf-lr-dt-as", DIGITS],
    ["dtmf-denmark-lr", DIGITS],
    ["dtmf-netherlands-old", DIGITS],
    ["auto", BELL_202],
    ["auto", ALERTED_V23],
    ["auto", DIGITS],
  ] as const)("%s is read by a display for it: %j", async (scheme, display) => {
    const lab = await called(scheme, display);
    const [alice, bob] = lab.phones;
    await bob.rings({ withCallerId: "101", withinMs: 20_000 });
    bob.lift();
    await lab.world.advance(500);
    bob.hang();
    alice.hang();
    await lab.world.advance(3000);
    expect(lab.records.map(({ result }) => result)).toEqual(["answered", "answered"]);
  });

  it.each([
    ["etsi-fsk", TURNED_V23],
    ["etsi-fsk", PULSED_V23],
    ["etsi-fsk-dt-as", TURNED_AND_ALERTED_V23],
    ["etsi-fsk-lr-dt-as", PULSED_V23],
    ["bt", PULSED_V23],
    ["etsi-dtmf", TURNED_DIGITS],
  ] as const)(
    "%s is not seen by a display that waits for another sign: %j",
    async (scheme, display) => {
      const lab = await called(scheme, display);
      const [alice, bob] = lab.phones;
      await bob.rings({ withinMs: 20_000 });
      await lab.world.advance(5000);
      expect(bob.phone.display).toBe(undefined);
      alice.hang();
      await bob.stopsRinging();
      await lab.stop();
    },
  );

  it("ntt rings a set at once that waits for the reversal, where the card gives none", async () => {
    const lab = await bench({
      seed: 11,
      phones: ["touch-tone", { kind: "touch-tone", ...TURNED_NTT }],
      config: {
        country: "jp",
        countryOverrides: { callerId: { transport: { lead: [] } } },
      },
    });
    const [alice, bob] = lab.phones;
    alice.lift();
    await lab.world.advance(1500);
    await alice.dials("102");
    await bob.rings();
    expect(bob.phone.display).toBe(undefined);
    await lab.stop();
  });

  it.each(["etsi-fsk-lr-dt-as", "bt", "ntt", "dtmf-sweden"] as const)(
    "%s reaches a display through a ProSLIC, whose line feed has a state for it",
    async (scheme) => {
      const display = { ntt: { callerId: "ntt" }, "dtmf-sweden": DIGITS }[scheme as string];
      const lab = await called(scheme, display ?? ALERTED_V23, "si3210");
      const [, bob] = lab.phones;
      await bob.rings({ withCallerId: "101", withinMs: 20_000 });
      expect(lab.board.lines[1]?.chip.violations).toEqual([]);
    },
  );
});

describe("a short while the bell rings", () => {
  const rows: readonly (readonly [string, "ag1171" | "si3210", number])[] = [
    ["in a burst", "ag1171", 800],
    ["in a burst", "si3210", 800],
    ["in the silence", "ag1171", 3500],
    ["in the silence", "si3210", 3500],
  ];
  it.each(rows)("%s of the %s silences it at once", async (_, chip, afterMs) => {
    const lab = await bench({ seed: 12, line: { chip } });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    await lab.world.advance(afterMs);
    const line: SimLine | undefined = lab.board.lines[1];
    line?.loop.setLeak(2);
    await lab.world.advance(250);
    expect(line?.chip.isRinging).toBe(false);
    const before = bob.phone.observations.length;
    await lab.world.advance(8000);
    const rang = bob.phone.observations
      .slice(before)
      .filter(({ kind }) => kind === "ringing-started");
    expect(rang).toEqual([]);
  });
});
