import type { LineCommand, LineEvent, LineId } from "../base/line-messages.ts";
import type { LogEvent } from "../base/log-event.ts";
import type { MediaCommand, MediaEvent, MediaStats } from "../base/media-messages.ts";
import type {
  Charge,
  CodecOffer,
  SipAccount,
  T38Ability,
  UaCommand,
  UaEvent,
} from "../sip/index.ts";
import type { CallLevels } from "./call-levels.ts";
import type { Announcements } from "./policy/announcement.ts";
import type { CallerSource } from "./policy/caller-sources.ts";
import type { Choices } from "./policy/choices.ts";
import type { Diversions } from "./policy/diversions.ts";
import type { FeatureCodes } from "./policy/feature-codes.ts";
import type { Lock } from "./policy/lock.ts";
import type { Place } from "./policy/pidf-lo.ts";
import type { RingRule } from "./policy/ring-cadence.ts";

/** Wall time at one moment, in the user's zone: what a record and a telephone's display show. */
export interface WallTime {
  /** ISO 8601 with offset. */
  readonly iso: string;
  /** The same moment by universal time: RFC 3339, with `Z`. */
  readonly utc: string;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** How long the basic call waits for each thing. */
export interface CallTimers {
  /** From dial tone to the first digit. */
  readonly firstDigitMs: number;
  /** Between digits. */
  readonly interDigitMs: number;
  /** How long our telephone rings before the caller is told 480. */
  readonly noAnswerMs: number;
  /** How long we wait for the far end to answer, from the last digit. */
  readonly outgoingMs: number;
  /** How long busy or reorder tone plays before the howler. */
  readonly reorderMs: number;
  /** How long a digit is waited for after a flash with two calls up. */
  readonly flashMenuMs: number;
  /** How long the far end of a transferred call may take to say what became of it. */
  readonly transferMs: number;
  /** How long the howler plays before the line goes silent until the receiver is hung up. */
  readonly howlerMs: number;
}

/**
 * Defaults; each is the user's to change. First digit and inter-digit are near the 16 s and 4 s of
 * RFC 3435 §2.1.5; `outgoingMs` is a little more than a proxy's timer C (RFC 3261 §16.6 step 11:
 * more than 3 min). The others are common practice of adapters and exchanges, unverified.
 */
export const DEFAULT_CALL_TIMERS = {
  firstDigitMs: 15_000,
  interDigitMs: 4_000,
  noAnswerMs: 60_000,
  outgoingMs: 190_000,
  reorderMs: 20_000,
  howlerMs: 50_000,
  flashMenuMs: 5_000,
  transferMs: 190_000,
} as const satisfies CallTimers;

/** How faxes go over T.38. */
export interface CallFaxConfig extends T38Ability {
  /**
   * What moves a call: `preamble` the V.21 flags of a fax machine, so that modems, and machines
   * that agree on V.34 before, stay with sound; `answer` the answer tone already.
   */
  readonly switchOn: "preamble" | "answer";
  /** How long the side of who is called has to move the call before we do, ms. */
  readonly waitMs: number;
}

/** Whom a lifted receiver calls by itself. */
export interface Hotline {
  readonly number: string;
  /** How long something else may be dialled before; 0: there is no dial tone, ms. */
  readonly afterMs: number;
  /** Who is called where it is not reached, one after the other. */
  readonly otherwise: readonly string[];
  /** How long each has to answer where there is another, ms. */
  readonly tryMs: number;
}

/** How calls for help are made. */
export interface EmergencyConfig {
  /** Whether they go to `urn:service:sos`; else to the number as it was dialled. */
  readonly asUrn: boolean;
  /** A URI at which the line's location is told. @see RFC 6442 §4.1 */
  readonly location?: string;
  /** Where the line is, told in the call itself. @see RFC 6442 §4.2 */
  readonly place?: Place;
}

/** What a hook flash does. */
export interface FlashConfig {
  /** `local`: here, as below. `relay`: it goes to the far end, whose server has the features. */
  readonly mode: "local" | "relay";
  /**
   * With two calls up: `toggle` changes over, `conference` joins them (and the next one drops the
   * last), `menu` waits for a digit: 1 ends the call, 2 changes over, 3 joins, 4 transfers.
   */
  readonly second: "toggle" | "conference" | "menu";
  /** Whether hanging up with two calls up joins the two others; else the one on hold rings back. */
  readonly transferOnHangUp: boolean;
  /** Keyed before a number while a call is on hold: hand that call over to it. Empty: none. */
  readonly blindTransferCode: string;
}

/**
 * How a digit reaches the far end: as a telephone event where that was agreed, as an INFO request
 * where it does not refuse those, or as the tone itself.
 */
export type DigitRelay = "rfc4733" | "info" | "in-band";

/** What one line's call control is told at birth. The functions are pure of effects we can see. */
export interface CallConfig {
  readonly line: LineId;
  /** The SIP account that this line speaks as. */
  readonly account: Pick<SipAccount, "id" | "user" | "domain" | "register">;
  /** The digit map, in the grammar of the digit collector; emergency numbers are put before it. */
  readonly digitMap: string;
  /** Numbers that are dialled whatever the digit map, and although registration is lost. */
  readonly emergencyNumbers: readonly string[];
  /** Those of them that other numbers begin with: they wait for more digits, as any number may. */
  readonly emergencyShared?: readonly string[];
  readonly timers: CallTimers;
  /** In the order of preference. */
  readonly codecs: readonly CodecOffer[];
  readonly telephoneEventPayloadType: number;
  readonly ptimeMs: number;
  /** Whether offers propose RTCP on the RTP port. Default false: few devices miss it. */
  readonly rtcpMux?: boolean;
  /** Whether offers ask for extended reports. */
  readonly rtcpXr?: boolean;
  /** Whether a fax machine that answers on our line moves the call to a codec it survives. */
  readonly passesModems?: boolean;
  /** Whether modems may be sent as a format of their own, agreed on from the start. */
  readonly voiceBand?: boolean;
  /** Whether the tones of modems are told as events, too. */
  readonly toneEvents?: boolean;
  /** Absent: a fax goes through as sound, and T.38 is refused. */
  readonly t38?: CallFaxConfig;
  /** Whether background noise may be described and not sent. */
  readonly comfortNoise?: boolean;
  /** How many packets each packet repeats. */
  readonly redundancy?: number;
  /**
   * The ways that a digit keyed in a call may go, best first; it goes by the first that the far end
   * takes, and in the audio where none is. Digits dialled by pulses come only while digits are
   * collected, never in a call: there a break of the loop is a hook flash.
   */
  readonly dtmfRelay: readonly DigitRelay[];
  /** Whether the telephone's display is told who calls. */
  readonly callerId: boolean;
  /** Who rings in which cadence; before what the server asks for by Alert-Info. Default: nobody. */
  readonly ringRules?: readonly RingRule[];
  /** Where an INVITE is asked who calls, first things first; {@link CALLER_SOURCES} if absent. */
  readonly callerIdFrom?: readonly CallerSource[];
  /** Whether P-Asserted-Identity is believed (it is as good as the server it comes from). */
  readonly trustAssertedIdentity: boolean;
  /** Length of the open switching interval when the far end goes; 0 for none. */
  readonly openLoopMs: number;
  /** What is heard after the far end has gone: a country's convention. */
  readonly disconnectTone: "busy" | "reorder" | "dial";
  /** What a hook flash does. */
  readonly flash: FlashConfig;
  /** A recorded sound that who is put on hold hears, again and again; absent: silence. */
  readonly musicOnHold?: string;
  /** What is said to who dialled in vain, before the tone. */
  readonly announcements?: Announcements;
  /** Keyed before a number: for that call the own one is withheld, or shown. Empty: no code. */
  readonly withholdCode?: string;
  readonly showCode?: string;
  /** Keyed after a busy number was called: our telephone rings when it is free. Empty: no code. */
  readonly callBackCode?: string;
  /** Who is called by lifting alone. Default: nobody, there is dial tone. */
  readonly hotline?: Hotline;
  /** Keyed at dial tone: what is done with who calls. Default: no codes. */
  readonly featureCodes?: FeatureCodes;
  /** What the user has chosen by keys, or the configuration. Default: nothing. */
  readonly choices?: Choices;
  /** How the telephone is locked; absent: it cannot be. */
  readonly lock?: Lock;
  /** How long a parked call waits before the bell reminds of it, ms. Default 2 min. */
  readonly parkMs?: number;
  /** Callers that are refused, by number, `*` at its end for any more digits. Default: nobody. */
  readonly blockedCallers?: readonly string[];
  /** What is done with who calls, until the user says otherwise. Default: the bell rings. */
  readonly diversions?: Diversions;
  /** How long a call rings that is sent on where nobody answers, ms. Default 20 s. */
  readonly forwardAfterMs?: number;
  /**
   * Whether dialled numbers are called as `tel:`; what is no global number is one of `context`, a
   * domain name or `+` and the digits that it lacks. @see RFC 3966 §5.1.5
   */
  readonly tel?: { readonly context: string };
  /** Whether a call that is led on goes straight to the new address, past the server. */
  readonly redirectsDirectly?: boolean;
  readonly emergency: EmergencyConfig;
  /** Whether the server is asked to tell of messages; else it may tell unasked. */
  readonly asksForMessages: boolean;
  /** Who is told how each call was heard, a URI; nobody where absent. @see RFC 6035 */
  readonly qualityCollector?: string;
  /** How often it is told while a call lasts, ms; at the end alone where absent. */
  readonly qualityEveryMs?: number;
  /** The mean opinion (MOS, 1 to 4.5) under which it is told at once; absent: never. */
  readonly qualityAlertMos?: number;
  /**
   * The line's device has no hook, it always listens: an amplifier, the loudspeaker of a door. Its
   * calls are answered without ringing, all of them or those that ask for it; it is never given
   * dial tone.
   */
  readonly autoAnswer?: "asked" | "always";
  /** Whether somebody may join a call as a third without being asked in. @see RFC 3911 */
  readonly allowsJoin?: boolean;
  /** Whether a far end that hands us over to somebody else is told no. @see RFC 3515 */
  readonly refusesTransfer?: boolean;
  /**
   * A call from which nothing has been heard for this long, though something should, is ended;
   * 0 leaves it.
   */
  readonly silenceLimitMs: number;
  /** A call that has lasted this long is ended, but none for help; 0 or absent leaves it. */
  readonly callLimitMs?: number;
  /**
   * What the server tells of a call's cost is counted at the telephone by metering pulses, one for
   * each `unitPrice` of a currency that has begun; units are units. Absent: it is recorded alone.
   */
  readonly charging?: { readonly unitPrice: number };
  /** The wall time at a moment of the monotonic clock. */
  readonly wallTime: (nowMs: number) => WallTime;
  /** A fresh unguessable token of letters and digits. */
  readonly createToken: () => string;
}

/**
 * How a call attempt came out.
 *
 * - `answered`: the two sides talked
 * - `busy`: the far end (outgoing) or our line (incoming) was busy
 * - `no-answer`: the far end rang and nobody lifted
 * - `cancelled`: our user hung up before an answer
 * - `elsewhere`: ours rang, and somebody else answered
 * - `missed`: ours rang and nobody lifted, whether the caller gave up or the time was out; or it
 *   did not ring, because nobody was to be disturbed
 * - `forwarded`: it was sent on to another number
 * - `failed`: anything else
 */
export type CallResult =
  | "answered"
  | "busy"
  | "no-answer"
  | "cancelled"
  | "elsewhere"
  | "missed"
  | "forwarded"
  | "failed";

/** Who ended it: our telephone's user, the far side, or the box itself (a timer, a fault). */
export type CallEndedBy = "near" | "far" | "box";

/** One call attempt, as JSON keeps it. Exactly one is written for each. */
export interface CallRecord {
  readonly id: string;
  readonly line: LineId;
  readonly direction: "in" | "out";
  /** User parts, or the whole URI where there is none. */
  readonly from: string;
  readonly to: string;
  /** ISO 8601, wall time. */
  readonly startedAt: string;
  /** From the first sign of ringing to the answer or the end; absent where nothing rang. */
  readonly ringingMs?: number;
  /** When it was answered, counted from `startedAt`. */
  readonly answeredAtMs?: number;
  /** How long the two sides talked; 0 where nobody answered. */
  readonly durationMs: number;
  readonly result: CallResult;
  /** The final status that refused it, either way. */
  readonly sipStatus?: number;
  /** After how long the far end said that it may be tried again, seconds. */
  readonly retryAfterS?: number;
  readonly endedBy: CallEndedBy;
  /** What names the call at every server on the way: two identifiers. @see RFC 7989 */
  readonly sessionId?: string;
  /** The tone by which the far end said that it had gone, where it said it by nothing else. */
  readonly endedByTone?: "busy" | "reorder";
  /** Why its media could not be, where that ended it: no keys, or somebody else's. */
  readonly mediaFault?: string;
  /** Who forwarded the call to us. */
  readonly forwardedBy?: string;
  /** The number that we sent it on to. */
  readonly forwardedTo?: string;
  /** What it cost, as the server told last; `unit` is a currency, or `UNIT`. */
  readonly charge?: Charge;
  readonly codec?: string;
  /** How loud both sides spoke; absent where nothing was measured. */
  readonly levels?: CallLevels;
  readonly media?: MediaStats;
}

/** What goes into call control. UA events: those of its account and of its sessions only. */
export type CallInput =
  | { readonly kind: "line"; readonly event: LineEvent }
  | { readonly kind: "ua"; readonly event: UaEvent }
  | { readonly kind: "media"; readonly event: MediaEvent }
  /** The box stops: what goes on is ended, and nothing begins any more. */
  | { readonly kind: "stop" }
  | { readonly kind: "timeout" };

/** What comes out of call control. */
export type CallOutput =
  | { readonly kind: "line"; readonly command: LineCommand }
  | { readonly kind: "ua"; readonly command: UaCommand }
  | { readonly kind: "media"; readonly command: MediaCommand }
  | { readonly kind: "record"; readonly record: CallRecord }
  /** A text for whoever displays it. */
  | { readonly kind: "message"; readonly from: string; readonly text: string }
  /** The server wants the configuration fetched anew. */
  | { readonly kind: "check-sync" }
  /** The user has said at the telephone what is done with who calls. */
  | { readonly kind: "diversions"; readonly diversions: Diversions }
  /** The user has chosen something else by keys. */
  | { readonly kind: "choices"; readonly choices: Choices }
  /** The mailbox: whether messages wait, and how many are new where that was told. */
  | { readonly kind: "mailbox"; readonly waiting: boolean; readonly newVoice?: number }
  | { readonly kind: "log"; readonly event: LogEvent };
