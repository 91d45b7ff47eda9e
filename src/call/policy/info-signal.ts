import { headerValue, type SipRequest } from "../../sip/index.ts";

/** What an INFO signals: a digit, or what stands for a hook flash. */
export interface InfoSignal {
  /** In upper case; not always a digit. */
  readonly text: string;
  readonly durationMs: number;
}

/** How long a digit lasts that does not say so, and the bounds of those that do, ms. */
const DURATION_MS = { usual: 160, least: 40, most: 5_000 } as const;

/**
 * A digit out of the body of an INFO, as servers write it: `Signal=5` and `Duration=160` in lines
 * of `application/dtmf-relay`, or the digit alone in `application/dtmf`. No standard has either.
 */
export function parseSignal(message: SipRequest): InfoSignal | undefined {
  const type = (headerValue(message, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/dtmf") {
    const digit = /^\s*([0-9A-Da-d*#])\s*$/.exec(message.body)?.[1];
    return digit === undefined
      ? undefined
      : { text: digit.toUpperCase(), durationMs: DURATION_MS.usual };
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
  return signal === "11" ? "#" : signal.toUpperCase();
}
