import {
  headerValues,
  parseNameAddr,
  printNameAddr,
  printUri,
  type SipHeader,
  type SipRequest,
} from "../../sip/index.ts";
import { isEmergencyNumber } from "./emergency.ts";

/** What the user wants done with who calls, by number; a number that is absent is none. */
export interface Diversions {
  /** Nobody makes the bell ring. */
  readonly doNotDisturb: boolean;
  /** Every call goes there. */
  readonly always?: string;
  /** A call goes there that finds the line busy, … */
  readonly busy?: string;
  /** … or that nobody lifts for. */
  readonly noAnswer?: string;
}

/** The name of one of the numbers. */
export type Forwarding = "always" | "busy" | "noAnswer";

/** Calls ring. */
export const NOT_DIVERTED: Diversions = { doNotDisturb: false };

/** A call that was sent on so often is not sent on once more. */
export const FORWARDS_MAX = 5;

/** What a number is that calls are not sent on to; undefined where they may be. */
export function whyNoTarget(
  number: string,
  {
    user,
    emergencyNumbers,
  }: { readonly user: string; readonly emergencyNumbers: readonly string[] },
): string | undefined {
  if (number === user) return "the line's own number";
  return isEmergencyNumber(number, emergencyNumbers) ? "a number for help" : undefined;
}

/** Why a call is sent on, as Diversion says it. @see RFC 5806 §4 */
const REASONS: Readonly<Record<Forwarding, string>> = {
  always: "unconditional",
  busy: "user-busy",
  noAnswer: "no-answer",
};

/** Whether anything is done with some calls before the bell rings: the dial tone tells of it. */
export function divertsAll({ doNotDisturb, always }: Diversions): boolean {
  return doNotDisturb || always !== undefined;
}

/** Whether two wishes are the same. */
export function sameDiversions(one: Diversions, other: Diversions): boolean {
  return (
    one.doNotDisturb === other.doNotDisturb &&
    FORWARDINGS.every((when) => one[when] === other[when])
  );
}

/** All of them, in the order in which they are thought of. */
export const FORWARDINGS = ["always", "busy", "noAnswer"] as const satisfies readonly Forwarding[];

/** The same wishes but for one number; without one calls ring again. */
export function withForwarding(
  diversions: Diversions,
  when: Forwarding,
  number: string | undefined,
): Diversions {
  const { [when]: _, ...others } = diversions;
  return number === undefined ? others : { ...others, [when]: number };
}

/** In words: what is done with calls; undefined where they ring. */
export function diversionWords(diversions: Diversions): string | undefined {
  const { doNotDisturb, always, busy, noAnswer } = diversions;
  const words = [
    ...(always === undefined ? [] : [`sends calls on to ${always}`]),
    ...(doNotDisturb ? ["does not want to be disturbed"] : []),
    ...(busy === undefined ? [] : [`sends calls on to ${busy} when busy`]),
    ...(noAnswer === undefined ? [] : [`sends calls on to ${noAnswer} when nobody answers`]),
  ];
  return words.length === 0 ? undefined : words.join(", ");
}

/** How often a call has been sent on before it came to us. @see RFC 5806 §4, RFC 7044 §5 */
export function timesForwarded(request: SipRequest): number {
  const diverted = headerValues(request, "diversion").reduce((sum, value) => {
    const parsed = parseNameAddr(value);
    const counter = parsed.ok ? Number(parsed.value.params.get("counter") ?? 1) : 1;
    return sum + (Number.isSafeInteger(counter) && counter > 0 ? counter : 1);
  }, 0);
  const passed = headerValues(request, "history-info").length - 1;
  return Math.max(diverted, passed, 0);
}

/** What a 302 says of where the call goes, and who sends it there, and why. */
export function sentOnHeaders(
  target: string,
  { user, domain }: { readonly user: string; readonly domain: string },
  when: Forwarding,
): readonly SipHeader[] {
  const uriText = printUri({ scheme: "sip", user, host: domain, params: new Map() });
  const params = new Map([
    ["reason", REASONS[when]],
    ["counter", "1"],
  ]);
  return [
    { name: "contact", value: `<${target}>` },
    { name: "diversion", value: printNameAddr({ uriText, params }) },
  ];
}
