import type { SocketAddress } from "../address.ts";
import { mappedAddress, parseStun, printStun, STUN_BINDING } from "./stun-message.ts";

/** How a server is asked which address it sees us at. */
export const BINDING_PROBE_TIMES = {
  /** From the first request to the second; it doubles from there. @see RFC 8489 §6.2.1 */
  firstMs: 500,
  /** Requests in all: the third goes out after 1.5 s. */
  requests: 3,
  /** When nobody is waited for any more: in the RFC's 39.5 s a caller would have hung up. */
  giveUpMs: 2_500,
} as const;

/** What is to be done at a deadline. */
export type BindingProbeStep = "send" | "wait" | "give-up";

/**
 * One question to a STUN server: which address do you see me at?
 *
 *     send ── 500 ms ── send ── 1000 ms ── send ── 1000 ms ── give up
 *        └── an answer at any time: its mapped address
 *
 * @see RFC 8489 §6.2.1, §14.2
 */
export class BindingProbe {
  readonly request: Uint8Array;
  readonly #transaction: Uint8Array;
  readonly #startedMs: number;
  #sent = 1;

  /** `transaction`: 12 bytes that nobody can guess. The request goes out at once. */
  constructor(transaction: Uint8Array, nowMs: number) {
    this.#transaction = transaction;
    this.#startedMs = nowMs;
    const head = { kind: "request", method: STUN_BINDING, transaction } as const;
    this.request = printStun({ ...head, attributes: [] });
  }

  /** When `timeout` is due. */
  deadlineMs(): number {
    const { firstMs, requests, giveUpMs } = BINDING_PROBE_TIMES;
    const nextMs = this.#sent < requests ? firstMs * (2 ** this.#sent - 1) : giveUpMs;
    return this.#startedMs + nextMs;
  }

  timeout(nowMs: number): BindingProbeStep {
    if (nowMs < this.deadlineMs()) return "wait";
    if (this.#sent >= BINDING_PROBE_TIMES.requests) return "give-up";
    this.#sent++;
    return "send";
  }

  /** The address that an answer tells; undefined where it answers nothing of this question. */
  answer(bytes: Uint8Array): SocketAddress | undefined {
    const parsed = parseStun(bytes);
    if (!parsed.ok) return undefined;
    const { kind, method, transaction } = parsed.value;
    const isOurs = transaction.every((byte, at) => byte === this.#transaction[at]);
    if (kind !== "success" || method !== STUN_BINDING || !isOurs) return undefined;
    return mappedAddress(parsed.value);
  }
}
