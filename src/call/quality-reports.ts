import type { MediaStats } from "../base/media-messages.ts";
import {
  QUALITY_EVENT,
  QUALITY_TYPE,
  qualityReport,
  type ReportKind,
  type UaEvent,
} from "../sip/index.ts";
import { type Call, type CallContext, type FinishedCall, logOf, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { addressOf } from "./own-dialogs.ts";
import { peerOf } from "./session-update.ts";

/** Calls whose figures may be waited for at one time. */
const WAITING_MAX = 16;

/** What the requests that carry reports are called. */
const REQUEST_PREFIX = "quality of ";

/** What one call's figures were like so far. */
interface Ongoing {
  /** When its figures came last, and when the collector was told of them. */
  heardMs: number;
  toldMs: number;
  isPoor: boolean;
}

/** A call that got better than the bound by so much has got better: it need not swing about it. */
const BETTER_BY_MOS = 0.2;

interface Waiting {
  readonly call: Call;
  readonly startedAt: string;
  readonly endedAt: string;
}

/**
 * How calls are heard, told to whoever collects that: at their end, and where it is wanted every so
 * often before, and when they get worse or better than a bound.
 */
export class QualityReports {
  readonly #waiting = new Map<string, Waiting>();
  readonly #ongoing = new Map<string, Ongoing>();

  /** Figures of a call that goes on came, some every 5 s. */
  during(
    context: CallContext,
    call: Call,
    stats: MediaStats,
    nowMs: number,
  ): readonly CallOutput[] {
    const { qualityCollector, qualityEveryMs, qualityAlertMos, wallTime } = context.config;
    const { answeredMs } = call;
    if (qualityCollector === undefined || answeredMs === undefined) return [];
    const fresh = { heardMs: answeredMs, toldMs: answeredMs, isPoor: false };
    const ongoing = this.#ongoing.get(call.id) ?? fresh;
    this.#ongoing.set(call.id, ongoing);
    const times = (fromMs: number) => ({
      startedAt: wallTime(fromMs).utc,
      endedAt: wallTime(nowMs).utc,
    });
    const outputs: CallOutput[] = [];
    const mos = stats.recent?.mosListening;
    const isPoor = isPoorBy(qualityAlertMos, mos, ongoing.isPoor);
    if (isPoor !== ongoing.isPoor && stats.recent !== undefined) {
      const about = { kind: "alert", severity: isPoor ? "Critical" : "Clear" } as const;
      const recent = { ...stats, quality: stats.recent };
      outputs.push(...report(context, { about, call, ...times(ongoing.heardMs) }, recent));
    }
    if (qualityEveryMs !== undefined && nowMs - ongoing.toldMs >= qualityEveryMs) {
      const about = { kind: "interval" } as const;
      outputs.push(...report(context, { about, call, ...times(answeredMs) }, stats));
      ongoing.toldMs = nowMs;
    }
    ongoing.isPoor = isPoor;
    ongoing.heardMs = nowMs;
    return outputs;
  }

  /** A call is over; its figures come when its media session closes. */
  note(context: CallContext, { call, hasMedia }: FinishedCall, nowMs: number): void {
    const { config } = context;
    const { answeredMs } = call;
    this.#ongoing.delete(call.id);
    if (config.qualityCollector === undefined || !hasMedia || answeredMs === undefined) return;
    if (this.#waiting.size >= WAITING_MAX) this.#waiting.clear();
    const startedAt = config.wallTime(answeredMs).utc;
    this.#waiting.set(call.id, { call, startedAt, endedAt: config.wallTime(nowMs).utc });
  }

  /** The figures came: the report of the call, where one is wanted and something was agreed on. */
  complete(context: CallContext, session: string, stats: MediaStats): readonly CallOutput[] {
    const waiting = this.#waiting.get(session);
    if (waiting === undefined) return [];
    this.#waiting.delete(session);
    return report(context, { about: { kind: "session" }, ...waiting }, stats);
  }

  /** A collector that does not want reports is worth a word in the log; calls go on. */
  answered(context: CallContext, event: UaEvent): readonly CallOutput[] {
    if (event.kind !== "response" || !event.request.startsWith(REQUEST_PREFIX)) return [];
    if (event.status < 300) return [];
    const text = `The report of a call's quality was not taken: ${event.status}.`;
    return [logOf(context, "info", text)];
  }
}

/** Whether what was heard lately is worse than the bound; without either it is as it was. */
function isPoorBy(bound: number | undefined, mos: number | undefined, was: boolean): boolean {
  if (bound === undefined || mos === undefined) return was;
  return mos < (was ? bound + BETTER_BY_MOS : bound);
}

/** One report, where there is a collector and something was agreed on. */
function report(
  context: CallContext,
  { call, ...rest }: Waiting & { readonly about: ReportKind },
  stats: MediaStats,
): readonly CallOutput[] {
  const { qualityCollector: uri, account, createToken } = context.config;
  const { flow, local: localAddress, dialog } = call;
  if (uri === undefined || flow === undefined) return [];
  if (localAddress === undefined || dialog === undefined) return [];
  const body = qualityReport({
    ...rest,
    ...dialog,
    local: addressOf(account.user, account.domain),
    remote: addressOf(peerOf(call), account.domain),
    isCaller: call.direction === "out",
    localAddress,
    remoteAddress: flow.remote,
    codec: flow.codec,
    suppressesSilence: flow.suppressSilence === true,
    stats,
  });
  return [
    toUa({
      kind: "send-request",
      request: `${REQUEST_PREFIX}${call.id} ${createToken()}`,
      method: "PUBLISH",
      uri,
      account: account.id,
      headers: [
        { name: "event", value: QUALITY_EVENT },
        { name: "expires", value: "3600" },
        { name: "content-type", value: QUALITY_TYPE },
      ],
      body,
    }),
  ];
}
