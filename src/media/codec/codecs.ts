import type { CodecEngines, OpusSettings } from "../../base/codec-engines.ts";
import type { CodecSpec } from "./codec.ts";
import { PCMA, PCMU } from "./g711.ts";
import { G722 } from "./g722.ts";
import { AAL2_G726, G726 } from "./g726.ts";
import { createG729Spec } from "./g729.ts";
import { L16 } from "./l16.ts";
import { createOpusSpec } from "./opus.ts";

/** The codecs this build has in itself. */
export const CODECS: readonly CodecSpec[] = [PCMU, PCMA, G722, ...G726, ...AAL2_G726, L16];

/** A codec that needs an engine from outside: what offers say of it. */
export interface EngineCodec {
  /** As SDP and configuration spell it. */
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels?: number;
  readonly staticPayloadType?: number;
  readonly engine: keyof CodecEngines;
}

/** Those that engines can add. @see RFC 7587 §7 (Opus: 48000 and two channels, always) */
export const ENGINE_CODECS: readonly EngineCodec[] = [
  { name: "opus", clockRateHz: 48_000, channels: 2, engine: "opus" },
  { name: "G729", clockRateHz: 8000, staticPayloadType: 18, engine: "g729" },
];

/** How Opus is set unless told otherwise; 20 kbit/s is ample for a line's bandwidth. */
export const DEFAULT_OPUS: OpusSettings = { bitrate: 20_000, complexity: 5, fec: true, dtx: false };

/** How a box's codecs are set. */
export interface CodecSettings {
  readonly opus?: OpusSettings;
  /** How far ends pack what they call G726; absent: as RFC 3551 has it. */
  readonly g726Packing?: "rfc3551" | "aal2";
}

/** All codecs of a box: its own, and those of the engines it was given. */
export function codecsWith(
  engines: CodecEngines,
  { opus = DEFAULT_OPUS, g726Packing }: CodecSettings = {},
): readonly CodecSpec[] {
  return [
    ...(g726Packing === "aal2" ? CODECS.map(packedOtherwise) : CODECS),
    ...(engines.opus === undefined ? [] : [createOpusSpec(engines.opus, opus)]),
    ...(engines.g729 === undefined ? [] : [createG729Spec(engines.g729)]),
  ];
}

/** Many far ends call by the one name what the other stands for. @see RFC 3551 §4.5.4 */
function packedOtherwise(spec: CodecSpec): CodecSpec {
  const { name } = spec;
  const other = AAL2_G726.find((one) => one.name === `AAL2-${name}`);
  return other === undefined ? spec : { ...other, name };
}

/** The codec of an SDP encoding name (any case) and clock, where the list has it. */
export function findCodec(
  name: string,
  clockRateHz: number,
  codecs: readonly CodecSpec[] = CODECS,
): CodecSpec | undefined {
  const upper = name.toUpperCase();
  return codecs.find((codec) => codec.name === upper && codec.clockRateHz === clockRateHz);
}

/** The codec that a payload type means without any SDP. @see RFC 3551 §6 */
export function findStaticCodec(payloadType: number): CodecSpec | undefined {
  return CODECS.find((codec) => codec.staticPayloadType === payloadType);
}
