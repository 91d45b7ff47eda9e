import type { RealtimeHost } from "../../../src/gateway/realtime/host.ts";
import type { RealtimeCommand, RealtimeEvent } from "../../../src/gateway/realtime/messages.ts";
import type { RealtimeConfig } from "../../../src/gateway/realtime/realtime-config.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";

/** How late messages between the planes are, ms; may be changed at any time. */
export interface Pace {
  delayMs: number;
}

/** A real-time plane whose messages, both ways, come late, and in their order. */
export class SlowHost implements RealtimeHost {
  readonly #inner: RealtimeHost;
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** What is under way, the oldest first. */
  readonly #queue: (() => void)[] = [];
  #lastDueMs = 0;

  constructor(inner: RealtimeHost, clock: Clock, pace: Pace) {
    this.#inner = inner;
    this.#clock = clock;
    this.#pace = pace;
  }

  start(config: RealtimeConfig, onEvent: (event: RealtimeEvent) => void): Promise<void> {
    return this.#inner.start(config, (event) => this.#later(() => onEvent(event)));
  }

  send(command: RealtimeCommand): void {
    this.#later(() => this.#inner.send(command));
  }

  /** What is under way arrives before. */
  async stop(): Promise<void> {
    this.#flush();
    await this.#inner.stop();
    this.#flush();
  }

  #later(arrive: () => void): void {
    const nowMs = this.#clock.nowMs();
    if (this.#pace.delayMs === 0 && this.#queue.length === 0) {
      arrive();
      return;
    }
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + this.#pace.delayMs);
    this.#queue.push(arrive);
    // What was flushed meanwhile leaves its timer with nothing to do.
    this.#clock.at(this.#lastDueMs, () => this.#queue.shift()?.());
  }

  #flush(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
  }
}
