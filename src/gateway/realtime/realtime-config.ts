import type { CodecEngines, OpusSettings } from "../../base/codec-engines.ts";
import type { LineId } from "../../base/line-messages.ts";
import type { DigitTimes, JitterSettings } from "../../base/media-messages.ts";
import type { SrtpPolicy, SrtpSuite } from "../../base/srtp-suites.ts";
import type { CountryProfile } from "../../fxs/index.ts";
import type {
  GpioSlicOverrides,
  SerialCardLineConfig,
  Si321xConfig,
} from "../../hal/drivers/index.ts";
import type { ToneWatch } from "./far-tone-tap.ts";
import type { LineEchoConfig } from "./line-echo.ts";

/** A chip that is worked by pins, and how it is wired. */
export interface GpioSlicSpec {
  readonly driver: "gpio-slic";
  /** The chip's profile by name, e.g. `ag1171`. */
  readonly profile: string;
  readonly pins: {
    readonly fr: string;
    readonly rm: string;
    readonly shk: string;
    readonly pd?: string;
  };
  /** Whether the bias that lets audio through on-hook is fitted (caller ID needs it). */
  readonly ohtBias: boolean;
  /** What is known better than the profile has it. */
  readonly overrides?: GpioSlicOverrides;
}

/** A line of a microcontroller's line card; see docs/serial-line-card.md. It brings its audio. */
export interface SerialCardSpec extends SerialCardLineConfig {
  readonly driver: "serial-card";
}

/** A ProSLIC on SPI. */
export interface Si321xSpec extends Si321xConfig {
  readonly driver: "si321x";
}

/** Which driver a line's interface has, and how it is wired. */
export type SlicSpec = GpioSlicSpec | SerialCardSpec | Si321xSpec;

/** How one line is wired. */
export interface LineWiring {
  readonly slic: SlicSpec;
  /**
   * The channel of the sound device that carries this line's audio. Absent where the line's own
   * card does, or `pcmCard`.
   */
  readonly pcmChannel?: string;
  /** A line of a serial card that carries the audio of a line whose interface is elsewhere. */
  readonly pcmCard?: SerialCardLineConfig;
}

/** One line of the real-time plane. */
export interface RealtimeLineConfig extends LineWiring, LineEchoConfig {
  readonly line: LineId;
  readonly country: CountryProfile;
  readonly pulseDialing: boolean;
  /** The supply that it rings from together with other lines, and what of it the line needs. */
  readonly ringSupply?: RingSupplyUse;
  /** Whether a digit keyed in a call is withheld from the audio, since it is sent as an event. */
  readonly relaysDigits: boolean;
  /** Gains of what the telephone says, and of what it hears of far ends, dB. */
  readonly gain?: { readonly txDb: number; readonly rxDb: number };
  /** Tones of far ends that end a call; absent: none does. */
  readonly toneWatch?: ToneWatch;
  /** Whether what it says is brought to one level. */
  readonly automaticGain?: boolean;
  /** As `RtpConfig.passesModems`, for this line. */
  readonly passesModems?: boolean;
  /** Whether fax machines at it are kept from agreeing on V.34, which T.38 here has not. */
  readonly hidesV8?: boolean;
}

/** A line's part in a ringing supply. */
export interface RingSupplyUse {
  /** The supply's name: lines with the same one share it. */
  readonly supply: string;
  /** Ringer equivalence numbers that the supply carries at a time. */
  readonly renMax: number;
  /** Those of the bells at this line. */
  readonly ren: number;
}

/** All that the real-time plane is told at its start; plain serialisable data. */
export interface RealtimeConfig {
  readonly lines: readonly RealtimeLineConfig[];
  readonly rtp: RtpConfig;
}

/** Where RTP is sent from. RTCP takes the odd port after each even RTP port. */
export interface RtpConfig {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
  /** The least that a far end's digits are played; absent: 40 ms, and as much between. */
  readonly digits?: DigitTimes;
  /** How long playout waits for late packets; absent: adaptive. */
  readonly jitter?: JitterSettings;
  /** Differentiated services code point of RTP and RTCP. */
  readonly dscp?: number;
  /** Fixed priority of the plane's own thread; absent: as any program's. */
  readonly realtimePriority?: {
    /** 1 (least) to 99. */
    readonly priority: number;
    /** Whether somebody asked for it: then it is a warning that it cannot be had. */
    readonly isAsked: boolean;
  };
  /** Whether modems and fax machines get a path of their own kind; absent: yes. */
  readonly passesModems?: boolean;
  /** Absent: no line speaks T.38, and its modems are not loaded. */
  readonly t38?: { readonly redundancy: number };
  /** Whether far ends that use ICE are answered with it. */
  readonly ice?: boolean;
  /** Folders of recordings and of sounds that are played. */
  readonly sounds?: {
    readonly recordings: string;
    readonly sounds: string;
    /** What recordings are written as. */
    readonly format: "wav" | "opus";
  };
  /** Sounds that calls will want: read at the start, and told of where they are missing. */
  readonly playedSounds?: readonly string[];
  /** Whether every call of a line is recorded. */
  readonly recordsCalls?: boolean;
  /** The codecs from outside that calls may use: their engines must be in the ports. */
  readonly engines?: readonly (keyof CodecEngines)[];
  readonly opus?: OpusSettings;
  /** How far ends pack what they call G726; absent: as RFC 3551 has it. */
  readonly g726Packing?: "rfc3551" | "aal2";
  /** Absent: no call is encrypted. Suites that SDES offers and takes, best first. */
  readonly srtp?: {
    readonly policy: Exclude<SrtpPolicy, "off">;
    readonly suites: readonly SrtpSuite[];
    /** So many of the suites stand in our own offers; all where absent. */
    readonly offered?: number;
    /** Keys by DTLS; absent where they are not taken. The suites, best first. */
    readonly dtls?: { readonly isFirst: boolean; readonly suites: readonly SrtpSuite[] };
  };
}
