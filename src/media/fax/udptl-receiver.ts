import { parseUdptl, type UdptlPacket } from "./udptl.ts";
import { parityOf } from "./udptl-sender.ts";

/** One packet of the far end, in its place. `bytes` is borrowed until the next datagram. */
export interface ReceivedIfp {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** What has come so far, in packets. */
export interface UdptlCounts {
  readonly received: number;
  /** Lost, and brought back by what came with others. */
  readonly recovered: number;
  /** Lost for good. */
  readonly lost: number;
  /** Datagrams that were none. */
  readonly malformed: number;
}

/** Packets that are remembered for parities. */
const KEPT = 64;
/** A number further away than this belongs to another stream, until the next one follows it. */
const WINDOW = 256;

const NOTHING: readonly ReceivedIfp[] = [];

/**
 * Takes datagrams as they come and gives packets in their order, each once. What is missing before
 * a new one is brought back from it at once, or never: a fax machine does not wait.
 *
 *    5 came, 8 comes: 7 and 6 of its copies, or of its parities  ──▶  6, 7, 8
 *    6 comes now: passed over
 */
export class UdptlReceiver {
  /** Those that came or were brought back, by number. */
  readonly #kept = new Map<number, Uint8Array>();
  #next: number | undefined;
  /** The number that would make a far away stream believed. */
  #elsewhere: number | undefined;
  #received = 0;
  #recovered = 0;
  #lost = 0;
  #malformed = 0;

  get counts(): UdptlCounts {
    return {
      received: this.#received,
      recovered: this.#recovered,
      lost: this.#lost,
      malformed: this.#malformed,
    };
  }

  /** One datagram; what it makes whole. */
  receive(bytes: Uint8Array): readonly ReceivedIfp[] {
    const parsed = parseUdptl(bytes);
    if (!parsed.ok) {
      this.#malformed++;
      return NOTHING;
    }
    const packet = parsed.value;
    const next = this.#next ?? firstOf(packet);
    const ahead = ((packet.sequence - next) << 16) >> 16;
    if (Math.abs(ahead) > WINDOW) return this.#fromElsewhere(packet);
    this.#elsewhere = undefined;
    if (ahead < 0) return NOTHING;
    return this.#take(packet, next, ahead);
  }

  /** A far end that began anew counts on from where it is now; a stray datagram does not. */
  #fromElsewhere(packet: UdptlPacket): readonly ReceivedIfp[] {
    const isNext = packet.sequence === this.#elsewhere;
    this.#elsewhere = (packet.sequence + 1) & 0xffff;
    if (!isNext) return NOTHING;
    this.#elsewhere = undefined;
    this.#kept.clear();
    return this.#take(packet, packet.sequence, 0);
  }

  #take(packet: UdptlPacket, next: number, missing: number): readonly ReceivedIfp[] {
    const { sequence, primary, recovery } = packet;
    const found: ReceivedIfp[] = [];
    for (let behind = missing; behind > 0; behind--) {
      const wanted = (sequence - behind) & 0xffff;
      const bytes =
        recovery.kind === "redundancy"
          ? recovery.packets[behind - 1]
          : this.#fromParity(sequence, behind, recovery);
      if (bytes === undefined || bytes.length === 0) {
        this.#lost++;
        continue;
      }
      this.#recovered++;
      found.push({ sequence: wanted, bytes });
      this.#keep(wanted, bytes);
    }
    for (let at = next; at <= next + missing; at++) this.#kept.delete((at - KEPT) & 0xffff);
    this.#next = (next + missing + 1) & 0xffff;
    this.#received++;
    this.#keep(sequence, primary);
    found.push({ sequence, bytes: primary });
    return found;
  }

  /** The one packet that its parity lacks; undefined where it lacks more. */
  #fromParity(
    sequence: number,
    behind: number,
    { span, parities }: Extract<UdptlPacket["recovery"], { kind: "fec" }>,
  ): Uint8Array | undefined {
    const apart = parities.length;
    if (apart === 0) return undefined;
    // The packet `behind` back is covered by the parity whose steps meet it.
    const place = (apart - (behind % apart)) % apart;
    const parity = parities[place];
    if (parity === undefined) return undefined;
    const others = [parity];
    let isCovered = false;
    for (let n = 1; n <= span; n++) {
      const back = n * apart - place;
      if (back === behind) {
        isCovered = true;
        continue;
      }
      const other = this.#kept.get((sequence - back) & 0xffff);
      if (other === undefined) return undefined;
      others.push(other);
    }
    return isCovered ? parityOf(others) : undefined;
  }

  #keep(sequence: number, bytes: Uint8Array): void {
    this.#kept.set(sequence, bytes.slice());
  }
}

/** Numbers begin with 0: copies of all that went before say that nothing else did. */
function firstOf({ sequence, recovery }: UdptlPacket): number {
  const copies = recovery.kind === "redundancy" ? recovery.packets.length : 0;
  return sequence <= copies ? 0 : sequence;
}
