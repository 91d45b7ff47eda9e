import { err, ok, type Result } from "../../base/result.ts";
import type { Refusal } from "../request-checks.ts";
import { listItems } from "../wire/headers.ts";
import {
  headerValue,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "../wire/message.ts";
import { parseParams } from "../wire/params.ts";

/** How long a session may go without a sign of life, in seconds. */
export interface SessionTimerConfig {
  /** What we ask for. */
  readonly expiresS: number;
  /** The shortest that we take; {@link MIN_SE_S} at least. */
  readonly minS: number;
}

/** What the two sides agreed on. */
export interface SessionInterval {
  readonly expiresS: number;
  /** Who sends the sign of life. */
  readonly refresher: "us" | "them";
}

/** The shortest interval there may be, seconds. @see RFC 4028 §4 */
export const MIN_SE_S = 90;

/** Longer intervals that a call is tried by: each proxy on the way may want one. */
export const INTERVALS_MAX = 3;

/** The extension's name in Supported and Require. */
export const TIMER = "timer";

interface SessionExpires {
  readonly expiresS: number;
  readonly refresher?: "uac" | "uas";
}

/** Reads a Session-Expires value; `undefined` where it has no number. @see RFC 4028 §4 */
export function parseSessionExpires(text: string): SessionExpires | undefined {
  const semicolon = text.indexOf(";");
  const expiresS = deltaSeconds(semicolon === -1 ? text : text.slice(0, semicolon));
  if (expiresS === undefined) return undefined;
  const params = parseParams(text, semicolon === -1 ? text.length : semicolon);
  const refresher = params.ok ? params.value.get("refresher")?.toLowerCase() : undefined;
  return refresher === "uac" || refresher === "uas" ? { expiresS, refresher } : { expiresS };
}

function deltaSeconds(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? "";
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** The Min-SE of a message, with what may stand behind it left out. */
export function minSeOf(message: SipMessage): number {
  return deltaSeconds(headerValue(message, "min-se")?.split(";", 1)[0]) ?? 0;
}

function expiresOf(message: SipMessage): SessionExpires | undefined {
  const value = headerValue(message, "session-expires");
  return value === undefined ? undefined : parseSessionExpires(value);
}

function knowsTimer(message: SipMessage): boolean {
  return [...listItems(message, "supported"), ...listItems(message, "require")].some(
    (tag) => tag.toLowerCase() === TIMER,
  );
}

/**
 * What an INVITE, re-INVITE or UPDATE of ours asks for. `floorS` is the shortest that somebody on
 * the way takes, as a 422 said; whoever sends the signs of life (`refresher`) is to go on with it.
 * @see RFC 4028 §7.1, §7.4
 */
export function timerOffer(
  config: SessionTimerConfig,
  floorS = 0,
  refresher?: SessionInterval["refresher"],
): readonly SipHeader[] {
  const least = Math.max(MIN_SE_S, config.minS, floorS);
  const role = refresher === "us" ? ";refresher=uac" : ";refresher=uas";
  const expires = `${Math.max(config.expiresS, least)}${refresher === undefined ? "" : role}`;
  return [
    { name: "session-expires", value: expires },
    ...(least > MIN_SE_S ? [{ name: "min-se", value: String(least) }] : []),
  ];
}

/** What our 2xx says, and what then holds. */
export interface TimerAnswer {
  readonly headers: readonly SipHeader[];
  readonly interval: SessionInterval;
}

/**
 * The answer to a request of theirs: 422 where what it asks for is too short. A peer that does not
 * know the extension is kept alive by us. @see RFC 4028 §9
 */
export function timerAnswer(
  config: SessionTimerConfig,
  request: SipRequest,
): Result<TimerAnswer, Refusal> {
  const asked = expiresOf(request);
  const knows = knowsTimer(request);
  const minS = Math.max(MIN_SE_S, config.minS);
  if (asked !== undefined && knows && asked.expiresS < minS) {
    return err({ status: 422, headers: [{ name: "min-se", value: String(minS) }] });
  }
  const ours = Math.max(config.expiresS, minSeOf(request), minS);
  const expiresS = asked === undefined ? ours : Math.max(minS, Math.min(asked.expiresS, ours));
  const refresher = knows && asked !== undefined ? (asked.refresher ?? "uac") : "uas";
  return ok({
    headers: [
      { name: "session-expires", value: `${expiresS};refresher=${refresher}` },
      ...(refresher === "uac" ? [{ name: "require", value: TIMER }] : []),
    ],
    interval: { expiresS, refresher: refresher === "uas" ? "us" : "them" },
  });
}

/** What holds after a 2xx to a request of ours; `undefined`: nobody watches. @see RFC 4028 §7.2 */
export function timerAccepted(response: SipResponse): SessionInterval | undefined {
  const agreed = expiresOf(response);
  if (agreed === undefined) return undefined;
  // What is shorter than may be is kept up with as if it were the shortest.
  const expiresS = Math.max(MIN_SE_S, agreed.expiresS);
  return { expiresS, refresher: agreed.refresher === "uas" ? "them" : "us" };
}

/** What is due in a session: our sign of life, or its end. */
export type TimerDue = "refresh" | "expired";

/**
 * The clock of a session's interval. The one who refreshes does so at half of it; the other gives
 * up a little before the end, when a last refresh would have come. @see RFC 4028 §10
 */
export class SessionClock {
  #interval: SessionInterval | undefined;
  #refreshAtMs: number | undefined;
  #expiresAtMs: number | undefined;

  /** Begins anew, with what was agreed on last. */
  restart(interval: SessionInterval | undefined, nowMs: number): void {
    this.#interval = interval;
    if (interval === undefined) {
      this.stop();
      return;
    }
    const { expiresS, refresher } = interval;
    this.#refreshAtMs = refresher === "us" ? nowMs + expiresS * 500 : undefined;
    this.#expiresAtMs = nowMs + (expiresS - Math.min(32, expiresS / 3)) * 1000;
  }

  /** What was agreed on last. */
  get interval(): SessionInterval | undefined {
    return this.#interval;
  }

  stop(): void {
    this.#interval = undefined;
    this.#refreshAtMs = undefined;
    this.#expiresAtMs = undefined;
  }

  /** Tries the refresh again a little later. */
  postpone(nowMs: number, ms: number): void {
    this.#refreshAtMs = nowMs + ms;
  }

  /** The refresh that was taken came to nothing: it is due again a little later, if it is ours. */
  again(nowMs: number, ms: number): void {
    if (this.#interval?.refresher === "us") this.#refreshAtMs ??= nowMs + ms;
  }

  deadlineMs(): number | undefined {
    return this.#refreshAtMs ?? this.#expiresAtMs;
  }

  /** Takes what is due, once. */
  take(nowMs: number): TimerDue | undefined {
    if (this.#expiresAtMs !== undefined && this.#expiresAtMs <= nowMs) {
      this.stop();
      return "expired";
    }
    if (this.#refreshAtMs === undefined || nowMs < this.#refreshAtMs) return undefined;
    this.#refreshAtMs = undefined;
    return "refresh";
  }
}
