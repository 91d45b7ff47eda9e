import { invariant } from "../../../src/base/invariant.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import { EventQueue } from "./event-queue.ts";
import { createRandomStream, type RandomStream } from "./random-stream.ts";

/** What a world may be given. */
export interface WorldOptions {
  /** All randomness of the world follows from it. */
  readonly seed: number | string;
  /** Wall time at virtual time 0, ms since 1970-01-01 UTC; 2026-01-01 00:00 unless told. */
  readonly wallStartMs?: number;
}

/** Binds a world to another clock: it runs the world itself and is told of new work. */
export interface Pacer {
  /** The virtual time that it is by the other clock. */
  nowMs(): number;
  /** A callback was asked for, or a wait begun, outside of a run; `atMs` is when it is due. */
  wake(atMs: number): void;
}

interface Waiter {
  /** Undefined where only time is waited for. */
  readonly met: (() => boolean) | undefined;
  readonly limitAtMs: number;
  readonly resolve: (met: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

const WALL_START_MS = 1_767_225_600_000;
/** Turns of the microtask queue between two port calls of one chain of awaits: a wide guess. */
const SETTLE_TURNS = 64;
/** Chains of awaits that end in one more port call each; past it something loops. */
const SETTLE_ROUNDS_MAX = 10_000;
/** Callbacks at one instant; past it something re-arms itself and time stands still. */
const EVENTS_AT_ONE_INSTANT_MAX = 100_000;

/**
 * A world of its own: one virtual clock, one queue of events ordered by (time, sequence), one
 * seed. Nothing in it reads the wall's clock, so a run with the same seed is the same run.
 *
 * Run it plainly (`step`, `runUntil`, `runFor`, `runWhile`) where nothing awaits, or by waiting
 * (`advance`, `waitUntil`, `complete`, …) where promises are in play: those let promises settle
 * between two events whenever a port has handed one out, and always before they return. Several
 * waits may be open at once; time goes on only while all of them wait. What a callback throws
 * comes out of the run, or rejects every wait that is open.
 */
export class World {
  readonly clock: Clock;
  readonly seed: number | string;
  readonly #queue = new EventQueue();
  readonly #streams = new Map<string, RandomStream>();
  #nowMs = 0;
  /** How far the wall's clock is before the monotonic one. */
  #wallAheadMs: number;
  #running = false;
  #eventsNow = 0;
  #unsettled = false;
  #watched = 0;
  #waiters: Waiter[] = [];
  #driving = false;
  #pacer: Pacer | undefined;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.#wallAheadMs = options.wallStartMs ?? WALL_START_MS;
    this.clock = {
      nowMs: () => this.#currentMs(),
      wallMs: () => this.#wallAheadMs + this.#currentMs(),
      at: (atMs, run) => this.atAgain(undefined, atMs, run),
      sleep: (ms) =>
        new Promise((resolve) => {
          this.clock.at(this.#currentMs() + ms, () => {
            this.#unsettled = true;
            resolve();
          });
        }),
    };
  }

  /** The stream of that name: the same object at every call. */
  random(stream: string): RandomStream {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const made = createRandomStream(this.seed, stream);
    this.#streams.set(stream, made);
    return made;
  }

  /** Sets the wall's clock ahead, or back; nothing else of time changes. */
  stepWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  /** As `clock.at`; `timer`, whose callback has run, serves again. See `EventQueue.addAgain`. */
  atAgain(timer: Timer | undefined, atMs: number, run: () => void): Timer {
    invariant(!Number.isNaN(atMs), "a callback needs a time");
    const dueMs = Math.max(atMs, this.#currentMs());
    const asked = this.#queue.addAgain(timer, dueMs, run);
    if (!this.#running) this.#pacer?.wake(dueMs);
    return asked;
  }

  /** When the next callback is due. */
  nextMs(): number | undefined {
    return this.#queue.nextMs();
  }

  /** How many callbacks wait for their time. */
  get pending(): number {
    return this.#queue.length;
  }

  /** Runs one callback; false where none is pending. */
  step(): boolean {
    return this.#stepBy(Number.POSITIVE_INFINITY);
  }

  /** Runs one callback that is due by then; false where none is. */
  #stepBy(limitAtMs: number): boolean {
    invariant(!this.#running, "a callback of the world must not run the world");
    const next = this.#queue.takeBy(limitAtMs);
    if (next === undefined) return false;
    this.#eventsNow = next.atMs === this.#nowMs ? this.#eventsNow + 1 : 0;
    // Put into words only then: this is run for every event.
    if (this.#eventsNow >= EVENTS_AT_ONE_INSTANT_MAX) {
      invariant(
        false,
        `time stands still at ${next.atMs} ms: some callback re-arms itself for now`,
      );
    }
    this.#nowMs = next.atMs;
    this.#running = true;
    try {
      next.run();
    } finally {
      this.#running = false;
    }
    return true;
  }

  /** Runs all that is due up to and at `atMs`; then it is `atMs`. */
  runUntil(atMs: number): void {
    while (this.#stepBy(atMs)) {
      if (this.#pacer !== undefined) this.#releaseWaiters();
    }
    if (atMs > this.#nowMs) this.#nowMs = atMs;
    if (this.#pacer !== undefined) this.#releaseWaiters();
  }

  runFor(ms: number): void {
    this.runUntil(this.#currentMs() + ms);
  }

  /** Runs while `condition` holds, `limitMs` at most; false where it held to the end. */
  runWhile(condition: () => boolean, limitMs: number): boolean {
    const limitAtMs = this.#nowMs + limitMs;
    while (condition()) {
      if (!this.#stepBy(limitAtMs)) {
        this.#nowMs = Math.max(this.#nowMs, limitAtMs);
        return !condition();
      }
    }
    return true;
  }

  /**
   * What a simulated port returns from a call that answers by promise: settled already, with what
   * `make` returns or throws. The waiting runs take note of it.
   */
  promise<T>(make: () => T): Promise<T> {
    this.#unsettled = true;
    return new Promise((resolve) => resolve(make()));
  }

  /** Lets promises run on, at this instant, until none of them ends in a call of a port. */
  async settle(): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      this.#unsettled = false;
      for (let turn = 0; turn < SETTLE_TURNS; turn++) await undefined;
      if (!this.#unsettled) return;
    }
    invariant(false, "promises keep calling ports and never settle");
  }

  /** As `runFor`, with promises. */
  async advance(ms: number): Promise<void> {
    await this.#wait(undefined, ms);
  }

  /**
   * For whoever computes for long: a bound world keeps up with its clock before the promise
   * settles. A world of its own time waits for nobody, and nothing happens.
   */
  async breathe(): Promise<void> {
    if (this.#pacer !== undefined) await this.#wait(undefined, 1);
  }

  /** As `runUntil`, with promises. */
  async advanceTo(atMs: number): Promise<void> {
    await this.#wait(undefined, atMs - this.#currentMs());
  }

  /** Runs until `met` holds, `limitMs` at most; false where it never did. */
  waitUntil(met: () => boolean, limitMs: number): Promise<boolean> {
    return this.#wait(met, limitMs);
  }

  /**
   * Runs until a promise of the program under test settles, and passes its result on.
   * Rejects with an error where it has not within `limitMs`.
   */
  async complete<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
      // A bound world looks at its waits when it wakes: have it wake.
      if (this.#pacer !== undefined) this.clock.at(0, () => {});
    };
    promise.then(note, note);
    this.#watched++;
    try {
      if (await this.#wait(() => settled, limitMs)) return await promise;
    } finally {
      this.#watched--;
    }
    throw new Error(`not settled within ${limitMs} ms of virtual time`);
  }

  /** Hands the running of this world over to a pacer, or takes it back. */
  paceBy(pacer: Pacer | undefined): void {
    invariant(!this.#driving, "a world that somebody waits on cannot change its pacer");
    this.#pacer = pacer;
  }

  /**
   * Between two runs of a bound world time goes on by the other clock, up to the next event: what
   * is asked then is asked now, and nothing ever sees time run backwards.
   */
  #currentMs(): number {
    if (this.#pacer !== undefined && !this.#running) {
      const pacedMs = Math.min(this.#pacer.nowMs(), this.#queue.nextMs() ?? Infinity);
      if (pacedMs > this.#nowMs) this.#nowMs = pacedMs;
    }
    return this.#nowMs;
  }

  #isDue(limitAtMs: number): boolean {
    const nextMs = this.#queue.nextMs();
    return nextMs !== undefined && nextMs <= limitAtMs;
  }

  #wait(met: (() => boolean) | undefined, limitMs: number): Promise<boolean> {
    invariant(Number.isFinite(limitMs), "a wait needs a limit");
    return new Promise((resolve, reject) => {
      const limitAtMs = this.#currentMs() + Math.max(0, limitMs);
      this.#waiters.push({ met, limitAtMs, resolve, reject });
      if (this.#pacer !== undefined) {
        this.clock.at(0, () => {});
        this.clock.at(limitAtMs, () => {});
      } else if (!this.#driving) {
        this.#driving = true;
        void this.#drive();
      }
    });
  }

  /** Runs the world for those who wait. */
  async #drive(): Promise<void> {
    try {
      await this.settle();
      while (this.#waiters.length > 0) {
        if (this.#releaseWaiters()) {
          await this.settle();
          continue;
        }
        this.#stepForWaiters();
        if (this.#unsettled || this.#watched > 0) await this.settle();
      }
    } catch (reason) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    } finally {
      this.#driving = false;
    }
  }

  /**
   * Runs what is due next, or lets the time pass to the first wait's limit. Goes on where nobody
   * has to look in between: all wait for their time alone, and no promise is in play.
   */
  #stepForWaiters(): void {
    const { length } = this.#waiters;
    let limitAtMs = Number.POSITIVE_INFINITY;
    let looks = this.#watched > 0;
    for (const { met, limitAtMs: oneMs } of this.#waiters) {
      limitAtMs = Math.min(limitAtMs, oneMs);
      if (met !== undefined) looks = true;
    }
    do {
      if (!this.#stepBy(limitAtMs)) {
        this.#nowMs = limitAtMs;
        return;
      }
    } while (!looks && !this.#unsettled && this.#watched === 0 && this.#waiters.length === length);
  }

  /** Answers those whose wait is over; whether there was one. */
  #releaseWaiters(): boolean {
    let waiting: Waiter[] | undefined;
    for (let at = 0; at < this.#waiters.length; at++) {
      const waiter = this.#waiters[at];
      if (waiter === undefined) continue;
      const met = waiter.met?.() === true;
      const over = this.#nowMs >= waiter.limitAtMs && !this.#isDue(waiter.limitAtMs);
      if (met || over) {
        waiting ??= this.#waiters.slice(0, at);
        waiter.resolve(met);
      } else waiting?.push(waiter);
    }
    // After most events nobody's wait is over.
    if (waiting === undefined) return false;
    this.#waiters = waiting;
    return true;
  }
}
