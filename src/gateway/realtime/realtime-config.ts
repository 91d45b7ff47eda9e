import type { LineId } from "../../base/line-messages.ts";
import type { SrtpPolicy, SrtpSuite } from "../../base/srtp-suites.ts";
import type { CountryProfile } from "../../fxs/index.ts";

/** Which driver a line's chip has, and how it is wired. */
export interface SlicSpec {
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
}

/** One line of the real-time plane. */
export interface RealtimeLineConfig {
  readonly line: LineId;
  readonly slic: SlicSpec;
  /** The channel of the sound device that carries this line's audio. */
  readonly pcmChannel: string;
  readonly country: CountryProfile;
  readonly pulseDialing: boolean;
  /** Whether a digit keyed in a call is withheld from the audio, since it is sent as an event. */
  readonly relaysDigits: boolean;
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
  /** Absent: no call is encrypted. Suites offered and taken, best first. */
  readonly srtp?: {
    readonly policy: Exclude<SrtpPolicy, "off">;
    readonly suites: readonly SrtpSuite[];
  };
}
