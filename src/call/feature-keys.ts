import { type CallContext, logOf, type Step } from "./call-state.ts";
import { giveUp, placeCall } from "./placing.ts";
import { type Choices, choiceWords, sameChoices, withBlocked } from "./policy/choices.ts";
import { diversionWords, sameDiversions, whyNoTarget } from "./policy/diversions.ts";
import type { FeatureWish } from "./policy/feature-codes.ts";
import { chosenBy, divertedBy } from "./policy/feature-effects.ts";
import { isBarred, tryPin } from "./policy/lock.ts";
import { whyNoKey } from "./policy/speed-keys.ts";
import { replaced, sideOf } from "./side-calls.ts";
import { confirmTone } from "./tone.ts";

/**
 * What a code dialled at dial tone does; `undefined` where that is somebody else's matter. The
 * confirmation tone says that it was taken.
 */
export function featureKeyed(
  context: CallContext,
  wish: FeatureWish,
  nowMs: number,
): Step | undefined {
  if (wish.name === "callReturn") return returnCall(context, nowMs);
  if (wish.name === "park") return park(context, nowMs);
  if (wish.name === "block") return blockCaller(context, nowMs);
  if (wish.name === "lock" || wish.name === "unlock") return turnLock(context, wish, nowMs);
  const diverted = divertedBy(context.diversions, wish);
  if (diverted !== undefined) return divert(context, wish, diverted, nowMs);
  const chosen = chosenBy(context.choices, wish);
  return chosen === undefined ? undefined : choose(context, wish, chosen, nowMs);
}

function divert(
  context: CallContext,
  { number }: FeatureWish,
  diversions: Step["diversions"] & object,
  nowMs: number,
): Step {
  const { account, emergencyNumbers } = context.config;
  const why = number === undefined ? undefined : whyNot(number);
  if (why !== undefined)
    return giveUp(context, `calls are not sent on to ${number}, ${why}`, nowMs);
  function whyNot(target: string): string | undefined {
    if (isBarred(target, context.choices.isLocked, context.config)) return "which is locked";
    return whyNoTarget(target, { ...account, emergencyNumbers });
  }
  const words = diversionWords(diversions) ?? "takes calls as they come";
  return {
    ...taken(context, `The user ${words}.`, nowMs),
    ...(sameDiversions(diversions, context.diversions) ? {} : { diversions }),
  };
}

function choose(
  context: CallContext,
  { key, number }: FeatureWish,
  choices: Choices,
  nowMs: number,
): Step {
  const why = key === undefined || number === undefined ? undefined : whyNoKey(key, context.config);
  if (why !== undefined) return giveUp(context, `${key} is no key for speed dial: ${why}`, nowMs);
  return chosen(context, choices, nowMs);
}

function chosen(context: CallContext, choices: Choices, nowMs: number): Step {
  const words = choiceWords(choices) ?? "nothing";
  return {
    ...taken(context, `The user has chosen: ${words}.`, nowMs),
    ...(sameChoices(choices, context.choices) ? {} : { choices }),
  };
}

/** The call on hold stays so when the handset is hung up, for somebody to take it over. */
function park(context: CallContext, nowMs: number): Step {
  const held = sideOf(context.side, "held");
  if (held === undefined) return giveUp(context, "there is no call on hold to be parked", nowMs);
  const side = replaced(context.side, held, { ...held, isParked: true });
  return { ...taken(context, "The call on hold is to be parked.", nowMs), side };
}

/** Who called last is not to call any more. */
function blockCaller(context: CallContext, nowMs: number): Step {
  const { lastCaller, choices } = context;
  if (lastCaller === undefined) return giveUp(context, "nobody has called yet", nowMs);
  const { number } = lastCaller;
  if (number === undefined) {
    return giveUp(context, "who called last has told no number", nowMs, "withheld");
  }
  const after = withBlocked(choices, number);
  const isTaken = after.blocked.includes(number);
  return isTaken
    ? chosen(context, after, nowMs)
    : giveUp(context, `${choices.blocked.length} callers are refused already`, nowMs);
}

/** The telephone is locked, or unlocked, by whoever knows the PIN. */
function turnLock(context: CallContext, { name, pin = "" }: FeatureWish, nowMs: number): Step {
  const { lock } = context.config;
  if (lock === undefined) return giveUp(context, "no PIN is configured", nowMs);
  const { isRight, tries } = tryPin(pin, lock, context.pinTries, nowMs);
  if (isRight === true) {
    const choices = { ...context.choices, isLocked: name === "lock" };
    return { ...chosen(context, choices, nowMs), pinTries: tries };
  }
  const why = isRight === undefined ? "too many PINs were wrong" : "a wrong PIN";
  return { ...giveUp(context, why, nowMs), pinTries: tries };
}

function taken(context: CallContext, text: string, nowMs: number): Step {
  const { state, outputs } = confirmTone(context, nowMs);
  return { state, outputs: [...outputs, logOf(context, "info", text)] };
}

/** Who called last is called, where that is known. */
function returnCall(context: CallContext, nowMs: number): Step {
  const { lastCaller } = context;
  if (lastCaller === undefined) return giveUp(context, "nobody has called yet", nowMs);
  const { number } = lastCaller;
  if (number === undefined) {
    return giveUp(context, "who called last has told no number", nowMs, "withheld");
  }
  // Callers choose what they are shown as: "*72" and more would be an order to our server.
  if (/[*#]/.test(number)) {
    return giveUp(context, `"${number}", who called last, may be a code`, nowMs, "refused");
  }
  return { ...placeCall(context, number, nowMs), dialled: number };
}
