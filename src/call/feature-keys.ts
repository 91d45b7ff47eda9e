import { type CallContext, logOf, type Step, toLine } from "./call-state.ts";
import { giveUp, placeCall } from "./placing.ts";
import { type Choices, choiceWords, sameChoices } from "./policy/choices.ts";
import { diversionWords, sameDiversions, whyNoTarget } from "./policy/diversions.ts";
import type { FeatureWish } from "./policy/feature-codes.ts";
import { chosenBy, divertedBy } from "./policy/feature-effects.ts";
import { whyNoKey } from "./policy/speed-keys.ts";

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
  const why =
    number === undefined ? undefined : whyNoTarget(number, { ...account, emergencyNumbers });
  if (why !== undefined)
    return giveUp(context, `calls are not sent on to ${number}, ${why}`, nowMs);
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
  const words = choiceWords(choices) ?? "nothing";
  return {
    ...taken(context, `The user has chosen: ${words}.`, nowMs),
    ...(sameChoices(choices, context.choices) ? {} : { choices }),
  };
}

/** The confirmation tone. */
function taken(context: CallContext, text: string, nowMs: number): Step {
  return {
    state: { kind: "tone", tone: "confirm", untilMs: nowMs + context.config.timers.reorderMs },
    outputs: [
      toLine({ kind: "collect", on: false }),
      toLine({ kind: "tone", tone: "confirm" }),
      logOf(context, "info", text),
    ],
  };
}

/** Who called last is called, where that is known. */
function returnCall(context: CallContext, nowMs: number): Step {
  const { lastCaller } = context;
  if (lastCaller === undefined) return giveUp(context, "nobody has called yet", nowMs);
  const { number } = lastCaller;
  if (number === undefined) {
    return giveUp(context, "who called last has told no number", nowMs, "withheld");
  }
  return { ...placeCall(context, number, nowMs), dialled: number };
}
