import type { Digit } from "../../base/audio.ts";
import type { FskModem } from "./fsk-source.ts";

/**
 * How a line tells a telephone's display who calls: when (transport), by which sound (signal), in
 * which words (message). Each can be combined with each that makes sense; the combinations that
 * countries use have names. Plain data, every value of which a user may change.
 *
 *     reversal  alert tone   data                      ringing
 *     ───╲____  ▒▒▒▒▒▒▒▒    ▓▓▓▓▓▓▓▓▓▓▓▓▓             █████████
 *         lead: waits and signs  │ delayMs │   data   │ guardMs │        `before-ringing`
 *
 *     █████████            ▓▓▓▓▓▓▓▓▓▓▓▓▓             █████████
 *               │ delayMs │    data     │  guardMs  │                     `after-first-ring`
 *
 *     ─╲__ ██  ██ off-hook   ▓▓▓▓▓▓▓▓▓  on-hook       █████████
 *      lead        │ delayMs │  data  │    guardMs  │                    `answered` (NTT)
 */
export interface CallerIdParts {
  readonly transport: CallerIdTransport;
  readonly signal: CallerIdSignal;
  readonly message: CallerIdMessage;
  readonly waiting: CallWaitingDisplay;
  readonly lamp: MessageLamp;
}

/** When a caller ID goes out, and what announces it. Times in ms. */
export interface CallerIdTransport {
  readonly when: CallerIdTime;
  /** What comes before the data, or (`answered`) before the first ring, in order. */
  readonly lead: readonly LeadStep[];
  /** From the end of the lead, or of the burst, or from off-hook, to the data. */
  readonly delayMs: number;
  /** From the end of the data (`answered`: from on-hook) to ringing, at the least. */
  readonly guardMs: number;
}

/** `none` sends nothing. */
export type CallerIdTime = "none" | "after-first-ring" | "before-ringing" | "answered";

/** A sign that caller ID is about to come. Where a card cannot give it, it is left out. */
export type LeadStep =
  /** The battery turns round, until ringing. */
  | { readonly kind: "reverse" }
  | { readonly kind: "wait"; readonly ms: number }
  /** Dual tone alerting signal (DT-AS). */
  | { readonly kind: "alert-tone"; readonly ms: number }
  /** Ring pulse alerting signal (RP-AS): one short burst of ringing. */
  | { readonly kind: "ring"; readonly ms: number }
  /** The battery goes away for a while. */
  | { readonly kind: "open-loop"; readonly ms: number };

/** The sound that carries the message. */
export type CallerIdSignal = FskSignal | DtmfSignal;

/** A modem: 1200 bit/s, characters of eight bits. */
export interface FskSignal {
  readonly kind: "fsk";
  readonly modem: FskModem;
  /** Bits of the channel seizure signal, alternating 0 and 1, beginning with 0. */
  readonly seizureBits: number;
  /** Bits of mark between seizure and message. */
  readonly markBits: number;
  /** Bits of mark after the message. */
  readonly tailBits: number;
  readonly stopBits: number;
  readonly levelDbm0: number;
}

/** Touch-tone digits. */
export interface DtmfSignal {
  readonly kind: "dtmf";
  readonly onMs: number;
  readonly offMs: number;
  /** Of the low tone. */
  readonly levelDbm0: number;
  /** How much stronger the high tone is, dB. */
  readonly twistDb: number;
}

/** What is said. */
export type CallerIdMessage = DataMessage | DtmfMessage | NttMessage;

/** Parameters of a multiple data message, in the order in which they are sent. */
export type CallerIdParameter = "call-type" | "time" | "number" | "name" | "redirecting";

/** A message of bytes with a checksum: one number (SDMF) or several parameters (MDMF). */
export interface DataMessage {
  readonly kind: "sdmf" | "mdmf";
  /** Which ones are sent, where they are known; for MDMF only. */
  readonly parameters: readonly CallerIdParameter[];
  /** Longest number and name, characters; the rest is cut off. */
  readonly numberLimit: number;
  readonly nameLimit: number;
  /** A name that is not all ASCII: spelled in ASCII as well as may be, or left out. */
  readonly otherLetters: "transliterate" | "drop";
}

/** A message of digits: `start` number [`redirectStart` number] `stop`. Texts of 0–9, `*#A-D`. */
export interface DtmfMessage {
  readonly kind: "dtmf";
  readonly start: string;
  readonly stop: string;
  /** Before the number that sent the call on; empty where it is not told. */
  readonly redirectStart: string;
  /** What is sent for a number that was withheld, without `stop`; empty for nothing at all. */
  readonly withheld: string;
  /** The same for a number that is not known. */
  readonly unavailable: string;
  readonly numberLimit: number;
}

/** NTT's message: parity, DLE escapes, and a CRC. */
export interface NttMessage {
  readonly kind: "ntt";
  readonly numberLimit: number;
  /** 0 where no name is told. */
  readonly nameLimit: number;
}

/** How a second caller is shown during a call (type II). */
export interface CallWaitingDisplay {
  /** `cas`: alert tone, acknowledgement by the display, data. */
  readonly by: "none" | "cas";
  /** From the end of the call-waiting tone to the alert tone. */
  readonly silenceMs: number;
  readonly alertMs: number;
  readonly alertLevelDbm0: number;
  /** How long after the alert tone the acknowledgement may begin to be heard. */
  readonly ackWaitMs: number;
  /** The digits that acknowledge. */
  readonly ackDigits: readonly Digit[];
  /** From a digit known, which is some 40 ms after it began, to the data. */
  readonly ackToDataMs: number;
  /** Bits of mark before the message; there is no seizure. */
  readonly markBits: number;
}

/** How the lamp for waiting messages is told. */
export interface MessageLamp {
  readonly by: "none" | "fsk" | "fsk-after-ring" | "neon";
  /** Before the data, where it does not come after a ring pulse. */
  readonly lead: readonly LeadStep[];
  readonly delayMs: number;
  readonly kind: "sdmf" | "mdmf";
  /** Whether the number of messages is told as well. */
  readonly tellsCount: boolean;
}

/** The two tones of the alerting signal, Hz. @see ETSI EN 300 659-1 §4.1.1; Telcordia GR-30 */
export const ALERT_TONES_HZ = [2130, 2750] as const;
