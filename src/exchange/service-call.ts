import type { SocketAddress } from "../base/address.ts";
import type { IceCredentials, MediaEvent, MediaFlow, MediaStats } from "../base/media-messages.ts";
import { err, type Result } from "../base/result.ts";
import type { DtlsFlow, MediaSecurity } from "../base/srtp-suites.ts";
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type MediaOffer,
  type OfferAnswerError,
} from "../sip/index.ts";
import type { SessionEvent } from "./bridge-types.ts";
import {
  DEFAULT_SERVICE_NUMBERS,
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeOutput,
  type ExchangeRecord,
  logOf,
  type ServiceKind,
  toMedia,
  toUa,
} from "./exchange-types.ts";
import type { CallStanding } from "./watching.ts";

/** A call that the exchange answers itself. `id` names its media session too. */
export interface ServiceCallInfo {
  readonly id: string;
  readonly service: ServiceKind;
  readonly from: string;
  readonly to: string;
  /** The caller's session. */
  readonly caller: string;
  /** The caller's offer; absent where it wants ours. */
  readonly offer?: string;
  /** Digits. */
  readonly sdpSessionId: string;
}

/** The service that a number is, if any. */
export function serviceOf(
  { services = DEFAULT_SERVICE_NUMBERS }: Pick<ExchangeConfig, "services">,
  number: string,
): ServiceKind | undefined {
  if (number === services.echo) return "echo";
  return number === services.milliwatt ? "milliwatt" : undefined;
}

/** How long the record waits for the media's figures after the end. */
const STATS_LIMIT_MS = 2_000;

/** What the services speak: G.711 and telephone-events. @see RFC 3551 §6 */
const SERVICE_MEDIA = {
  codecs: [
    { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
    { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
  ],
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: "sendrecv",
} as const satisfies Partial<MediaOffer>;

/**
 * A call to the echo or the test tone.
 *
 *   INVITE ──► opening ──────────► connected ──────────► closing ──────────► over
 *               │   media is open:    │  BYE, or the       │  figures came,
 *               │   200               │  longest time      │  or too late
 *               └─────────────────────┴───────────────────►┘
 */
export class ServiceCall {
  readonly #info: ServiceCallInfo;
  readonly #startedMs: number;
  #state: "opening" | "connected" | "closing" | "over" = "opening";
  #deadlineMs: number;
  #local: SocketAddress | undefined;
  #security: MediaSecurity | undefined;
  #dtls: DtlsFlow | undefined;
  #ice: IceCredentials | undefined;
  #version = 0;
  #offered: MediaOffer | undefined;
  #answeredMs: number | undefined;
  #record: ExchangeRecord | undefined;

  constructor(info: ServiceCallInfo, nowMs: number) {
    this.#info = info;
    this.#startedMs = nowMs;
    this.#deadlineMs = nowMs + EXCHANGE_LIMITS.mediaOpenMs;
  }

  get over(): boolean {
    return this.#state === "over";
  }

  get sessions(): readonly string[] {
    return [this.#info.caller];
  }

  get mediaSession(): string {
    return this.#info.id;
  }

  deadlineMs(): number | undefined {
    return this.#state === "over" ? undefined : this.#deadlineMs;
  }

  /** How it stands, for those who watch its caller. */
  get standing(): CallStanding {
    const { id, from, to } = this.#info;
    const stage = this.#answeredMs === undefined ? "trying" : "confirmed";
    return { id, from, to, stage, reachesCallee: false, isPrivate: false };
  }

  /** The first thing to do. */
  start(): readonly ExchangeOutput[] {
    const { id, service } = this.#info;
    return [toMedia({ kind: "open", session: id, owner: { kind: service } })];
  }

  /** The box stops. */
  stop(nowMs: number): readonly ExchangeOutput[] {
    if (this.#state !== "opening" && this.#state !== "connected") return [];
    return [toUa({ kind: "end", session: this.#info.caller }), ...this.#close(nowMs)];
  }

  timeout(nowMs: number): readonly ExchangeOutput[] {
    if (this.#state === "over" || nowMs < this.#deadlineMs) return [];
    switch (this.#state) {
      case "opening":
        return this.#refuse(500, "media does not open", nowMs);
      case "connected":
        return [toUa({ kind: "end", session: this.#info.caller }), ...this.#close(nowMs)];
      case "closing":
        return this.#write(undefined);
    }
  }

  handle(event: SessionEvent, nowMs: number): readonly ExchangeOutput[] {
    if (this.#state !== "opening" && this.#state !== "connected") return [];
    switch (event.kind) {
      case "ended":
        return this.#close(nowMs);
      case "confirmed":
        return this.#confirmed(event.body);
      case "reoffered":
        return this.#state === "connected" ? this.#describe(event.body, nowMs) : [];
      default:
        return [];
    }
  }

  /** An event of the call's own media session. */
  media(event: MediaEvent, nowMs: number): readonly ExchangeOutput[] {
    switch (event.kind) {
      case "opened":
        if (this.#state !== "opening") return [];
        this.#local = event.local;
        this.#security = event.security;
        this.#ice = event.ice;
        return this.#describe(this.#info.offer, nowMs);
      case "open-failed":
        if (this.#state === "closing") return this.#write(undefined);
        return this.#state === "opening"
          ? this.#refuse(503, `no media: ${event.reason}`, nowMs)
          : [];
      case "insecure":
        return this.#state === "connected" ? this.#insecure(event.reason, nowMs) : [];
      case "closed":
        return this.#state === "closing" ? this.#write(event.stats) : [];
      default:
        return [];
    }
  }

  /** Answers an INVITE or re-INVITE: with an answer, or with our offer where it had none. */
  #describe(offer: string | undefined, nowMs: number): readonly ExchangeOutput[] {
    if (this.#local === undefined) return [];
    const ours: MediaOffer = {
      ...SERVICE_MEDIA,
      local: this.#local,
      sessionId: this.#info.sdpSessionId,
      version: ++this.#version,
      ...(this.#ice === undefined ? {} : { ice: this.#ice }),
      ...(this.#security === undefined ? {} : { security: this.#security }),
      ...(this.#dtls === undefined ? {} : { dtls: this.#dtls }),
    };
    const answer = offer === undefined ? undefined : answerOffer(offer, ours);
    if (answer !== undefined && !answer.ok) {
      const status = answer.error.kind === "bad-sdp" ? 400 : 488;
      if (this.#state === "opening") return this.#refuse(status, answer.error.detail, nowMs);
      return [toUa({ kind: "respond", session: this.#info.caller, status })];
    }
    this.#offered = answer === undefined ? ours : undefined;
    if (this.#state === "opening") {
      this.#state = "connected";
      this.#answeredMs = nowMs;
      this.#deadlineMs = nowMs + EXCHANGE_LIMITS.serviceMs;
    }
    return [
      toUa({
        kind: "respond",
        session: this.#info.caller,
        status: 200,
        body: answer === undefined ? createOffer(ours) : answer.value.body,
        contentType: "application/sdp",
      }),
      ...(answer === undefined ? [] : this.#flow(answer.value.flow)),
    ];
  }

  /** The ACK came, with the answer where the offer was ours. */
  #confirmed(body: string | undefined): readonly ExchangeOutput[] {
    if (this.#offered === undefined) return [];
    const flow: Result<MediaFlow, OfferAnswerError> =
      body === undefined
        ? err({ kind: "bad-sdp", detail: "the ACK brought none" })
        : acceptAnswer(body, this.#offered);
    this.#offered = undefined;
    if (flow.ok) return this.#flow(flow.value);
    return [logOf("warn", `A caller's answer cannot be used: ${flow.error.detail}.`)];
  }

  #flow(flow: MediaFlow): readonly ExchangeOutput[] {
    const session = this.#info.id;
    this.#dtls = flow.dtls;
    return [toMedia({ kind: "flow", session, flow }), toMedia({ kind: "join", session, on: true })];
  }

  #insecure(reason: string, nowMs: number): readonly ExchangeOutput[] {
    const text = `The call of ${this.#info.from} to ${this.#info.to} is ended: ${reason}.`;
    return [logOf("warn", text), toUa({ kind: "end", session: this.#info.caller })].concat(
      this.#close(nowMs),
    );
  }

  #refuse(status: number, why: string, nowMs: number): readonly ExchangeOutput[] {
    const text = `The call of ${this.#info.from} to ${this.#info.to} is refused: ${why}.`;
    return [
      toUa({ kind: "respond", session: this.#info.caller, status }),
      logOf("warn", text),
      ...this.#close(nowMs, status),
    ];
  }

  #close(nowMs: number, sipStatus?: number): readonly ExchangeOutput[] {
    const { id, from, to } = this.#info;
    const answeredMs = this.#answeredMs;
    const refused = sipStatus === undefined ? "unanswered" : "refused";
    this.#record = {
      id,
      from,
      to,
      startedMs: this.#startedMs,
      ...(answeredMs === undefined ? {} : { answeredAtMs: answeredMs - this.#startedMs }),
      durationMs: answeredMs === undefined ? 0 : nowMs - answeredMs,
      result: answeredMs === undefined ? refused : "answered",
      ...(sipStatus === undefined ? {} : { sipStatus }),
    };
    this.#state = "closing";
    this.#deadlineMs = nowMs + STATS_LIMIT_MS;
    return [toMedia({ kind: "close", session: id })];
  }

  #write(media: MediaStats | undefined): readonly ExchangeOutput[] {
    this.#state = "over";
    const record = this.#record;
    if (record === undefined) return [];
    return [{ kind: "record", record: media === undefined ? record : { ...record, media } }];
  }
}
