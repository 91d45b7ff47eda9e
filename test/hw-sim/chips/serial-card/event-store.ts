import { ByteWriter } from "../../../../src/base/bytes.ts";

/** What a card tells of its own accord. @see docs/serial-line-card.md §6 */
export const EVENT = { LOOP: 1, FAULT: 2, FAULT_OVER: 3, RING_STOPPED: 4 } as const;

/** One event. */
export interface CardEvent {
  readonly line: number;
  readonly kind: number;
  readonly timeUs: number;
  readonly value: number;
}

/** How many a card keeps, and how many go into one packet. */
const KEPT_MAX = 32;
const PACKET_MAX = 16;
const NUMBERS = 256;

/** The events that the host has not acknowledged yet, by their numbers. */
export class EventStore {
  #events: CardEvent[] = [];
  /** The number of the first one kept. */
  #first = 0;
  /** How many of those kept have been in a packet. */
  #sent = 0;
  #dropped = 0;

  /** The number that the next event will have. */
  get next(): number {
    return (this.#first + this.#events.length) % NUMBERS;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  get hasRoom(): boolean {
    return this.#events.length < KEPT_MAX;
  }

  /** A session begins: numbers from 0. */
  clear(): void {
    this.#events = [];
    this.#first = 0;
    this.#sent = 0;
  }

  /** False where there is no room: then it is dropped and counted. */
  add(event: CardEvent): boolean {
    if (!this.hasRoom) {
      this.#dropped = (this.#dropped + 1) & 0xffff;
      return false;
    }
    this.#events.push(event);
    return true;
  }

  /** The host waits for this number next; false where it was never sent. */
  acknowledge(next: number): boolean {
    const count = (next - this.#first + NUMBERS) % NUMBERS;
    if (count > this.#sent) return false;
    this.#events.splice(0, count);
    this.#first = next;
    this.#sent -= count;
    return true;
  }

  /** The body of an EVENTS packet with the oldest of them. */
  packetBody(): Uint8Array {
    const events = this.#events.slice(0, PACKET_MAX);
    this.#sent = Math.max(this.#sent, events.length);
    const body = new ByteWriter().u8(this.#first).u8(events.length);
    for (const { line, kind, timeUs, value } of events) {
      body.u8(line).u8(kind).u32(timeUs).u16(value);
    }
    return body.finish();
  }
}
