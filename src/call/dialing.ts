import type { ToneName } from "../base/line-messages.ts";
import type { CollectorInput } from "../fxs/index.ts";
import { type CallContext, type CallState, type Step, toLine } from "./call-state.ts";
import type { CallInput } from "./call-types.ts";
import { featureKeyed } from "./feature-keys.ts";
import { callHotline } from "./hotline.ts";
import { type CallWish, dialledUri, giveUp, placeCall } from "./placing.ts";
import type { Choices } from "./policy/choices.ts";
import { directTarget } from "./policy/direct-call.ts";
import { divertsAll } from "./policy/diversions.ts";
import { isEmergencyNumber } from "./policy/emergency.ts";
import { featureOf, headOf } from "./policy/feature-codes.ts";
import { isBarred, misdialledShown } from "./policy/lock.ts";
import { sideOf } from "./side-calls.ts";
import { confirmTone } from "./tone.ts";
import { startTransfer } from "./transfer.ts";

/** Dial tone, and digits are collected from now on. */
export function startDialing(context: CallContext, nowMs: number): Step {
  context.collector.handle({ kind: "start" }, nowMs);
  return {
    state: { kind: "dialing" },
    outputs: [
      toLine({ kind: "collect", on: true }),
      toLine({ kind: "tone", tone: dialToneOf(context), untilDigit: true }),
    ],
  };
}

/** The receiver is lifted from rest: dial tone, unless the line has a hotline, and for how long. */
export function startLifted(context: CallContext, nowMs: number): Step {
  const { hotline } = context.config;
  if (hotline === undefined || context.side.length > 0) return startDialing(context, nowMs);
  if (hotline.afterMs === 0) return callHotline(context, hotline, nowMs);
  const dialing = startDialing(context, nowMs);
  return { ...dialing, state: { kind: "dialing", untilMs: nowMs + hotline.afterMs } };
}

/**
 * A stuttering tone tells of messages, and of calls that do not come in; while a call is on hold
 * the plain one is expected.
 */
function dialToneOf(context: CallContext): ToneName {
  const isOdd = context.messagesWait || divertsAll(context.diversions);
  return isOdd && context.side.length === 0 ? "stutter-dial" : "dial";
}

/** Digits make a number, or come to nothing. */
export function dialingStep(
  context: CallContext,
  { untilMs }: Extract<CallState, { kind: "dialing" }>,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind === "timeout") {
    const { hotline } = context.config;
    if (hotline === undefined || untilMs === undefined || nowMs < untilMs) {
      return collect(context, { kind: "timeout" }, nowMs);
    }
    context.collector.handle({ kind: "stop" }, nowMs);
    return callHotline(context, hotline, nowMs);
  }
  if (input.kind !== "line" || input.event.kind !== "digit") return undefined;
  const said = collect(context, { kind: "digit", digit: input.event.digit }, nowMs);
  return said ?? { state: { kind: "dialing" }, outputs: [] };
}

function collect(context: CallContext, input: CollectorInput, nowMs: number): Step | undefined {
  const said = context.collector.handle(input, nowMs)[0];
  if (said === undefined) return undefined;
  switch (said.kind) {
    case "complete":
      return startCall(context, said.number, nowMs);
    case "no-digits":
      return giveUp(context, "nothing was dialled in time", nowMs);
    case "invalid":
      return giveUp(
        context,
        `"${misdialledShown(said.digits, context.config)}" is no number of the digit map`,
        nowMs,
        "notFound",
      );
  }
}

/** A number, and what the codes before it say of the call. */
interface Decoded {
  readonly number: string;
  /** The code. */
  readonly before: string;
  readonly wish: CallWish;
}

/** The number behind a code that is about its call alone, or that of a key there. */
function decoded({ config }: CallContext, dialled: string, keys: Choices["speedDials"]): Decoded {
  const { withholdCode = "", showCode = "", featureCodes = {} } = config;
  const onceCode = headOf(featureCodes.callWaitingOffOnce ?? "");
  const isCoded = (code: string): boolean =>
    code !== "" && dialled.startsWith(code) && dialled.length > code.length;
  const before = [withholdCode, showCode, onceCode].find(isCoded) ?? "";
  const number = speedDialled(keys, dialled.slice(before.length));
  if (before === "") return { number, before, wish: {} };
  const isOnce = before !== withholdCode && before !== showCode;
  const wish: CallWish = isOnce ? { refusesWaiting: true } : { withholds: before === withholdCode };
  return { number, before, wish };
}

/** What a key for speed dial calls, or the number itself. */
function speedDialled(keys: Choices["speedDials"], dialled: string): string {
  const number = Object.hasOwn(keys, dialled) ? keys[dialled] : undefined;
  return number ?? dialled;
}

/** What a code says that stands in a number's place, or before one that is not called. */
function codeKeyed(context: CallContext, dialled: string, nowMs: number): Step | undefined {
  const { callBackCode, featureCodes = {} } = context.config;
  if (dialled === callBackCode) return askForCallBack(context, nowMs);
  const wish = featureOf(featureCodes, dialled);
  if (wish?.name === "directCall") {
    const isAddress = directTarget(featureCodes, dialled) !== undefined;
    return isAddress ? undefined : giveUp(context, "what was dialled is no address", nowMs);
  }
  if (wish === undefined || wish.name === "callWaitingOffOnce") {
    return blindTransfer(context, dialled, nowMs);
  }
  return wish.name === "redial" ? redial(context, nowMs) : featureKeyed(context, wish, nowMs);
}

/** Calls a number, or does what a code in its place or before it says. */
export function startCall(context: CallContext, dialled: string, nowMs: number): Step {
  // A number for help is one, whatever codes are configured.
  if (isEmergencyNumber(dialled, context.config.emergencyNumbers)) {
    return placeCall(context, dialled, nowMs);
  }
  const { speedDials } = context.choices;
  return codeKeyed(context, dialled, nowMs) ?? callNumber(context, dialled, nowMs, speedDials);
}

function callNumber(
  context: CallContext,
  dialled: string,
  nowMs: number,
  keys: Choices["speedDials"],
): Step {
  const { number, before, wish } = decoded(context, dialled, keys);
  const placed = placeCall(context, number, nowMs, wish);
  const isHelp = isEmergencyNumber(number, context.config.emergencyNumbers);
  if (isHelp || isBarred(number, context.choices.isLocked, context.config)) return placed;
  return { ...placed, dialled: before + number };
}

/** The same number again, with the code before it: no key any more, though it may look like one. */
function redial(context: CallContext, nowMs: number): Step {
  const { lastDialled } = context;
  if (lastDialled === undefined) return giveUp(context, "nothing was dialled before", nowMs);
  return callNumber(context, lastDialled, nowMs, {});
}

/** What the log says where a code to call back comes to nothing: whom it was about is not kept. */
const NOBODY_TO_CALL_BACK =
  "there is nobody to call back: the last call met no busy number and no time to call again, " +
  "withheld the own number, or was for help";

/**
 * The code for it alone: the number called last is waited for, where it was busy or said when it
 * may be called again.
 */
function askForCallBack(context: CallContext, nowMs: number): Step {
  const { unreached } = context;
  if (unreached === undefined) return giveUp(context, NOBODY_TO_CALL_BACK, nowMs);
  return { ...confirmTone(context, nowMs), callsBack: unreached };
}

/** The code for it and a number, while a call is on hold: that call is handed over. */
function blindTransfer(context: CallContext, number: string, nowMs: number): Step | undefined {
  const { blindTransferCode } = context.config.flash;
  const held = sideOf(context.side, "held");
  const isCoded = blindTransferCode !== "" && number.startsWith(blindTransferCode);
  if (held === undefined || !isCoded || number === blindTransferCode) return undefined;
  const target = speedDialled(context.choices.speedDials, number.slice(blindTransferCode.length));
  if (isBarred(target, context.choices.isLocked, context.config)) {
    return giveUp(context, `calls to ${target} are locked`, nowMs, "refused");
  }
  const uri = dialledUri(context, target);
  const transfer = startTransfer(context, held, { kind: "uri", uri }, nowMs);
  const { state, outputs } = confirmTone(context, nowMs);
  return { state, outputs: [...transfer.outputs, ...outputs], side: transfer.side };
}
