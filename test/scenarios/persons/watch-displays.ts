import type { Bench } from "../../hw-sim/bench/bench.ts";
import { EndedCalls } from "./ended-calls.ts";

/** What a far end of some manners asserts in place of its number. */
const ASSERTED = ["999"];
/** A record waits for its figures, and is seen when it is looked; a display takes its time, ms. */
const LATE_MS = 8000;

/** What a display showed. */
interface Shown {
  readonly line: number;
  readonly number: string;
  readonly atMs: number;
}

/** A call of a line, by its record: while it lasted, its display may show the other side. */
interface Span {
  readonly line: number;
  readonly number: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The displays of all telephones: each number that is shown is that of somebody who called. */
export class DisplayWatch {
  readonly #ended: EndedCalls;
  readonly #shown: Shown[] = [];
  readonly #spans: Span[] = [];
  readonly #stops: readonly (() => void)[];

  constructor(lab: Bench) {
    this.#ended = new EndedCalls(lab);
    this.#stops = lab.phones.map(({ phone }, at) =>
      phone.onObservation((seen) => {
        if (seen.kind !== "caller-id" || seen.number === undefined) return;
        const atMs = lab.world.clock.nowMs();
        this.#shown.push({ line: at + 1, number: seen.number, atMs });
      }),
    );
  }

  /** How many numbers were shown. */
  get shownCount(): number {
    return this.#shown.length;
  }

  /** Looks which calls have ended. */
  look(nowMs: number): void {
    for (const { record, aliveMs } of this.#ended.look()) {
      const { line, direction, from, to } = record;
      const isOut = direction === "out";
      this.#spans.push({
        line,
        number: isOut ? to : from,
        fromMs: nowMs - aliveMs - LATE_MS,
        // Whom a line has called may be rung back on for half an hour.
        toMs: isOut ? Number.POSITIVE_INFINITY : nowMs + LATE_MS,
      });
    }
  }

  /** No display is looked at any more: what none of the calls explains, in words. */
  judge(nowMs: number): readonly string[] {
    for (const stop of this.#stops) stop();
    this.look(nowMs);
    return this.#shown
      .filter((shown) => !ASSERTED.includes(shown.number) && !this.#isOfACall(shown))
      .map(({ line, number, atMs }) => {
        return `line ${line} shows ${number} at ${Math.round(atMs)} ms, who has not called`;
      });
  }

  #isOfACall({ line, number, atMs }: Shown): boolean {
    return this.#spans.some(
      (span) =>
        span.line === line && span.number === number && span.fromMs <= atMs && atMs <= span.toMs,
    );
  }
}
