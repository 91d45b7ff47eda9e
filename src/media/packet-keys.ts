import type { Ciphers } from "../base/ciphers.ts";
import type { MediaFlow } from "../base/media-messages.ts";
import type { SrtpKeys } from "../base/srtp-suites.ts";
import { SrtpSession } from "./rtp/srtp/srtp-session.ts";

/** What stands between packets and the network. Undefined: this packet does not pass. */
export interface PacketKeys {
  protectRtp(packet: Uint8Array): Uint8Array | undefined;
  protectRtcp(packet: Uint8Array): Uint8Array | undefined;
  openRtp(packet: Uint8Array): Uint8Array | undefined;
  openRtcp(packet: Uint8Array): Uint8Array | undefined;
  changeSource(): void;
}

/** What a flow is encrypted with; undefined: it goes in the clear, as was agreed. */
export interface FlowKeys {
  readonly srtp: PacketKeys | undefined;
  readonly srtcp: PacketKeys | undefined;
  /** Whether voice still waits for its keys. */
  readonly isLocked: boolean;
}

const nothing = (): undefined => undefined;

/** Until there are keys nothing goes out, and nothing that comes is believed. */
const LOCKED: PacketKeys = {
  protectRtp: nothing,
  protectRtcp: nothing,
  openRtp: nothing,
  openRtcp: nothing,
  changeSource: nothing,
};

/**
 * The keys of one media session. Those that did not change go on with what they have counted, also
 * where something else was agreed on in between: no packet number is used twice under one key.
 */
export class KeyRing {
  readonly #ciphers: Ciphers | undefined;
  #rtp: SrtpSession | undefined;
  #rtcp: SrtpSession | undefined;

  constructor(ciphers: Ciphers | undefined) {
    this.#ciphers = ciphers;
  }

  /** The keys of a flow, which is in force from now on. */
  take(flow: Pick<MediaFlow, "srtp" | "srtcp" | "dtls" | "rtcpMux">): FlowKeys | "no-ciphers" {
    const { srtp, srtcp, dtls } = flow;
    if (srtp === undefined && dtls === undefined) {
      return { srtp: undefined, srtcp: undefined, isLocked: false };
    }
    if (this.#ciphers === undefined) return "no-ciphers";
    if (srtp !== undefined) this.#rtp = withKeys(this.#rtp, srtp, this.#ciphers);
    const voice = srtp === undefined ? undefined : this.#rtp;
    const keys = { srtp: voice ?? LOCKED, isLocked: srtp === undefined };
    // By SDES both have the same keys; by DTLS each port has its own. @see RFC 5764 §4.1
    if (dtls === undefined || flow.rtcpMux === true) return { ...keys, srtcp: keys.srtp };
    if (srtcp === undefined) return { ...keys, srtcp: LOCKED };
    this.#rtcp = withKeys(this.#rtcp, srtcp, this.#ciphers);
    return { ...keys, srtcp: this.#rtcp };
  }
}

function withKeys(before: SrtpSession | undefined, keys: SrtpKeys, ciphers: Ciphers): SrtpSession {
  if (before === undefined) return new SrtpSession(keys, ciphers);
  before.rekey(keys);
  return before;
}
