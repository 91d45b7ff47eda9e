import { headerValue, type SipRequest } from "../../sip/index.ts";

/** A hook flash, by whatever name it came. */
export const FLASH_SIGNAL = "FLASH";

/** What an INFO signals: a digit, or a hook flash. */
export interface InfoSignal {
  /** In upper case; not always a digit. */
  readonly text: string;
  readonly durationMs: number;
}

/** How long a digit lasts that does not say so, and the bounds of those that do, ms. */
const DURATION_MS = { usual: 160, least: 40, most: 5_000 } as const;

/** How long a flash lasts that does not say so, ms: as ours do. */
const FLASH_MS = 250;

/** What says that it is a flash, as servers and other adapters write it. */
const FLASHES: readonly string[] = ["HF", "FLASH", "FLASHHOOK", "16"];

/**
 * A digit out of the body of an INFO, as servers write it: `Signal=5` and `Duration=160` in lines
 * of `application/dtmf-relay`, or the digit alone in `application/dtmf`; a flash as `Signal=hf`, by
 * a type of its own, or as an event of BroadSoft's. No standard has any of them.
 */
export function parseSignal(message: SipRequest): InfoSignal | undefined {
  const type = (headerValue(message, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/dtmf") {
    const digit = /^\s*([0-9A-Da-d*#])\s*$/.exec(message.body)?.[1];
    return digit === undefined
      ? undefined
      : { text: digit.toUpperCase(), durationMs: DURATION_MS.usual };
  }
  const isNamed = type === "application/broadsoft" && /^\s*event\s+flashhook\b/i.test(message.body);
  if (isNamed || type === "application/hook-flash") {
    return { text: FLASH_SIGNAL, durationMs: FLASH_MS };
  }
  const signal = /^[ \t]*Signal[ \t]*=[ \t]*(\S{1,16})/im.exec(message.body)?.[1];
  if (signal === undefined) return undefined;
  const told = Number(/^[ \t]*Duration[ \t]*=[ \t]*(\d{1,6})/im.exec(message.body)?.[1]);
  const { usual, least, most } = DURATION_MS;
  const durationMs = told > 0 ? Math.min(Math.max(told, least), most) : usual;
  return { text: digitOf(signal), durationMs };
}

/** Some write the number of the telephone-event. @see RFC 4733 §3.2 */
function digitOf(signal: string): string {
  if (signal === "10") return "*";
  if (signal === "11") return "#";
  const text = signal.toUpperCase();
  return FLASHES.includes(text) ? FLASH_SIGNAL : text;
}
