import {
  type DialogId,
  headerValue,
  type SipHeader,
  type SipMessage,
  type UaEvent,
} from "../sip/index.ts";
import type { ExchangeRecord, ExchangeResult } from "./exchange-types.ts";
import type { Addressed } from "./gruus.ts";
import type { HuntLeg } from "./hunt.ts";
import type { Targets } from "./targets.ts";

/** An event of one of a call's sessions. */
export type SessionEvent = Extract<UaEvent, { readonly session: string }>;

/** An event of a request inside a call. */
export type RequestEvent = Extract<UaEvent, { readonly kind: "request" | "response" }>;

/** Who calls whom, by user parts. */
export interface CallParties {
  readonly caller: string;
  readonly called: string;
  /** Proxies that it may still go through. */
  readonly hops: number;
  readonly address: Addressed;
}

/** What a call through the exchange is made of. */
export interface BridgeCall {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The caller's session. */
  readonly caller: string;
  /** Whom to call first; in which order is in their preferences. */
  readonly legs: readonly HuntLeg[];
  /** Whom telephones send it on to; absent: nobody follows them. */
  readonly targets?: Targets;
  /** What peers know the exchange by. */
  readonly domain: string;
  /** Whether the caller withholds who calls. */
  readonly isPrivate?: boolean;
  /** The caller's offer; absent where it wants ours. */
  readonly offer?: string;
  /** What watchers may pick it up by while it rings; absent: they may not. */
  readonly ticket?: DialogId;
}

/** Why the other contacts stop ringing: so that nobody counts a missed call. @see RFC 3326 §3.1 */
export const ELSEWHERE = [
  { name: "reason", value: 'SIP;cause=200;text="Call completed elsewhere"' },
];

/** The identifiers of the session, which are those of its ends. @see RFC 7989 §6 */
export function sessionIdOf(message: SipMessage): { readonly headers?: readonly SipHeader[] } {
  const value = headerValue(message, "session-id");
  return value === undefined ? {} : { headers: [{ name: "session-id", value }] };
}

/** What a refusal says beside its status, where one telephone speaks for all. */
export function refusalOf(response: SipMessage | undefined, count: number): readonly SipHeader[] {
  if (response === undefined || count > 1) return [];
  return ["retry-after", "warning"].flatMap((name) => {
    const value = headerValue(response, name);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The body of a message as it goes on, with its type. */
export function contentOf(
  message: SipMessage,
  body: string | undefined,
): { readonly body?: string; readonly contentType?: string } {
  if (body === undefined) return {};
  return { body, contentType: headerValue(message, "content-type") ?? "application/sdp" };
}

/** How a call came out; times are points on the caller's clock. */
export function recordOf(
  { id, from, to }: BridgeCall,
  times: {
    readonly startedMs: number;
    readonly answeredMs: number | undefined;
    readonly endedMs: number;
  },
  result: ExchangeResult,
  sipStatus: number | undefined,
): ExchangeRecord {
  const { startedMs, answeredMs, endedMs } = times;
  return {
    ...{ id, from, to, startedMs },
    ...(answeredMs === undefined ? {} : { answeredAtMs: answeredMs - startedMs }),
    durationMs: answeredMs === undefined ? 0 : endedMs - answeredMs,
    result,
    ...(sipStatus === undefined ? {} : { sipStatus }),
  };
}
