import type { IfpPacket } from "./ifp.ts";

/**
 * Commands and answers of fax machines by their code, its first bit on the line the highest, as
 * T.38 carries it. But for those of the first exchange that bit is set by who was called.
 * @see ITU-T T.30 §5.3.6.1
 */
const FRAMES: Readonly<Record<number, string>> = {
  1: "DIS",
  2: "CSI",
  4: "NSF",
  129: "DTC",
  130: "CIG",
  132: "NSC",
  65: "DCS",
  66: "TSI",
  68: "NSS",
  67: "SUB",
  72: "CTC",
  33: "CFR",
  34: "FTT",
  35: "CTR",
  113: "EOM",
  114: "MPS",
  116: "EOP",
  121: "PRI-EOM",
  122: "PRI-MPS",
  124: "PRI-EOP",
  125: "PPS",
  115: "EOR",
  118: "RR",
  49: "MCF",
  51: "RTP",
  50: "RTN",
  53: "PIP",
  52: "PIN",
  61: "PPR",
  55: "RNR",
  56: "ERR",
  95: "DCN",
  88: "CRP",
};

/** Address, control, code. */
const HEAD_BYTES = 3;
const ADDRESS = 0xff;
/** All of a code but its first bit. */
const CODE_BITS = 0x7f;

/** Reads the names of frames out of the packets of one direction. Never keeps more than a head. */
export class FrameReader {
  readonly #head: number[] = [];

  /** The frames that end in this packet, by name; unknown ones are passed over. */
  read(packet: IfpPacket): readonly string[] {
    if (packet.kind === "indicator") {
      this.#head.length = 0;
      return [];
    }
    if (packet.type !== "v21") return [];
    const names: string[] = [];
    for (const { type, data } of packet.fields) {
      if (type === "hdlc-data") this.#add(data);
      else if (type === "hdlc-fcs-ok" || type === "hdlc-fcs-ok-sig-end") {
        const name = this.#name();
        if (name !== undefined) names.push(name);
        this.#head.length = 0;
      } else this.#head.length = 0;
    }
    return names;
  }

  #add(data: Uint8Array | undefined): void {
    for (const byte of data ?? []) {
      if (this.#head.length === HEAD_BYTES) return;
      this.#head.push(byte);
    }
  }

  #name(): string | undefined {
    const [address, , code] = this.#head;
    if (address !== ADDRESS || code === undefined) return undefined;
    return FRAMES[code] ?? FRAMES[code & CODE_BITS];
  }
}
