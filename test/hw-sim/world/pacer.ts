import type { World } from "./world.ts";

/** Keeps a world's virtual time at wall time. */
export interface RealTimePacer {
  start(): void;
  /** No event runs any more; `start` goes on from where virtual time stood. */
  stop(): void;
  /**
   * Brings something in from outside, a real datagram or a typed command: runs what is due first,
   * then `run` at the current time.
   */
  enter<T>(run: () => T): T;
  /** How much wall time was given up so far because the machine could not keep pace, ms. */
  readonly slippedMs: number;
}

/** The clock and the timer of the host. */
export interface PacerHost {
  /** Monotonic milliseconds from an arbitrary start. */
  nowMs(): number;
  /** Runs a callback once after `ms` at the earliest; the returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** How a pacer behaves where the machine cannot keep pace. */
export interface RealTimePacerOptions {
  /** Farther behind than this, virtual time slips instead of racing to catch up. */
  readonly catchUpMaxMs?: number;
  readonly onSlip?: (slippedMs: number) => void;
  /** What a callback threw; unless taken here it is thrown out of the timer. */
  readonly onError?: (reason: unknown) => void;
}

const CATCH_UP_MAX_MS = 1000;
/** The longest a timer of the host is armed for; a look at an idle queue costs nothing. */
const TIMER_MAX_MS = 60_000;

/**
 * Runs a world at the pace of the wall's clock: the same queue and the same order, each callback
 * at its virtual time or as soon after as the host lets it. Callbacks still see their own virtual
 * time as now, so a host that is late does not show in any timestamp.
 */
export function createPacer(
  world: World,
  host: PacerHost,
  options: RealTimePacerOptions = {},
): RealTimePacer {
  return new HostPacer(world, host, options);
}

class HostPacer implements RealTimePacer {
  readonly #world: World;
  readonly #host: PacerHost;
  readonly #options: RealTimePacerOptions;
  /** The host's time at virtual time 0; undefined while stopped. */
  #originMs: number | undefined;
  #callOff: (() => void) | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;
  #slippedMs = 0;
  #inside = false;

  constructor(world: World, host: PacerHost, options: RealTimePacerOptions) {
    this.#world = world;
    this.#host = host;
    this.#options = options;
  }

  get slippedMs(): number {
    return this.#slippedMs;
  }

  start(): void {
    if (this.#originMs !== undefined) return;
    this.#originMs = this.#host.nowMs() - this.#world.clock.nowMs();
    this.#world.paceBy({
      nowMs: () => this.#host.nowMs() - (this.#originMs ?? this.#host.nowMs()),
      wake: (atMs) => {
        if (!this.#inside && atMs < this.#armedForMs) this.#arm();
      },
    });
    this.#arm();
  }

  stop(): void {
    this.#originMs = undefined;
    this.#disarm();
    this.#world.paceBy(undefined);
  }

  enter<T>(run: () => T): T {
    // A callback of the world that brings something in is at its own virtual time already.
    if (this.#inside) return run();
    this.#inside = true;
    try {
      this.#catchUp();
      const result = run();
      // What it made due now, and those who wait for it, need no timer of the host.
      if (this.#originMs !== undefined) this.#world.runUntil(this.#world.clock.nowMs());
      return result;
    } finally {
      this.#inside = false;
      this.#arm();
    }
  }

  #catchUp(): void {
    if (this.#originMs === undefined) return;
    const virtualMs = this.#host.nowMs() - this.#originMs;
    this.#world.runUntil(virtualMs - this.#slip(virtualMs));
  }

  /** How much of the time to give up because the oldest event is too long overdue. */
  #slip(virtualMs: number): number {
    const behindMs = virtualMs - (this.#world.nextMs() ?? virtualMs);
    if (behindMs <= (this.#options.catchUpMaxMs ?? CATCH_UP_MAX_MS)) return 0;
    this.#originMs = (this.#originMs ?? 0) + behindMs;
    this.#slippedMs += behindMs;
    this.#options.onSlip?.(behindMs);
    return behindMs;
  }

  #onTimer(): void {
    this.#inside = true;
    try {
      this.#catchUp();
    } catch (reason) {
      if (this.#options.onError === undefined) throw reason;
      this.#options.onError(reason);
    } finally {
      this.#inside = false;
      this.#arm();
    }
  }

  #disarm(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#disarm();
    const nextMs = this.#world.nextMs();
    if (this.#originMs === undefined || nextMs === undefined) return;
    this.#armedForMs = nextMs;
    const waitMs = nextMs - (this.#host.nowMs() - this.#originMs);
    const timerMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(waitMs)));
    this.#callOff = this.#host.after(timerMs, () => this.#onTimer());
  }
}
