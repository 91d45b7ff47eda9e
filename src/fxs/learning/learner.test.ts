import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { countryProfile } from "../country/countries.ts";
import { resolveCountry } from "../country/resolve.ts";
import { createLine } from "../line/line.ts";
import { createLearner, type LearnInput, type LearnOutput } from "./learner.ts";
import { type LearnProposal, proposeSettings } from "./propose.ts";

/** A telephone: what a person does with it, as edges of the loop. */
interface Set {
  readonly dial?: { readonly pps: number; readonly ratio: number; readonly pulses: number };
  readonly flashesMs: readonly number[];
}

/** Does what is asked, and keeps what is said. */
class Pupil {
  readonly learner = createLearner();
  readonly said: LearnOutput[] = [];
  #nowMs = 1000;
  readonly #edges: { closed: boolean; atMs: number }[] = [];
  readonly #set: Set;
  #flashes = 0;

  constructor(set: Set) {
    this.#set = set;
  }

  run(): this {
    if (this.said.length === 0) this.#hear(this.learner.begin(this.#nowMs));
    for (let step = 0; step < 2000; step++) {
      const edge = this.#edges[0];
      const wantedMs = this.learner.watermarkWantedMs() ?? Number.POSITIVE_INFINITY;
      if (edge !== undefined && edge.atMs < wantedMs) {
        this.#edges.shift();
        this.#nowMs = Math.max(this.#nowMs, edge.atMs);
        this.#hear(this.learner.handle({ kind: "loop", ...edge }, this.#nowMs));
      } else if (wantedMs < Number.POSITIVE_INFINITY) {
        this.#nowMs = Math.max(this.#nowMs, wantedMs);
        this.#hear(this.learner.handle({ kind: "watermark", atMs: wantedMs }, this.#nowMs));
      } else break;
    }
    return this;
  }

  tell(input: LearnInput): this {
    this.#hear(this.learner.handle(input, this.#nowMs));
    return this;
  }

  get proposal(): LearnProposal {
    const last = this.said.at(-1);
    if (last?.kind !== "done") throw new Error("not done");
    return proposeSettings(last.findings);
  }

  #hear(outputs: readonly LearnOutput[]): void {
    for (const output of outputs) {
      this.said.push(output);
      if (output.kind === "ask") this.#do(output.what);
    }
  }

  #do(what: "lift" | "dial" | "flash" | "hang-up"): void {
    let atMs = this.#nowMs + 400;
    if (what === "lift") this.#edges.push({ closed: true, atMs });
    if (what === "hang-up") this.#edges.push({ closed: false, atMs });
    if (what === "flash") {
      const flashMs = this.#set.flashesMs[this.#flashes++ % this.#set.flashesMs.length] ?? 100;
      this.#edges.push({ closed: false, atMs }, { closed: true, atMs: atMs + flashMs });
    }
    const { dial } = this.#set;
    if (what !== "dial" || dial === undefined) return;
    const periodMs = 1000 / dial.pps;
    for (let pulse = 0; pulse < dial.pulses; pulse++) {
      this.#edges.push(
        { closed: false, atMs },
        { closed: true, atMs: atMs + periodMs * dial.ratio },
      );
      atMs += periodMs;
    }
  }
}

const ROTARY = { pps: 10, ratio: 0.6, pulses: 3 };

describe("createLearner()", () => {
  it("asks for each thing three times and measures it", () => {
    const pupil = new Pupil({ dial: ROTARY, flashesMs: [90, 95, 100] }).run();
    const asked = pupil.said.flatMap((one) => (one.kind === "ask" ? [one.what] : []));
    expect(asked).toEqual([
      "lift",
      ...["dial", "dial", "dial"],
      ...["flash", "flash", "flash"],
      "hang-up",
    ]);
    expect(pupil.said.at(-1)).toMatchObject({
      kind: "done",
      why: "complete",
      findings: { dial: "rotary", flashesMs: [90, 95, 100] },
    });
    expect(pupil.proposal).toMatchObject({ pulsesPerSecond: 10, breakPercent: 60 });
  });

  it("goes on to the flash when a key is heard", () => {
    const pupil = new Pupil({ flashesMs: [600] }).run();
    pupil.tell({ kind: "dtmf", digit: "3", atMs: 3000 }).run();
    expect(pupil.proposal.settings.pulse).toBeUndefined();
    expect(pupil.proposal.settings.flash).toEqual({ minMs: 390, maxMs: 810 });
  });

  it("asks again where the receiver was put back, or the hook was tapped twice", () => {
    const learner = createLearner();
    learner.begin(0);
    learner.handle({ kind: "loop", closed: true, atMs: 100 }, 100);
    learner.handle({ kind: "watermark", atMs: 200 }, 200);
    learner.handle({ kind: "dtmf", digit: "1", atMs: 300 }, 300);
    learner.handle({ kind: "loop", closed: false, atMs: 500 }, 500);
    expect(learner.handle({ kind: "watermark", atMs: 2600 }, 2600)).toEqual([
      { kind: "again", why: "hung-up" },
      { kind: "ask", what: "lift", attempt: 1 },
    ]);
    for (const [closed, atMs] of [
      [true, 3000],
      [false, 4000],
      [true, 4100],
      [false, 4200],
      [true, 4300],
    ] as const) {
      learner.handle({ kind: "loop", closed, atMs }, atMs);
    }
    expect(learner.handle({ kind: "watermark", atMs: 5100 }, 5100)).toContainEqual({
      kind: "again",
      why: "many-breaks",
    });
  });

  it("gives up when nobody does anything, with what it has", () => {
    const learner = createLearner();
    learner.begin(0);
    const deadlineMs = learner.deadlineMs() ?? 0;
    expect(learner.handle({ kind: "timeout" }, deadlineMs)).toMatchObject([
      { kind: "done", why: "nobody", findings: { dial: "unknown" } },
    ]);
    expect(learner.deadlineMs()).toBeUndefined();
    expect(learner.handle({ kind: "loop", closed: true, atMs: 9 }, deadlineMs)).toEqual([]);
  });

  it("tells what it has when it is stopped, and nothing more after", () => {
    const learner = createLearner();
    learner.begin(0);
    learner.handle({ kind: "loop", closed: true, atMs: 100 }, 100);
    learner.handle({ kind: "watermark", atMs: 200 }, 200);
    learner.handle({ kind: "dtmf", digit: "3", atMs: 300 }, 300);
    learner.handle({ kind: "loop", closed: false, atMs: 500 }, 500);
    learner.handle({ kind: "loop", closed: true, atMs: 590 }, 590);
    learner.handle({ kind: "watermark", atMs: 1400 }, 1400);
    const findings = { dial: "touch-tone", trains: [], flashesMs: [90] };
    expect(learner.handle({ kind: "stopped" }, 1500)).toEqual([
      { kind: "done", why: "stopped", findings },
    ]);
    expect(learner.handle({ kind: "stopped" }, 1600)).toEqual([]);
    expect([learner.deadlineMs(), learner.watermarkWantedMs()]).toEqual([undefined, undefined]);
  });
});

describe("proposeSettings()", () => {
  const proposed = (set: Set) => new Pupil(set).run().proposal;

  it.each([
    [3, "normal", []],
    [4, "sweden", []],
    [7, "new-zealand", []],
    [5, "normal", ["pulses-unknown"]],
  ] as const)("takes %i pulses for a dial that is %s", (pulses, digitMap, doubts) => {
    const proposal = proposed({ dial: { ...ROTARY, pulses }, flashesMs: [600] });
    expect(proposal.settings.pulse?.digitMap).toBe(digitMap);
    expect(proposal.doubts).toEqual(doubts);
  });

  it("says what it doubts", () => {
    expect(proposed({ dial: ROTARY, flashesMs: [90] }).doubts).toEqual(["flash-like-pulse"]);
    expect(proposed({ dial: ROTARY, flashesMs: [400, 900] }).doubts).toEqual(["flash-by-hand"]);
    const nothing = { dial: "unknown", trains: [], flashesMs: [] } as const;
    expect(proposeSettings(nothing)).toEqual({
      settings: {},
      doubts: ["nothing-dialled", "no-flash"],
    });
  });

  it("proposes what reads that telephone", () => {
    const speeds = fc.oneof(
      fc.record({ pps: fc.double({ min: 8, max: 12, noNaN: true }), ratio: ratio(0.5, 0.8) }),
      fc.record({ pps: fc.double({ min: 16, max: 22, noNaN: true }), ratio: ratio(0.6, 0.68) }),
    );
    function ratio(min: number, max: number) {
      return fc.double({ min, max, noNaN: true });
    }
    const property = fc.property(speeds, fc.integer({ min: 80, max: 900 }), (speed, flashMs) => {
      const { settings } = proposed({ dial: { ...speed, pulses: 3 }, flashesMs: [flashMs] });
      const resolved = resolveCountry("us", settings);
      if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
      expect(readBy(resolved.value, speed, flashMs)).toEqual(["off-hook", "5", "hook-flash"]);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

/** What a line makes of a lift, a dialled 5 and a flash in talk. */
function readBy(
  country: Extract<ReturnType<typeof countryProfile>, { ok: true }>["value"],
  { pps, ratio }: { readonly pps: number; readonly ratio: number },
  flashMs: number,
): readonly string[] {
  const capabilities = {
    onHookTransmission: true,
    reversal: true,
    openLoop: true,
    ringDutyMax: 1,
    ringBurstMaxMs: 5000,
    ringTrip: "pulsing",
  } as const;
  const line = createLine({ country, capabilities });
  const edges: (readonly [boolean, number])[] = [[true, 0]];
  for (let pulse = 0; pulse < 5; pulse++) {
    const atMs = 1000 + (pulse * 1000) / pps;
    edges.push([false, atMs], [true, atMs + (1000 / pps) * ratio]);
  }
  edges.push([false, 5000], [true, 5000 + flashMs]);
  const words: string[] = [];
  const take = (outputs: ReturnType<typeof line.handle>) => {
    for (const output of outputs) {
      if (output.kind !== "event") continue;
      words.push(output.event.kind === "digit" ? output.event.digit : output.event.kind);
    }
  };
  for (const [closed, atMs] of edges) {
    take(line.handle({ kind: "watermark", atMs: atMs - 0.001 }, atMs));
    if (atMs === 1000) take(line.handle(collect(true), atMs));
    if (atMs === 5000) take(line.handle(collect(false), atMs));
    take(line.handle({ kind: "loop", closed, atMs }, atMs));
  }
  take(line.handle({ kind: "watermark", atMs: 9000 }, 9000));
  return words;
}

const collect = (on: boolean) => ({ kind: "command", command: { kind: "collect", on } }) as const;
