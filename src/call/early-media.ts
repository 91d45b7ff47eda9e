import { headerValue, tagOf, type UaEvent } from "../sip/index.ts";
import { flowOutputs, withAccepted } from "./call-media.ts";
import { type CallState, type Step, toLine, toMedia } from "./call-state.ts";

type Outgoing = Extract<CallState, { kind: "calling" | "ringback" }>;
type Ringback = Extract<CallState, { kind: "ringback" }>;
type Progress = Extract<UaEvent, { kind: "progress" }>;

/*
 * What the caller hears before the answer:
 *
 *   180 said   description   voice has come   P-Early-Media      hears
 *   ────────────────────────────────────────────────────────────────────────────────
 *   no         no            –                –                  nothing
 *   yes        no            –                –                  our ringback tone
 *   yes        yes           no               none               our ringback tone
 *   yes        yes           no               sends              what will come
 *   any        yes           yes              none, or sends     the far end's voice
 *   any        yes           any              does not send      as without a description
 *
 * Where the call was forked, the description of the first who sends one counts, until somebody else
 * sends one before a voice has come, or says that it sends while the first one says nothing of it:
 * nobody is cut off in the middle of a word by another telephone that rings.
 *
 * An announcement is heard as soon as it comes, and nobody who is rung up to is left in silence
 * by a description that no voice follows. @see RFC 3960 §3.2, RFC 5009 §8
 */

/** What P-Early-Media says of the far end's voice; `undefined` where it says nothing. */
function authorised(progress: Progress): "sends" | "silent" | undefined {
  const value = headerValue(progress.response, "p-early-media")?.split(",", 1)[0]?.trim();
  switch (value?.toLowerCase()) {
    case "sendrecv":
    case "sendonly":
      return "sends";
    case "recvonly":
    case "inactive":
      return "silent";
    default:
      return undefined;
  }
}

/** A provisional answer to our INVITE. */
export function progressStep(state: Outgoing, progress: Progress, nowMs: number): Step | undefined {
  const { status, body } = progress;
  const rang = status === 180 && state.call.rangMs === undefined;
  const rung = rang ? { ...state.call, rangMs: nowMs } : state.call;
  const fork = tagOf(headerValue(progress.response, "to") ?? "") ?? "";
  const taken = body === undefined || !mayTakeOver(state, progress, fork) ? undefined : body;
  const early = taken === undefined ? undefined : withAccepted(rung, taken);
  const call = early?.ok === true ? early.value : rung;
  const before = state.kind === "ringback" ? state.early : undefined;
  const isHeard = early?.ok === true || state.kind !== "ringback" || state.fork === fork;
  const said = isHeard ? (authorised(progress) ?? before) : before;
  const isRinging = call.rangMs !== undefined;
  // Nothing is known yet that a person could hear.
  if (state.kind === "calling" && !isRinging && call.flow === undefined) return undefined;
  const isAnother = early?.ok === true && state.kind === "ringback" && state.fork !== fork;
  const comes = state.kind === "ringback" && state.comes && !isAnother;
  const heard = early?.ok === true ? fork : state.kind === "ringback" ? state.fork : undefined;
  const hears = call.flow !== undefined && said !== "silent" && (comes || said === "sends");
  const next: Ringback = {
    kind: "ringback",
    call,
    hears: hears || !isRinging ? "early-media" : "tone",
    comes,
    ...(said === undefined ? {} : { early: said }),
    ...(heard === undefined ? {} : { fork: heard }),
    untilMs: state.untilMs,
  };
  const flows = early?.ok === true ? flowOutputs(call) : [];
  const join = said === "silent" ? [toMedia({ kind: "join", session: call.id, on: false })] : [];
  return { state: next, outputs: [...toneChange(state, next), ...flows, ...join] };
}

/** Whether the description of that fork is the one to be heard from now on. */
function mayTakeOver(state: Outgoing, progress: Progress, fork: string): boolean {
  if (state.kind !== "ringback" || state.fork === undefined || state.fork === fork) return true;
  if (state.early !== undefined) return state.early === "silent";
  return !state.comes || authorised(progress) === "sends";
}

/** The far end's voice has come: it is heard in place of our tone. */
export function voiceComes(state: Ringback): Step | undefined {
  if (state.comes) return undefined;
  if (state.early === "silent") return { state: { ...state, comes: true }, outputs: [] };
  const next: Ringback = { ...state, comes: true, hears: "early-media" };
  return { state: next, outputs: toneChange(state, next) };
}

function toneChange(before: Outgoing, after: Ringback): Step["outputs"] {
  const had = before.kind === "ringback" && before.hears === "tone";
  if (had === (after.hears === "tone")) return [];
  return had ? [toLine({ kind: "tone-off" })] : [toLine({ kind: "tone", tone: "ringback" })];
}
