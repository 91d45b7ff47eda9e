import type { CardEvent } from "./card-packets.ts";

/** Takes each event of a card once and in order, however often it is sent. */
export class EventIntake {
  readonly #onEvent: (event: CardEvent) => void;
  #next = 0;

  constructor(onEvent: (event: CardEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** The number of the event that is waited for, modulo 256. */
  get next(): number {
    return this.#next;
  }

  /** Takes what is new and in order; returns the number to acknowledge. */
  take(first: number, events: readonly CardEvent[]): number {
    for (const [at, event] of events.entries()) {
      if (((first + at) & 0xff) !== this.#next) continue;
      this.#next = (this.#next + 1) & 0xff;
      this.#onEvent(event);
    }
    return this.#next;
  }
}
