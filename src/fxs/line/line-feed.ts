import type { LineCapabilities, LineOutput } from "./line-types.ts";

/** Longest time without battery, ms; more is cut to it. */
export const OPEN_LOOP_LIMIT_MS = 10_000;

/**
 * The battery of a line: which way round it is, or gone for a while.
 *
 *     forward ◄── reverse(on/off) ──► reverse
 *         └──────── open(ms) ────────────┘   and back to whichever was asked for last
 *
 * Each change disturbs the loop: it is told to `disturbed`, so that the hook is not read from it.
 */
export class LineFeed {
  readonly #able: Pick<LineCapabilities, "reversal" | "openLoop">;
  readonly #push: (output: LineOutput) => void;
  readonly #disturbed: (what: "opened" | "changed", nowMs: number) => void;
  #isReversed = false;
  #openUntilMs: number | undefined;

  constructor(
    able: Pick<LineCapabilities, "reversal" | "openLoop">,
    push: (output: LineOutput) => void,
    disturbed: (what: "opened" | "changed", nowMs: number) => void,
  ) {
    this.#able = able;
    this.#push = push;
    this.#disturbed = disturbed;
  }

  deadlineMs(): number | undefined {
    return this.#openUntilMs;
  }

  /** No battery for a while; another one meanwhile sets the end anew. */
  open(durationMs: number, nowMs: number): void {
    if (!this.#able.openLoop || !(durationMs > 0)) return;
    const isOpen = this.#openUntilMs !== undefined;
    this.#openUntilMs = nowMs + Math.min(durationMs, OPEN_LOOP_LIMIT_MS);
    if (isOpen) return;
    this.#disturbed("opened", nowMs);
    this.#feed("open");
  }

  reverse(reversed: boolean, nowMs: number): void {
    if (!this.#able.reversal || reversed === this.#isReversed) return;
    this.#isReversed = reversed;
    if (this.#openUntilMs !== undefined) return; // takes effect when the battery returns
    this.#feed(reversed ? "reverse" : "forward");
    this.#disturbed("changed", nowMs);
  }

  /** Forward battery, now. */
  restore(nowMs: number): void {
    const wasReversed = this.#isReversed;
    this.#isReversed = false;
    if (this.#openUntilMs !== undefined) this.#close(nowMs);
    else if (wasReversed) {
      this.#feed("forward");
      this.#disturbed("changed", nowMs);
    }
  }

  timeout(nowMs: number): void {
    if (this.#openUntilMs !== undefined && nowMs >= this.#openUntilMs) this.#close(nowMs);
  }

  /** The card has put itself into its safe state. */
  reset(): void {
    this.#isReversed = false;
    this.#openUntilMs = undefined;
  }

  #close(nowMs: number): void {
    this.#openUntilMs = undefined;
    this.#feed(this.#isReversed ? "reverse" : "forward");
    this.#disturbed("changed", nowMs);
  }

  #feed(feed: "open" | "forward" | "reverse"): void {
    this.#push({ kind: "slic", action: { kind: "feed", feed } });
  }
}
