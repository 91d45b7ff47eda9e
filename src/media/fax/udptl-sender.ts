import {
  printUdptl,
  UDPTL_LIMITS,
  type UdptlPacket,
  type UdptlRecovery,
  udptlBytes,
} from "./udptl.ts";

/** What goes along with each packet. */
export type UdptlCorrection =
  | { readonly kind: "none" }
  /** The last `packets` packets, up to 16. */
  | { readonly kind: "redundancy"; readonly packets: number }
  /** `parities` of them, each over `span` packets, so many apart. */
  | { readonly kind: "fec"; readonly span: number; readonly parities: number };

/** Packets that are remembered: what parities reach back at the most. */
const KEPT = 64;

/** Puts packets into datagrams, with what was sent before as far as the far end takes it. */
export class UdptlSender {
  readonly #correction: UdptlCorrection;
  readonly #bytesMax: number;
  readonly #out = new Uint8Array(UDPTL_LIMITS.bytes);
  /** The last ones, the newest first. */
  #sent: Uint8Array[] = [];
  #sequence = 0;

  /** @param bytesMax longest datagram that the far end takes */
  constructor(correction: UdptlCorrection, bytesMax: number) {
    this.#correction = correction;
    this.#bytesMax = Math.min(bytesMax, UDPTL_LIMITS.bytes);
  }

  /** The next datagram's number. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * The datagram of a packet (borrowed until the next one); undefined for one that fits in none. A
   * far end that says it takes less than the packet alone gets the packet alone.
   */
  wrap(primary: Uint8Array): Uint8Array | undefined {
    const alone = { primary, recovery: { kind: "redundancy", packets: [] } } as const;
    if (udptlBytes(alone) > UDPTL_LIMITS.bytes) return undefined;
    const recovery = this.#recovery(primary);
    const packet: UdptlPacket = { sequence: this.#sequence, primary, recovery };
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#sent.unshift(primary.slice());
    if (this.#sent.length > KEPT) this.#sent.length = KEPT;
    return printUdptl(packet, this.#out);
  }

  #recovery(primary: Uint8Array): UdptlRecovery {
    const correction = this.#correction;
    switch (correction.kind) {
      case "none":
        return { kind: "redundancy", packets: [] };
      case "redundancy": {
        const packets = this.#sent.slice(0, Math.min(correction.packets, UDPTL_LIMITS.repeated));
        while (packets.length > 0 && !this.#fits(primary, { kind: "redundancy", packets })) {
          packets.pop();
        }
        return { kind: "redundancy", packets };
      }
      case "fec": {
        const span = Math.min(correction.span, UDPTL_LIMITS.span);
        // At the start there are fewer: none reaches past the first packet.
        const filled = Math.floor(this.#sent.length / Math.max(1, span));
        const most = Math.min(correction.parities, UDPTL_LIMITS.repeated, filled);
        for (let count = most; count > 0; count--) {
          const recovery = { kind: "fec", span, parities: this.#parities(span, count) } as const;
          if (this.#fits(primary, recovery)) return recovery;
        }
        return { kind: "fec", span: 0, parities: [] };
      }
    }
  }

  #fits(primary: Uint8Array, recovery: UdptlRecovery): boolean {
    return udptlBytes({ primary, recovery }) <= this.#bytesMax;
  }

  /** The first of `count` reaches `span × count` packets back. */
  #parities(span: number, count: number): readonly Uint8Array[] {
    const parities: Uint8Array[] = [];
    for (let place = 0; place < count; place++) {
      const covered: Uint8Array[] = [];
      for (let n = 1; n <= span; n++) {
        const bytes = this.#sent[n * count - place - 1];
        if (bytes !== undefined) covered.push(bytes);
      }
      parities.push(parityOf(covered));
    }
    return parities;
  }
}

/** The exclusive or of packets, as long as the longest. */
export function parityOf(packets: readonly Uint8Array[]): Uint8Array {
  const parity = new Uint8Array(Math.max(0, ...packets.map(({ length }) => length)));
  for (const bytes of packets) {
    for (let at = 0; at < bytes.length; at++) parity[at] = (parity[at] ?? 0) ^ (bytes[at] ?? 0);
  }
  return parity;
}
