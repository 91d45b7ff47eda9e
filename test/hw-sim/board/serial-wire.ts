import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { RandomStream } from "../world/random-stream.ts";

/** What goes wrong on a serial wire. */
export interface SerialConditions {
  /** Share of the bytes that never arrive. */
  readonly lostByteRatio: number;
  /** Share of the bits that arrive wrong. */
  readonly flippedBitRatio: number;
  /** Nothing arrives before this time: the reader, or the adapter, stands still. */
  readonly stalledUntilMs: number;
}

/** What a wire is built with. */
export interface SerialWireParts {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly baud: number;
  /** The two ends do not agree on the rate. */
  readonly garbles: boolean;
  readonly latencyMs: number;
  readonly conditions: () => SerialConditions;
  /** Told what arrives; the bytes are borrowed. */
  readonly arrive: (bytes: Uint8Array) => void;
}

/** A start bit, eight data bits, a stop bit. */
const BITS_PER_BYTE = 10;
/** How much comes in one piece at most: a USB packet of full speed. */
const PIECE_BYTES = 64;

/**
 * One direction of a serial line: bytes leave one after another at the line's rate and arrive in
 * pieces, each when its last bit has and the latency is over, never out of order.
 */
export class SerialWire {
  readonly #parts: SerialWireParts;
  /** When the wire is free again. */
  #freeAtMs = 0;
  /** Pieces that came while the reader stood still, oldest first. */
  readonly #held: Uint8Array[] = [];

  constructor(parts: SerialWireParts) {
    this.#parts = parts;
  }

  /** When the last of what was sent arrives. */
  get arrivedMs(): number {
    return this.#freeAtMs + this.#parts.latencyMs;
  }

  /** Bytes that have not left yet, the one on the wire among them. */
  get pendingBytes(): number {
    const leftMs = this.#freeAtMs - this.#parts.clock.nowMs();
    return leftMs <= 0 ? 0 : Math.ceil(leftMs / this.#byteMs - 1e-6);
  }

  /** Puts bytes behind those that still wait. Copies. */
  send(bytes: Uint8Array): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#parts.clock.nowMs());
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      this.#sendPiece(bytes.slice(from, from + PIECE_BYTES));
    }
  }

  get #byteMs(): number {
    return (BITS_PER_BYTE * 1000) / this.#parts.baud;
  }

  #sendPiece(piece: Uint8Array): void {
    const { clock, latencyMs } = this.#parts;
    this.#freeAtMs += piece.length * this.#byteMs;
    const sentAtMs = this.#freeAtMs + latencyMs;
    clock.at(sentAtMs, () => this.#arrive(this.#disturbed(piece)));
  }

  #arrive(heard: Uint8Array): void {
    if (heard.length === 0) return;
    const { clock, arrive } = this.#parts;
    const { stalledUntilMs } = this.#parts.conditions();
    if (this.#held.length === 0 && stalledUntilMs <= clock.nowMs()) {
      arrive(heard);
      return;
    }
    this.#held.push(heard);
    if (this.#held.length === 1) clock.at(stalledUntilMs, () => this.#release());
  }

  #release(): void {
    const { clock, arrive } = this.#parts;
    const { stalledUntilMs } = this.#parts.conditions();
    if (stalledUntilMs > clock.nowMs()) clock.at(stalledUntilMs, () => this.#release());
    else for (const heard of this.#held.splice(0)) arrive(heard);
  }

  #disturbed(piece: Uint8Array): Uint8Array {
    const { random, garbles } = this.#parts;
    const { lostByteRatio, flippedBitRatio } = this.#parts.conditions();
    if (garbles) return random.bytes(piece.length);
    if (lostByteRatio === 0 && flippedBitRatio === 0) return piece;
    const kept: number[] = [];
    for (const byte of piece) {
      if (random.float() < lostByteRatio) continue;
      let heard = byte;
      for (let bit = 0; bit < 8; bit++) {
        if (random.float() < flippedBitRatio) heard ^= 1 << bit;
      }
      kept.push(heard);
    }
    return Uint8Array.from(kept);
  }
}
