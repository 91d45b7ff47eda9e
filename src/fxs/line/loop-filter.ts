/**
 * How the loop detector is to be read.
 *
 * - `watch`: as the telephone's hook and dial
 * - `ringing`: ringing voltage is on the line; only a telephone that answers closes the loop long
 * - `blind`: we ourselves disturb the loop (feed change, end of a burst); what it shows is no hook
 */
export type LoopRegime = "watch" | "ringing" | "blind";

/** What comes out of the filter. `atMs` is when it happened on the wire. */
export type LoopChange =
  /**
   * The loop changed and held: `atMs` is the first edge of the change, before the bounce. After a
   * regime that hides the hook it is told anew, changed or not.
   */
  | { readonly kind: "loop"; readonly closed: boolean; readonly atMs: number }
  /** From here on the hook is hidden, until the loop is told again. */
  | { readonly kind: "hidden"; readonly atMs: number }
  /** The loop stayed closed under ringing: the telephone answered. The loop counts as closed. */
  | { readonly kind: "trip"; readonly atMs: number };

/** Times of the filter, ms. */
export interface LoopFilterConfig {
  /** A level counts once it has held this long: longer than bounce, shorter than any make. */
  readonly glitchMs: number;
  /** How far back before the last bounce a change is dated at the most. */
  readonly bounceMaxMs: number;
  /** A loop closed this long without a break under ringing is an answer. */
  readonly ringTripMs: number;
}

/**
 * Filter times that fit dials of 8 to 22 pulses a second.
 *
 * Sources: dial contacts bounce less than 5 ms and public drivers filter pulses 3–10 ms; at 22
 * pulses a second and 68 % break a make is 14.5 ms, of which bounce leaves 9.5. Hook contacts
 * bounce up to 20 ms. Ring trip: Silvertel Ag1171 asks for 10 ms of debounce.
 */
export const LOOP_FILTER = {
  glitchMs: 6,
  bounceMaxMs: 20,
  ringTripMs: 10,
} as const satisfies LoopFilterConfig;

/** Most regime changes waiting for the watermark; past it the oldest is skipped. */
const REGIME_LIMIT = 64;

interface Pending {
  readonly firstMs: number;
  readonly lastMs: number;
  /** To be told even where the loop turns out to be as it was. */
  readonly anyway: boolean;
}

/**
 * Turns raw edges of a loop detector into changes of the loop, by the edges' own time.
 *
 *     raw      ──┐ ┌┐┌────────────┐┌┐ ┌──────
 *                └─┘└┘            └┘└─┘
 *                ◄──► bounce      ◄───► bounce
 *     loop     ──┐                ┌──────────   a change is dated at its first edge, told once the
 *                └────────────────┘             new level has held for `glitchMs`
 *
 * Time here is wire time: it advances by edges and watermarks only, so that what comes out depends
 * on when things happened and never on when we were told. A regime takes effect at a wire time too:
 * an edge stamped before it is read by the regime before, however late it comes.
 */
export class LoopFilter {
  readonly #config: LoopFilterConfig;
  #wireMs: number;
  #regime: LoopRegime = "watch";
  #regimeFromMs: number;
  #coming: { readonly regime: LoopRegime; readonly fromMs: number }[] = [];
  /** The detector now, and the loop as last told. */
  #raw = false;
  #closed = false;
  /** `watch`: a change that has not held yet. */
  #pending: Pending | undefined;
  /** `ringing`: since when the loop is closed without a break. */
  #closedSinceMs: number | undefined;

  constructor(config: LoopFilterConfig, startMs: number) {
    this.#config = config;
    this.#wireMs = startMs;
    this.#regimeFromMs = startMs;
  }

  /** No change dated before this time is still to come out. */
  get knownUntilMs(): number {
    if (this.#regime !== "watch") return this.#regimeFromMs;
    return this.#pending === undefined ? this.#wireMs : this.#datedAt(this.#pending);
  }

  /** Whether the hook shows and no change is waiting to hold. */
  get isSteady(): boolean {
    return this.#regime === "watch" && this.#pending === undefined;
  }

  /** The watermark that would bring something out; `undefined` where nothing waits for one. */
  get wantedMs(): number | undefined {
    const next = this.#decisionMs();
    const regimeMs = this.#coming[0]?.fromMs;
    if (next === undefined || regimeMs === undefined) return next ?? regimeMs;
    return Math.min(next, regimeMs);
  }

  /** Read the detector by another regime from a wire time on; later ones to come fall away. */
  setRegime(regime: LoopRegime, fromMs: number): void {
    while ((this.#coming.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY) >= fromMs) this.#coming.pop();
    this.#coming.push({ regime, fromMs });
    if (this.#coming.length > REGIME_LIMIT) this.#coming.shift();
  }

  /** A raw edge. Edges come in the order of their times; a time before wire time counts as that. */
  edge(closed: boolean, atMs: number): readonly LoopChange[] {
    const changes = this.advance(atMs);
    const edgeMs = Math.max(atMs, this.#wireMs);
    if (closed === this.#raw) return changes;
    this.#raw = closed;
    if (this.#regime === "ringing") this.#closedSinceMs = closed ? edgeMs : undefined;
    if (this.#regime === "watch") {
      const { firstMs, anyway } = this.#pending ?? { firstMs: edgeMs, anyway: false };
      this.#pending = { firstMs, lastMs: edgeMs, anyway };
    }
    return changes;
  }

  /** Wire time has come to `toMs`: no edge stamped before is still to come. */
  advance(toMs: number): readonly LoopChange[] {
    const changes: LoopChange[] = [];
    for (;;) {
      const decisionMs = this.#decisionMs() ?? Number.POSITIVE_INFINITY;
      const regimeMs = this.#coming[0]?.fromMs ?? Number.POSITIVE_INFINITY;
      if (Math.min(decisionMs, regimeMs) > toMs) break;
      if (decisionMs <= regimeMs) this.#decide(changes);
      else this.#enterNext(regimeMs, changes);
    }
    this.#wireMs = Math.max(this.#wireMs, toMs);
    return changes;
  }

  #decisionMs(): number | undefined {
    if (this.#regime === "watch" && this.#pending !== undefined) {
      return this.#pending.lastMs + this.#config.glitchMs;
    }
    if (this.#regime === "ringing" && this.#closedSinceMs !== undefined) {
      return this.#closedSinceMs + this.#config.ringTripMs;
    }
    return undefined;
  }

  #decide(changes: LoopChange[]): void {
    if (this.#regime === "ringing") {
      const atMs = this.#closedSinceMs ?? this.#wireMs;
      this.#closedSinceMs = undefined;
      this.#closed = true;
      changes.push({ kind: "trip", atMs });
      return;
    }
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined || (this.#raw === this.#closed && !pending.anyway)) return;
    this.#closed = this.#raw;
    changes.push({ kind: "loop", closed: this.#closed, atMs: this.#datedAt(pending) });
  }

  /** A contact that chatters on and on must not date its change ever further back. */
  #datedAt(pending: Pending): number {
    return Math.max(pending.firstMs, pending.lastMs - this.#config.bounceMaxMs);
  }

  #enterNext(atMs: number, changes: LoopChange[]): void {
    const next = this.#coming.shift();
    if (next === undefined) return;
    this.#wireMs = Math.max(this.#wireMs, atMs);
    if (next.regime === this.#regime) return;
    if (this.#regime === "watch") changes.push({ kind: "hidden", atMs: this.knownUntilMs });
    this.#regime = next.regime;
    this.#regimeFromMs = this.#wireMs;
    this.#closedSinceMs = next.regime === "ringing" && this.#raw ? this.#wireMs : undefined;
    const pending = { firstMs: this.#wireMs, lastMs: this.#wireMs, anyway: true };
    this.#pending = next.regime === "watch" ? pending : undefined;
  }
}
