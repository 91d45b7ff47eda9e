import type { MediaStats } from "../base/media-messages.ts";
import { QUALITY_EVENT, QUALITY_TYPE, qualityReport, type UaEvent } from "../sip/index.ts";
import { type Call, type CallContext, type FinishedCall, logOf, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { addressOf } from "./own-dialogs.ts";
import { peerOf } from "./session-update.ts";

/** Calls whose figures may be waited for at one time. */
const WAITING_MAX = 16;

/** What the requests that carry reports are called. */
const REQUEST_PREFIX = "quality of ";

interface Waiting {
  readonly call: Call;
  readonly startedAt: string;
  readonly endedAt: string;
}

/**
 * How calls were heard, told to whoever collects that, at their end. @see RFC 6035 §4.5.3
 */
export class QualityReports {
  readonly #waiting = new Map<string, Waiting>();

  /** A call is over; its figures come when its media session closes. */
  note(context: CallContext, { call, hasMedia }: FinishedCall, nowMs: number): void {
    const { config } = context;
    const { answeredMs } = call;
    if (config.qualityCollector === undefined || !hasMedia || answeredMs === undefined) return;
    if (this.#waiting.size >= WAITING_MAX) this.#waiting.clear();
    const startedAt = config.wallTime(answeredMs).iso;
    this.#waiting.set(call.id, { call, startedAt, endedAt: config.wallTime(nowMs).iso });
  }

  /** The figures came: the report of the call, where one is wanted and something was agreed on. */
  complete(context: CallContext, session: string, stats: MediaStats): readonly CallOutput[] {
    const waiting = this.#waiting.get(session);
    const { qualityCollector: uri, account, createToken } = context.config;
    if (waiting === undefined || uri === undefined) return [];
    this.#waiting.delete(session);
    const { call, ...times } = waiting;
    const { flow, local: localAddress, dialog } = call;
    if (flow === undefined || localAddress === undefined || dialog === undefined) return [];
    const body = qualityReport({
      ...times,
      ...dialog,
      local: addressOf(account.user, account.domain),
      remote: addressOf(peerOf(call), account.domain),
      isCaller: call.direction === "out",
      localAddress,
      remoteAddress: flow.remote,
      codec: flow.codec,
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

  /** A collector that does not want reports is worth a word in the log; calls go on. */
  answered(context: CallContext, event: UaEvent): readonly CallOutput[] {
    if (event.kind !== "response" || !event.request.startsWith(REQUEST_PREFIX)) return [];
    if (event.status < 300) return [];
    const text = `The report of a call's quality was not taken: ${event.status}.`;
    return [logOf(context, "info", text)];
  }
}
