import type { SocketAddress } from "../base/address.ts";
import type { Digit } from "../base/audio.ts";
import type { Core } from "../base/core.ts";
import type { CallerId, LineCommand, ToneName } from "../base/line-messages.ts";
import type { LogLevel } from "../base/log-event.ts";
import type { FaxFlow, IceCredentials, MediaCommand, MediaFlow } from "../base/media-messages.ts";
import type { MediaSecurity } from "../base/srtp-suites.ts";
import type { CollectorInput, CollectorOutput } from "../fxs/index.ts";
import type { Charge, DialogId, FaxOffer, MediaOffer, SipHeader, UaCommand } from "../sip/index.ts";
import type { MeasuredLevels } from "./call-levels.ts";
import type { CallConfig, CallEndedBy, CallOutput, CallResult } from "./call-types.ts";
import type { Choices } from "./policy/choices.ts";
import type { Diversions } from "./policy/diversions.ts";
import { type PinTries, withoutPin } from "./policy/lock.ts";

/** One call attempt while it lives. `id` names its media session too. */
export interface Call extends MeasuredLevels {
  readonly id: string;
  readonly direction: "in" | "out";
  /** The user agent's session. */
  readonly session: string;
  readonly from: string;
  readonly to: string;
  readonly emergency: boolean;
  /** It was refused for what it carried, and is made again by its number alone. */
  readonly isPlain?: true;
  /** Whether our number is withheld; as configured where absent. */
  readonly withholds?: boolean;
  /** It goes straight to an address, past the server, which nothing is told of the account. */
  readonly direct?: SocketAddress;
  /** Our user wants no second caller to be heard of in it. */
  readonly refusesWaiting?: true;
  /** The caller's number as a display would show it, where that is told. */
  readonly callerNumber?: string;
  /** Who is called where it does not reach anybody, one after the other. */
  readonly otherwise?: readonly string[];
  /** Who forwarded it to us. */
  readonly forwardedBy?: string;
  /** How often it was forwarded before it came to us, where it was. */
  readonly forwards?: number;
  readonly startedMs: number;
  /** Digits: the session id of our SDP's origin line. */
  readonly sdpSessionId: string;
  /** The cadence that the bell rings in for it, where it is not the usual one. */
  readonly cadence?: string;
  /** Our media's address, once it is open. */
  readonly local?: SocketAddress;
  /** That of its RTCP, where it is not the next port. */
  readonly localRtcp?: SocketAddress;
  /** Keys that our media session lends to offers and answers; absent where it does not encrypt. */
  readonly security?: MediaSecurity;
  /** What our media session signs its answers to ICE with; absent where it does not do ICE. */
  readonly ice?: IceCredentials;
  /** The last SDP body we wrote, so that its version counts up only with a change. */
  readonly written?: { readonly version: number; readonly body: string };
  /** Our offer that has no answer yet. */
  readonly offered?: MediaOffer | FaxOffer;
  /** It went out as a re-INVITE: the ACK of something before it brings no answer to it. */
  readonly isReoffer?: true;
  readonly flow?: MediaFlow;
  /** T.38 flows in place of `flow`. */
  readonly t38?: FaxFlow;
  /** Our offers are of T.38. */
  readonly offersT38?: boolean;
  /** Not moved to T.38: the far end has not got it, or two modems agreed on what T.38 has not. */
  readonly soundOnly?: boolean;
  /** When we move the call to T.38, unless the far end has done so. */
  readonly t38DueMs?: number;
  /** What tells its dialog from others, once there is one. */
  readonly dialog?: DialogId;
  /** Its far end has referred us in it, and we did as it asked. */
  readonly hasReferred?: true;
  /** What names it along the whole way. */
  readonly sessionId?: string;
  readonly rangMs?: number;
  readonly answeredMs?: number;
  /** The key that our user presses, until it is let go and sent. */
  readonly keyed?: Digit;
  /** It has refused a digit as INFO. */
  readonly refusesInfo?: boolean;
  /** What it costs so far, where the server tells; and how much of it the telephone has counted. */
  readonly charge?: Charge;
  readonly unitsCounted?: number;
  /** A modem or fax machine has answered: nobody may disturb it. */
  readonly isModem?: boolean;
  /** A fax machine talks: only codecs that it survives are offered and answered. */
  readonly isFax?: boolean;
  /** Our user has put it on hold: nothing flows to or from the line. */
  readonly onHold?: boolean;
  /** Whom the far end of another call asked us to call, and what our INVITE then carries. */
  readonly referral?: { readonly uri: string; readonly headers: readonly SipHeader[] };
}

/** A call beside the one that the handset is at. */
export type SideCall =
  /** Our user has put it on hold. */
  | {
      readonly kind: "held";
      readonly call: Call;
      /** The bell does not remind of it at once when the handset is hung up. */
      readonly isParked?: true;
    }
  /** In conference with the one that the handset is at. */
  | { readonly kind: "joined"; readonly call: Call }
  /** A second caller, or one who takes another's place: media is asked for. */
  | {
      readonly kind: "arriving";
      readonly call: Call;
      readonly offer?: string;
      readonly display?: CallerId;
      /** The session whose place it takes, or that it joins. */
      readonly replaces?: string;
      readonly joins?: string;
      readonly untilMs: number;
    }
  /** A second caller: the user hears of it. `body` is what the 200 will carry. */
  | {
      readonly kind: "waiting";
      readonly call: Call;
      readonly body: string;
      readonly display?: CallerId;
      readonly untilMs: number;
    }
  /** Its far end asked us to make the call `referred`, and is told what becomes of it. */
  | {
      readonly kind: "referrer";
      readonly call: Call;
      readonly referred: string;
      readonly subscribed: boolean;
      /** What it is told of, with the number of its REFER where that is not its first. */
      readonly event: string;
      /** Who asked it is told in a dialog of its own. */
      readonly watch?: string;
    }
  /**
   * The handset has left it, and its far end is asked (`request`) to call somebody else: the far
   * end of `partner`, where there is such a call.
   */
  | {
      readonly kind: "parting";
      readonly call: Call;
      readonly request: string;
      readonly partner?: Call;
      readonly untilMs: number;
    };

/**
 * The basic call of one line. On-hook leads to `idle` from everywhere, a fault to `faulted`, the
 * stop of the box to `stopped`.
 *
 *          off-hook            number            18x              2xx
 *   idle ────────────► dialing ──────► calling ──────► ringback ─────────┐
 *    │ ▲                  │               │ 2xx           │              ▼
 *    │ │ cancel,          │ no digits,    ├───────────────┼─────────► talking
 *    │ │ no answer        │ not a number  │ refused       │ refused   ▲   │ far end
 *    │ │                  ▼               ▼               ▼       ACK │   │ goes
 *    │ │                 tone ◄──────────────────────────────┐        │   ▼
 *    │ │                  │ reorderMs                        └────────┼─ open-loop
 *    │ │                  ▼          howlerMs                         │
 *    │ │                howler ───────────────► locked-out            │
 *    │ │                                                              │
 *    └─┼─► preparing ──────────► ringing ────────────────────────► answering
 *  INVITE      │   media open       │       ring trip, off-hook
 *      └───────┴────────────────────┘
 *
 * Beside this there may be other calls, each a {@link SideCall}: one on hold, one that waits, one
 * that is being handed over. A flash changes which of them the handset is at (`flash.ts`).
 *
 * A receiver that is off the hook at power-up takes the same road as one just lifted: dial tone,
 * then reorder, then the howler, then silence until it is hung up.
 */
export type CallState =
  | { readonly kind: "idle" }
  /**
   * Dial tone, or digits coming in; the digit collector holds the deadline. Where nothing is
   * dialled until `untilMs` the hotline is called.
   */
  | { readonly kind: "dialing"; readonly untilMs?: number }
  /** `opening`: media is asked for; `inviting`: the INVITE is out. Silence on the line. */
  | {
      readonly kind: "calling";
      readonly call: Call;
      readonly stage: "opening" | "inviting";
      readonly untilMs: number;
    }
  /** The far end rings: our ringback tone, or its early media. */
  | {
      readonly kind: "ringback";
      readonly call: Call;
      readonly hears: "tone" | "early-media";
      /** Whether voice of the far end has come. */
      readonly comes: boolean;
      /** Whose description counts: the tag of one of the telephones that ring. */
      readonly fork?: string;
      /** What its server says of it. @see RFC 5009 */
      readonly early?: "sends" | "silent";
      readonly untilMs: number;
    }
  | { readonly kind: "talking"; readonly call: Call }
  /** Flash with two calls up, where a digit says what is meant. `call` is the last one's. */
  | { readonly kind: "menu"; readonly call: Call; readonly untilMs: number }
  /** Hung up with a call on hold: the bell reminds the user of it. */
  | {
      readonly kind: "recall";
      readonly call: Call;
      readonly untilMs: number;
      /** It is parked: the bell is silent until then. */
      readonly isParked?: true;
    }
  /** Somebody who was busy is free: the bell offers to call. */
  | { readonly kind: "call-back"; readonly number: string; readonly untilMs: number }
  /** An INVITE came; media is asked for before the bell is rung. */
  | {
      readonly kind: "preparing";
      readonly call: Call;
      /** The offer; absent where the caller wants ours. */
      readonly offer?: string;
      /** What the display will show; absent where it is told nothing. */
      readonly display?: CallerId;
      /** How long after media is open it is answered by nobody's hand; absent: it rings. */
      readonly answersAfterMs?: number;
      readonly untilMs: number;
    }
  /**
   * 180 is out and the bell rings. `body` is what the 200 will carry. Where it `answersItself` no
   * bell rings: it is answered when the time is out, or rings then (`display` is shown) where its
   * loop is open by then.
   */
  | {
      readonly kind: "ringing";
      readonly answersItself?: true;
      readonly display?: CallerId | undefined;
      readonly call: Call;
      readonly body: string;
      readonly untilMs: number;
    }
  /** Lifted: the 200 is out, its ACK is not here yet. */
  | { readonly kind: "answering"; readonly call: Call }
  /** The far end has gone: the battery is away for a moment. */
  | { readonly kind: "open-loop"; readonly untilMs: number }
  | {
      readonly kind: "tone";
      readonly tone: Extract<ToneName, "busy" | "reorder" | "confirm">;
      readonly untilMs: number;
      /** A recorded sound is heard first. */
      readonly announces?: boolean;
    }
  | { readonly kind: "howler"; readonly untilMs: number }
  /** Receiver left off the hook: silence until it is hung up. */
  | { readonly kind: "locked-out" }
  | { readonly kind: "faulted" }
  /** The box stops; there is no way out. */
  | { readonly kind: "stopped" };

/** A call attempt that is over, for its record. */
export interface FinishedCall {
  readonly call: Call;
  readonly result: CallResult;
  readonly endedBy: CallEndedBy;
  readonly sipStatus?: number;
  /** After how long it may be tried again, where that was said. */
  readonly retryAfterS?: number;
  /** The number that it was sent on to. */
  readonly forwardedTo?: string;
  /** By which tone the far end said that it had gone, where it said it by nothing else. */
  readonly endedByTone?: "busy" | "reorder";
  /** Why its media could not be, where that ended it. */
  readonly mediaFault?: string;
  /** Whether a media session was asked for, which then tells its figures when it closes. */
  readonly hasMedia: boolean;
}

/** Whom a call did not reach, and when he may be called again where that was told. */
export interface Unreached {
  readonly number: string;
  readonly retryAtMs?: number;
}

/** What a feature makes of an event: the state after it, and what is to be done. */
export interface Step {
  readonly state: CallState;
  readonly outputs: readonly CallOutput[];
  readonly finished?: FinishedCall;
  /** Calls beside it that are over too. */
  readonly alsoFinished?: readonly FinishedCall[];
  /** A number that the user wants to be called back on when it is free. */
  readonly callsBack?: Unreached;
  /** What is done with who calls from now on, where the user has just said so. */
  readonly diversions?: Diversions;
  /** What the user has chosen from now on, where that was just said. */
  readonly choices?: Choices;
  /** Wrong PINs from now on, where one was just keyed. */
  readonly pinTries?: PinTries;
  /** What was dialled for the call that begins, for who wants to dial it again. */
  readonly dialled?: string;
  /** The calls beside it from now on; as they were where absent. */
  readonly side?: readonly SideCall[];
}

/** What every feature may look at. The digit collector is the one part that holds state itself. */
export interface CallContext {
  readonly config: CallConfig;
  readonly collector: Core<CollectorInput, CollectorOutput>;
  /** Undefined until the registrar has said the first word. */
  readonly registration: "registered" | "lost" | undefined;
  /** Calls beside the one that the handset is at, the oldest first. */
  readonly side: readonly SideCall[];
  /** Whether messages wait in the user's mailbox. */
  readonly messagesWait: boolean;
  /** The number called last, where it was busy or said when it may be called again. */
  readonly unreached?: Unreached;
  /** What is done with who calls. */
  readonly diversions: Diversions;
  /** What the user has chosen by keys. */
  readonly choices: Choices;
  /** PINs that were wrong. */
  readonly pinTries: PinTries;
  /** What was dialled last for a call, but for help. */
  readonly lastDialled?: string;
  /** Who called last, once somebody has; without a number where none was told. */
  readonly lastCaller?: { readonly number?: string };
  /** Until when calls come in all the same: the line has called for help. */
  readonly helpUntilMs?: number;
  /** Whether the line's loop is closed. */
  readonly isOffHook: boolean;
}

/** An output to our line. */
export const toLine = (command: LineCommand): CallOutput => ({ kind: "line", command });

/** An output to the user agent. */
export const toUa = (command: UaCommand): CallOutput => ({ kind: "ua", command });

/** An output to media. */
export const toMedia = (command: MediaCommand): CallOutput => ({ kind: "media", command });

/** A log event of our line; its PIN is taken out of the text. */
export function logOf(
  context: CallContext,
  level: LogLevel,
  text: string,
  data?: Readonly<Record<string, string | number | boolean>>,
): CallOutput {
  const event = {
    level,
    area: `line ${context.config.line}`,
    text: withoutPin(text, context.config),
  };
  return { kind: "log", event: data === undefined ? event : { ...event, data } };
}
