import { printAddress } from "../base/address.ts";
import { printUri } from "../sip/index.ts";
import { MEDIA_OPEN_LIMIT_MS } from "./call-media.ts";
import { type Call, type CallContext, logOf, type Step, toLine, toMedia } from "./call-state.ts";
import type { AnnouncementName } from "./policy/announcement.ts";
import { directTarget } from "./policy/direct-call.ts";
import { isEmergencyNumber } from "./policy/emergency.ts";
import { isBarred } from "./policy/lock.ts";
import { startTone } from "./tone.ts";

/** What is wanted of one call beside its number. */
export type CallWish = Pick<Call, "withholds" | "refusesWaiting" | "otherwise">;

/** Calls a number that somebody at the telephone has chosen, unless it is locked. */
export function placeCall(
  context: CallContext,
  number: string,
  nowMs: number,
  wish: CallWish = {},
): Step {
  if (!isBarred(number, context.choices.isLocked, context.config)) {
    return beginCall(context, number, nowMs, wish);
  }
  return giveUp(context, `calls to ${number} are locked`, nowMs, "refused");
}

/** Calls a number, locked or not. */
export function beginCall(
  context: CallContext,
  number: string,
  nowMs: number,
  wish: CallWish = {},
): Step {
  const { config } = context;
  const direct = directTarget(config.featureCodes ?? {}, number);
  const straight = direct === undefined ? {} : { direct, to: printAddress(direct) };
  const call: Call = { ...outgoingCall(context, number, nowMs), ...straight, ...wish };
  const collected = toLine({ kind: "collect", on: false });
  const isByServer = !call.emergency && call.direct === undefined;
  if (context.registration === "lost" && config.account.register && isByServer) {
    const [next, ...otherwise] = wish.otherwise ?? [];
    if (next !== undefined) return beginCall(context, next, nowMs, { ...wish, otherwise });
    const tone = startTone(context, "reorder", nowMs, "unavailable");
    const text = `The call to ${number} fails: ${config.account.id} is not registered.`;
    return {
      state: tone.state,
      outputs: [collected, ...tone.outputs, logOf(context, "warn", text)],
      finished: { call, result: "failed", endedBy: "box", hasMedia: false },
    };
  }
  return {
    state: { kind: "calling", call, stage: "opening", untilMs: nowMs + MEDIA_OPEN_LIMIT_MS },
    outputs: [
      collected,
      toLine({ kind: "tone-off" }),
      toMedia({
        kind: "open",
        session: call.id,
        owner: { kind: "line", line: config.line },
      }),
      logOf(context, "info", `Calls ${number}.`),
    ],
  };
}

/** What was dialled comes to nothing: the reorder tone, after what there is to say of it. */
export function giveUp(
  context: CallContext,
  why: string,
  nowMs: number,
  about?: AnnouncementName,
): Step {
  const tone = startTone(context, "reorder", nowMs, about);
  const outputs = [
    toLine({ kind: "collect", on: false }),
    ...tone.outputs,
    logOf(context, "info", `Reorder tone: ${why}.`),
  ];
  return { state: tone.state, outputs };
}

/** A call attempt to a number by the server, whoever has named it. */
export function outgoingCall(context: CallContext, number: string, nowMs: number): Call {
  const { config } = context;
  const id = `line${config.line}-${config.createToken()}`;
  return {
    id,
    direction: "out",
    session: id,
    from: config.account.user,
    to: number,
    emergency: isEmergencyNumber(number, config.emergencyNumbers),
    startedMs: nowMs,
    sdpSessionId: sdpSessionId(config.createToken()),
  };
}

/** The Request-URI of a dialled number. */
export function dialledUri(context: CallContext, number: string): string {
  const { tel } = context.config;
  if (tel !== undefined && /^\+?[0-9*#]+$/.test(number)) {
    const isGlobal = number.startsWith("+");
    const params = new Map(isGlobal ? [] : [["phone-context", tel.context]]);
    return printUri({ scheme: "tel", user: number, host: "", params });
  }
  return plainUri(context, number);
}

/** The same as every server understands it. */
export function plainUri({ config }: CallContext, number: string): string {
  const { domain: host } = config.account;
  return printUri({ scheme: "sip", user: number, host, params: new Map() });
}

/** Digits of a token, few enough to stay exact wherever they are read. @see RFC 8866 §5.2 */
export function sdpSessionId(token: string): string {
  let digits = "1";
  for (const character of token.slice(0, 14)) digits += character.charCodeAt(0) % 10;
  return digits;
}
