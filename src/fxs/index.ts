/** Analog line core: hook and dial, ringing, tones, DTMF, caller ID, countries. No I/O. */

export { callerIdSignal, messageWaitingSignal } from "./caller-id/caller-id-signal.ts";
export type { FskModem } from "./caller-id/fsk-source.ts";
export type { CallerIdName, CallerIdScheme } from "./caller-id/schemes.ts";
export {
  CALLER_ID_NAMES,
  callerIdScheme,
  displayModem,
} from "./caller-id/schemes.ts";
export type { Signal, SignalPart } from "./caller-id/signal.ts";
export { createSignalSource, signalDurationMs } from "./caller-id/signal.ts";
export { type CallerIdCodes, callerIdCodes } from "./country/caller-id-codes.ts";
export type { UnknownCountry } from "./country/countries.ts";
export { COUNTRY_CODES, countryProfile } from "./country/countries.ts";
export type { CountryProfile, RingCadenceMs, Sourced } from "./country/profile.ts";
export type { ProfileFault } from "./country/profile-faults.ts";
export type { CountryFault, DeepPartial } from "./country/resolve.ts";
export { resolveCountry } from "./country/resolve.ts";
export type {
  CollectorInput,
  CollectorOutput,
  DigitCollectorConfig,
} from "./dialing/digit-collector.ts";
export { createDigitCollector } from "./dialing/digit-collector.ts";
export type { DigitMap, DigitMapError, DigitMapRule, DigitMatch } from "./dialing/digit-map.ts";
export {
  DIGIT_MAP_RULE_LIMIT,
  DIGIT_MAP_TEXT_LIMIT,
  matchDigitMap,
  parseDigitMap,
} from "./dialing/digit-map.ts";
export type { DtmfDetector, DtmfEvent, DtmfOptions } from "./dtmf/detector.ts";
export { createDtmfDetector } from "./dtmf/detector.ts";
export { createReferenceDtmfArithmetic } from "./dtmf/reference-arithmetic.ts";
export { DtmfSuspicion } from "./dtmf/suspicion.ts";
export { DTMF_TABLES } from "./dtmf/tables.ts";
export type {
  LearnAsk,
  LearnEnd,
  Learner,
  LearnInput,
  LearnOutput,
  LearnTrain,
} from "./learning/learner.ts";
export { createLearner, LEARN_DIGIT, LEARN_TRIES } from "./learning/learner.ts";
export type { LearnDoubt, LearnProposal } from "./learning/propose.ts";
export { proposeSettings } from "./learning/propose.ts";
export type { Line } from "./line/line.ts";
export { createLine } from "./line/line.ts";
export type {
  LineCapabilities,
  LineConfig,
  LineInput,
  LineOutput,
  SlicAction,
} from "./line/line-types.ts";
export type { PulseDigitMap } from "./line/pulse-digits.ts";
export type { RingShare } from "./line/ring-supply.ts";
export { RingSupply } from "./line/ring-supply.ts";
export { type EchoAt, EchoMeter, type EchoReport } from "./line-test/echo-loss.ts";
export type { LineFault, LineFinding, LineTestName } from "./line-test/line-findings.ts";
export { LINE_TEST_LIMITS } from "./line-test/line-findings.ts";
export type { LineTestInput, LineTestOutput } from "./line-test/line-test.ts";
export { createLineTest } from "./line-test/line-test.ts";
export type { ToneTable } from "./tones/tone.ts";
export { TONE_NAMES } from "./tones/tone.ts";
export type { ToneDetector, ToneEvent } from "./tones/tone-detector.ts";
export { createToneDetector } from "./tones/tone-detector.ts";
