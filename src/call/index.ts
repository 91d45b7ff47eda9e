/** What the floors above may use of call control. */
export { CHECK_SYNC } from "./account-requests.ts";
export { type CallControl, createCallControl } from "./call-control.ts";
export type { Call, CallState } from "./call-state.ts";
export * from "./call-types.ts";
export { digitMapRules, isFreeCode } from "./dialled-map.ts";
export { type CallerDisplay, type CallerSigns, callerDisplay } from "./policy/caller-display.ts";
export {
  type Diversions,
  diversionWords,
  FORWARD_DIGITS_MAX,
  FORWARDINGS,
  NOT_DIVERTED,
  sameDiversions,
  whyNoTarget,
} from "./policy/diversions.ts";
export { isEmergencyNumber } from "./policy/emergency.ts";
export {
  codeRules,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  STAR_CODES,
  takesNumber,
} from "./policy/feature-codes.ts";
export { CIVIC_PARTS, type Place } from "./policy/pidf-lo.ts";
export { type Refusal, refusalOf } from "./policy/refusal.ts";
export type { RingRule } from "./policy/ring-cadence.ts";
