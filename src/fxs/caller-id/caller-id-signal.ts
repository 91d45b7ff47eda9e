import type { CallerId, WallMinute } from "../../base/line-messages.ts";
import { dtmfCallerId, dtmfSignal } from "./dtmf-message.ts";
import { encodeCallerId, encodeMessageWaiting } from "./message.ts";
import { encodeNttCallerId } from "./ntt-message.ts";
import {
  ALERT_TONES_HZ,
  type CallerIdMessage,
  type CallerIdParts,
  type CallWaitingDisplay,
  type FskSignal,
  type MessageLamp,
} from "./scheme.ts";
import type { Signal } from "./signal.ts";

/** Level of each tone of the alerting signal on-hook, dBm0 (spandsp: −13). */
const ALERT_LEVEL_DBM0 = -13;

/** The alerting signal. */
export function alertSignal(durationMs: number, levelDbm0 = ALERT_LEVEL_DBM0): Signal {
  const tones = ALERT_TONES_HZ.map((frequencyHz) => ({ frequencyHz, levelDbm0 }));
  return [{ kind: "tones", tones, durationMs }];
}

/**
 * What shows a caller on the display of an on-hook telephone; empty where nothing is to be sent.
 * A signal and a message that do not go together (digits by a modem) send nothing: a profile that
 * has such a pair is refused.
 */
export function callerIdSignal(
  callerId: CallerId,
  { signal, message }: Pick<CallerIdParts, "signal" | "message">,
): Signal {
  if (message.kind === "dtmf" || signal.kind === "dtmf") {
    if (message.kind !== "dtmf" || signal.kind !== "dtmf") return [];
    return dtmfSignal(dtmfCallerId(callerId, message), signal);
  }
  return fsk(bytesOf(callerId, message), signal);
}

function bytesOf(
  callerId: CallerId,
  message: Exclude<CallerIdMessage, { kind: "dtmf" }>,
): readonly number[] {
  return message.kind === "ntt"
    ? encodeNttCallerId(callerId, message)
    : encodeCallerId(callerId, message);
}

/**
 * What shows a second caller, once the display has answered the alert: mark and message, without a
 * seizure. Undefined where the scheme has no data for a display.
 */
export function waitingCallerSignal(
  callerId: CallerId,
  { signal, message }: Pick<CallerIdParts, "signal" | "message">,
  { markBits }: CallWaitingDisplay,
): Signal | undefined {
  if (signal.kind !== "fsk" || message.kind === "dtmf") return undefined;
  return fsk(bytesOf(callerId, message), { ...signal, seizureBits: 0, markBits });
}

/** What lights a message lamp or puts it out; empty where the scheme's signal is no modem. */
export function messageWaitingSignal(
  lamp: { readonly waiting: boolean; readonly count?: number; readonly time: WallMinute },
  { signal }: Pick<CallerIdParts, "signal">,
  format: Pick<MessageLamp, "kind" | "tellsCount">,
): Signal {
  return signal.kind === "fsk" ? fsk(encodeMessageWaiting(lamp, format), signal) : [];
}

function fsk(bytes: readonly number[], signal: FskSignal): Signal {
  return [{ ...signal, bytes }];
}
