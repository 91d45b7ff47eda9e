import { propertyOf } from "../../base/record.ts";
import {
  FSK_MODEMS,
  FSK_PREAMBLE_LIMIT_BITS,
  FSK_STOP_LIMIT_BITS,
} from "../caller-id/fsk-source.ts";
import type { LeadStep } from "../caller-id/scheme.ts";
import { CALLER_ID_NAMES, type CallerIdScheme } from "../caller-id/schemes.ts";
import { TONE_LEVEL_DBM0 } from "../tones/tone.ts";
import { type Check, isBetween } from "./check.ts";

/** Longest time of a scheme, ms. */
const TIME_LIMIT_MS = 10_000;
/** Most signs before the data. */
const LEAD_LIMIT = 8;
/** Longest ring pulse, ms: more is a ring. */
const PULSE_LIMIT_MS = 2000;

/** What is wrong with how a country tells of a caller: values of any kind in the right shape. */
export function checkCallerId(scheme: CallerIdScheme, check: Check): void {
  const within: Within = {
    oneOf: (path, value, of) =>
      check(`callerId.${path}`, of.includes(value), `must be one of ${of.join(", ")}`),
    between: (path, value, min, max) =>
      check(`callerId.${path}`, isBetween(value, min, max), `must be ${min} to ${max}`),
    holds: (path, holds, message) => check(`callerId.${path}`, holds, message),
  };
  within.oneOf("scheme", scheme.scheme, CALLER_ID_NAMES);
  checkAlso(scheme, within);
  checkTransport(scheme, within);
  checkSignal(scheme, within);
  checkMessage(scheme, within);
  checkWaiting(scheme, within);
  checkLamp(scheme, within);
}

interface Within {
  oneOf(path: string, value: unknown, of: readonly unknown[]): void;
  between(path: string, value: unknown, min: number, max: number): void;
  holds(path: string, holds: boolean, message: string): void;
}

function checkAlso({ also }: CallerIdScheme, within: Within): void {
  within.holds("also", also.length <= 3, "names at most 3 schemes");
  for (const name of also) within.oneOf("also", name, CALLER_ID_NAMES);
  within.holds("also", !also.includes("auto"), "must not name auto, which names others itself");
}

function checkTransport({ transport }: CallerIdScheme, within: Within): void {
  const times = ["none", "after-first-ring", "before-ringing", "answered"];
  within.oneOf("transport.when", transport.when, times);
  within.between("transport.delayMs", transport.delayMs, 0, TIME_LIMIT_MS);
  within.between("transport.guardMs", transport.guardMs, 0, TIME_LIMIT_MS);
  checkLead("transport.lead", transport.lead, within);
}

function checkLead(path: string, lead: readonly LeadStep[], within: Within): void {
  within.holds(path, lead.length <= LEAD_LIMIT, `has at most ${LEAD_LIMIT} steps`);
  lead.forEach((step: unknown, at) => {
    const kind = propertyOf(step, "kind") ?? "";
    const kinds = ["reverse", "wait", "alert-tone", "ring", "open-loop"];
    within.oneOf(`${path}.${at}.kind`, kind, kinds);
    if (kind === "reverse") return;
    const ms = propertyOf(step, "ms");
    const limitMs = kind === "ring" ? PULSE_LIMIT_MS : TIME_LIMIT_MS;
    within.between(`${path}.${at}.ms`, ms, kind === "ring" ? 100 : 1, limitMs);
  });
}

function checkSignal({ signal }: CallerIdScheme, within: Within): void {
  if (signal.kind === "fsk") {
    within.oneOf("signal.modem", signal.modem, Object.keys(FSK_MODEMS));
    within.between("signal.seizureBits", signal.seizureBits, 0, FSK_PREAMBLE_LIMIT_BITS);
    within.between("signal.markBits", signal.markBits, 0, FSK_PREAMBLE_LIMIT_BITS);
    within.between("signal.tailBits", signal.tailBits, 0, FSK_PREAMBLE_LIMIT_BITS);
    within.between("signal.stopBits", signal.stopBits, 1, FSK_STOP_LIMIT_BITS);
    within.between("signal.levelDbm0", signal.levelDbm0, TONE_LEVEL_DBM0.min, 0);
    return;
  }
  within.oneOf("signal.kind", signal.kind, ["fsk", "dtmf"]);
  within.between("signal.onMs", signal.onMs, 40, 500);
  within.between("signal.offMs", signal.offMs, 40, 500);
  within.between("signal.levelDbm0", signal.levelDbm0, TONE_LEVEL_DBM0.min, -3);
  within.between("signal.twistDb", signal.twistDb, -8, 4);
}

function checkMessage({ message, signal }: CallerIdScheme, within: Within): void {
  within.oneOf("message.kind", message.kind, ["sdmf", "mdmf", "dtmf", "ntt"]);
  const pair = (message.kind === "dtmf") === (signal.kind === "dtmf");
  within.holds("message.kind", pair, "must be dtmf where the signal is, and only there");
  within.between("message.numberLimit", message.numberLimit, 1, 60);
  if (message.kind === "dtmf") {
    for (const name of ["start", "stop", "redirectStart", "withheld", "unavailable"] as const) {
      const text: unknown = message[name];
      const holds = typeof text === "string" && /^[0-9*#A-D]{0,8}$/.test(text);
      within.holds(`message.${name}`, holds, "holds at most 8 of 0-9, A-D, * and #, in quotes");
    }
    return;
  }
  // number, name and the other parameters fit into one message of 255 bytes
  within.between("message.nameLimit", message.nameLimit, message.kind === "ntt" ? 0 : 1, 120);
  if (message.kind === "ntt") return;
  within.oneOf("message.otherLetters", message.otherLetters, ["transliterate", "drop"]);
  const known = ["call-type", "time", "number", "name", "redirecting"];
  for (const name of message.parameters) within.oneOf("message.parameters", name, known);
  const once = new Set(message.parameters).size === message.parameters.length;
  within.holds("message.parameters", once, "names each parameter once");
}

function checkWaiting({ waiting }: CallerIdScheme, within: Within): void {
  within.oneOf("waiting.by", waiting.by, ["none", "cas"]);
  within.between("waiting.silenceMs", waiting.silenceMs, 0, 1000);
  within.between("waiting.alertMs", waiting.alertMs, 50, 500);
  within.between("waiting.alertLevelDbm0", waiting.alertLevelDbm0, TONE_LEVEL_DBM0.min, -3);
  within.between("waiting.ackWaitMs", waiting.ackWaitMs, 50, 2000);
  within.between("waiting.ackToDataMs", waiting.ackToDataMs, 0, 500);
  within.between("waiting.markBits", waiting.markBits, 10, FSK_PREAMBLE_LIMIT_BITS);
  for (const digit of waiting.ackDigits) within.oneOf("waiting.ackDigits", digit, [..."ABCD"]);
}

function checkLamp({ lamp }: CallerIdScheme, within: Within): void {
  within.oneOf("lamp.by", lamp.by, ["none", "fsk", "fsk-after-ring", "neon"]);
  within.oneOf("lamp.kind", lamp.kind, ["sdmf", "mdmf"]);
  within.between("lamp.delayMs", lamp.delayMs, 0, TIME_LIMIT_MS);
  checkLead("lamp.lead", lamp.lead, within);
}
