import type { RandomStream } from "./random-stream.ts";

/** How one direction between two addresses treats datagrams. Ratios are 0–1. */
export interface LinkConditions {
  /** The shortest way there. */
  readonly latencyMs: number;
  /** Up to so much more, evenly; order is kept all the same. */
  readonly jitterMs: number;
  readonly lossRatio: number;
  /** How often a datagram arrives twice. */
  readonly duplicateRatio: number;
  /** How often a datagram is held back and overtaken by those after it. */
  readonly reorderRatio: number;
  /** How long it is held back. */
  readonly reorderByMs: number;
}

/** Nothing is lost and nothing takes time. */
export const PERFECT_LINK: LinkConditions = {
  latencyMs: 0,
  jitterMs: 0,
  lossRatio: 0,
  duplicateRatio: 0,
  reorderRatio: 0,
  reorderByMs: 25,
};

/** Numbers that each datagram draws. */
const DRAWS = 4;
const NEVER: readonly number[] = [];

/**
 * One direction between two addresses. Each datagram draws the same count of random numbers
 * whatever the conditions are, so that a change of one of them leaves the luck of the others.
 */
export class Link {
  readonly #random: RandomStream;
  /** When the last datagram that was not held back arrives: the next one is not before it. */
  #lastAtMs = 0;
  /** What is not drawn yet, since nothing was left to chance. */
  #owedDraws = 0;
  readonly #once: [number] = [0];

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /**
   * When copies of a datagram sent now arrive: none where it is lost, two where it doubles. Until
   * the next one is sent.
   */
  arrivalsMs(nowMs: number, conditions: LinkConditions): readonly number[] {
    if (isCertain(conditions)) {
      this.#owedDraws += DRAWS;
      return this.#inOrder(nowMs + conditions.latencyMs);
    }
    for (; this.#owedDraws > 0; this.#owedDraws--) this.#random.float();
    const lost = this.#random.float() < conditions.lossRatio;
    const delayMs = conditions.latencyMs + this.#random.float() * conditions.jitterMs;
    const doubled = this.#random.float() < conditions.duplicateRatio;
    const heldBack = this.#random.float() < conditions.reorderRatio;
    if (lost) return NEVER;
    const atMs = nowMs + delayMs;
    const [arrivesMs] = heldBack ? [atMs + conditions.reorderByMs] : this.#inOrder(atMs);
    return doubled ? [arrivesMs, arrivesMs] : [arrivesMs];
  }

  #inOrder(atMs: number): readonly [number] {
    this.#lastAtMs = Math.max(atMs, this.#lastAtMs);
    this.#once[0] = this.#lastAtMs;
    return this.#once;
  }
}

/** Whether nothing depends on what is drawn. */
function isCertain({ jitterMs, lossRatio, duplicateRatio, reorderRatio }: LinkConditions): boolean {
  return jitterMs === 0 && lossRatio === 0 && duplicateRatio === 0 && reorderRatio === 0;
}
