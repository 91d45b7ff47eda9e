import { type SocketAddress, sameAddress } from "../../base/address.ts";

/** So many packets long the first of the signalled address take a latched stranger's place. */
const PROBATION_PACKETS = 50;

/** A stranger is listened to with its third packet in a row. @see RFC 3550 App. A.1 */
export const STRANGER_PACKETS = 3;

/** What a packet says of the stream it belongs to. */
export interface StreamMark {
  readonly ssrc: number;
  readonly sequence: number;
}

/** A source that was listened to. */
interface Heard {
  readonly host: string;
  readonly ssrc: number;
}

/**
 * Symmetric RTP: to whom we listen, and where we send.
 *
 *              the signalled address, or three packets in a row of one stream
 *    open ───────────────────────────────────────────────────────▶ latched ─▶ (others ignored)
 *     ▲                                                             │  ▲
 *     └──────────────── release (silence) ──────────────────────────┘  └─ the signalled address:
 *                                             with its first packet while the stranger is new, with
 *                                             three in a row ever after
 *
 * A peer behind a NAT sends from an address that its SDP does not know; so such a source is taken,
 * and answered. To keep others from steering our voice to themselves: the signalled address is
 * taken at once and takes its place from a stranger, however long that one was heard; a stranger
 * needs packets that follow one another; and once a stream was heard, only that stream (by its
 * SSRC) or a source on the same host may take its place after a silence. Whose place the signalled
 * address took comes back the same way, unless that one was heard for long: its few packets were
 * somebody's under a false address. What is authentic by SRTP is taken from anywhere.
 * @see RFC 4961, RFC 7362 §4, §5 (latching and its attacks)
 */
export class SourceLatch {
  #latched: SocketAddress | undefined;
  #packets = 0;
  #ssrc: number | undefined;
  #signalled: SocketAddress;
  /** By a check of ICE that was signed: nobody takes its place. */
  #isNominated = false;
  /** Whom we listened to before a silence. */
  #before: readonly Heard[] = [];
  /** Whose place the signalled address has taken. */
  #displaced: Heard | undefined;
  #candidate:
    | { readonly from: SocketAddress; readonly ssrc: number; next: number; packets: number }
    | undefined;

  constructor(signalled: SocketAddress) {
    this.#signalled = signalled;
  }

  /** Where to send. */
  get destination(): SocketAddress {
    return this.#latched ?? this.#signalled;
  }

  /** Whether the source sends from elsewhere than its SDP said. */
  get isMoved(): boolean {
    return this.#latched !== undefined && !sameAddress(this.#latched, this.#signalled);
  }

  get isLatched(): boolean {
    return this.#latched !== undefined;
  }

  /** Signalling named a (new) address. The same one again changes nothing. */
  signal(address: SocketAddress): void {
    if (sameAddress(address, this.#signalled)) return;
    this.#signalled = address;
    this.release();
    this.#before = [];
  }

  /** The far end has proved that it is there, and wants our voice there. @see RFC 8445 §8.3.1 */
  nominate(address: SocketAddress): void {
    if (this.#latched !== undefined && sameAddress(address, this.#latched)) return;
    this.#latched = address;
    this.#candidate = undefined;
    this.#displaced = undefined;
    this.#isNominated = true;
  }

  /** The source went silent: it may come back from elsewhere. */
  release(): void {
    const heard = this.#heard();
    if (heard !== undefined) {
      const isBrief = this.#displaced !== undefined && this.#packets < PROBATION_PACKETS;
      this.#before = isBrief && this.#displaced ? [heard, this.#displaced] : [heard];
    }
    this.#displaced = undefined;
    this.#isNominated = false;
    this.#latched = undefined;
    this.#candidate = undefined;
    this.#packets = 0;
  }

  /**
   * Whether a valid packet from there is to be taken; may latch.
   * @param isAuthentic nobody but the far end can have sent it
   */
  accept(from: SocketAddress, stream: StreamMark, isAuthentic = false): boolean {
    if (this.#latched !== undefined && sameAddress(from, this.#latched)) {
      this.#packets++;
      if (this.#ssrc !== stream.ssrc) this.#ssrc = stream.ssrc;
      return true;
    }
    if (!isAuthentic && !this.#mayTake(from, stream)) return false;
    this.#displaced = isAuthentic ? undefined : this.#heard();
    this.#latched = from;
    this.#ssrc = stream.ssrc;
    this.#candidate = undefined;
    this.#packets = 1;
    return true;
  }

  /** Whether a source that is not the present one is to become that. */
  #mayTake(from: SocketAddress, stream: StreamMark): boolean {
    const isSignalled = sameAddress(from, this.#signalled);
    if (this.#latched === undefined) return isSignalled || this.#hasProved(from, stream);
    // An attacker's first packets may all be here before the far end has said a word.
    if (isSignalled && !this.#isNominated)
      return this.#packets < PROBATION_PACKETS || this.#isRow(from, stream);
    return false;
  }

  #heard(): Heard | undefined {
    if (this.#latched === undefined || this.#ssrc === undefined) return undefined;
    return { host: this.#latched.host, ssrc: this.#ssrc };
  }

  /** Whether a stranger's packets follow one another, and it may take the place at all. */
  #hasProved(from: SocketAddress, stream: StreamMark): boolean {
    const isOther = ({ host, ssrc }: Heard): boolean => ssrc !== stream.ssrc && host !== from.host;
    if (this.#before.length > 0 && this.#before.every(isOther)) return false;
    return this.#isRow(from, stream);
  }

  #isRow(from: SocketAddress, { ssrc, sequence }: StreamMark): boolean {
    const candidate = this.#candidate;
    const next = (sequence + 1) & 0xffff;
    const goesOn =
      candidate !== undefined &&
      candidate.ssrc === ssrc &&
      candidate.next === sequence &&
      sameAddress(candidate.from, from);
    if (!goesOn) {
      this.#candidate = { from: { host: from.host, port: from.port }, ssrc, next, packets: 1 };
      return false;
    }
    candidate.next = next;
    candidate.packets++;
    return candidate.packets >= STRANGER_PACKETS;
  }
}
