import { describe, expect, it } from "vitest";
import type { LineFinding } from "./line-findings.ts";
import { createLineTest, type LineSample, type LineTestConfig } from "./line-test.ts";

/** What is on a pair of wires. Ohms from wire to wire or to ground; foreign volts on tip. */
interface Pair {
  readonly acrossOhms?: number;
  readonly ringGroundOhms?: number;
  readonly foreignDc?: number;
  readonly foreignAcRms?: number;
  /** What the card reads no further down than, and nothing above ground. */
  readonly readsDownTo?: number;
  readonly ren?: number;
}

const LIMIT_MA = 25;

/** What a card that feeds 48 V and limits the current would measure, by Ohm's law. */
function measured(pair: Pair, feed: string, rings: boolean, atMs: number): LineSample {
  const ac = (pair.foreignAcRms ?? 0) * Math.SQRT2 * Math.sin((2 * Math.PI * 50 * atMs) / 1000);
  const foreign = (pair.foreignDc ?? 0) + ac;
  if (feed === "open") {
    const { readsDownTo } = pair;
    const tipVolts =
      readsDownTo === undefined ? foreign : Math.min(0, Math.max(readsDownTo, foreign));
    return { loopMilliamps: 0, tipVolts, ringVolts: 0 };
  }
  if (rings) {
    const volts = 60 * Math.SQRT2 * Math.sin((2 * Math.PI * 20 * atMs) / 1000);
    const loopMilliamps = (volts / 7000) * 1000 * (pair.ren ?? 0);
    return { loopMilliamps, tipVolts: volts / 2 - 24, ringVolts: -volts / 2 - 24 };
  }
  const acrossMa = pair.acrossOhms === undefined ? 0 : 48_000 / (pair.acrossOhms + 160);
  const loopMa = Math.min(LIMIT_MA, acrossMa);
  const across = pair.acrossOhms === undefined ? 48 : (loopMa * pair.acrossOhms) / 1000;
  const forward = { tipVolts: -3, ringVolts: -3 - across };
  const wires =
    feed === "forward" ? forward : { tipVolts: forward.ringVolts, ringVolts: forward.tipVolts };
  if (pair.ringGroundOhms !== undefined) {
    return { loopMilliamps: feed === "forward" ? LIMIT_MA : 0.9, ...wires, ringVolts: -0.5 };
  }
  return { loopMilliamps: loopMa, ...wires };
}

const ABLE = { openLoop: true, reversal: true, ringBurstMaxMs: 5000 };

/** Runs a test on a pair; the card answers after a while. */
function tested(
  pair: Pair,
  config: Partial<LineTestConfig> = {},
  answerMs = 20,
): { findings: readonly LineFinding[]; actions: readonly string[] } {
  const test = createLineTest({ capabilities: ABLE, rings: true, ...config });
  let nowMs = 0;
  let feed = "forward";
  let rings = false;
  const actions: string[] = [];
  let outputs = test.begin(nowMs);
  for (let step = 0; step < 5000; step++) {
    let asks = false;
    for (const output of outputs) {
      if (output.kind === "done") return { findings: output.findings, actions };
      if (output.kind === "measure") asks = true;
      if (output.kind === "feed") feed = output.feed;
      if (output.kind === "ringing") rings = output.on;
      if (output.kind !== "measure") {
        actions.push(output.kind === "feed" ? output.feed : output.on ? "ring" : "quiet");
      }
    }
    if (asks) {
      nowMs += answerMs;
      outputs = test.handle({ kind: "sample", sample: measured(pair, feed, rings, nowMs) }, nowMs);
    } else {
      nowMs = test.deadlineMs() ?? nowMs;
      outputs = test.handle({ kind: "timeout" }, nowMs);
    }
  }
  throw new Error("no end");
}

/** Verdicts in one word each. */
const verdicts = (findings: readonly LineFinding[]) =>
  findings.map((one) => {
    const fault = one.verdict === "failed" && one.fault !== undefined ? ` ${one.fault}` : "";
    return `${one.test} ${one.verdict}${fault}`;
  });

describe("createLineTest()", () => {
  const good = [
    "hazardous-voltage passed",
    "foreign-voltage passed",
    "resistive-fault passed",
    "receiver-off-hook passed",
    "ringers passed",
  ];

  it("passes a good line with one telephone, and leaves it as it was", () => {
    const { findings, actions } = tested({ ren: 1 });
    expect(verdicts(findings)).toEqual(good);
    expect(actions).toEqual(["open", "forward", "reverse", "forward", "ring", "quiet", "forward"]);
    const ringers = findings.at(-1);
    expect(ringers?.verdict === "passed" ? ringers.ren : 0).toBeCloseTo(1, 1);
  });

  const rows: readonly [string, Pair, readonly string[]][] = [
    ["no telephone", {}, [...good.slice(0, 4), "ringers skipped"]],
    ["0.1 REN", { ren: 0.1 }, [...good.slice(0, 4), "ringers failed no-bell"]],
    ["3 REN", { ren: 2.9 }, good],
    ["four telephones", { ren: 4 }, [...good.slice(0, 4), "ringers failed too-many-bells"]],
    [
      "a short",
      { acrossOhms: 5 },
      [
        ...good.slice(0, 2),
        "resistive-fault failed short",
        "receiver-off-hook passed",
        "ringers skipped",
      ],
    ],
    [
      "a receiver that is up",
      { acrossOhms: 400 },
      [
        ...good.slice(0, 2),
        "resistive-fault passed",
        "receiver-off-hook failed off-hook",
        "ringers skipped",
      ],
    ],
    [
      "a leak of 20 kΩ",
      { acrossOhms: 20_000 },
      [
        ...good.slice(0, 2),
        "resistive-fault failed leak",
        "receiver-off-hook passed",
        "ringers skipped",
      ],
    ],
    [
      "a grounded wire",
      { ringGroundOhms: 1 },
      [
        ...good.slice(0, 2),
        "resistive-fault failed ring-to-ground",
        "receiver-off-hook skipped",
        "ringers skipped",
      ],
    ],
    [
      "another line's battery",
      { foreignDc: -20, ren: 1 },
      [
        "hazardous-voltage passed",
        "foreign-voltage failed voltage",
        "resistive-fault skipped",
        "receiver-off-hook passed",
        "ringers passed",
      ],
    ],
    ["a little hum", { foreignAcRms: 9, ren: 1 }, good],
    [
      "much hum",
      { foreignAcRms: 11, ren: 1 },
      [
        "hazardous-voltage passed",
        "foreign-voltage failed voltage",
        "resistive-fault skipped",
        "receiver-off-hook passed",
        "ringers skipped",
      ],
    ],
    [
      "another line's battery and a leak that cannot be told from it",
      { foreignDc: -20, acrossOhms: 20_000 },
      [
        "hazardous-voltage passed",
        "foreign-voltage failed voltage",
        "resistive-fault skipped",
        "receiver-off-hook skipped",
        "ringers skipped",
      ],
    ],
    [
      "another line's battery and a receiver that is up",
      { foreignDc: -20, acrossOhms: 400 },
      [
        "hazardous-voltage passed",
        "foreign-voltage failed voltage",
        "resistive-fault passed",
        "receiver-off-hook failed off-hook",
        "ringers skipped",
      ],
    ],
  ];
  for (const [name, pair, expected] of rows) {
    it(`finds of ${name} what it is`, () => {
      expect(verdicts(tested(pair).findings)).toEqual(expected);
    });
  }

  it.each([
    ["mains", { foreignAcRms: 230 }],
    ["140 V", { foreignDc: 140 }],
    ["51 V of hum", { foreignAcRms: 51 }],
  ])("stops at %s: neither battery nor ringing", (_, pair) => {
    const { findings, actions } = tested(pair);
    expect(verdicts(findings)).toEqual([
      "hazardous-voltage failed voltage",
      "foreign-voltage failed voltage",
    ]);
    expect(actions).toEqual(["open", "forward"]);
  });

  it.each([
    ["mains", { foreignAcRms: 230 }, true],
    ["51 V of hum", { foreignAcRms: 51 }, true],
    ["45 V of hum", { foreignAcRms: 45 }, false],
    ["a battery at the end of what it reads", { foreignDc: -96 }, true],
    ["a battery of 60 V", { foreignDc: -60 }, false],
  ])("judges %s by a card that reads nothing above ground", (_, pair, isHazard) => {
    const capabilities = { ...ABLE, measuredVolts: { lowest: -95.88, highest: 0 } };
    const { findings } = tested({ ...pair, readsDownTo: -95.88 }, { capabilities, rings: false });
    expect(verdicts(findings).slice(0, 2)).toEqual([
      `hazardous-voltage ${isHazard ? "failed voltage" : "passed"}`,
      "foreign-voltage failed voltage",
    ]);
  });

  it.each([
    ["finds 140 kΩ by a card that reads finely", 140_000, undefined, "failed"],
    ["lets 160 kΩ be", 160_000, undefined, "passed"],
    ["leaves what is under a step of the card", 140_000, 1.25, "passed"],
    ["finds what is over a step of the card", 50_000, 1.25, "failed"],
  ] as const)("%s", (_, acrossOhms, measuredStepMa, verdict) => {
    const capabilities = measuredStepMa === undefined ? ABLE : { ...ABLE, measuredStepMa };
    const { findings } = tested({ acrossOhms }, { capabilities, rings: false });
    expect(findings[2]).toMatchObject({ test: "resistive-fault", verdict });
  });

  it("says what a card cannot do, and rings only where it may", () => {
    const capabilities = { openLoop: false, reversal: false, ringBurstMaxMs: 5000 };
    const { findings, actions } = tested({ ren: 1 }, { capabilities, rings: false });
    expect(verdicts(findings)).toEqual([
      "hazardous-voltage skipped",
      "foreign-voltage skipped",
      "resistive-fault passed",
      "receiver-off-hook passed",
      "ringers skipped",
    ]);
    expect(actions).toEqual(["forward", "forward"]);
  });

  it("rings no longer than the card may, however slowly it measures", () => {
    const capabilities = { ...ABLE, ringBurstMaxMs: 1000 };
    const { findings } = tested({ ren: 1 }, { capabilities }, 250);
    expect(verdicts(findings).at(-1)).toBe("ringers skipped");
  });

  it("gives the line its battery back when stopped", () => {
    const test = createLineTest({ capabilities: ABLE, rings: true });
    expect(test.begin(0)).toEqual([{ kind: "feed", feed: "open" }]);
    expect(test.handle({ kind: "stopped" }, 1)).toMatchObject([
      { kind: "feed", feed: "forward" },
      { kind: "done", findings: [{ test: "card", verdict: "failed" }] },
    ]);
    expect(test.handle({ kind: "stopped" }, 2)).toEqual([]);
  });

  it("silences the bell when the receiver is lifted, and ends with a card that fails", () => {
    const test = createLineTest({
      capabilities: { ...ABLE, openLoop: false, reversal: false },
      rings: true,
    });
    let outputs = test.begin(0);
    let nowMs = 0;
    const sample = { loopMilliamps: 0, tipVolts: -3, ringVolts: -51 };
    while (!outputs.some(({ kind }) => kind === "ringing")) {
      nowMs = test.deadlineMs() ?? nowMs;
      test.handle({ kind: "timeout" }, nowMs);
      outputs = test.handle({ kind: "sample", sample }, nowMs);
    }
    expect(test.handle({ kind: "closed" }, nowMs)).toMatchObject([
      { kind: "ringing", on: false },
      { kind: "feed", feed: "forward" },
      { kind: "done" },
    ]);
    expect(test.deadlineMs()).toBeUndefined();
    const broken = createLineTest({ capabilities: ABLE, rings: true });
    broken.begin(0);
    expect(broken.handle({ kind: "failed", reason: "gone" }, 10).at(-1)).toEqual({
      kind: "done",
      findings: [{ test: "card", verdict: "failed", why: "gone" }],
    });
  });

  it("gives up on a card that does not answer", () => {
    const test = createLineTest({ capabilities: ABLE, rings: true });
    test.begin(0);
    const askedMs = test.deadlineMs() ?? 0;
    test.handle({ kind: "timeout" }, askedMs);
    const outputs = test.handle({ kind: "timeout" }, test.deadlineMs() ?? 0);
    expect(outputs.at(-1)).toMatchObject({ findings: [{ test: "card", verdict: "failed" }] });
  });
});
