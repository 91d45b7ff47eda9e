import type { RtpConfig } from "../gateway/realtime/realtime-config.ts";
import { CallRehearsal } from "../gateway/realtime/rehearsal.ts";
import { WarmUp } from "../gateway/realtime/warm-up.ts";
import type { Board } from "../hal/ports/board.ts";
import type { Clock, Timer } from "../hal/ports/clock.ts";

/** It takes its thread so long at a time, ms. A step that is begun is ended. */
const SLICE_MS = 4;
/** It rests for so much longer than it worked: its share of the thread is less than a half. */
const REST_SHARE = 1.2;
/** A part of every frame's length: what begins there begins behind the frames of that moment. */
const GRID_MS = 10;
/** Once all has been run: so many steps at a time, so many times, for a second or so. */
const LINGER_STEPS = 4;
const LINGER_REST_MS = 16;
const LINGER_ROUNDS = 60;

/** How many frames are run of each act, at the least. */
export interface WarmingPlan {
  readonly lines: number;
  /** One cast of calls after the other: the engine takes for constant what it has seen one of. */
  readonly calls: readonly number[];
}

/** So many make the engine compile all that a frame runs; as many again would gain little. */
const PLAN: WarmingPlan = { lines: 800, calls: [1200, 400] };

/** What is run before there are calls, piece by piece. */
interface Act {
  /** False where it has been run often enough to be compiled; it may be run on. */
  step(): boolean;
  close?(): void;
}

/** What warming up needs of a board. */
export type WarmedBoard = Pick<Board, "ports" | "rehearse">;

/**
 * Runs what calls run, so that it is compiled before the first of them: two lines in memory, and
 * where the board can rehearse, calls over sockets of this machine. Hooks and calls come first, so
 * it goes on in small pieces, right behind a frame, and takes less than half of the thread,
 * however slow the machine. The engine compiles in other threads, which may be kept waiting,
 * and takes no more than some functions at a time; so once all has been run it goes on a little,
 * until they have had their turn. Then, or when it is stopped, nothing is left of it: no socket, no
 * session, no timer.
 *
 *    lines ──▶ calls ──▶ the same with others ──▶ linger ──▶ over
 *      └─────────┴───────────────┴── stop ──────────┴─────────▲
 */
export class Warming {
  readonly #clock: Clock;
  readonly #rehearse: Board["rehearse"];
  readonly #casts: (() => CallRehearsal)[];
  readonly #workedMs: () => number;
  #acts: Act[];
  #timer: Timer | undefined;

  /** @param workedMs a clock of this thread's work, ms */
  constructor(
    { ports, rehearse }: WarmedBoard,
    rtp: RtpConfig,
    plan = PLAN,
    workedMs = (): number => performance.now(),
  ) {
    this.#clock = ports.clock;
    this.#rehearse = rehearse;
    this.#workedMs = workedMs;
    this.#casts =
      rehearse === undefined
        ? []
        : plan.calls.map((frames) => () => new CallRehearsal(rehearse(), ports, rtp, frames));
    this.#acts = [new WarmUp(plan.lines)];
  }

  /** Begins, with the next frame. */
  start(): void {
    const [lines] = this.#acts;
    if (lines !== undefined) this.#later(() => this.#run(lines), 0);
  }

  /** Ends it, wherever it is. Twice does nothing. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const act of this.#acts) act.close?.();
    this.#acts = [];
    this.#casts.length = 0;
  }

  /** Whether it is over. */
  get isOver(): boolean {
    return this.#timer === undefined;
  }

  /** Where there are not enough sockets, there is nothing to be run. */
  #open(calls: CallRehearsal): void {
    if (calls.begin()) this.#run(calls);
    else this.#next();
  }

  #run(act: Act): void {
    const startedMs = this.#workedMs();
    let more = true;
    while (more && this.#workedMs() - startedMs < SLICE_MS) more = act.step();
    const restMs = (this.#workedMs() - startedMs) * REST_SHARE;
    if (more) this.#later(() => this.#run(act), restMs);
    else this.#later(() => this.#next(), restMs);
  }

  /** The next cast, whose sockets are open by the next frame; the one before it leaves. */
  #next(): void {
    const calls = this.#casts.shift()?.();
    if (calls === undefined) {
      this.#linger(0);
      return;
    }
    this.#acts.splice(1)[0]?.close?.();
    this.#acts.push(calls);
    this.#later(() => this.#open(calls), 0);
  }

  #linger(round: number): void {
    if (round === LINGER_ROUNDS) {
      this.stop();
      return;
    }
    for (const act of this.#acts) for (let n = 0; n < LINGER_STEPS; n++) act.step();
    this.#later(() => this.#linger(round + 1), LINGER_REST_MS);
  }

  /** At the first frame after so long. By the board's clock only where that is this machine's. */
  #later(run: () => void, restMs: number): void {
    if (this.#rehearse === undefined) {
      const timeout = setTimeout(run, GRID_MS + restMs).unref();
      this.#timer = { cancel: () => clearTimeout(timeout) };
      return;
    }
    const atMs = Math.ceil((this.#clock.nowMs() + restMs) / GRID_MS) * GRID_MS;
    this.#timer = this.#clock.at(atMs, run);
  }
}
