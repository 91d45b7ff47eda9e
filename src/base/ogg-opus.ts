import { bytesFromLatin1 } from "./bytes.ts";

/** Opus counts time at this rate, whatever rate the sound has. @see RFC 7845 §4 */
export const OGG_OPUS_RATE_HZ = 48_000;

/** The most segments of a page: the field that counts them has eight bits. @see RFC 3533 §6 */
const SEGMENTS_MAX = 255;
/** The longest packet that one page holds. */
const PACKET_MAX_BYTES = 254 * 255;
/** A page is closed with this much sound: what a crash leaves out is no more. */
const PAGE_SAMPLES = OGG_OPUS_RATE_HZ;
/** Flags of a page. @see RFC 3533 §6 */
const PAGE = { plain: 0, first: 2, last: 4 } as const;
const HEADER_BYTES = 27;
const CRC_AT = 22;

/** What stands at the head of a file. */
export interface OggOpusHead {
  readonly channels: 1 | 2;
  /** What an encoder puts before the sound, samples at 48 kHz: players leave it out. */
  readonly preSkip: number;
  /** The rate that the sound had before it was coded. */
  readonly inputRateHz: number;
  /** Random: tells this stream from others in one file. 32 bits. */
  readonly serial: number;
  /** Who wrote it, latin-1. */
  readonly vendor: string;
}

/**
 * Writes a file of Opus sound in the container Ogg, page by page.
 *
 *    "OggS" 0 flags │ granule position │ serial │ page number │ CRC │ segments │ lengths │ packets
 *
 *    page 0: "OpusHead" 1 channels pre-skip rate gain mapping │ page 1: "OpusTags" vendor │ sound …
 *
 * All numbers little-endian. @see RFC 3533 §6, RFC 7845 §3, §5
 */
export class OggOpusWriter {
  readonly #head: OggOpusHead;
  #page = 0;
  #packets: Uint8Array[] = [];
  #segments = 0;
  /** Samples at 48 kHz up to the end of the last packet, what players leave out with them. */
  #position = 0;
  #pageSamples = 0;

  constructor(head: OggOpusHead) {
    this.#head = head;
  }

  /** The two pages before the sound. */
  begin(): Uint8Array {
    const { channels, preSkip, inputRateHz, vendor } = this.#head;
    const head = new Uint8Array(19);
    const view = new DataView(head.buffer);
    head.set(bytesFromLatin1("OpusHead"));
    view.setUint8(8, 1);
    view.setUint8(9, channels);
    view.setUint16(10, preSkip, true);
    view.setUint32(12, inputRateHz, true);
    const name = bytesFromLatin1(vendor);
    const tags = new Uint8Array(16 + name.length);
    tags.set(bytesFromLatin1("OpusTags"));
    new DataView(tags.buffer).setUint32(8, name.length, true);
    tags.set(name, 12);
    return joined([this.#write([head], PAGE.first, 0), this.#write([tags], PAGE.plain, 0)]);
  }

  /** Adds a packet of so many samples at 48 kHz; returns pages that are complete, if any. */
  packet(bytes: Uint8Array, samples: number): Uint8Array {
    const packet = bytes.slice(0, PACKET_MAX_BYTES);
    const segments = Math.floor(packet.length / 255) + 1;
    const full = this.#segments + segments > SEGMENTS_MAX || this.#pageSamples >= PAGE_SAMPLES;
    const page = full ? this.#flush(PAGE.plain, this.#position) : new Uint8Array();
    this.#packets.push(packet);
    this.#segments += segments;
    this.#position += samples;
    this.#pageSamples += samples;
    return page;
  }

  /**
   * The last page. `soundSamples` is the length of the sound at 48 kHz: what the last packet holds
   * beyond it players leave out. @see RFC 7845 §4.4
   */
  end(soundSamples: number): Uint8Array {
    const end = Math.min(this.#position, this.#head.preSkip + soundSamples);
    return this.#flush(PAGE.last, end);
  }

  #flush(flags: number, position: number): Uint8Array {
    const page = this.#write(this.#packets, flags, position);
    this.#packets = [];
    this.#segments = 0;
    this.#pageSamples = 0;
    return page;
  }

  #write(packets: readonly Uint8Array[], flags: number, position: number): Uint8Array {
    // Each length is so many 255 and one less; a packet of a whole number of them ends with 0.
    const lengths = packets.flatMap(({ length }) => [
      ...Array<number>(Math.floor(length / 255)).fill(255),
      length % 255,
    ]);
    const header = new Uint8Array(HEADER_BYTES + lengths.length);
    const view = new DataView(header.buffer);
    header.set(bytesFromLatin1("OggS"));
    view.setUint8(5, flags);
    view.setUint32(6, position % 2 ** 32, true);
    view.setUint32(10, Math.floor(position / 2 ** 32), true);
    view.setUint32(14, this.#head.serial, true);
    view.setUint32(18, this.#page++, true);
    view.setUint8(26, lengths.length);
    header.set(lengths, HEADER_BYTES);
    const page = joined([header, ...packets]);
    new DataView(page.buffer).setUint32(CRC_AT, oggChecksum(page), true);
    return page;
  }
}

/** The remainders of each byte: polynomial 0x04C11DB7, highest bit first. @see RFC 3533 §6 */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder << 1) ^ (remainder < 0 ? 0x04c1_1db7 : 0);
  }
  return remainder >>> 0;
});

/** The checksum of a page whose own field is zero. @see RFC 3533 §6 */
export function oggChecksum(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ (REMAINDERS[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
