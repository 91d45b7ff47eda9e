import { IMPEDANCES } from "../../base/impedance.ts";
import { OPEN_LOOP_LIMIT_MS } from "../line/line-feed.ts";
import { PULSE_DIGIT_MAPS } from "../line/pulse-digits.ts";
import {
  MODULATION_HZ,
  TONE_HZ,
  TONE_LEVEL_DBM0,
  TONE_NAMES,
  TONE_SEGMENT_LIMIT,
} from "../tones/tone.ts";
import { checkCallerId } from "./caller-id-faults.ts";
import { type Check, isBetween } from "./check.ts";
import type { CountryProfile } from "./profile.ts";

/** One thing wrong with a profile. */
export interface ProfileFault {
  readonly path: string;
  readonly message: string;
}

/** Longest time in a profile, ms. */
const TIME_LIMIT_MS = 60_000;
/** Most parts of a ringing cadence, and most named cadences. */
const CADENCE_PARTS_LIMIT = 16;
const CADENCE_COUNT_LIMIT = 64;
/** Shortest part of a ringing cadence, ms: two cycles at 20 Hz. */
const CADENCE_PART_MIN_MS = 100;

/**
 * What is wrong with a profile, first things first; empty where it can be used. The values may
 * come from a user: nothing about their kind is taken for granted beyond the profile's shape.
 */
export function profileFaults(profile: CountryProfile): readonly ProfileFault[] {
  const faults: ProfileFault[] = [];
  const check: Check = (path, holds, message) => {
    if (!holds) faults.push({ path, message });
  };
  checkTimes(profile, check);
  checkRinging(profile, check);
  checkTones(profile, check);
  checkCallerId(profile.callerId, check);
  checkSupervision(profile, check);
  checkDtmf(profile, check);
  checkLine(profile, check);
  for (const number of profile.emergency.numbers) {
    const text: unknown = number;
    const holds = typeof text === "string" && /^[0-9*#]{1,20}$/.test(text);
    check("emergency.numbers", holds, "holds digits only, in quotes, at most 20 each");
  }
  for (const number of profile.emergency.shared) {
    const isOne = profile.emergency.numbers.includes(number);
    check("emergency.shared", isOne, "holds some of the numbers above it, as they stand there");
  }
  return faults;
}

function checkTimes(profile: CountryProfile, check: Check): void {
  const { hook, flash, pulse } = profile;
  const times: readonly [string, number][] = [
    ["hook.offHookMinMs", hook.offHookMinMs],
    ["hook.onHookMinMs", hook.onHookMinMs],
    ["flash.minMs", flash.minMs],
    ["flash.maxMs", flash.maxMs],
    ["pulse.breakMinMs", pulse.breakMinMs],
    ["pulse.breakMaxMs", pulse.breakMaxMs],
    ["pulse.interDigitMs", pulse.interDigitMs],
  ];
  for (const [path, time] of times) {
    check(path, isBetween(time, 1, TIME_LIMIT_MS), `must be 1 to ${TIME_LIMIT_MS} ms`);
  }
  check("flash.minMs", flash.minMs < flash.maxMs, "must be less than flash.maxMs");
  const inOrder = pulse.breakMinMs < pulse.breakMaxMs;
  check("pulse.breakMinMs", inOrder, "must be less than pulse.breakMaxMs");
  const onHookMs = Math.max(hook.onHookMinMs, flash.maxMs);
  check("pulse.breakMaxMs", pulse.breakMaxMs <= onHookMs, "must not be longer than on-hook takes");
  // a make within a digit: 63 ms of 8 pulses a second at 50 %
  check("pulse.interDigitMs", pulse.interDigitMs >= 70, "must be longer than a digit's own makes");
  const known = Object.hasOwn(PULSE_DIGIT_MAPS, pulse.digitMap);
  check("pulse.digitMap", known, `must be one of ${Object.keys(PULSE_DIGIT_MAPS).join(", ")}`);
}

function checkRinging(profile: CountryProfile, check: Check): void {
  const { ringing } = profile;
  // what ringers are built for: 15 to 68 Hz
  check("ringing.frequencyHz", isBetween(ringing.frequencyHz, 15, 68), "must be 15 to 68 Hz");
  const isShape = ringing.shape === "sine" || ringing.shape === "trapezoid";
  check("ringing.shape", isShape, "must be sine or trapezoid");
  // what bells need at the least, and what cards and people can stand
  check("ringing.voltsRms", isBetween(ringing.voltsRms, 30, 100), "must be 30 to 100 V");
  checkCadence("ringing.cadenceMs", ringing.cadenceMs, check);
  const named = Object.entries(ringing.distinctive);
  const few = named.length <= CADENCE_COUNT_LIMIT;
  check("ringing.distinctive", few, `holds at most ${CADENCE_COUNT_LIMIT} cadences`);
  for (const [name, cadence] of named) checkCadence(`ringing.distinctive.${name}`, cadence, check);
}

function checkSupervision({ supervision }: CountryProfile, check: Check): void {
  const { openLoopMs, metering } = supervision;
  const open = isBetween(openLoopMs, 0, OPEN_LOOP_LIMIT_MS);
  check("supervision.openLoopMs", open, `must be 0 to ${OPEN_LOOP_LIMIT_MS} ms`);
  const isTone = metering.frequencyHz === 12_000 || metering.frequencyHz === 16_000;
  check("supervision.metering.frequencyHz", isTone, "must be 12000 or 16000");
  const every = metering.everyMs === 0 || isBetween(metering.everyMs, 1000, 3_600_000);
  check("supervision.metering.everyMs", every, "must be 0, or 1000 to 3600000 ms");
  const byServer: unknown = metering.byServer;
  check("supervision.metering.byServer", typeof byServer === "boolean", "must be true or false");
  const isOne = !metering.byServer || metering.everyMs === 0;
  check(
    "supervision.metering.everyMs",
    isOne,
    "must be 0 where byServer is true: one or the other",
  );
  const price = isBetween(metering.unitPrice, 0, 1000);
  check("supervision.metering.unitPrice", price, "must be 0 to 1000");
  for (const [name, time] of [
    ["pulseMs", metering.pulseMs],
    ["pauseMs", metering.pauseMs],
  ] as const) {
    const holds = isBetween(time, 50, TIME_LIMIT_MS);
    check(`supervision.metering.${name}`, holds, `must be 50 to ${TIME_LIMIT_MS} ms`);
  }
}

function checkDtmf({ dtmf }: CountryProfile, check: Check): void {
  const bounds = [
    ["minLevelDbm0", dtmf.minLevelDbm0, -45, -10],
    ["twistMaxDb", dtmf.twistMaxDb, 1, 20],
    ["reverseTwistMaxDb", dtmf.reverseTwistMaxDb, 1, 20],
    // less is refused by telephones' own tolerance, more lets neighbours in
    ["offsetMaxPercent", dtmf.offsetMaxPercent, 1.5, 3.5],
  ] as const;
  for (const [name, value, min, max] of bounds) {
    check(`dtmf.${name}`, isBetween(value, min, max), `must be ${min} to ${max}`);
  }
}

function checkLine({ line }: CountryProfile, check: Check): void {
  const known = IMPEDANCES.some((name) => name === line.impedance);
  check("line.impedance", known, `must be one of ${IMPEDANCES.join(", ")}`);
  for (const name of ["toPhoneDb", "fromPhoneDb"] as const) {
    check(`line.${name}`, isBetween(line[name], -20, 20), "must be -20 to 20 dB");
  }
}

function checkCadence(path: string, cadence: unknown, check: Check): void {
  if (!Array.isArray(cadence) || cadence.length === 0 || cadence.length % 2 !== 0) {
    check(path, false, "must be pairs of on and off times, ms");
    return;
  }
  const short = cadence.length <= CADENCE_PARTS_LIMIT;
  check(path, short, `has at most ${CADENCE_PARTS_LIMIT} parts`);
  for (const part of cadence) {
    const holds = isBetween(part, CADENCE_PART_MIN_MS, TIME_LIMIT_MS);
    check(path, holds, `each part must be ${CADENCE_PART_MIN_MS} to ${TIME_LIMIT_MS} ms`);
  }
}

function checkTones(profile: CountryProfile, check: Check): void {
  for (const name of TONE_NAMES) {
    const path = `tones.table.${name}`;
    const segments: unknown = profile.tones.table[name].segments;
    if (!Array.isArray(segments) || segments.length === 0 || segments.length > TONE_SEGMENT_LIMIT) {
      check(path, false, `needs 1 to ${TONE_SEGMENT_LIMIT} segments`);
      continue;
    }
    segments.forEach((segment: unknown, index) => {
      checkSegment(`${path}.segments.${index}`, segment, check);
    });
    const from = profile.tones.table[name].repeatFrom;
    const inside = from === undefined || (Number.isInteger(from) && segments[from] !== undefined);
    check(`${path}.repeatFrom`, inside, "must be the index of a segment");
    const lasts = segments.every((segment: unknown, index) => {
      const ends = typeof segment === "object" && segment !== null && "durationMs" in segment;
      return ends || (index === segments.length - 1 && from === undefined);
    });
    check(path, lasts, "only the last segment of a tone that does not repeat may lack durationMs");
  }
}

function checkSegment(path: string, segment: unknown, check: Check): void {
  if (typeof segment !== "object" || segment === null) {
    check(path, false, "must be a segment");
    return;
  }
  const frequencies = "frequenciesHz" in segment ? segment.frequenciesHz : undefined;
  const heard =
    Array.isArray(frequencies) &&
    frequencies.length <= 4 &&
    frequencies.every((hz) => isBetween(hz, TONE_HZ.min, TONE_HZ.max));
  check(path, heard, `frequenciesHz holds up to 4 of ${TONE_HZ.min} to ${TONE_HZ.max} Hz`);
  const level = "levelDbm0" in segment ? segment.levelDbm0 : undefined;
  const { min, max } = TONE_LEVEL_DBM0;
  check(path, isBetween(level, min, max), `levelDbm0 must be ${min} to ${max}`);
  if ("durationMs" in segment) {
    const holds = isBetween(segment.durationMs, 1, TIME_LIMIT_MS);
    check(path, holds, `durationMs must be 1 to ${TIME_LIMIT_MS}`);
  }
  if ("modulation" in segment) checkModulation(`${path}.modulation`, segment.modulation, check);
}

function checkModulation(path: string, modulation: unknown, check: Check): void {
  if (typeof modulation !== "object" || modulation === null) {
    check(path, false, "must be rateHz and depth");
    return;
  }
  const rate = "rateHz" in modulation ? modulation.rateHz : undefined;
  const { min, max } = MODULATION_HZ;
  check(path, isBetween(rate, min, max), `rateHz must be ${min} to ${max}`);
  const depth = "depth" in modulation ? modulation.depth : undefined;
  check(path, isBetween(depth, 0, 1), "depth must be 0 to 1");
}
