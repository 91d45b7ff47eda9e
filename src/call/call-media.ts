import type { FaxFlow, MediaEvent, MediaFlow } from "../base/media-messages.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  acceptAnswer,
  acceptFaxAnswer,
  answeredStream,
  answerFaxOffer,
  answerOffer,
  asksForFax,
  type CodecOffer,
  createFaxOffer,
  createOffer,
  type FaxOffer,
  type MediaOffer,
  type OfferAnswerError,
  placeStream,
} from "../sip/index.ts";
import { type Call, type CallContext, toMedia } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";

/** How long media may take to open or to say that it cannot. */
export const MEDIA_OPEN_LIMIT_MS = 5_000;

/** The call once its media is open. */
export function withMedia(call: Call, opened: Extract<MediaEvent, { kind: "opened" }>): Call {
  const { local, localRtcp, security, ice } = opened;
  return {
    ...call,
    local,
    ...(localRtcp === undefined ? {} : { localRtcp }),
    ...(security === undefined ? {} : { security }),
    ...(ice === undefined ? {} : { ice }),
  };
}

/** G.711 alone, which everybody has, whatever is configured. */
function faxCodecs(codecs: readonly CodecOffer[]): readonly CodecOffer[] {
  const own = codecs.filter(({ name }) => isFaxCodec(name));
  return own.length > 0 ? own : FAX_CODECS;
}

const FAX_CODECS: readonly CodecOffer[] = [
  { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
  { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
];

/** Whether fax machines and modems survive a codec. */
export function isFaxCodec(name: string): boolean {
  return name === "PCMU" || name === "PCMA";
}

/** What our line can do, as offer and answer want it; undefined while media is not open. */
function oursAt(context: CallContext, call: Call, version: number): MediaOffer | undefined {
  const { config } = context;
  if (call.local === undefined) return undefined;
  return {
    local: call.local,
    ...(call.localRtcp === undefined ? {} : { localRtcp: call.localRtcp }),
    sessionId: call.sdpSessionId,
    version,
    codecs: call.isFax === true ? faxCodecs(config.codecs) : config.codecs,
    telephoneEventPayloadType: config.telephoneEventPayloadType,
    ptimeMs: config.ptimeMs,
    // Sending alone is what tells a telephone that it is on hold. @see RFC 3264 §8.4
    direction: call.onHold === true ? "sendonly" : "sendrecv",
    rtcpXr: config.rtcpXr ?? false,
    rtcpMux: config.rtcpMux ?? false,
    comfortNoise: config.comfortNoise ?? false,
    redundancy: config.redundancy ?? 0,
    toneEvents: config.toneEvents === true && config.passesModems === true,
    voiceBand: config.voiceBand === true && config.passesModems === true,
    ...(call.ice === undefined ? {} : { ice: call.ice }),
    ...(call.security === undefined ? {} : { security: call.security }),
    ...(call.flow?.dtls === undefined ? {} : { dtls: call.flow.dtls }),
  };
}

/** What our gateway can do; undefined where a fax goes as sound, or T.38 would not be encrypted. */
export function faxAt(context: CallContext, call: Call, version: number): FaxOffer | undefined {
  const { t38 } = context.config;
  if (t38 === undefined || call.local === undefined) return undefined;
  if (call.security?.policy === "required") return undefined;
  return { local: call.local, sessionId: call.sdpSessionId, version, t38 };
}

const CLOSED: OfferAnswerError = { kind: "bad-address", detail: "media is not open" };

/**
 * The next version of our session description: the same as the last where nothing changed.
 * @see RFC 3264 §8
 */
function versionedBody(
  call: Call,
  write: (version: number) => Result<string, OfferAnswerError>,
): Result<{ readonly version: number; readonly body: string }, OfferAnswerError> {
  const last = call.written;
  const version = last?.version ?? 1;
  const first = write(version);
  if (!first.ok) return first;
  if (last === undefined || last.body === first.value) return ok({ version, body: first.value });
  const next = write(version + 1);
  return next.ok ? ok({ version: version + 1, body: next.value }) : next;
}

/** The call with an offer of ours, which then waits for its answer. */
export function withOffer(
  context: CallContext,
  call: Call,
): Result<{ readonly call: Call; readonly body: string }, OfferAnswerError> {
  const oursOf = (version: number): MediaOffer | FaxOffer | undefined =>
    (call.offersT38 === true ? faxAt(context, call, version) : undefined) ??
    oursAt(context, call, version);
  const written = versionedBody(call, (version) => {
    const ours = oursOf(version);
    if (ours === undefined) return err(CLOSED);
    const body = "t38" in ours ? createFaxOffer(ours) : createOffer(ours);
    return ok(placeStream(body, call.written?.body));
  });
  if (!written.ok) return written;
  const offered = oursOf(written.value.version);
  if (offered === undefined) return err(CLOSED);
  const { isReoffer: _, ...rest } = call;
  return ok({
    call: { ...rest, written: written.value, offered },
    body: written.value.body,
  });
}

/** The call with its answer to the far end's offer, and the flow that the two agree on. */
function withAnswer(
  context: CallContext,
  call: Call,
  offer: string,
): Result<{ readonly call: Call; readonly body: string }, OfferAnswerError> {
  const faxed = withFaxAnswer(context, call, offer);
  if (faxed !== undefined) return faxed;
  let flow: MediaFlow | undefined;
  const written = versionedBody(call, (version) => {
    const ours = oursAt(context, call, version);
    if (ours === undefined) return err(CLOSED);
    const answer = answerOffer(offer, ours);
    if (!answer.ok) return answer;
    flow = answer.value.flow;
    return ok(answer.value.body);
  });
  if (!written.ok) return written;
  if (flow === undefined) return err(CLOSED);
  const answered = { ...withoutT38(call), written: written.value, flow };
  return ok({ call: answered, body: written.value.body });
}

/** The call with our answer to an offer of the far end's, or with an offer where it made none. */
export function withBody(
  context: CallContext,
  call: Call,
  offer: string | undefined,
): ReturnType<typeof withAnswer> {
  return offer === undefined ? withOffer(context, call) : withAnswer(context, call, offer);
}

/** An answer for T.38; undefined where the offer does not ask for it, or we cannot. */
function withFaxAnswer(
  context: CallContext,
  call: Call,
  offer: string,
): ReturnType<typeof withAnswer> | undefined {
  if (faxAt(context, call, 1) === undefined || !asksForFax(offer)) return undefined;
  let t38: FaxFlow | undefined;
  const written = versionedBody(call, (version) => {
    const ours = faxAt(context, call, version);
    if (ours === undefined) return err(CLOSED);
    const answer = answerFaxOffer(offer, ours);
    if (!answer.ok) return answer;
    t38 = answer.value.flow;
    return ok(answer.value.body);
  });
  if (!written.ok) return written;
  if (t38 === undefined) return err(CLOSED);
  const answered = { ...withoutT38(call), written: written.value, t38, offersT38: true };
  return ok({ call: answered, body: written.value.body });
}

/** The call as one of sound. */
export function withoutT38({ t38: _, offersT38: __, t38DueMs: ___, ...call }: Call): Call {
  return call;
}

/** Whether an ACK of theirs answers an offer of ours. */
export function awaitsAck({ offered, isReoffer }: Call): boolean {
  return offered !== undefined && isReoffer !== true;
}

/** The call with the flow of the far end's answer to our offer. */
export function withAccepted(call: Call, answer: string): Result<Call, OfferAnswerError> {
  const { offered } = call;
  if (offered === undefined) return err({ kind: "bad-sdp", detail: "nothing was offered" });
  const stream = answeredStream(answer, call.written?.body);
  if ("t38" in offered) {
    const t38 = acceptFaxAnswer(stream, offered);
    return t38.ok ? ok({ ...withoutT38(call), t38: t38.value, offersT38: true }) : t38;
  }
  const flow = acceptAnswer(stream, offered);
  return flow.ok ? ok({ ...withoutT38(call), flow: flow.value }) : flow;
}

/**
 * Lets the call's audio flow to and from the line, as agreed; from a call on hold nothing reaches
 * it. Nothing where nothing is agreed.
 */
export function flowOutputs(call: Call): readonly CallOutput[] {
  const { id: session, flow, t38 } = call;
  const join = toMedia({ kind: "join", session, on: call.onHold !== true });
  if (t38 !== undefined) return [toMedia({ kind: "fax", session, flow: t38 }), join];
  return flow === undefined ? [] : [toMedia({ kind: "flow", session, flow }), join];
}

/** The status that tells an offerer why its offer came to nothing. @see RFC 3261 §21.4.26 */
export function statusOf(error: OfferAnswerError): number {
  return error.kind === "bad-sdp" ? 400 : 488;
}
