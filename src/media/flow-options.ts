import { LINE_SAMPLE_RATE_HZ } from "../base/audio.ts";
import type { MediaFlow } from "../base/media-messages.ts";
import type { CodecSpec } from "./codec/codec.ts";
import { findCodec } from "./codec/codecs.ts";
import type { MediaOutput } from "./media-session-types.ts";
import type { ModemWatch } from "./modem-watch.ts";
import type { ReceiverOptions } from "./rtp/rtp-receiver.ts";
import type { RtpSender, SenderOptions, VoiceBand } from "./rtp/rtp-sender.ts";
import { eventOfTone } from "./rtp/tone-events.ts";

/** What of a flow the sender must know. */
export function senderOptions(flow: MediaFlow, spec: CodecSpec): SenderOptions {
  const { payloadType, ptimeMs, parameters } = flow.codec;
  return {
    spec,
    payloadType,
    ptimeMs,
    parameters,
    eventPayloadType: flow.telephoneEventPayloadType,
    noisePayloadType: flow.suppressSilence === true ? flow.comfortNoisePayloadType : undefined,
    redundancy: flow.redundancy,
    eventRedundancy: flow.eventRedundancy,
    voiceBand: voiceBandOf(flow),
  };
}

/** What of a flow the receiver must know. */
export function receiverOptions(flow: MediaFlow, spec: CodecSpec): ReceiverOptions {
  return {
    spec,
    payloadType: flow.codec.payloadType,
    ptimeMs: flow.codec.ptimeMs,
    eventPayloadType: flow.telephoneEventPayloadType,
    noisePayloadType: flow.comfortNoisePayloadType,
    redPayloadType: flow.redundancy?.payloadType,
    eventRedPayloadType: flow.eventRedundancy?.payloadType,
    voiceBand: voiceBandOf(flow),
    keepsReceipts: flow.rtcpXr?.lossRle ?? false,
  };
}

/** What modems are sent as, where it is not as voice. */
function voiceBandOf({ voiceBand }: MediaFlow): VoiceBand | undefined {
  if (voiceBand === undefined) return undefined;
  const spec = findCodec(voiceBand.name, LINE_SAMPLE_RATE_HZ);
  const { payloadType, redundancy } = voiceBand;
  return spec && { spec, payloadType, redundancy };
}

/** Names the tones that were heard on our line, where the far end knows such events. */
export function nameTones(
  { toneEvents = [] }: MediaFlow,
  sender: Pick<RtpSender, "nameTone">,
  outputs: readonly MediaOutput[],
): void {
  for (const output of outputs) {
    if (output.kind !== "event" || output.event.kind !== "fax-tone") continue;
    const named = eventOfTone(output.event.tone);
    const event = named?.events.find((one) => toneEvents.includes(one));
    if (named !== undefined && event !== undefined) sender.nameTone(event, named.lastedMs);
  }
}

/** Whether encoder and decoder can go on as they are: not as modems had them where people talk. */
export function sameCoding(a: MediaFlow, b: MediaFlow, modems: ModemWatch): boolean {
  return (
    !modems.isForgotten &&
    a.codec.name === b.codec.name &&
    a.codec.clockRateHz === b.codec.clockRateHz &&
    a.codec.payloadType === b.codec.payloadType &&
    a.codec.ptimeMs === b.codec.ptimeMs &&
    a.codec.parameters === b.codec.parameters &&
    a.redundancy?.payloadType === b.redundancy?.payloadType &&
    a.redundancy?.generations === b.redundancy?.generations &&
    a.eventRedundancy?.payloadType === b.eventRedundancy?.payloadType &&
    a.eventRedundancy?.generations === b.eventRedundancy?.generations &&
    a.telephoneEventPayloadType === b.telephoneEventPayloadType &&
    a.comfortNoisePayloadType === b.comfortNoisePayloadType &&
    a.suppressSilence === b.suppressSilence &&
    a.voiceBand?.payloadType === b.voiceBand?.payloadType &&
    a.voiceBand?.name === b.voiceBand?.name &&
    a.voiceBand?.redundancy?.payloadType === b.voiceBand?.redundancy?.payloadType &&
    a.voiceBand?.redundancy?.generations === b.voiceBand?.redundancy?.generations
  );
}
