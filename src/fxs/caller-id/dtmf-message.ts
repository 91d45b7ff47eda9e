import { type Digit, isDigit } from "../../base/audio.ts";
import type { CallerId } from "../../base/line-messages.ts";
import { frequenciesOf } from "../dtmf/keypad.ts";
import type { DtmfMessage, DtmfSignal } from "./scheme.ts";
import { shownCaller } from "./shown-caller.ts";
import type { Signal } from "./signal.ts";

/**
 * The digits that tell of a caller; none where the scheme has no way to say it.
 *
 *     A number [D redirecting number] C        A number #        number #
 *     B00 C, B10 C                             D1 #, D3 #
 *
 * Only 0–9 of a number are sent: `*` and `#` would end it for some displays.
 */
export function dtmfCallerId(callerId: CallerId, format: DtmfMessage): readonly Digit[] {
  const { number, redirectedFrom, absence } = shownCaller(callerId, {
    numberLimit: format.numberLimit,
    nameLimit: 0,
    otherLetters: "drop",
  });
  const plain = number?.replace(/\D/g, "") ?? "";
  const reason = absence === "private" ? format.withheld : format.unavailable;
  const whole = plain === "" ? reason : `${format.start}${plain}`;
  if (whole === "") return [];
  const from = redirectedFrom?.replace(/\D/g, "") ?? "";
  const redirected = from !== "" && format.redirectStart !== "" ? format.redirectStart + from : "";
  return [...`${whole}${redirected}${format.stop}`].filter(isDigit);
}

/** Digits as sound, with a pause after each. */
export function dtmfSignal(digits: readonly Digit[], sound: DtmfSignal): Signal {
  return digits.flatMap((digit) => {
    const { lowHz, highHz } = frequenciesOf(digit);
    const tones = [
      { frequencyHz: lowHz, levelDbm0: sound.levelDbm0 },
      { frequencyHz: highHz, levelDbm0: sound.levelDbm0 + sound.twistDb },
    ];
    return [
      { kind: "tones", tones, durationMs: sound.onMs },
      { kind: "silence", durationMs: sound.offMs },
    ] as const;
  });
}
