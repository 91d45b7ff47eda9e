import { earliestMs } from "../base/core.ts";
import { DIALOG_EVENT, parseDialogInfo } from "../sip/index.ts";
import {
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toLine,
  toUa,
  type Unreached,
} from "./call-state.ts";
import type { CallInput, CallOutput } from "./call-types.ts";
import { startCall } from "./dialing.ts";
import { addressOf } from "./own-dialogs.ts";

/** Calls of one number that are kept apart; more are not told from those. */
const LIVE_MAX = 64;

/** How long somebody is waited for, seconds. */
const WAIT_S = 1800;

interface Wish {
  readonly subscription: string;
  readonly number: string;
  /** When the far end may be called again, as it said itself; absent too once that has come. */
  readonly retryAtMs?: number;
  /** Whether that alone is waited for: nobody tells of its calls. */
  readonly isByTime?: boolean;
  /** The calls that the busy one is in, by their ids; `undefined` until that was told. */
  readonly live?: ReadonlySet<string>;
  readonly untilMs: number;
}

/**
 * Calls back on a busy number: its calls are watched, and once it is in none the user's own
 * telephone rings. @see RFC 4235 §3
 */
export class CallBacks {
  #wish: Wish | undefined;

  deadlineMs(): number | undefined {
    const { untilMs, retryAtMs, isByTime = false } = this.#wish ?? {};
    return isByTime ? earliestMs(untilMs, retryAtMs) : untilMs;
  }

  /** The user wants it for a number; whom else the line waits for is forgotten. */
  ask(
    context: CallContext,
    { number, retryAtMs }: Unreached,
    nowMs: number,
  ): readonly CallOutput[] {
    const { account, createToken } = context.config;
    const before = this.#forget();
    const subscription = `call back ${createToken()}`;
    const retry = retryAtMs === undefined ? {} : { retryAtMs };
    this.#wish = { subscription, number, ...retry, untilMs: nowMs + WAIT_S * 1000 };
    return [
      ...before,
      toUa({
        kind: "subscribe",
        subscription,
        account: account.id,
        event: DIALOG_EVENT.name,
        accept: DIALOG_EVENT.contentType,
        expiresS: WAIT_S,
        uri: addressOf(number, account.domain),
      }),
      logOf(context, "info", `Waits until ${number} is free.`),
    ];
  }

  /** What is told of whom the line waits for, and the end of the wait. */
  step(context: CallContext, input: CallInput, nowMs: number): readonly CallOutput[] {
    const wish = this.#wish;
    if (wish === undefined) return [];
    if (input.kind === "stop") this.#wish = undefined;
    if (input.kind === "timeout" && nowMs >= wish.untilMs) {
      return [...this.#forget(), logOf(context, "info", `${wish.number} did not become free.`)];
    }
    if (input.kind === "timeout" && wish.isByTime === true && isDue(wish, nowMs)) {
      // Where the own telephone is not down just now, that is waited for, and the clock no more.
      const { retryAtMs: _, ...rest } = wish;
      this.#wish = rest;
    }
    if (input.kind !== "ua") return [];
    const { event } = input;
    if (!("subscription" in event) || event.subscription !== wish.subscription) return [];
    if (event.kind === "notified") {
      this.#wish = withNews(wish, event.body);
      return [];
    }
    if (event.isActive || event.status === undefined) return [];
    const text = `Nobody tells when ${wish.number} is free: ${event.status}`;
    const { retryAtMs, untilMs } = wish;
    const forgotten = this.#forget();
    if (retryAtMs === undefined || retryAtMs >= untilMs) {
      return [...forgotten, logOf(context, "warn", `${text}.`)];
    }
    this.#wish = { ...wish, isByTime: true };
    const leftS = Math.max(0, Math.ceil((retryAtMs - nowMs) / 1000));
    const log = logOf(context, "info", `${text}; it may be called again in ${leftS} s.`);
    return [...forgotten, log];
  }

  /** The bell, where whom the line waits for is free and our user is too. */
  due(context: CallContext, state: CallState, nowMs: number): Step | undefined {
    const wish = this.#wish;
    if (wish === undefined || !isDue(wish, nowMs) || state.kind !== "idle") return undefined;
    if (context.isOffHook || context.side.length > 0) return undefined;
    const { number, isByTime } = wish;
    const { month, day, hour, minute } = context.config.wallTime(nowMs);
    const isShown = context.config.callerId && /^[0-9*#+]+$/.test(number);
    const time = { month, day, hour, minute };
    return {
      state: { kind: "call-back", number, untilMs: nowMs + context.config.timers.noAnswerMs },
      outputs: [
        ...this.#forget(),
        toLine({
          kind: "ring",
          ...(isShown ? { callerId: { number, callType: "ring-back", time } } : {}),
        }),
        logOf(context, "info", `Rings: ${number} ${isByTime ? "may be called again" : "is free"}.`),
      ],
    };
  }

  #forget(): readonly CallOutput[] {
    const wish = this.#wish;
    this.#wish = undefined;
    if (wish === undefined || wish.isByTime === true) return [];
    return [toUa({ kind: "unsubscribe", subscription: wish.subscription })];
  }
}

function isDue({ live, isByTime, retryAtMs }: Wish, nowMs: number): boolean {
  return isByTime === true ? nowMs >= (retryAtMs ?? 0) : live?.size === 0;
}

function withNews(wish: Wish, body: string): Wish {
  const news = parseDialogInfo(body);
  if (news === undefined) return wish;
  const live = new Set(news.isFull ? [] : wish.live);
  for (const { id, stage } of news.dialogs) {
    if (stage === "terminated") live.delete(id);
    else if (live.size < LIVE_MAX) live.add(id);
  }
  return { ...wish, live };
}

/** Lifted: the number is called. Left ringing, it is not. */
export function callBackStep(
  context: CallContext,
  state: Extract<CallState, { kind: "call-back" }>,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind === "timeout" && nowMs >= state.untilMs) {
    return { state: { kind: "idle" }, outputs: [toLine({ kind: "stop-ringing" })] };
  }
  if (input.kind !== "line") return undefined;
  if (input.event.kind !== "ring-trip" && input.event.kind !== "off-hook") return undefined;
  const call = startCall(context, state.number, nowMs);
  return { ...call, outputs: [toLine({ kind: "stop-ringing" }), ...call.outputs] };
}

/**
 * Whom the code for it is about after a call: who was busy, or said when to call again, and may
 * know who called. @see RFC 3261 §20.33
 */
export function unreachedBy(
  context: CallContext,
  { call, result, retryAfterS }: NonNullable<Step["finished"]>,
  nowMs: number,
): Unreached | undefined {
  const isWithheld = call.withholds ?? context.choices.withholdsNumber;
  const isMeant = result === "busy" || retryAfterS !== undefined;
  if (!isMeant || call.emergency || isWithheld || call.direct !== undefined) return undefined;
  const retry = retryAfterS === undefined ? {} : { retryAtMs: nowMs + retryAfterS * 1000 };
  return { number: call.to, ...retry };
}
