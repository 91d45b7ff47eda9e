import type { SocketAddress } from "../base/address.ts";
import type { Ciphers } from "../base/ciphers.ts";
import type { DigitTimes, JitterSettings, MediaEvent } from "../base/media-messages.ts";
import type { SoundArithmetic } from "../base/sound-arithmetic.ts";
import type { CodecSpec } from "./codec/codec.ts";

/** What a session is told at birth. The random values make it hard to guess. */
export interface MediaSessionConfig {
  /** The caller's name for it; comes back in events. */
  readonly session: string;
  readonly frameSamples: number;
  /** 32 random bits. */
  readonly ssrc: number;
  /** 16 random bits. */
  readonly firstSequence: number;
  /** 32 random bits. */
  readonly firstTimestamp: number;
  /** Our name in RTCP, the same for the whole call. @see RFC 7022 §4.2 */
  readonly cname: string;
  /** Wall time (ms since 1970) at monotonic time 0. */
  readonly wallAtZeroMs: number;
  /** A number in [0, 1), each time another: spreads the RTCP reports. */
  readonly random: () => number;
  /** What SRTP needs; without it no flow with keys can start. */
  readonly ciphers?: Ciphers;
  /** The codecs that a flow may name; absent: those that need nothing from outside. */
  readonly codecs?: readonly CodecSpec[];
  /** Whether a modem or fax machine that is heard gets a path of its own kind. Default yes. */
  readonly passesModems?: boolean;
  /** How long playout waits for late packets; absent: adaptive, up to 200 ms. */
  readonly jitter?: JitterSettings;
  /** The arithmetic of tones, noise and G.711; absent: the plain one. */
  readonly arithmetic?: SoundArithmetic;
  /** The least that a far end's digits are played; absent: 40 ms, and as much between. */
  readonly digits?: DigitTimes;
}

/** A datagram on one of a session's sockets. */
export interface MediaDatagram {
  readonly kind: "rtp" | "rtcp";
  /** Borrowed. */
  readonly bytes: Uint8Array;
  readonly from: SocketAddress;
  /** When it came, where it was not taken at once; see `UdpBinding.onDatagram`. */
  readonly cameMs?: number | undefined;
}

/** What comes in besides audio. */
export type MediaInput = MediaDatagram | { readonly kind: "timeout" };

/** What goes out. A `send` is borrowed, as its bytes are, until the next call into the session. */
export type MediaOutput =
  | {
      readonly kind: "send";
      readonly session: string;
      readonly channel: "rtp" | "rtcp";
      readonly bytes: Uint8Array;
      readonly to: SocketAddress;
    }
  | { readonly kind: "event"; readonly event: MediaEvent };

/** Why a flow cannot start. */
export type FlowError = "unknown-codec" | "no-ciphers";
