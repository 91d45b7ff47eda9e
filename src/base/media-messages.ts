import type { SocketAddress } from "./address.ts";
import type { Digit } from "./audio.ts";
import type { LineId } from "./line-messages.ts";
import type { DtlsFlow, MediaSecurity, SrtpKeys } from "./srtp-suites.ts";

/** What a media session's audio is joined to inside the box. */
export type MediaOwner =
  | { readonly kind: "line"; readonly line: LineId }
  /** Sends back what it hears. */
  | { readonly kind: "echo" }
  /** The 1004 Hz test tone at 0 dBm0. */
  | { readonly kind: "milliwatt" };

/** A codec as negotiated. `name` is the SDP encoding name in upper case. */
export interface NegotiatedCodec {
  readonly name: string;
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly ptimeMs: number;
  /** What the far end says of it, as its fmtp writes it. */
  readonly parameters?: string;
}

/** Which blocks of extended reports are wanted. @see RFC 3611 §5.1 */
export interface ExtendedReports {
  /** How the call is heard. @see RFC 3611 §4.7 */
  readonly metrics: boolean;
  /** Which packets came. @see RFC 3611 §4.1 */
  readonly lossRle: boolean;
  /** The longest block of those that is wanted, bytes. */
  readonly lossRleMaxBytes?: number;
}

/** What a modem's sound is sent as, in place of the voice's codec. @see ITU-T V.152 */
export interface VoiceBandData {
  readonly name: "PCMU" | "PCMA";
  readonly payloadType: number;
  /** Each packet of it repeats so many before it. @see RFC 2198 */
  readonly redundancy?: { readonly payloadType: number; readonly generations: number };
}

/** What offer and answer agreed on: where audio goes, how, and which ways are open. */
export interface MediaFlow {
  readonly remote: SocketAddress;
  /** Where RTCP goes: the port after `remote` unless SDP said otherwise. @see RFC 3605 */
  readonly remoteRtcp: SocketAddress;
  readonly codec: NegotiatedCodec;
  readonly telephoneEventPayloadType?: number;
  /** The events of modems' tones that both ends know. @see RFC 4734 */
  readonly toneEvents?: readonly number[];
  /** What the far end takes comfort noise as; payload type 13 is understood in any case. */
  readonly comfortNoisePayloadType?: number;
  /** Whether background noise is described and not sent; needs `comfortNoisePayloadType`. */
  readonly suppressSilence?: boolean;
  /** Absent where modems are sent by the voice's codec. */
  readonly voiceBand?: VoiceBandData;
  /** What redundant audio is sent as, and how many packets each repeats. @see RFC 2198 */
  readonly redundancy?: { readonly payloadType: number; readonly generations: number };
  /** The same of telephone events: each repeats how so many before it ended. */
  readonly eventRedundancy?: { readonly payloadType: number; readonly generations: number };
  readonly send: boolean;
  readonly receive: boolean;
  /** Absent where the call is not encrypted, and where `dtls` has not brought them yet. */
  readonly srtp?: SrtpKeys;
  /** Keys come by DTLS: until they are there, nothing is sent or taken. */
  readonly dtls?: DtlsFlow;
  /** With `dtls`, of RTCP where it has a port, and so keys, of its own. @see RFC 5764 §4.1 */
  readonly srtcp?: SrtpKeys;
  /** Whether RTCP goes the way of RTP, to its port. @see RFC 5761 */
  readonly rtcpMux?: boolean;
  /** Absent where the far end does not use ICE. */
  readonly ice?: IceSession;
  /** The extended reports that the far end wants; absent: none. */
  readonly rtcpXr?: ExtendedReports;
}

/**
 * How long playout waits for late packets, ms beyond the fastest of late: always `minMs` where
 * `fixed`; where `adaptive`, as long as the network needs, from `minMs` to `maxMs`.
 */
export interface JitterSettings {
  readonly mode: "adaptive" | "fixed";
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The least that a far end's digits and the pauses between them are played, ms: what is longer is
 * played as long as it was keyed.
 */
export interface DigitTimes {
  readonly minToneMs: number;
  readonly minPauseMs: number;
}

/** What one side's checks are signed with. @see RFC 8445 §5.3 */
export interface IceCredentials {
  /** 4 to 256 letters, digits, `+` and `/`. */
  readonly ufrag: string;
  /** 22 to 256 of them. Never to a log. */
  readonly password: string;
}

/** ICE as agreed: our credentials, and the far end's name. */
export interface IceSession {
  readonly local: IceCredentials;
  readonly remoteUfrag: string;
}

/** What two gateways agreed on for a fax over T.38. @see ITU-T T.38 Annex D */
export interface FaxFlow {
  readonly remote: SocketAddress;
  readonly version: 0 | 1 | 2 | 3;
  /** The fastest image, bit/s. */
  readonly maxBitRate: number;
  /** Whether the training check goes across, or each side answers its own. */
  readonly rateManagement: "transferred" | "local";
  /** The longest datagram that the far end takes, bytes. */
  readonly maxDatagram: number;
  /** What goes along with each packet that we send. */
  readonly correction: "none" | "redundancy" | "fec";
  /** Whether fill bits of images without error correction are left out on the way. */
  readonly fillBitRemoval: boolean;
}

/** How a fax over T.38 went. Counts in packets. */
export interface FaxStats {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  /** Lost on the way, and brought back by what came with others; or not. */
  readonly packetsRecovered: number;
  readonly packetsLost: number;
  /** Datagrams and packets that were none. */
  readonly malformed: number;
  /** Of the last image, bit/s; 0 where there was none. */
  readonly bitRate: number;
  readonly errorCorrecting: boolean;
  readonly pages: number;
}

/**
 * 2100 Hz, by which fax machines and modems answer (ANS, which is also CED): with reversals of its
 * phase, with 15 Hz in its loudness (ANSam), with both. @see ITU-T V.25 §2, V.8 §4
 */
export type AnswerTone = "answer" | "answer-reversed" | "answer-am" | "answer-am-reversed";

/** What two modems tell each other before anything else. @see ITU-T V.8 */
export interface ModemMenu {
  readonly call:
    | "fax-from-caller"
    | "fax-to-caller"
    | "data"
    | "text-v18"
    | "text-t101"
    | "h324"
    | "other";
  /** In the order of the octets: `pcm`, `v34` duplex, `v34-half` as fax machines have it, … */
  readonly modulations: readonly string[];
}

/** What the control plane asks of media. */
export type MediaCommand =
  /** Bind a pair of ports and answer with `opened` or `open-failed`. */
  | {
      readonly kind: "open";
      readonly session: string;
      readonly owner: MediaOwner;
      /** A STUN server to ask first which addresses the ports have outside. */
      readonly reflector?: SocketAddress;
    }
  /** Start, or change, what flows. */
  | { readonly kind: "flow"; readonly session: string; readonly flow: MediaFlow }
  /** The same port carries T.38 from now on, until the next `flow`. */
  | { readonly kind: "fax"; readonly session: string; readonly flow: FaxFlow }
  /**
   * Join the session's audio to its owner or part it (a line that hears a tone meanwhile). Several
   * sessions of one line joined at a time are a conference: each hears the line and the others.
   * What is held is parted by whoever holds it: joining another parts none.
   */
  | { readonly kind: "join"; readonly session: string; readonly on: boolean }
  | {
      readonly kind: "send-digit";
      readonly session: string;
      readonly digit: Digit;
      readonly durationMs: number;
    }
  /**
   * The same for a digit that is being keyed since `startedMs`, whose length `end-digit` tells:
   * only as event, and with the pauses between such digits as they were keyed.
   */
  | {
      readonly kind: "begin-digit";
      readonly session: string;
      readonly digit: Digit;
      readonly startedMs: number;
    }
  | { readonly kind: "end-digit"; readonly session: string; readonly durationMs: number }
  /** Our telephone hears a digit that the far end told by another way than RTP. */
  | {
      readonly kind: "hear-digit";
      readonly session: string;
      readonly digit: Digit;
      readonly durationMs: number;
    }
  /** A hook flash as event, where the far end agreed to events. */
  | { readonly kind: "send-flash"; readonly session: string; readonly durationMs: number }
  /** Keep what is heard and said, or no longer: a file of two channels, named as the session. */
  | { readonly kind: "record"; readonly session: string; readonly on: boolean }
  /**
   * Let the far end hear a sound in place of the line (music while it is held, a prompt): parts the
   * line. Without a sound it ends; `join` ends it too.
   */
  | {
      readonly kind: "play";
      readonly session: string;
      readonly sound?: string;
      readonly loop?: boolean;
    }
  /** The keys that DTLS has brought, for what flows. */
  | {
      readonly kind: "keys";
      readonly session: string;
      readonly keys: Pick<MediaFlow, "srtp" | "srtcp">;
    }
  /** Datagrams of DTLS to the far end; to where its voice goes unless told. */
  | {
      readonly kind: "dtls";
      readonly session: string;
      readonly channel: "rtp" | "rtcp";
      readonly datagrams: readonly Uint8Array[];
      readonly to?: SocketAddress;
    }
  | { readonly kind: "close"; readonly session: string };

/** What follows a key of the telephone to the far end. */
export type KeyCommand = Extract<MediaCommand, { kind: "begin-digit" | "end-digit" }>;

/** The figures of a session, for the call record. Times in ms, counts in packets. */
export interface MediaStats {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly framesConcealed: number;
  /** Interarrival jitter. @see RFC 3550 §6.4.1 */
  readonly jitterMs: number;
  readonly roundTripMs?: number;
  /** Synchronization sources: ours, and the one that was heard last. */
  readonly ssrc?: number;
  readonly remoteSsrc?: number;
  /** Of the whole call; absent where too little came to judge. */
  readonly quality?: MediaQuality;
  /** The same of the time between the last two reports alone, some 5 s. */
  readonly recent?: MediaQuality;
  /** Present where T.38 was spoken. */
  readonly fax?: FaxStats;
}

/** How the far end is heard, by the E-model. @see ITU-T G.107, RFC 3611 §4.7 */
export interface MediaQuality {
  /** 0 to 93.2. */
  readonly rFactor: number;
  /** Mean opinion, 1 to 4.5: of what is heard, and of a conversation with its delay. */
  readonly mosListening: number;
  readonly mosConversational: number;
  /** Of the packets that were sent: lost on the way, and come too late to be played. */
  readonly lossPercent: number;
  readonly discardPercent: number;
  /** Mean length of the stretches with loss, and of those between. */
  readonly burstMs: number;
  readonly gapMs: number;
  /** Of the packets within those stretches: lost or of no use. */
  readonly burstLossPercent: number;
  readonly gapLossPercent: number;
  /** What playout waits beyond the fastest packets. */
  readonly jitterBufferMs: number;
  /** From mouth to ear: half the round trip, packet, jitter buffer and frames. */
  readonly delayMs: number;
}

/** What media tells the control plane. */
export type MediaEvent =
  | {
      readonly kind: "opened";
      readonly session: string;
      /** Where voice is to be sent: what the reflector saw, or the port itself. */
      readonly local: SocketAddress;
      /** Where RTCP is to be sent, if that is not the next port. */
      readonly localRtcp?: SocketAddress;
      /** Fresh keys to negotiate with; absent where calls are never encrypted. Never to a log. */
      readonly security?: MediaSecurity;
      /** Fresh, for far ends that use ICE; absent where we never do. */
      readonly ice?: IceCredentials;
    }
  | { readonly kind: "open-failed"; readonly session: string; readonly reason: string }
  /** A datagram of DTLS came. */
  | {
      readonly kind: "dtls";
      readonly session: string;
      readonly channel: "rtp" | "rtcp";
      readonly bytes: Uint8Array;
      readonly from: SocketAddress;
    }
  /** No keys could be agreed on with the far end, or they are not those of who was signalled. */
  | { readonly kind: "insecure"; readonly session: string; readonly reason: string }
  /** The first packet of the far end arrived. */
  | { readonly kind: "receiving"; readonly session: string; readonly from: SocketAddress }
  /** Nothing has come for `silentMs`, though something should; told again while it lasts. */
  | {
      readonly kind: "silent";
      readonly session: string;
      readonly silentMs: number;
      readonly isFirst: boolean;
    }
  | {
      readonly kind: "digit";
      readonly session: string;
      readonly digit: Digit;
      readonly durationMs: number;
    }
  /** A fax machine or modem is heard, on our line or from the far end. */
  | {
      readonly kind: "fax-tone";
      readonly session: string;
      /**
       * `cng`: one calls; `preamble`: a fax machine begins its commands; `cm`: the caller's modem
       * says what it wishes the call to be; `jm`: the other what it is; else one answers.
       */
      readonly tone: "cng" | AnswerTone | "preamble" | "cm" | "jm";
      readonly side: "near" | "far";
      /** With `cm` and `jm`. */
      readonly menu?: ModemMenu;
    }
  /** What comes from the far end has been a tone for so long that says that nobody is there. */
  | {
      readonly kind: "far-tone";
      readonly session: string;
      readonly tone: "busy" | "reorder";
      readonly lastedMs: number;
    }
  /** Over T.38: a command or answer of one of the machines, by its name in T.30. */
  | {
      readonly kind: "fax-frame";
      readonly session: string;
      readonly frame: string;
      readonly side: "near" | "far";
    }
  /** Over T.38: the machines have said goodbye, or nothing was said by either for a long time. */
  | { readonly kind: "fax-over"; readonly session: string; readonly why: "done" | "silent" }
  /** The figures so far, every few seconds. */
  | { readonly kind: "quality"; readonly session: string; readonly stats: MediaStats }
  /** The far end's user pressed the hook. */
  | { readonly kind: "flash"; readonly session: string; readonly durationMs: number }
  | { readonly kind: "closed"; readonly session: string; readonly stats: MediaStats };
