import { type Choices, type Switch, withSpeedDial } from "./choices.ts";
import { type Diversions, withForwarding } from "./diversions.ts";
import type { FeatureName, FeatureWish } from "./feature-codes.ts";

/** What is done with who calls after a code; undefined where it says nothing of that. */
export function divertedBy(
  before: Diversions,
  { name, number }: FeatureWish,
): Diversions | undefined {
  return DIVERTING[name]?.(before, number);
}

type DivertingEffect = (before: Diversions, number: string | undefined) => Diversions;

const DIVERTING: Readonly<Partial<Record<FeatureName, DivertingEffect>>> = {
  forwardAlways: (before, number) => withForwarding(before, "always", number),
  forwardAlwaysOff: (before) => withForwarding(before, "always", undefined),
  forwardBusy: (before, number) => withForwarding(before, "busy", number),
  forwardBusyOff: (before) => withForwarding(before, "busy", undefined),
  forwardNoAnswer: (before, number) => withForwarding(before, "noAnswer", number),
  forwardNoAnswerOff: (before) => withForwarding(before, "noAnswer", undefined),
  doNotDisturb: (before) => ({ ...before, doNotDisturb: true }),
  doNotDisturbOff: (before) => ({ ...before, doNotDisturb: false }),
};

/** What is chosen after a code; undefined where it says nothing of that. */
export function chosenBy(before: Choices, wish: FeatureWish): Choices | undefined {
  return CHOOSING[wish.name]?.(before, wish);
}

type ChoosingEffect = (before: Choices, wish: FeatureWish) => Choices;

const setsKey: ChoosingEffect = (before, { key = "", number }) =>
  withSpeedDial(before, key, number);

const sets =
  (name: Switch, value: boolean): ChoosingEffect =>
  (before) => ({ ...before, [name]: value });

const CHOOSING: Readonly<Partial<Record<FeatureName, ChoosingEffect>>> = {
  speedDial: setsKey,
  speedDialOff: setsKey,
  speedDialTwo: setsKey,
  speedDialTwoOff: setsKey,
  callWaiting: sets("callWaiting", true),
  callWaitingOff: sets("callWaiting", false),
  withhold: sets("withholdsNumber", true),
  withholdOff: sets("withholdsNumber", false),
  rejectAnonymous: sets("rejectsAnonymous", true),
  rejectAnonymousOff: sets("rejectsAnonymous", false),
  blockOff: (before) => ({ ...before, blocked: [] }),
};
