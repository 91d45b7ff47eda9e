import { describe, expect, it } from "vitest";
import { PortError } from "../../src/base/port-fault.ts";
import {
  type CardCheckOptions,
  type CardCheckResult,
  checkCard,
} from "../../src/hal/drivers/index.ts";
import { buildCore, CoreCard, canBuildCore } from "../parity/line-card-core.ts";

const canBuild = canBuildCore();

/** A person at the telephone, and all checks in virtual time. */
async function check(
  mutate?: (source: string) => string,
  options: Partial<CardCheckOptions> = {},
  card: ConstructorParameters<typeof CoreCard>[1] = {},
): Promise<readonly CardCheckResult[]> {
  const built = buildCore(mutate);
  try {
    const core = new CoreCard(built.shim, card);
    const tell = (text: string): void => {
      const lifts = text.startsWith("lift");
      core.clock.at(core.clock.nowMs() + 700, () => core.loop(0, lifts));
      core.clock.at(core.clock.nowMs() + 702, () => core.loop(0, !lifts));
      core.clock.at(core.clock.nowMs() + 705, () => core.loop(0, lifts));
    };
    let results: readonly CardCheckResult[] | undefined;
    let fault: unknown;
    checkCard(
      { device: "card", baud: 921_600, line: 1, mayRing: true, tell, ...options },
      { serial: core, clock: core.clock },
      () => {},
    ).then(
      (all) => {
        results = all;
      },
      (error: unknown) => {
        fault = error;
      },
    );
    for (let turn = 0; turn < 120 && results === undefined && fault === undefined; turn++) {
      await core.clock.advance(1000);
    }
    if (results === undefined) throw fault;
    return results;
  } finally {
    built.remove();
  }
}

const text = ({ rules, title, outcome }: CardCheckResult): string =>
  `${rules} ${title}: ${outcome.kind} ${outcome.note ?? ""}`;

/** The C core with one thing wrong, and the rule of which a check must fail by it. */
const MUTANTS: readonly (readonly [string, string, string, string])[] = [
  ["a watchdog of 2.5 s", "WATCHDOG_US 1500000u", "WATCHDOG_US 2500000u", "R13"],
  ["a watchdog of 1 s", "WATCHDOG_US 1500000u", "WATCHDOG_US 1000000u", "R13"],
  ["events told once", "EVENTS_EVERY_US 40000u", "EVENTS_EVERY_US 4000000u", "R25"],
  ["no pause between OUT-OF-SESSIONs", "LEAVE_EVERY_US 100000u", "LEAVE_EVERY_US 0u", "R12"],
  ["tags forgotten", "state->tag != tag", "1", "R17"],
  ["duplicates taken", "if (seq == card->rx_seq) {", "if (0) {", "R7"],
  ["CRCs not looked at", "lc_crc16(card->rx, length) != 0", "0", "R6"],
  ["no burst limit", "info->burst_100ms * 100000u", "info->burst_100ms * 900000u", "R20"],
  ["ringing at any feed", "state->feed == LC_OPEN || state->feed == LC_POWER_DOWN", "0", "R18"],
  ["a seq that goes on", "card->tx_seq = 0;", "card->tx_seq = 9;", "R10"],
  ["frames of 90 samples", "card->position += LC_FRAME_SAMPLES", "card->position += 90", "R28"],
  ["late answers not counted", "card->counters[LATE_AUDIO]++", "(void)0", "R29"],
  ["unknown versions taken", "body[2] > VERSION ||", "0 &&", "R11"],
  ["no ring trip of its own", "LC_RING_TRIP, now_us", "LC_RING_TIME_OVER, now_us", "R30"],
  ["a ring trip that is late", ".trip_ms * 1000u", ".trip_ms * 20000u", "R30"],
  ["a loop told wrong", "EVENT_LOOP, closed != 0, at_us))", "EVENT_LOOP, 1, at_us))", "R24"],
];

describe.skipIf(!canBuild)("checkCard() [line.card-check]", () => {
  it("finds nothing wrong with the C core, and tries all there is", async () => {
    const results = await check();
    expect(results.filter(({ outcome }) => outcome.kind !== "passed").map(text)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(19);
  });

  it("says why it skips what it cannot try", async () => {
    const skipped = (results: readonly CardCheckResult[]): string[] =>
      results.flatMap(({ outcome }) => (outcome.kind === "skipped" ? outcome.note : []));
    const plain = await check(undefined, { mayRing: false }, { flags: 1 });
    expect(plain.filter(({ outcome }) => outcome.kind === "failed").map(text)).toEqual([]);
    expect(new Set(skipped(plain))).toEqual(
      new Set([
        "the line cannot reverse",
        "bells may not ring",
        "the line does not measure",
        "the line has no chip on SPI",
        "the line has no audio",
      ]),
    );
    const audioOnly = await check(undefined, {}, { flags: 2 });
    expect(audioOnly.filter(({ outcome }) => outcome.kind === "failed").map(text)).toEqual([]);
    expect(skipped(audioOnly)).toContain("the line has no line interface");
  });

  it.each(MUTANTS)("notices %s", async (_, right, wrong, only) => {
    const mutate = (source: string): string => {
      expect(source.split(right)).toHaveLength(2);
      return source.replace(right, wrong);
    };
    const results = await check(mutate, { only });
    expect(results.filter(({ outcome }) => outcome.kind === "failed")).not.toEqual([]);
  });

  it("rejects where no card answers, or has no such line", async () => {
    await expect(check((source) => source.replace("card->welcome_due = 1", ""))).rejects.toThrow(
      "a line card at card: not-found",
    );
    await expect(check(undefined, { line: 3 })).rejects.toBeInstanceOf(PortError);
  });
});
