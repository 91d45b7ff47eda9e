import type { Result } from "../../base/result.ts";
import type { SrtpPolicy, SrtpSuite } from "../../base/srtp-suites.ts";
import type { DigitRelay } from "../../call/index.ts";
import type { GpioSlicOverrides, LineSettings } from "../../hal/drivers/index.ts";
import type { BoardLevels } from "./board-file.ts";
import type { SrtpKeySource } from "./resolve-srtp.ts";
import type { UserDialing } from "./user-dialing.ts";
import type { FaxMode, UserT38 } from "./user-fax.ts";
import type { UserHotline } from "./user-hotline.ts";
import type { UserProvisioning } from "./user-provisioning.ts";
import type { UserRegistrar } from "./user-registrar.ts";
import type { UserLog } from "./user-syslog.ts";

/**
 * The configuration as a person writes it: every setting may be left out. What is left out, and
 * what it then is, stands in `resolve-config.ts`; the file is checked by `schema.ts`.
 */
export interface UserConfig {
  /** A folder in `boards/`, or the path of a board file of one's own. Default `hw-sim`. */
  readonly board?: string;
  /** Two letters; the tones, ringing and caller ID of the lines. Default `us`. */
  readonly country?: string;
  readonly lines?: readonly UserLine[];
  readonly sip?: {
    /** The address of this machine that SIP listens on. Default 127.0.0.1. */
    readonly host?: string;
    /** Where IP phones and trunks reach the exchange. Default 5060. */
    readonly port?: number;
    /** The same of IPv6, where this machine has both. Found by itself toward a registrar. */
    readonly host6?: string;
    /** Whether lines take calls from anyone, not only from the server they are registered at. */
    readonly directCalls?: boolean;
    /**
     * How long a call may go without a sign of life from the far end's signalling, seconds; 0 for
     * ever. Default 1800.
     */
    readonly sessionExpiresS?: number;
    /**
     * New requests a second that are taken from one source; four times as many at once. 0 takes
     * all. Servers that lines are registered at have no limit. Default 50.
     */
    readonly requestsPerSecond?: number;
    /** Whether requests of scanners, known by their names, are dropped. Default on. */
    readonly dropScanners?: boolean;
    /** The only hashes that the registrar's challenges are answered with. Default: every one. */
    readonly digest?: readonly ("MD5" | "SHA-256" | "SHA-512-256")[];
    /** How the registrar is reached. Default: what its DNS records say, else UDP. */
    readonly transport?: "udp" | "tcp" | "tls";
    /**
     * Whether the lines' addresses are `sips:`: every hop of their calls is then to be encrypted,
     * not only the first. Default off.
     */
    readonly sips?: boolean;
    /** Whether a call that is led on (3xx) goes by the registrar or straight. Default server. */
    readonly redirects?: "server" | "direct";
    /** Whether calls carry identifiers that every server on the way can log. Default on. */
    readonly sessionId?: boolean;
    /** Whether calls are bound to a URI that the registrar grants (GRUU). Default off. */
    readonly gruu?: boolean;
    /** Whether the registrar is asked to tell of the lines' registrations. Default off. */
    readonly watchRegistration?: boolean;
    /** What a check-sync NOTIFY of the registrar does. Default off: it is told, no more. */
    readonly checkSync?: "off" | "reload";
    /** Who is told how each call was heard (PUBLISH of vq-rtcpxr), a SIP URI. Default: nobody. */
    readonly qualityCollector?: string;
    /** How often it is told while a call lasts, seconds. Default: at the end alone. */
    readonly qualityEveryS?: number;
    /** Under which mean opinion (MOS) of 5 s it is told at once, 1 to 4.5. Default: never. */
    readonly qualityAlertMos?: number;
    /** The way through address translators to the registrar. */
    readonly nat?: {
      /** How it is kept open. Default `auto`: as the registrar can. */
      readonly keepAlive?: "auto" | "off" | "crlf" | "stun" | "options";
      /** How often, seconds. Default 29 for UDP, 120 for TCP and TLS, or what the server asks. */
      readonly keepAliveS?: number;
      /** Whether our Contact follows the address that the registrar sees. Default on. */
      readonly followAddress?: boolean;
      /** `host` or `host:port` of a STUN server that tells our addresses outside. */
      readonly stunServer?: string;
    };
    /**
     * The value of DHCP option 120 in hexadecimal, as a DHCP client's hook can write it: the
     * registrar and its backups, where no registrar is named.
     */
    readonly dhcpOption120?: string;
    /** Differentiated services code point of SIP, 0–63. Default 40 (CS5). */
    readonly dscp?: number;
    /** Name servers, `address` or `address:port`, in place of the system's. */
    readonly nameServers?: readonly string[];
    readonly tls?: {
      /** File of the authorities that are believed, PEM. Default: the system's list. */
      readonly ca?: string;
      /** Files of what is shown to others, PEM: the certificate with its chain, and its key. */
      readonly certificate?: string;
      readonly key?: string;
      /** Whether a server's certificate is checked. Default on. */
      readonly verify?: boolean;
      /** SHA-256 of the only certificates that are taken, whatever else they say. */
      readonly fingerprints?: readonly string[];
      /** Whether `*.example.net` stands for `pbx.example.net`. Default off: RFC 5922 §7.2. */
      readonly wildcards?: boolean;
      /** Where telephones with TLS reach the exchange. Default 5061. */
      readonly port?: number;
    };
  };
  /**
   * `host` or `host:port` of the SIP server the lines register at, instead of the exchange. Without
   * a port its SRV records say where it is.
   */
  readonly registrar?: string;
  /** Servers that are asked where the registrar does not answer, the first first. */
  readonly registrarBackups?: readonly string[];
  /**
   * `host` or `host:port` of servers that stand before the registrar, then only the name of
   * the domain: the lines register over each of them at the same time, and call by the first that
   * has them. See RFC 5626.
   */
  readonly outboundProxies?: readonly string[];
  /**
   * One registration for all lines (SIP trunk, RFC 6140): the registrar sends calls for any number
   * that it has of us, and each line takes its own. Lines need no password then.
   */
  readonly trunk?: {
    /** The user that registers. */
    readonly user: string;
    readonly password?: string;
    /** Where it differs from the user. */
    readonly authUser?: string;
    readonly realm?: string;
  };
  /** The domain of the lines' addresses. Default: the registrar's host. */
  readonly domain?: string;
  /** The embedded exchange. Used when no registrar is named. */
  readonly exchange?: {
    /** How the lines reach it. Default `memory`; `udp` lets their SIP be captured. */
    readonly transport?: "memory" | "udp";
    /**
     * Digest algorithms that REGISTER and INVITE are challenged with, best first. Default MD5
     * alone: some telephones give up on a challenge that also names another.
     */
    readonly digest?: readonly ("MD5" | "SHA-256" | "SHA-512-256")[];
    /**
     * Which qualities of protection answers to challenges must have; `auth-int` covers the body.
     * Default: `auth` is asked for, and answers in the form before it are taken too.
     */
    readonly qop?: readonly ("auth" | "auth-int")[];
    /** More extensions: IP phones and softphones. */
    readonly extensions?: readonly UserExtension[];
    /** The extension of a voice-mail system: it may tell of everybody's messages. */
    readonly voicemail?: string;
    /** Whether users may pick up calls that ring at others, by their lamp keys. Default true. */
    readonly pickup?: boolean;
    /** What is dialled for that before the number, or alone. Default: no code. */
    readonly pickupCode?: string;
    /**
     * What is dialled before the number of who has a call on hold, to take that over. Default: no
     * code.
     */
    readonly retrieveCode?: string;
  };
  readonly rtp?: {
    readonly host?: string;
    readonly portMin?: number;
    readonly portMax?: number;
    readonly ptimeMs?: number;
    /** Codecs offered and accepted, best first, by their SDP names. Default PCMU, PCMA. */
    readonly codecs?: readonly string[];
    /**
     * Digits during a call as RFC 4733 events, as INFO, or left in the audio alone: one of them, or
     * several, of which the first is used that the far end takes. Default RFC 4733, else in-band.
     */
    readonly dtmfRelay?: DigitRelay | readonly DigitRelay[];
    /** The payload type of telephone events in our offers. Default 101. */
    readonly eventPayloadType?: number;
    /** Whether background noise is described and not sent, where the far end agrees. Default no. */
    readonly silenceSuppression?: boolean;
    /** How many packets each packet repeats, where the far end agrees. Default 0. */
    readonly redundancy?: number;
    /** How far ends pack the bits of what they call G726. Default `rfc3551`. */
    readonly g726Packing?: "rfc3551" | "aal2";
    /** How Opus is set, where `codecs` names it. */
    readonly opus?: {
      /** In our offers. Default 111. */
      readonly payloadType?: number;
      /** Bits a second. Default 20000. */
      readonly bitrate?: number;
      /** 0 to 10. Default 5. */
      readonly complexity?: number;
      /** Copies for lost packets inside the packets. Default yes. */
      readonly fec?: boolean;
      /** Send nothing while nothing is said. Default no. */
      readonly dtx?: boolean;
    };
    /** Encryption of voice: never, where the far end can, or always. Default off. */
    readonly srtp?: SrtpPolicy;
    /** Where its keys come from, best first. Default SDES alone. */
    readonly srtpKeys?: readonly SrtpKeySource[];
    /** How long playout waits for late packets, beyond the fastest of late. */
    readonly jitter?: {
      /** As long as the network needs, or always `minMs`. Default adaptive. */
      readonly mode?: "adaptive" | "fixed";
      /** Default 0; where fixed, 40. */
      readonly minMs?: number;
      /** Default 200. */
      readonly maxMs?: number;
    };
    /**
     * The least that digits from a far end are played to the telephone, and the pauses between
     * them: what is longer is played as it was keyed.
     */
    readonly digits?: {
      /** Default 40. */
      readonly minToneMs?: number;
      /** Default 40. */
      readonly minPauseMs?: number;
    };
    /** Differentiated services code point of RTP. Default 46, expedited forwarding. */
    readonly dscp?: number;
    /**
     * Fixed real-time priority of the thread that carries voice, 1 to 99. Default 10 on a board of
     * its own, where the system permits it, and none on the simulated board.
     */
    readonly realtimePriority?: number | "off";
    /** Whether far ends that offer ICE are answered with it. Default off. */
    readonly ice?: "off" | "lite";
    /** What is done where a fax machine or modem is heard. Default pass-through. */
    readonly fax?: FaxMode;
    /** Whether modems are sent as a format of their own where both ends do (V.152). Default no. */
    readonly voiceBandData?: boolean;
    /** Whether the tones of modems are named to far ends that know such events. Default no. */
    readonly toneEvents?: boolean;
    /** How T.38 is spoken, where `fax` or a line's `fax` is `t38`. */
    readonly t38?: UserT38;
    /** Whether offers ask for extended reports; who asks us for them gets them. Default no. */
    readonly rtcpXr?: boolean;
    /** Whether offers propose RTCP on the RTP port (one NAT binding less). Default no. */
    readonly rtcpMux?: boolean;
    /** Suites of encryption offered and taken, best first. */
    readonly srtpSuites?: readonly SrtpSuite[];
  };
  readonly dialing?: UserDialing;
  readonly ringing?: {
    /**
     * Ringer equivalence numbers that the lines' ringing supply carries at a time: bursts are
     * staggered to hold it. Default: as the board says.
     */
    readonly renMax?: number;
  };
  /** Values of the country's profile to be replaced; the same shape, as much as is named. */
  readonly countryOverrides?: Readonly<Record<string, unknown>>;
  readonly log?: UserLog;
  /** Where a configuration is fetched from that fills in what this one leaves open. */
  readonly provisioning?: UserProvisioning;
  /** Folder for call records. Default `tipring-data`. */
  readonly data?: string;
  /**
   * How large `calls.jsonl` grows before it is put aside, KiB, and how many files of it there are.
   * Default 2048 and 5, some 10,000 calls.
   */
  readonly callRecords?: { readonly fileKb?: number; readonly files?: number };
  readonly recording?: {
    /** Whether calls of the lines are recorded. Default off. */
    readonly calls?: "off" | "all";
    /** What recordings are written as. Default wav. */
    readonly format?: "wav" | "opus";
    /** Folder of recordings, one file a call: `<id of its record>.wav`, left near, right far. */
    readonly folder?: string;
    /** Folder of sounds that can be played: WAV, 8000 Hz, mono, 16 bits. */
    readonly sounds?: string;
  };
}

/** One line as a person writes it. */
export interface UserLine {
  /** The extension; also the SIP user. */
  readonly number: string;
  /** What the called party's display shows. */
  readonly name?: string;
  readonly password?: string;
  /** Where it differs from the number. */
  readonly authUser?: string;
  /** The only realm that the password is for. Default: those that the registrar asks with. */
  readonly realm?: string;
  /**
   * Names and passwords for other realms, such as those of proxies on the way. The name is the
   * line's own unless told.
   */
  readonly realms?: readonly {
    readonly realm: string;
    readonly user?: string;
    readonly password: string;
  }[];
  /**
   * More registrars that the line is registered at, all at the same time: it is called by any, and
   * calls by the first that has it.
   */
  readonly registrars?: readonly UserRegistrar[];
  readonly country?: string;
  /** How its display is told who calls, by the scheme's name. Default: as the country has it. */
  readonly callerId?: string;
  /** Default on. */
  readonly pulseDialing?: boolean;
  /**
   * Whether calls are answered by themselves, for a device without a hook that always listens (an
   * amplifier for announcements): all, or those that ask for it. Default off.
   */
  readonly autoAnswer?: "off" | "asked" | "always";
  /** Where its calls go; what its user says at the telephone counts until this is changed. */
  readonly forward?: {
    readonly always?: string;
    readonly busy?: string;
    readonly noAnswer?: string;
  };
  /** Whether nobody makes it ring; the same. Default false. */
  readonly doNotDisturb?: boolean;
  /** Whom it calls by itself when the receiver is lifted. Default: nobody, there is dial tone. */
  readonly hotline?: UserHotline;
  /** The numbers that its keys of one or two digits call, before `dialing.speedDial`. */
  readonly speedDial?: Readonly<Record<string, string>>;
  /** How its user locks it: only numbers for help, and those allowed, can be called then. */
  readonly lock?: {
    /** 4 to 8 digits. */
    readonly pin: string;
    /** Whether it is locked until its user says otherwise. Default false. */
    readonly locked?: boolean;
    /** A digit map of what may be called all the same. Default: nothing. */
    readonly allowed?: string;
  };
  /** Callers that find it busy: a number, `*` at its end for any more digits. */
  readonly blocked?: readonly string[];
  /** As `rtp.fax`, for this line. */
  readonly fax?: FaxMode;
  /** The sound channel, where it is not the board's: `plughw:CARD=Device,DEV=0`, `hw:1,0#left`. */
  readonly sound?: string;
  /** What full scale of the sound card means on this line, as measured; see docs/hardware.md. */
  readonly levels?: BoardLevels;
  /** What is known better of the module on GPIO pins than its profile has it. */
  readonly module?: GpioSlicOverrides;
  /** What the line's card is set to, in place of what the board says: a serial card, a ProSLIC. */
  readonly card?: LineSettings;
  /**
   * Who rings in which cadence, the first that fits: a number, `*` at its end for any more digits,
   * and a name of `ringing.distinctive`.
   */
  readonly rings?: readonly { readonly caller: string; readonly cadence: string }[];
  /**
   * A trunk tells only by busy or reorder tone that its far end has gone: a call in which it is
   * heard for so long is ended. Default: none is.
   */
  readonly releaseAtTone?: {
    /** Default 3000; 1000 to 30000. */
    readonly afterMs?: number;
    /** Whose tones. Default: the line's country. */
    readonly country?: string;
  };
  /** Ringer equivalence number of all bells at this line. Default 1. */
  readonly ren?: number;
  /** With the simulated board: the set that is plugged in. Default touch-tone. */
  readonly phone?: "touch-tone" | "rotary";
  /** How much louder than they are voices go out and come in; tones are as the country has them. */
  readonly gain?: {
    /** What the telephone says, −20 to 20 dB. Default 0. */
    readonly txDb?: number;
    /** What it hears of the far end, −20 to 20 dB. Default 0. */
    readonly rxDb?: number;
    /** Brings what the telephone says to one level, within 12 dB. Default no. */
    readonly auto?: boolean;
  };
  /** Takes the line's own echo out of what the far end hears. On unless `off`. */
  readonly echoCanceller?: {
    /** How late the last of the echo may be, 8 to 128 ms. Default 32. */
    readonly tailMs?: number;
    readonly off?: boolean;
    /** Also while a fax machine or modem talks, unless that asks for none. Default yes. */
    readonly fax?: boolean;
  };
}

/** Reads a file that the configuration names; the error says why it cannot be read. */
export type ReadTextFile = (file: string) => Result<string, string>;

/** An extension of the embedded exchange. */
export interface UserExtension {
  readonly number: string;
  readonly password: string;
  /** A private exchange behind it: the numbers that it registers for all at once (RFC 6140). */
  readonly numbers?: readonly string[];
}
