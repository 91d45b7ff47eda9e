import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { RandomFloat } from "../audio/random-float.ts";
import type { LoopEnd } from "../loop/terminal.ts";
import { bounceEdges } from "./contact-bounce.ts";

/** One of the contacts that make the loop; it bounces when it is worked. */
class Contact {
  readonly #clock: Clock;
  readonly #random: RandomFloat;
  readonly #onEdge: () => void;
  #pending: Timer[] = [];
  closed: boolean;

  constructor(clock: Clock, random: RandomFloat, closed: boolean, onEdge: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#onEdge = onEdge;
    this.closed = closed;
  }

  work(closed: boolean, bounceMs: number): void {
    for (const timer of this.#pending) timer.cancel();
    this.#pending = [];
    const nowMs = this.#clock.nowMs();
    for (const edge of bounceEdges(this.#random, closed, bounceMs)) {
      if (edge.afterMs === 0) this.#set(edge.closed);
      else {
        const run = (): void => this.#set(edge.closed);
        this.#pending.push(this.#clock.at(nowMs + edge.afterMs, run));
      }
    }
  }

  #set(closed: boolean): void {
    this.closed = closed;
    this.#onEdge();
  }
}

/**
 * The telephone's way through from wire to wire: the hook switch and, in a rotary set, the pulsing
 * contact in series with it.
 */
export class LineContacts {
  readonly hook: Contact;
  readonly pulsing: Contact;
  /** Closes the loop for the display, whatever the hook switch does. */
  #display = false;
  #end: LoopEnd | undefined;

  constructor(clock: Clock, random: RandomFloat) {
    const apply = (): void => this.#apply();
    this.hook = new Contact(clock, random, false, apply);
    this.pulsing = new Contact(clock, random, true, apply);
  }

  /** Whether the loop is closed by this telephone now. */
  get closed(): boolean {
    return (this.hook.closed && this.pulsing.closed) || this.#display;
  }

  /** The set itself closes the loop, or lets go of it. */
  setDisplayLoop(closed: boolean): void {
    this.#display = closed;
    this.#apply();
  }

  /** Wires the telephone to a pair; undefined pulls its plug. */
  attach(end: LoopEnd | undefined): void {
    this.#end?.setClosed(false);
    this.#end = end;
    this.#apply();
  }

  #apply(): void {
    if (this.#end !== undefined && this.#end.closed !== this.closed) {
      this.#end.setClosed(this.closed);
    }
  }
}
