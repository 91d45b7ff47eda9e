import { earliestMs } from "../base/core.ts";
import type { MediaStats } from "../base/media-messages.ts";
import type { Charge } from "../sip/index.ts";
import { callLevels } from "./call-levels.ts";
import type { Call, FinishedCall } from "./call-state.ts";
import type { CallConfig, CallRecord } from "./call-types.ts";
import { type PinSigns, withoutPin } from "./policy/lock.ts";

/** How long a record waits for its media's figures before it is written without them. */
export const STATS_LIMIT_MS = 2_000;

/** How many records may wait at once; the oldest is written when another comes. */
export const WAITING_RECORDS_LIMIT = 16;

/**
 * The record of a call that is over at `nowMs`. When it began is told by the wall's clock as it is
 * now: it may have been set meanwhile, and then it is right. A PIN that was dialled is left out.
 */
export function callRecord(
  config: Pick<CallConfig, "line" | "wallTime"> & PinSigns,
  finished: FinishedCall,
  nowMs: number,
): CallRecord {
  const { line, wallTime } = config;
  const { call } = finished;
  const ringingMs =
    call.rangMs === undefined ? undefined : Math.round((call.answeredMs ?? nowMs) - call.rangMs);
  const answeredMs = call.answeredMs;
  const levels = callLevels(call);
  return {
    id: call.id,
    line,
    direction: call.direction,
    from: call.from,
    to: withoutPin(call.to, config),
    startedAt: wallTime(call.startedMs).iso,
    ...(ringingMs === undefined ? {} : { ringingMs }),
    ...(answeredMs === undefined ? {} : { answeredAtMs: Math.round(answeredMs - call.startedMs) }),
    durationMs: answeredMs === undefined ? 0 : Math.round(nowMs - answeredMs),
    result: finished.result,
    ...(finished.sipStatus === undefined ? {} : { sipStatus: finished.sipStatus }),
    ...(finished.retryAfterS === undefined ? {} : { retryAfterS: finished.retryAfterS }),
    endedBy: finished.endedBy,
    ...(call.sessionId === undefined ? {} : { sessionId: call.sessionId }),
    ...(finished.endedByTone === undefined ? {} : { endedByTone: finished.endedByTone }),
    ...(finished.mediaFault === undefined ? {} : { mediaFault: finished.mediaFault }),
    ...(call.charge === undefined ? {} : { charge: call.charge }),
    ...(call.forwardedBy === undefined ? {} : { forwardedBy: call.forwardedBy }),
    ...(finished.forwardedTo === undefined ? {} : { forwardedTo: finished.forwardedTo }),
    ...(levels === undefined ? {} : { levels }),
    ...codecOf(call, answeredMs),
  };
}

/** What the call was carried by at its end; T.38 has no codec. */
function codecOf({ flow, t38 }: Call, answeredMs: number | undefined): { readonly codec?: string } {
  if (answeredMs === undefined) return {};
  if (t38 !== undefined) return { codec: "T38" };
  return flow === undefined ? {} : { codec: flow.codec.name };
}

interface WaitingRecord {
  readonly record: CallRecord;
  readonly untilMs: number;
  readonly awaits: { readonly media: boolean; readonly cost: boolean };
}

/** Records that wait for their media's figures, or for the cost: each is written once, soon. */
export class WaitingRecords {
  readonly #waiting = new Map<string, WaitingRecord>();

  /** Takes a record; what comes back is to be written now. */
  add(record: CallRecord, nowMs: number, awaitsCost = false): readonly CallRecord[] {
    const overflow: CallRecord[] = [];
    for (const [id, { record: oldest }] of this.#waiting) {
      if (this.#waiting.size < WAITING_RECORDS_LIMIT) break;
      this.#waiting.delete(id);
      overflow.push(oldest);
    }
    const awaits = { media: true, cost: awaitsCost };
    this.#waiting.set(record.id, { record, untilMs: nowMs + STATS_LIMIT_MS, awaits });
    return overflow;
  }

  /** The media session closed with these figures, or never opened at all. */
  complete(session: string, media: MediaStats | undefined): readonly CallRecord[] {
    return this.#told(session, "media", media === undefined ? {} : { media });
  }

  /** What a call has cost was told at its end, or was not. */
  completeCost(id: string, charge: Charge | undefined): readonly CallRecord[] {
    return this.#told(id, "cost", charge === undefined ? {} : { charge });
  }

  #told(id: string, what: "media" | "cost", news: Partial<CallRecord>): readonly CallRecord[] {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return [];
    const record = { ...waiting.record, ...news };
    const awaits = { ...waiting.awaits, [what]: false };
    if (awaits.media || awaits.cost) {
      this.#waiting.set(id, { ...waiting, record, awaits });
      return [];
    }
    this.#waiting.delete(id);
    return [record];
  }

  /** Those whose time is over. */
  expire(nowMs: number): readonly CallRecord[] {
    const late: CallRecord[] = [];
    for (const [id, { record, untilMs }] of this.#waiting) {
      if (untilMs > nowMs) continue;
      this.#waiting.delete(id);
      late.push(record);
    }
    return late;
  }

  deadlineMs(): number | undefined {
    return earliestMs(...[...this.#waiting.values()].map(({ untilMs }) => untilMs));
  }
}
