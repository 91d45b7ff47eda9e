import type { MediaEvent, ModemMenu } from "../base/media-messages.ts";
import { isAnswerTone, isPlainFax } from "../media/index.ts";
import { faxAt, flowOutputs, isFaxCodec, withAccepted, withoutT38 } from "./call-media.ts";
import { type Call, type CallContext, logOf } from "./call-state.ts";
import { type Changed, reoffer } from "./hold.ts";

type Heard = Extract<MediaEvent, { kind: "fax-tone" }>;
type Framed = Extract<MediaEvent, { kind: "fax-frame" }>;

/*
 * Who moves a call to T.38, and what becomes of it:
 *
 *    machine answers on our line ──────────────▶ our re-INVITE ── 2xx ──▶ T.38 ── it is over,
 *    machine answers at the far end ─ waitMs ─▶     │                      ▲       or the far end
 *    (its gateway should do it) ── its re-INVITE ───┼──────────────────────┘       asks ──▶ sound
 *                                                   └─ 4xx, port 0 ──▶ sound: pass-through,
 *                                                                      not asked again
 */

/**
 * A fax machine or modem is heard. One that answers on our own line moves the call to T.38, or to
 * G.711 where it is by another codec; one at the far end is the far end's to move first.
 * @see ITU-T T.38 Annex D.2.2.4, ITU-T V.152 §6
 */
export function faxHeard(context: CallContext, before: Call, event: Heard, nowMs: number): Changed {
  if (before.t38 !== undefined) return { call: before, outputs: [] };
  const isModem = event.tone !== "cng" && context.config.passesModems === true;
  const call = isModem ? { ...before, isModem } : before;
  if (event.menu !== undefined) return menuHeard(context, call, event.menu, event.tone === "jm");
  const where = event.side === "near" ? "on our line" : "at the far end";
  const what = event.tone === "cng" ? "calls" : "answers";
  const isReversed = isAnswerTone(event.tone) && event.tone.endsWith("reversed");
  const isKnown =
    (isReversed && before.isModem === true) || (event.tone === "preamble" && call.isFax === true);
  const text = `A fax machine or modem ${what} ${where}.`;
  const told = logOf(context, isKnown ? "debug" : "info", text, { tone: event.tone });
  if (event.tone === "cng" || context.config.passesModems !== true) {
    return { call, outputs: [told] };
  }
  if (wantsT38(context, call, event)) {
    if (event.side === "near") return moveToT38(context, call, [told]);
    const t38DueMs = nowMs + (context.config.t38?.waitMs ?? 0);
    return { call: { ...call, t38DueMs }, outputs: [told] };
  }
  if (event.side !== "near" || call.offered !== undefined) return { call, outputs: [told] };
  return toPassThrough(context, call, [told]);
}

/** What two modems agree on stays sound, but for what T.38 has modems for. @see ITU-T V.8 §6 */
function menuHeard(context: CallContext, call: Call, menu: ModemMenu, isAgreed: boolean): Changed {
  const { call: purpose, modulations } = menu;
  const what = `${PURPOSES[purpose]}, by ${modulations.join(", ") || "nothing that we know"}`;
  const data = { purpose, modulations: modulations.join(" ") };
  if (!isAgreed) {
    return { call, outputs: [logOf(context, "debug", `A modem wishes for ${what}.`, data)] };
  }
  const told = logOf(context, "info", `Two modems agree on ${what}.`, data);
  if (isPlainFax(menu)) return { call, outputs: [told] };
  const { t38DueMs: _, ...rest } = call;
  return { call: { ...rest, soundOnly: true }, outputs: [told] };
}

const PURPOSES: Readonly<Record<ModemMenu["call"], string>> = {
  "fax-from-caller": "a fax",
  "fax-to-caller": "a fax that is fetched",
  data: "data",
  "text-v18": "a text telephone",
  "text-t101": "videotex",
  h324: "a video telephone",
  other: "something else",
};

function wantsT38(context: CallContext, call: Call, { tone }: Heard): boolean {
  const { t38 } = context.config;
  if (t38 === undefined || call.soundOnly === true || call.offered !== undefined) return false;
  if (faxAt(context, call, 1) === undefined) return false;
  return tone === "preamble" || (isAnswerTone(tone) && t38.switchOn === "answer");
}

/** The far end has not moved the call in time. */
export function faxDue(context: CallContext, call: Call, nowMs: number): Changed | undefined {
  const { t38DueMs, ...rest } = call;
  if (t38DueMs === undefined || nowMs < t38DueMs) return undefined;
  if (call.t38 !== undefined || call.offered !== undefined) return { call: rest, outputs: [] };
  return moveToT38(context, rest, []);
}

function moveToT38(context: CallContext, call: Call, first: Changed["outputs"]): Changed {
  const told = logOf(context, "info", "The far end is asked to take the fax over T.38.");
  return reoffer(context, { ...withoutT38(call), isFax: true, offersT38: true }, [...first, told]);
}

/** Sound that a fax machine survives; nothing is to be done where it flows already. */
function toPassThrough(context: CallContext, call: Call, first: Changed["outputs"]): Changed {
  const sound = withoutT38(call);
  const isCarried = isFaxCodec(call.flow?.codec.name ?? "") || call.flow?.voiceBand !== undefined;
  if (isCarried) return { call: sound, outputs: first };
  return reoffer(context, { ...sound, isFax: true }, first);
}

/** The far end refused our offer of T.38. @see RFC 3261 §21.4.26, §21.6.4 */
export function t38Refused(context: CallContext, offering: Call, status: number): Changed {
  const { offered: _, ...call } = offering;
  const text = `The far end does not take T.38 (${status}): the fax goes through as sound.`;
  const told = logOf(context, "warn", text, { status });
  return toPassThrough(context, { ...call, soundOnly: true }, [told]);
}

/**
 * The far end said yes to our offer of T.38. Where its answer has no T.38 in it, sound is offered
 * anew: the session has nothing that flows.
 */
export function t38Accepted(context: CallContext, offering: Call, answer: string): Changed {
  const agreed = withAccepted(offering, answer);
  if (agreed.ok) {
    const { offered: _, ...call } = agreed.value;
    return { call, outputs: [...flowOutputs(call), t38Told(context, call)] };
  }
  const { offered: _, ...call } = offering;
  const { detail } = agreed.error;
  const text = `The far end's answer has no T.38 (${detail}): the fax goes through as sound.`;
  const sound = { ...withoutT38(call), isFax: true, soundOnly: true };
  return reoffer(context, sound, [logOf(context, "warn", text)]);
}

/** What a call that has changed over to T.38, or back, says of it. */
export function t38Told(context: CallContext, { t38 }: Call): Changed["outputs"][number] {
  if (t38 === undefined) return logOf(context, "info", "The call is one of sound again.");
  const { version, maxBitRate, correction } = t38;
  const text = "The fax goes over T.38.";
  return logOf(context, "info", text, { version, maxBitRate, correction });
}

/** What the machines say to each other, told as it goes; pages are what a user looks for. */
export function faxFrame(context: CallContext, { frame, side }: Framed): Changed["outputs"] {
  const who = side === "near" ? "our fax machine" : "the far fax machine";
  const meaning = MEANINGS[frame];
  const level = frame === "MCF" || frame === "RTN" ? "info" : "debug";
  const text = meaning === undefined ? `Fax: ${frame} of ${who}.` : `Fax: ${who} ${meaning}.`;
  return [logOf(context, level, text, { frame })];
}

/** @see ITU-T T.30 §5.3.6.1 */
const MEANINGS: Readonly<Record<string, string>> = {
  DIS: "says what it can do",
  DCS: "says how it will send",
  CFR: "is ready for the page",
  FTT: "could not be trained at this speed",
  MPS: "has sent a page, and has more",
  EOP: "has sent its last page",
  PPS: "has sent a part of a page",
  PPR: "asks for pieces of the page again",
  MCF: "confirms that it has what was sent",
  RTN: "could not read the page",
  DCN: "says goodbye",
};

/** The machines are done, or silent for long: whoever is there talks by sound again. */
export function faxOver(context: CallContext, call: Call, why: "done" | "silent"): Changed {
  if (call.t38 === undefined || call.offered !== undefined) return { call, outputs: [] };
  const text = why === "done" ? "The fax is over." : "Nothing is heard of either fax machine.";
  const { offersT38: _, isFax: __, isModem: ___, ...sound } = call;
  return reoffer(context, sound, [logOf(context, "info", text)]);
}
