import { printAddress } from "../../../src/base/address.ts";
import { latin1FromBytes } from "../../../src/base/bytes.ts";
import { bodyOf, headerValue, startLine } from "../peers/sip-text.ts";
import type { DatagramEvent } from "../world/network.ts";

/** How long after a call's end the last of its audio may still be sent. */
const RTP_AFTER_END_MS = 1000;
/** The most complaints, and the most messages, that are kept. */
const FAULTS_MAX = 20;
const MESSAGES_MAX = 10_000;

/** A SIP message as it was sent. */
export interface WireMessage {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

interface MediaAddress {
  /** Call-IDs whose SDP names it, of calls that have not ended. */
  readonly calls: Set<string>;
  endedAtMs: number | undefined;
}

/**
 * Reads what crosses the network, from outside and as plain text: which addresses SDP names, which
 * calls a BYE or CANCEL ends, and whether audio goes on after that.
 */
export class WireWatch {
  readonly #messages: WireMessage[] = [];
  readonly #faults: string[] = [];
  readonly #addresses = new Map<string, MediaAddress>();
  /** Addresses of calls that were given up: an answer may have been faster. */
  readonly #givenUp = new Map<string, MediaAddress[]>();
  /** Calls that were answered: a CANCEL comes too late then, whatever it is told. */
  readonly #answered = new Set<string>();
  /** Some address's calls have all ended once: until then no audio can be too late. */
  #hasEnded = false;
  #lastRtpAtMs: number | undefined;
  #rtpPackets = 0;

  /** Every SIP message that was sent, retransmissions included, up to a limit. */
  get messages(): readonly WireMessage[] {
    return this.#messages;
  }

  /** Audio that was sent though its call had ended. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** When RTP was last sent, by anybody. */
  get lastRtpAtMs(): number | undefined {
    return this.#lastRtpAtMs;
  }

  get rtpPackets(): number {
    return this.#rtpPackets;
  }

  /** The addresses for audio that SDP has named, oldest first. */
  get mediaAddresses(): readonly string[] {
    return [...this.#addresses.keys()];
  }

  /** Tap of a network. */
  note(event: DatagramEvent): void {
    if (event.kind !== "datagram-sent") return;
    const { atMs, payload } = event;
    const first = payload[0] ?? 0;
    if (first >= 0x41 && first <= 0x5a) {
      const from = printAddress(event.from);
      const to = printAddress(event.to);
      this.#sip({ atMs, from, to, text: latin1FromBytes(payload) });
    } else if (first >> 6 === 2 && isRtp(payload)) this.#rtp(event);
  }

  #sip(message: WireMessage): void {
    if (this.#messages.length < MESSAGES_MAX) this.#messages.push(message);
    const { text, atMs } = message;
    const call = headerValue(text, "Call-ID") ?? "";
    if (endsCall(text)) {
      if (this.#answered.has(call) && isAnswerTo("CANCEL", text)) return;
      const freed = [...this.#addresses.values()].filter(({ calls }) => calls.delete(call));
      for (const address of freed) {
        if (address.calls.size > 0) continue;
        address.endedAtMs = atMs;
        this.#hasEnded = true;
      }
      if (isAnswerTo("CANCEL", text)) this.#givenUp.set(call, freed);
      return;
    }
    if (isAnswerTo("INVITE", text)) {
      this.#answered.add(call);
      for (const address of this.#givenUp.get(call) ?? []) use(address, call);
      this.#givenUp.delete(call);
    }
    const named = sdpAddress(bodyOf(text));
    if (named === undefined) return;
    const known = this.#addresses.get(named) ?? { calls: new Set<string>(), endedAtMs: undefined };
    use(known, call);
    this.#addresses.set(named, known);
  }

  #rtp(event: DatagramEvent): void {
    const { atMs } = event;
    this.#rtpPackets++;
    this.#lastRtpAtMs = atMs;
    if (!this.#hasEnded) return;
    const from = printAddress(event.from);
    const to = printAddress(event.to);
    for (const name of [from, to]) {
      const endedAtMs = this.#addresses.get(name)?.endedAtMs;
      if (endedAtMs === undefined || atMs <= endedAtMs + RTP_AFTER_END_MS) continue;
      const text = `RTP ${from} > ${to} at ${atMs} ms, its call had ended at ${endedAtMs} ms`;
      if (this.#faults.length < FAULTS_MAX) this.#faults.push(text);
    }
  }
}

/** A BYE or CANCEL that was taken: who makes one up that fits no call is refused. */
function endsCall(text: string): boolean {
  return isAnswerTo("BYE|CANCEL", text);
}

/** A 2xx to a request of one of these methods. */
function isAnswerTo(methods: string, text: string): boolean {
  const answered = /^SIP\/2\.0 2\d\d /.test(startLine(text));
  return answered && new RegExp(`\\b(${methods})$`).test(headerValue(text, "CSeq") ?? "");
}

/** A call's audio goes over an address. */
function use(address: MediaAddress, call: string): void {
  address.calls.add(call);
  address.endedAtMs = undefined;
}

/** RTCP's packet types are 192 to 223 in the second byte, marker bit included. @see RFC 5761 §4 */
function isRtp(payload: Uint8Array): boolean {
  const second = payload[1] ?? 0;
  return payload.length >= 12 && !(second >= 192 && second <= 223);
}

/** The address of the first audio stream; undefined where there is none or it is refused. */
function sdpAddress(sdp: string): string | undefined {
  const host = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
  return host === undefined || port === 0 ? undefined : printAddress({ host, port });
}
