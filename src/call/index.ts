/** What the floors above may use of call control. */
export { type CallControl, createCallControl } from "./call-control.ts";
export type { Call, CallState } from "./call-state.ts";
export * from "./call-types.ts";
export { digitMapRules, isFreeCode } from "./dialled-map.ts";
export type { CallerDisplay, CallerSigns } from "./policy/caller-display.ts";
export {
  type Choices,
  choiceEntries,
  choiceWords,
  NO_CHOICES,
  SPEED_KEY,
  sameChoices,
  withChoice,
} from "./policy/choices.ts";
export { areAlike } from "./policy/code-clash.ts";
export {
  type Diversions,
  diversionWords,
  FORWARDINGS,
  NOT_DIVERTED,
  sameDiversions,
  whyNoTarget,
} from "./policy/diversions.ts";
export {
  CODE_DIGITS_MAX,
  codeRules,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  headOf,
  lettersFault,
  STAR_CODES,
} from "./policy/feature-codes.ts";
export { CIVIC_PARTS, type Place } from "./policy/pidf-lo.ts";
export type { Refusal } from "./policy/refusal.ts";
export type { RingRule } from "./policy/ring-cadence.ts";
export { whyNoKey } from "./policy/speed-keys.ts";
