import { unreachable } from "../base/invariant.ts";
import type { Call, FinishedCall, SideCall } from "./call-state.ts";
import { toUa } from "./call-state.ts";
import type { CallEndedBy, CallOutput, CallResult } from "./call-types.ts";

/** Calls beside the one that the handset is at: nobody may take the place of one then. */
export const SIDE_CALLS_MAX = 6;

/** The first call of a kind beside the handset's. */
export function sideOf<Kind extends SideCall["kind"]>(
  side: readonly SideCall[],
  kind: Kind,
): Extract<SideCall, { kind: Kind }> | undefined {
  const isKind = (one: SideCall): one is Extract<SideCall, { kind: Kind }> => one.kind === kind;
  return side.find(isKind);
}

/** All but one. */
export function without(side: readonly SideCall[], gone: SideCall): readonly SideCall[] {
  return side.filter((one) => one !== gone);
}

/** One in another's place. */
export function replaced(
  side: readonly SideCall[],
  before: SideCall,
  after: SideCall,
): readonly SideCall[] {
  return side.map((one) => (one === before ? after : one));
}

/** The session ids under which events of a call beside the handset's come. */
export function sideOfSession(side: readonly SideCall[], session: string): SideCall | undefined {
  return side.find(
    (one) =>
      one.call.session === session || (one.kind === "parting" && one.partner?.session === session),
  );
}

/** A call that is over, and what is to be done about it. */
export interface Over {
  readonly outputs: readonly CallOutput[];
  readonly finished: readonly FinishedCall[];
}

/** The record of a call that was up. */
export function finishedCall(call: Call, endedBy: CallEndedBy, sipStatus?: number): FinishedCall {
  const unanswered: CallResult = call.direction === "in" ? "missed" : "cancelled";
  return {
    call,
    result: call.answeredMs === undefined ? unanswered : "answered",
    endedBy,
    hasMedia: true,
    ...(sipStatus === undefined ? {} : { sipStatus }),
  };
}

/** Ends a call beside the handset's, whatever it is at. */
export function endSide(one: SideCall, endedBy: "near" | "box"): Over {
  switch (one.kind) {
    case "held":
    case "joined":
    case "referrer":
      return {
        outputs: [toUa({ kind: "end", session: one.call.session })],
        finished: [finishedCall(one.call, endedBy)],
      };
    case "arriving":
    case "waiting":
      return {
        outputs: [toUa({ kind: "end", session: one.call.session, status: 480 })],
        finished: [finishedCall(one.call, endedBy, 480)],
      };
    case "parting": {
      const calls = [one.call, ...(one.partner === undefined ? [] : [one.partner])];
      return {
        outputs: calls.map(({ session }) => toUa({ kind: "end", session })),
        finished: calls.map((call) => finishedCall(call, "near")),
      };
    }
    default:
      return unreachable(one);
  }
}

/** Ends several. */
export function endSides(side: readonly SideCall[], endedBy: "near" | "box"): Over {
  const all = side.map((one) => endSide(one, endedBy));
  return {
    outputs: all.flatMap(({ outputs }) => outputs),
    finished: all.flatMap(({ finished }) => finished),
  };
}
