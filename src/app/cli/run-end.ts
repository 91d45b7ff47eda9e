import type { RealtimeHost } from "../../gateway/realtime/host.ts";
import { type Later, later } from "./later.ts";

/** How long a box may take to end in good order, and its lines to be made safe, ms. */
export const STOP_LIMIT_MS = 5000;

/** What a box ends with that has to be started anew: at another address, or as it is told now. */
export const START_AGAIN = -1;

/** What ends the process in the end. */
export interface EndPorts {
  exit(code: number): void;
  readonly later: Later;
}

/** The process. */
const PROCESS_END: EndPorts = {
  exit: (code) => process.exit(code),
  later,
};

/** The lines of a box. */
type Lines = Pick<RealtimeHost, "stop">;

/** One box, from before it opens its lines until they are safe again. */
interface BoxLife {
  readonly lines: Lines;
  /** Has it end in good order, with that code; the first counts. */
  readonly end: (code: number) => void;
}

/** What runs while a box does. */
export interface Started {
  /** Takes away what was put up beside the box. */
  unwatch(): void;
  /** Ends the box: its calls, its registrations. */
  stop(): Promise<void>;
}

/**
 * How `tipring run` ends, whichever of its boxes runs at the moment, or none: one may start over
 * as another. Whatever asks for the end, and when, the lines are safe before the process ends.
 */
export class RunEnd {
  readonly #ports: EndPorts;
  #life: BoxLife | undefined;
  #isAsked = false;
  #isCrashed = false;

  constructor(ports: EndPorts = PROCESS_END) {
    this.#ports = ports;
  }

  /** Whether the end was asked for: no box may begin any more. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** What the process ends with where nothing went wrong. */
  get code(): number {
    return this.#isCrashed ? 1 : 0;
  }

  /** In good order; asked again, or where that takes too long, at once. */
  readonly ask = (): void => {
    if (this.#isAsked) {
      this.hurry();
      return;
    }
    this.#isAsked = true;
    this.#ports.later(() => this.hurry(), 2 * STOP_LIMIT_MS);
    this.#life?.end(0);
  };

  /** At once: the lines are made safe, nothing else is waited for. */
  readonly hurry = (): void => {
    this.#isAsked = true;
    const exit = (): void => this.#ports.exit(1);
    this.#ports.later(exit, STOP_LIMIT_MS);
    if (this.#life === undefined) exit();
    else this.#life.lines.stop().then(exit, exit);
  };

  /**
   * After a bug, when no state of this thread can be relied on any more: the lines are made safe
   * before anything else is tried. False where that is under way, and this follows from it.
   */
  crashed(): boolean {
    if (this.#isCrashed) return false;
    this.#isCrashed = true;
    this.#isAsked = true;
    const exit = (): void => this.#ports.exit(1);
    this.#ports.later(exit, STOP_LIMIT_MS);
    const life = this.#life;
    if (life === undefined) exit();
    else {
      const end = (): void => life.end(1);
      life.lines.stop().then(end, end);
    }
    return true;
  }

  /**
   * Runs one box: `start` makes it, and is told how it ends by itself. Resolves with what it ended
   * with, its lines safe; rejects where it could not be started or stopped, its lines safe as well.
   */
  async live(
    lines: Lines,
    start: (end: (code: number) => void) => Promise<Started>,
  ): Promise<number> {
    if (this.#isAsked) return this.code;
    const { promise: ended, resolve: end } = withResolvers<number>();
    this.#life = { lines, end };
    let isSafe = false;
    const limit = (code: number): (() => void) =>
      this.#ports.later(() => this.#ports.exit(isSafe ? code : 1), STOP_LIMIT_MS);
    // Taken back where another box follows alone: it also ends a process that something else would
    // keep alive.
    let cancel = (): void => {};
    try {
      const starting = start(end);
      const started = await Promise.race([starting, ended.then(() => undefined)]);
      const code = await ended;
      const again = code === START_AGAIN;
      const takeBack = limit(again ? 1 : code);
      if (again) cancel = takeBack;
      // It may be asked to end before it has begun: then what still comes up is ended as well.
      if (started === undefined) starting.then(stopped, () => {});
      else await stopped(started);
      return this.#isCrashed ? 1 : code;
    } catch (error) {
      limit(1);
      throw error;
    } finally {
      await lines.stop();
      isSafe = true;
      this.#life = undefined;
      cancel();
    }
  }
}

function stopped(started: Started): Promise<void> {
  started.unwatch();
  return started.stop();
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((take) => {
    resolve = take;
  });
  return { promise, resolve };
}
