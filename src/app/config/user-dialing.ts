import type { FeatureCodes } from "../../call/index.ts";

/** How numbers are dialled, and what happens at a telephone around a call. */
export interface UserDialing {
  readonly digitMap?: string;
  readonly firstDigitMs?: number;
  readonly interDigitMs?: number;
  /** How long an incoming call rings before it is refused. */
  readonly noAnswerMs?: number;
  /** A hook flash is used here, or relayed to the far end. Default `local`. */
  readonly flash?: "local" | "relay";
  /** What a flash does with two calls up. Default `toggle`. */
  readonly secondFlash?: "toggle" | "conference" | "menu";
  /** Whether hanging up with two calls up joins the two others. Default true. */
  readonly transferOnHangUp?: boolean;
  /** Keyed before a number while a call is on hold: hands it over. Default `*98`; "" for none. */
  readonly blindTransferCode?: string;
  /** Whether who is called is not told the number. Default false. */
  readonly withholdNumber?: boolean;
  /** Keyed before a number: withholds the own one for that call. Default: as the country has. */
  readonly withholdCode?: string;
  /** The same, to show it where it is withheld. */
  readonly showCode?: string;
  /** Keyed after a busy number: the telephone rings when that is free. Default: no code. */
  readonly callBackCode?: string;
  /**
   * What is keyed to say what is done with who calls: a set of codes by its name, or each. Default
   * `star` at the built-in exchange; `off` at a registrar, which has codes of its own.
   */
  readonly featureCodes?: "off" | "star" | "etsi" | FeatureCodes;
  /** The numbers that keys of one or two digits call, at every line. */
  readonly speedDial?: Readonly<Record<string, string>>;
  /** How long a parked call waits before the bell reminds of it. Default 120000. */
  readonly parkMs?: number;
  /** How long a call rings that is sent on where nobody answers. Default 20000. */
  readonly forwardAfterMs?: number;
  /** Where it is looked who calls, first things first. Default: all three, as they stand here. */
  readonly callerIdFrom?: readonly ("p-asserted-identity" | "remote-party-id" | "from")[];
  /** Whether numbers are called as `tel:`. Default false: as `sip:` of the line's domain. */
  readonly telUri?: boolean;
  /** What a dialled number is part of: a domain, or `+` and digits. Default: our domain. */
  readonly phoneContext?: string;
  /** Whether callers that withhold their number are refused. Default false. */
  readonly rejectAnonymous?: boolean;
  /** Calls for help go to `urn:service:sos` in place of the number. Default false. */
  readonly emergencyUrn?: boolean;
  /** A URI at which those who send help learn where the line is. */
  readonly emergencyLocation?: string;
  /** Where the line is, told in the call itself: a point (degrees), an address, or both. */
  readonly emergencyPlace?: {
    readonly latitude?: number;
    readonly longitude?: number;
    /** Parts of the address by their names: country, A1, A3, RD, HNO, PC, FLR, … */
    readonly civic?: Readonly<Record<string, string>>;
  };
  /** Whether texts (MESSAGE) are shown on the telephones' displays. Default false. */
  readonly showMessages?: boolean;
  /** Whether the server is asked to tell of messages; it may do so unasked. Default false. */
  readonly askForMessages?: boolean;
  /** Whether somebody may join a call as a third, by Join. Default false. */
  readonly allowJoin?: boolean;
  /**
   * Whether the far end of a call may have the line call somebody else (REFER), which the line pays
   * for. Default true.
   */
  readonly allowTransfer?: boolean;
  /** Whether a second caller is announced in a call. Default true. */
  readonly callWaiting?: boolean;
  /** What who is put on hold hears: a WAV file of `recording.sounds`, without its ".wav". */
  readonly musicOnHold?: string;
  /** What is said before the tone to who dialled in vain: files of `recording.sounds`. */
  readonly announcements?: {
    /** There is no such number. */
    readonly notFound?: string;
    /** It may not be called. */
    readonly refused?: string;
    /** It cannot be reached now. */
    readonly unavailable?: string;
    /** Who is to be called back has withheld the number. */
    readonly withheld?: string;
  };
  /** Calls from which nothing is heard for this long are ended; 0 never. Default 0. */
  readonly silenceLimitMs?: number;
  /** Calls that have lasted this long are ended, but none for help; 0 never. Default 0. */
  readonly callLimitMs?: number;
}
