import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallerId, LineCommand, LineEvent } from "../../base/line-messages.ts";
import { countryProfile } from "../country/countries.ts";
import type { CountryProfile } from "../country/profile.ts";
import { createLine, type Line, LOOP_SETTLE_MS } from "./line.ts";
import type { LineCapabilities, LineInput, LineOutput } from "./line-types.ts";

const ABLE: LineCapabilities = {
  onHookTransmission: true,
  reversal: true,
  openLoop: true,
  ringDutyMax: 0.5,
  ringBurstMaxMs: 5000,
  ringTrip: "pulsing",
};

const CALLER: CallerId = { number: "101", time: { month: 1, day: 2, hour: 3, minute: 4 } };

function profile(code: string): CountryProfile {
  const found = countryProfile(code);
  if (!found.ok) throw new Error(`no ${code}`);
  return found.value;
}

interface Setup {
  readonly country?: string;
  readonly capabilities?: Partial<LineCapabilities>;
  readonly pulseDialing?: boolean;
  /** How late whatever the shell hears of comes; the stamps are true. */
  readonly lateMs?: () => number;
  /** What the control plane answers to an event. */
  readonly answer?: (event: LineEvent) => readonly LineCommand[];
}

/** A line with a shell around it: edges, watermarks, timeouts, late or not. */
class Rig {
  readonly line: Line;
  readonly log: (readonly [number, LineOutput])[] = [];
  readonly #lateMs: () => number;
  readonly #answer: (event: LineEvent) => readonly LineCommand[];
  #nowMs = 0;
  #edges: { readonly closed: boolean; readonly atMs: number; readonly comesMs: number }[] = [];
  #commands: { readonly command: LineCommand; readonly atMs: number }[] = [];
  #watermark: { readonly atMs: number; readonly comesMs: number } | undefined;

  constructor(setup: Setup = {}) {
    const capabilities = { ...ABLE, ...setup.capabilities };
    const pulseDialing = setup.pulseDialing ?? true;
    this.line = createLine({ country: profile(setup.country ?? "us"), capabilities, pulseDialing });
    this.#lateMs = setup.lateMs ?? (() => 0);
    this.#answer = setup.answer ?? (() => []);
  }

  /** Edges of the detector in turn, the first as `closed` says. */
  edges(closed: boolean, ...timesMs: readonly number[]): this {
    timesMs.forEach((atMs, index) => {
      const before = this.#edges.at(-1)?.comesMs ?? 0;
      const comesMs = Math.max(before, atMs + this.#lateMs());
      this.#edges.push({ closed: index % 2 === 0 ? closed : !closed, atMs, comesMs });
    });
    return this;
  }

  command(atMs: number, command: LineCommand): this {
    this.#commands.push({ atMs, command });
    return this;
  }

  run(untilMs: number): this {
    for (let steps = 0; ; steps++) {
      expect(steps, "a shell that turns in circles").toBeLessThan(100_000);
      const wantedMs = this.line.watermarkWantedMs();
      if (wantedMs !== this.#watermark?.atMs) {
        const comesMs = Math.max(this.#nowMs, wantedMs ?? 0) + this.#lateMs();
        this.#watermark = wantedMs === undefined ? undefined : { atMs: wantedMs, comesMs };
      }
      const next = this.#next();
      if (next === undefined || next.comesMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.comesMs);
      next.take();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    return this;
  }

  input(input: LineInput): void {
    const events: LineEvent[] = [];
    for (const output of this.line.handle(input, this.#nowMs)) {
      this.log.push([this.#nowMs, output]);
      if (output.kind === "event") events.push(output.event);
    }
    for (const event of events) {
      for (const command of this.#answer(event)) this.input({ kind: "command", command });
    }
  }

  #next(): { comesMs: number; take: () => void } | undefined {
    const choices: { comesMs: number; take: () => void }[] = [];
    const edge = this.#edges[0];
    if (edge !== undefined) choices.push({ comesMs: edge.comesMs, take: () => this.#edge() });
    const command = this.#commands[0];
    if (command !== undefined) {
      const take = () => {
        this.#commands.shift();
        this.input({ kind: "command", command: command.command });
      };
      choices.push({ comesMs: command.atMs, take });
    }
    const deadlineMs = this.line.deadlineMs();
    if (deadlineMs !== undefined) {
      choices.push({ comesMs: deadlineMs, take: () => this.input({ kind: "timeout" }) });
    }
    const mark = this.#watermark;
    if (mark !== undefined) {
      const take = () => {
        // The promise of a watermark: every edge stamped before it has been handed in.
        while (this.#edges[0] !== undefined && this.#edges[0].atMs < mark.atMs) this.#edge();
        this.#watermark = undefined;
        this.input({ kind: "watermark", atMs: mark.atMs });
      };
      choices.push({ comesMs: mark.comesMs, take });
    }
    choices.sort((one, other) => one.comesMs - other.comesMs);
    return choices[0];
  }

  #edge(): void {
    const edge = this.#edges.shift();
    if (edge !== undefined) this.input({ kind: "loop", closed: edge.closed, atMs: edge.atMs });
  }

  get events(): readonly LineEvent[] {
    return this.log.flatMap(([, output]) => (output.kind === "event" ? [output.event] : []));
  }

  /** Everything but events, in one word each, with its time. */
  get actions(): readonly string[] {
    return this.log.flatMap(([atMs, output]) => {
      const word = wordOf(output);
      return word === undefined ? [] : [`${atMs} ${word}`];
    });
  }
}

function wordOf(output: LineOutput): string | undefined {
  if (output.kind === "event") return undefined;
  if (output.kind === "audio") return output.on ? "audio on" : "audio off";
  if (output.kind !== "slic") return output.kind;
  const { action } = output;
  if (action.kind === "feed") return action.feed;
  if (action.kind === "ringing") return action.on ? `ring ${action.frequencyHz}` : "quiet";
  return action.kind;
}

const DIAL_TONE: readonly LineCommand[] = [
  { kind: "collect", on: true },
  { kind: "tone", tone: "dial", untilDigit: true },
];

const dialToneOnLift = (event: LineEvent) => (event.kind === "off-hook" ? DIAL_TONE : []);

/** Edge times of a digit's pulses from `startMs` on, without the first make. */
function pulseEdges(startMs: number, pulses: number, periodMs: number, ratio: number): number[] {
  return Array.from({ length: pulses }, (_, pulse) => startMs + pulse * periodMs).flatMap(
    (breakMs) => [breakMs, breakMs + periodMs * ratio],
  );
}

describe("createLine() hook", () => {
  it("reports a telephone that is off-hook at power-up", () => {
    const rig = new Rig().edges(true, 0).run(1000);
    expect(rig.events).toEqual([{ kind: "off-hook", atMs: 0 }]);
    expect(rig.actions).toEqual(["30 audio on"]);
  });

  it("reports on-hook with the audio and the tone off", () => {
    const rig = new Rig({ answer: dialToneOnLift }).edges(true, 0, 2000).run(9000);
    expect(rig.events.map((event) => event.kind)).toEqual(["off-hook", "on-hook"]);
    expect(rig.actions).toEqual(["30 audio on", "30 tone", "2006 tone-off", "3000 audio off"]);
  });

  const flashes: readonly [string, boolean, number, string | undefined][] = [
    ["us", false, 299, undefined],
    ["us", false, 300, "hook-flash"],
    ["us", false, 999, "hook-flash"],
    ["us", false, 1000, "on-hook"],
    ["us", true, 61, "digit"],
    ["us", true, 200, undefined],
    ["us", true, 500, "hook-flash"],
    ["de", false, 69, undefined],
    ["de", false, 70, "hook-flash"],
    ["de", true, 70, "digit"],
    ["de", true, 119, "digit"],
    ["de", true, 120, "hook-flash"],
    ["de", false, 309, "hook-flash"],
    ["de", false, 310, undefined],
    ["de", false, 399, undefined],
    ["de", false, 400, "on-hook"],
  ];
  for (const [country, collect, breakMs, expected] of flashes) {
    const state = collect ? "while collecting" : "in talk";
    it(`makes of ${breakMs} ms of open loop ${state} in ${country}: ${expected}`, () => {
      const rig = new Rig({ country }).command(500, { kind: "collect", on: collect });
      const events = rig.edges(true, 0, 2000, 2000 + breakMs).run(9000).events;
      expect(events[1]?.kind).toBe(expected);
    });
  }

  it("takes no pulses where pulse dialing is off", () => {
    const rig = new Rig({ pulseDialing: false, answer: dialToneOnLift });
    const events = rig.edges(true, 0, ...pulseEdges(2000, 3, 100, 0.6)).run(9000).events;
    expect(events.map((event) => event.kind)).toEqual(["off-hook"]);
  });

  it("ends dial tone at the first break and keeps it off once a digit came", () => {
    const rig = new Rig({ answer: dialToneOnLift });
    rig.edges(true, 0, ...pulseEdges(2000, 3, 100, 0.6)).run(9000);
    expect(rig.actions.slice(1)).toEqual(["30 tone", "2006 tone-off"]);
    expect(rig.events.at(-1)).toEqual({ kind: "digit", atMs: 2260, digit: "3", source: "pulse" });
  });

  it("brings dial tone back after a break that was no pulse", () => {
    const rig = new Rig({ answer: dialToneOnLift }).edges(true, 0, 2000, 2200).run(9000);
    expect(rig.actions.slice(1)).toEqual(["30 tone", "2006 tone-off", "2206 tone"]);
  });

  it("ends dial tone with a DTMF digit, and only a tone that asked for it", () => {
    const rig = new Rig({ answer: dialToneOnLift }).edges(true, 0).run(2000);
    rig.input({ kind: "dtmf", digit: "5", atMs: 1990 });
    rig.input({ kind: "command", command: { kind: "tone", tone: "busy" } });
    rig.input({ kind: "dtmf", digit: "6", atMs: 2000 });
    expect(rig.actions.slice(1)).toEqual(["30 tone", "2000 tone-off", "2000 tone"]);
    expect(rig.events.slice(1).map((event) => event.kind)).toEqual(["digit", "digit"]);
  });

  it("expects pulses no longer after on-hook", () => {
    const rig = new Rig().edges(true, 0).run(1000);
    rig.input({ kind: "command", command: { kind: "collect", on: true } });
    const events = rig.edges(false, 2000, 4000, 5000, 5061).run(9000).events;
    expect(events.map((event) => event.kind)).toEqual(["off-hook", "on-hook", "off-hook"]);
  });

  it("expects pulses no longer after rest", () => {
    const rig = new Rig().edges(true, 0).run(1000);
    rig.input({ kind: "command", command: { kind: "collect", on: true } });
    rig.input({ kind: "command", command: { kind: "rest" } });
    expect(rig.edges(false, 5000, 5061).run(9000).events).toHaveLength(1);
  });

  it("drops a tone and a DTMF digit that meet an on-hook telephone", () => {
    const rig = new Rig().run(10);
    rig.input({ kind: "command", command: { kind: "tone", tone: "dial" } });
    rig.input({ kind: "dtmf", digit: "5", atMs: 5 });
    expect(rig.log).toEqual([]);
  });

  for (const [map, digit] of [
    ["sweden", "2"],
    ["new-zealand", "7"],
  ] as const) {
    it(`numbers three pulses as ${digit} in the ${map} way`, () => {
      const us = profile("us");
      const country = { ...us, pulse: { ...us.pulse, digitMap: map } };
      const line = createLine({ country, capabilities: ABLE });
      line.handle({ kind: "loop", closed: true, atMs: 0 }, 0);
      line.handle({ kind: "watermark", atMs: 100 }, 100);
      line.handle({ kind: "command", command: { kind: "collect", on: true } }, 100);
      pulseEdges(1000, 3, 100, 0.6).forEach((atMs, index) => {
        line.handle({ kind: "loop", closed: index % 2 === 1, atMs }, atMs);
      });
      const outputs = line.handle({ kind: "watermark", atMs: 2000 }, 2000);
      expect(outputs).toMatchObject([{ event: { kind: "digit", digit } }]);
    });
  }
});

describe("createLine() rotary dials", () => {
  /** Speeds and break ratios that must be read, and some of the bounce of a worn contact. */
  const dial = fc.oneof(
    fc.record({ pps: fc.double({ min: 8, max: 12, noNaN: true }), ratio: ratioFrom(0.5, 0.8) }),
    fc.record({ pps: fc.double({ min: 16, max: 22, noNaN: true }), ratio: ratioFrom(0.6, 0.68) }),
  );
  function ratioFrom(min: number, max: number) {
    return fc.double({ min, max, noNaN: true });
  }
  /** Where in its 5 ms a contact lets go and makes again: pairs, so that the level comes out. */
  const bounce = fc
    .uniqueArray(fc.double({ min: 0.05, max: 5, noNaN: true }), { maxLength: 6 })
    .map((times) => times.slice(0, times.length & ~1).sort((one, other) => one - other));
  const lateness = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), {
    minLength: 1,
    maxLength: 20,
  });
  const number = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 7 });

  it("reads every digit at each speed, ratio, bounce and lateness", () => {
    const property = fc.property(
      dial,
      fc.array(bounce, { minLength: 1, maxLength: 8 }),
      lateness,
      number,
      fc.integer({ min: 250, max: 900 }),
      ({ pps, ratio }, bounces, late, digits, gapMs) => {
        let lates = 0;
        let edges = 0;
        const lateMs = () => late[lates++ % late.length] ?? 0;
        const rig = new Rig({ answer: dialToneOnLift, lateMs });
        const bouncing = (atMs: number) => {
          const times = bounces[edges++ % bounces.length] ?? [];
          return [atMs, ...times.map((time) => atMs + time)];
        };
        rig.edges(true, ...bouncing(100));
        let atMs = 1500;
        for (const pulses of digits) {
          const times = pulseEdges(atMs, pulses, 1000 / pps, ratio);
          rig.edges(false, ...times.flatMap(bouncing));
          atMs = (times.at(-1) ?? atMs) + gapMs;
        }
        const read = rig.run(atMs + 3000).events.flatMap((event) => {
          if (event.kind === "digit") return [event.digit];
          expect(event.kind).toBe("off-hook");
          return [];
        });
        expect(read.join("")).toBe(digits.map((pulses) => pulses % 10).join(""));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("tells the same events, late or not", () => {
    const lateShell = fc.record({
      late: lateness,
      breaks: fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 12 }),
    });
    const property = fc.property(lateShell, fc.boolean(), ({ late, breaks }, collect) => {
      let lates = 0;
      const run = (lateMs: () => number) => {
        const rig = new Rig({ country: "de", lateMs }).command(600, {
          kind: "collect",
          on: collect,
        });
        let atMs = 1500;
        const times = breaks.map((partMs) => {
          const before = atMs;
          atMs += partMs;
          return before;
        });
        return rig.edges(true, 0, ...times).run(atMs + 4000).events;
      };
      const events = run(() => late[lates++ % late.length] ?? 0);
      // on-hook turns `collect` off, which is a command's doing: compare up to there
      expect(events).toEqual(run(() => 0));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("createLine() feed", () => {
  it("opens the loop for a while and takes that for no hang-up", () => {
    const rig = new Rig().edges(true, 0, 2001, 2502).run(1000);
    rig.command(2000, { kind: "open-loop", durationMs: 500 }).run(9000);
    expect(rig.events.map((event) => event.kind)).toEqual(["off-hook"]);
    expect(rig.actions).toEqual(["30 audio on", "2000 open", "2500 forward"]);
  });

  it("sees a hang-up that happened while the loop was open", () => {
    const rig = new Rig().edges(true, 0, 2001).run(1000);
    rig.command(2000, { kind: "open-loop", durationMs: 500 }).run(9000);
    expect(rig.events.at(-1)).toEqual({ kind: "on-hook", atMs: 2500 + LOOP_SETTLE_MS });
  });

  it("reverses the battery and takes its flicker for no pulse", () => {
    const rig = new Rig({ answer: dialToneOnLift }).edges(true, 0, 2005, 2045).run(1000);
    rig.command(2000, { kind: "reverse-battery", reversed: true });
    rig.command(3000, { kind: "reverse-battery", reversed: true });
    rig.command(4000, { kind: "rest" }).run(9000);
    expect(rig.events.map((event) => event.kind)).toEqual(["off-hook"]);
    expect(rig.actions.slice(2)).toEqual(["2000 reverse", "4000 tone-off", "4000 forward"]);
  });

  it("asks nothing of a card that cannot", () => {
    const rig = new Rig({ capabilities: { openLoop: false, reversal: false } }).run(10);
    rig.input({ kind: "command", command: { kind: "open-loop", durationMs: 500 } });
    rig.input({ kind: "command", command: { kind: "reverse-battery", reversed: true } });
    expect(rig.log).toEqual([]);
  });
});

describe("createLine() faults", () => {
  const fault = { kind: "gone", what: "card", advice: "look" } as const;

  it("goes safe, and begins anew when the card recovers", () => {
    const rig = new Rig({ answer: dialToneOnLift }).edges(true, 0).run(1000);
    rig.input({ kind: "fault", fault });
    rig.input({ kind: "command", command: { kind: "ring" } });
    rig.input({ kind: "loop", closed: false, atMs: 1000 });
    rig.input({ kind: "recovered" });
    rig.edges(true, 1500).run(3000);
    expect(rig.actions).toEqual([
      "30 audio on",
      "30 tone",
      "1000 safe",
      "1000 tone-off",
      "1000 audio off",
      "1000 forward",
      "1530 audio on",
      "1530 tone",
    ]);
    const kinds = rig.events.map((event) => event.kind);
    expect(kinds).toEqual(["off-hook", "fault", "recovered", "off-hook"]);
  });

  it("leaves no audio on where ringing ends between an alert tone and its data", () => {
    const rig = new Rig({ country: "uk" }).command(0, { kind: "ring", callerId: CALLER }).run(300);
    expect(rig.actions.at(-1)).toBe("300 play-signal");
    rig.input({ kind: "audio-done" });
    rig.input({ kind: "command", command: { kind: "stop-ringing" } });
    expect(rig.actions).toContain("300 audio off");
    rig.run(30_000);
    expect(rig.actions.at(-1)).not.toContain("audio on");
  });

  it("cuts a burst and a caller ID", () => {
    const rig = new Rig().command(0, { kind: "ring", callerId: CALLER }).run(2700);
    expect(rig.actions.at(-1)).toBe("2600 play-signal");
    rig.input({ kind: "fault", fault });
    expect(rig.actions.slice(-3)).toEqual(["2700 safe", "2700 signal-off", "2700 audio off"]);
    expect(rig.line.deadlineMs()).toBeUndefined();
  });
});

describe("createLine() under any input", () => {
  it("never throws, and is quiet after rest and on-hook", () => {
    const command: fc.Arbitrary<LineCommand> = fc.constantFrom<LineCommand>(
      { kind: "ring", callerId: CALLER },
      { kind: "ring", cadence: "bellcore-r3" },
      { kind: "ring", cadence: "__proto__" },
      { kind: "stop-ringing" },
      { kind: "call-waiting", callerId: CALLER },
      { kind: "call-waiting-off" },
      { kind: "message-waiting", waiting: true, time: CALLER.time },
      { kind: "metering", pulses: 3 },
      { kind: "tone", tone: "dial", untilDigit: true },
      { kind: "tone", tone: "howler" },
      { kind: "tone-off" },
      { kind: "collect", on: true },
      { kind: "collect", on: false },
      { kind: "open-loop", durationMs: 500 },
      { kind: "reverse-battery", reversed: true },
      { kind: "rest" },
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ kind: fc.constant("edge" as const), ms: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant("command" as const), command }),
      fc.record({
        kind: fc.constant("input" as const),
        input: fc.constantFrom<LineInput>(
          { kind: "audio-done" },
          { kind: "dtmf", digit: "D", atMs: 0 },
          { kind: "timeout" },
          { kind: "fault", fault: { kind: "io", what: "x", advice: "y" } },
          { kind: "recovered" },
        ),
      }),
    );
    const country = fc.constantFrom("us", "uk", "jp", "se", "de");
    const property = fc.property(country, fc.array(step, { maxLength: 60 }), (code, steps) => {
      const rig = new Rig({ country: code });
      let nowMs = 0;
      let closed = false;
      for (const item of steps) {
        if (item.kind === "wait") nowMs += item.ms;
        if (item.kind === "edge") {
          nowMs += item.ms;
          closed = !closed;
          rig.edges(closed, nowMs);
        }
        rig.run(nowMs);
        if (item.kind === "command") rig.input(item);
        if (item.kind === "input") rig.input(item.input);
      }
      rig.input({ kind: "recovered" });
      rig.input({ kind: "command", command: { kind: "rest" } });
      rig.edges(false, nowMs).run(nowMs + 30_000);
      expect(rig.line.deadlineMs()).toBeUndefined();
      expect(rig.line.watermarkWantedMs()).toBeUndefined();
      const audio = rig.actions.filter((action) => action.includes("audio"));
      expect(audio.at(-1) ?? "audio off").toContain("audio off");
      const bells = rig.actions.filter((action) => /ring|quiet|safe/.test(action));
      expect(bells.at(-1) ?? "quiet").toMatch(/quiet|safe/);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
