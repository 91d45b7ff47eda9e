import type { CodecSpec } from "./codec.ts";
import { PCMA, PCMU } from "./g711.ts";
import { G722 } from "./g722.ts";
import { AAL2_G726, G726 } from "./g726.ts";

/** The codecs this build has. One that is not here is never offered. */
export const CODECS: readonly CodecSpec[] = [PCMU, PCMA, G722, ...G726, ...AAL2_G726];

/** The codec of an SDP encoding name (any case) and clock, where this build has it. */
export function findCodec(name: string, clockRateHz: number): CodecSpec | undefined {
  const upper = name.toUpperCase();
  return CODECS.find((codec) => codec.name === upper && codec.clockRateHz === clockRateHz);
}

/** The codec that a payload type means without any SDP. @see RFC 3551 §6 */
export function findStaticCodec(payloadType: number): CodecSpec | undefined {
  return CODECS.find((codec) => codec.staticPayloadType === payloadType);
}
