import { describe, expect, it } from "vitest";
import {
  countryProfile,
  createLine,
  type Line,
  type LineInput,
  type LineOutput,
} from "../../src/fxs/index.ts";

/** The same chance in each run: 0 up to, not with, 1. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

interface Edge {
  readonly closed: boolean;
  readonly atMs: number;
}

/** A contact that changes at a time and bounces for at most so long, an odd number of edges. */
function contact(closed: boolean, atMs: number, bounceMs: number, next: () => number): Edge[] {
  const pairs = Math.floor(next() * 4);
  const times = Array.from({ length: 2 * pairs }, () => atMs + next() * bounceMs).sort(
    (one, other) => one - other,
  );
  return [atMs, ...times].map((ms, at) => ({ closed: at % 2 === 0 ? closed : !closed, atMs: ms }));
}

/** A number dialled: pulses from 1.5 s on, the digits a while apart. */
function dialled(
  digits: string,
  dial: { readonly pps: number; readonly ratio: number; readonly bounceMs: number },
  next: () => number,
): readonly Edge[] {
  const edges = contact(true, 100, dial.bounceMs, next);
  let atMs = 1500 + next() * 50;
  const periodMs = 1000 / dial.pps;
  for (const digit of digits) {
    const pulses = digit === "0" ? 10 : Number(digit);
    for (let pulse = 0; pulse < pulses; pulse++) {
      edges.push(...contact(false, atMs, dial.bounceMs, next));
      edges.push(...contact(true, atMs + periodMs * dial.ratio, dial.bounceMs, next));
      atMs += periodMs;
    }
    atMs += 250 + next() * 400;
  }
  return edges.sort((one, other) => one.atMs - other.atMs);
}

/** Which digits the line read, with the event loop late by up to `lateMs` in everything. */
function read(edges: readonly Edge[], country: string, lateMs: number, next: () => number): string {
  const profile = countryProfile(country);
  if (!profile.ok) throw new Error(country);
  const line = createLine({
    country: profile.value,
    capabilities: {
      onHookTransmission: true,
      reversal: true,
      openLoop: true,
      ringDutyMax: 1,
      ringBurstMaxMs: 5000,
      ringTrip: "pulsing",
    },
  });
  return new LateShell(line, edges, () => next() * lateMs).run();
}

/** Hands a line its edges and watermarks, each late, edges before the watermark they precede. */
class LateShell {
  readonly #line: Line;
  readonly #edges: Edge[];
  readonly #lateMs: () => number;
  #nowMs = 0;
  #digits = "";

  constructor(line: Line, edges: readonly Edge[], lateMs: () => number) {
    this.#line = line;
    this.#edges = [...edges];
    this.#lateMs = lateMs;
  }

  run(): string {
    const endMs = (this.#edges.at(-1)?.atMs ?? 0) + 3000;
    while (this.#nowMs < endMs) {
      const wantedMs = this.#line.watermarkWantedMs() ?? Number.POSITIVE_INFINITY;
      const nextMs = Math.min(this.#edges[0]?.atMs ?? Number.POSITIVE_INFINITY, wantedMs);
      if (nextMs === Number.POSITIVE_INFINITY) break;
      // The loop comes round late and then sees everything that has happened meanwhile.
      this.#nowMs = Math.max(this.#nowMs, nextMs + this.#lateMs());
      while (this.#edges[0] !== undefined && this.#edges[0].atMs <= this.#nowMs) {
        const edge = this.#edges.shift();
        if (edge !== undefined) this.#hear({ kind: "loop", ...edge });
      }
      const due = this.#line.watermarkWantedMs();
      if (due !== undefined && due <= this.#nowMs) this.#hear({ kind: "watermark", atMs: due });
    }
    return this.#digits;
  }

  #hear(input: LineInput): void {
    for (const output of this.#line.handle(input, this.#nowMs)) this.#note(output);
  }

  #note(output: LineOutput): void {
    if (output.kind !== "event") return;
    const { event } = output;
    if (event.kind === "digit") this.#digits += event.digit;
    else if (event.kind === "off-hook") {
      this.#hear({ kind: "command", command: { kind: "collect", on: true } });
    } else this.#digits += `<${event.kind}>`;
  }
}

/** Speeds and break ratios that are to be read, and how long contacts may bounce. */
const BANDS = [
  { speeds: [8, 9, 10, 11, 12], ratios: [0.5, 0.6, 0.667, 0.75, 0.8], bounces: [0, 2, 5] },
  { speeds: [16, 18, 20, 22], ratios: [0.6, 0.64, 0.68], bounces: [0, 1, 2] },
] as const;
const LATE_MS = [0, 20, 200] as const;
const COUNTRIES = ["us", "de", "uk", "fr", "ir"] as const;
const NUMBER = "1234567890";

describe("rotary dials [line.rotary]", () => {
  for (const country of COUNTRIES) {
    it(`reads every digit in ${country}`, () => {
      const wrong: string[] = [];
      let digits = 0;
      let seed = 0;
      for (const { speeds, ratios, bounces } of BANDS) {
        for (const pps of speeds) {
          for (const ratio of ratios) {
            for (const bounceMs of bounces) {
              for (const lateMs of LATE_MS) {
                const next = chance(++seed);
                const dial = { pps, ratio, bounceMs };
                const text = read(dialled(NUMBER, dial, next), country, lateMs, next);
                digits += NUMBER.length;
                if (text !== NUMBER) {
                  wrong.push(`${JSON.stringify({ ...dial, lateMs, seed })}: ${text}`);
                }
              }
            }
          }
        }
      }
      process.stdout.write(`rotary ${country}: ${digits} digits, ${wrong.length} numbers wrong\n`);
      expect(digits).toBeGreaterThan(3000);
      expect(wrong).toEqual([]);
    });
  }

  it("reads nothing of dials that are none", () => {
    // Breaks of 10 ms, and one that is as long as a hang-up.
    const next = chance(1);
    const flicker = dialled("5", { pps: 20, ratio: 0.2, bounceMs: 0 }, next);
    expect(read(flicker, "us", 20, next)).toBe("");
    const slow = dialled("1", { pps: 0.5, ratio: 0.8, bounceMs: 0 }, next);
    expect(read(slow, "us", 20, next)).toBe("<on-hook>");
  });
});
