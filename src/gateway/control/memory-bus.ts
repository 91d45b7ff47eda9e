import type { SipAddress } from "../../sip/index.ts";
import type { RunQueue } from "../run-queue.ts";

/** Takes a datagram that came through the bus. `bytes` belongs to the taker. */
export type MemoryReceiver = (bytes: Uint8Array, from: SipAddress) => void;

/**
 * The SIP transport inside the box: the line's user agent and the exchange reach each other by
 * name. It never loses, copies or reorders, and delivers through the plane's queue.
 */
export class MemoryBus {
  readonly #queue: RunQueue;
  readonly #receivers = new Map<string, MemoryReceiver>();

  constructor(queue: RunQueue) {
    this.#queue = queue;
  }

  join(name: string, receive: MemoryReceiver): void {
    this.#receivers.set(name, receive);
  }

  leave(name: string): void {
    this.#receivers.delete(name);
  }

  /** False where nobody of that name is there. */
  send(bytes: Uint8Array, from: SipAddress, to: SipAddress): boolean {
    const receive = this.#receivers.get(to.host);
    if (receive === undefined) return false;
    this.#queue.post(() => receive(bytes, from));
    return true;
  }
}
