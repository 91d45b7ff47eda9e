import type { LineStatus } from "../../gateway/control/box-events.ts";
import type { Later } from "./later.ts";

/** How often it is looked whether calls are over, ms. */
export const LOOK_EVERY_MS = 1_000;

/** A server that asks again sooner than this is not listened to, ms. */
export const AGAIN_MS = 60_000;

/** What a reload needs. */
export interface ReloadPorts {
  /** Monotonic, ms. */
  nowMs(): number;
  readonly later: Later;
  status(): readonly LineStatus[];
  /** Why the configuration as it is now cannot be used; empty where it can. */
  problems(): Promise<readonly string[]>;
  /** Starts over with it. */
  reload(): void;
  tell(text: string): void;
}

/**
 * The configuration read anew because a server asked for it, once nobody at any line is in a call
 * or about to make one. One with mistakes is told and left alone: the box goes on as it was.
 */
export class ReloadWhenIdle {
  readonly #ports: ReloadPorts;
  readonly #startedMs: number;
  #cancel: (() => void) | undefined;
  #isAsked = false;

  constructor(ports: ReloadPorts) {
    this.#ports = ports;
    this.#startedMs = ports.nowMs();
  }

  /** A server asks. */
  asked(): void {
    const isTooSoon = this.#ports.nowMs() - this.#startedMs < AGAIN_MS;
    if (this.#isAsked || isTooSoon) return;
    this.#isAsked = true;
    this.#look();
  }

  /** Another configuration is there: that counts at any time. */
  changed(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#look();
  }

  /** Nothing more is to be done. */
  stop(): void {
    this.#cancel?.();
    this.#isAsked = true;
  }

  #look(): void {
    if (this.#isFree) void this.#start();
    else this.#cancel = this.#ports.later(() => this.#look(), LOOK_EVERY_MS);
  }

  get #isFree(): boolean {
    return this.#ports.status().every(isAtRest);
  }

  async #start(): Promise<void> {
    const problems = await this.#ports.problems();
    if (problems.length === 0) {
      // Somebody may have lifted while the files were read.
      if (this.#isFree) this.#ports.reload();
      else this.#look();
      return;
    }
    this.#isAsked = false;
    for (const text of problems) this.#ports.tell(text);
    this.#ports.tell("the configuration was not taken over: put it right, and have it asked anew");
  }
}

/** Whether nothing goes on at a line: it rests, or its receiver was left off long ago. */
export function isAtRest({ call }: LineStatus): boolean {
  return call === "idle" || call === "locked-out" || call === "faulted";
}
