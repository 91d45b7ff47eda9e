import type { VoiceBandData } from "../../base/media-messages.ts";
import type { SdpCodec } from "./codecs.ts";
import { offeredVoiceBand, voiceBandFormat, voiceBandLines } from "./voice-band.ts";

/** What goes beside a codec in one stream, by the payload types that offer and answer gave it. */
export interface AuxiliaryFormats {
  readonly voiceBand?: VoiceBandData;
  /** The codec itself is said to be for modems, and we say so, too. */
  readonly isVoiceBand?: true;
  readonly telephoneEvent?: number;
  /** Events of modems' tones, where both know some. */
  readonly toneEvents?: readonly number[];
  readonly comfortNoise?: number;
  readonly red?: { readonly payloadType: number; readonly generations: number };
  /** Redundancy of the events. */
  readonly eventRed?: { readonly payloadType: number; readonly generations: number };
}

/** What is listed before a stream's codecs and after them, and what attributes that needs. */
interface ListedAuxiliary {
  readonly first: readonly SdpCodec[];
  readonly last: readonly SdpCodec[];
  readonly lines: readonly string[];
}

/** What we are willing to do beside our codecs. */
export interface AuxiliaryWishes {
  readonly telephoneEventPayloadType?: number;
  /** Whether the tones of modems are events, too. @see RFC 4734 */
  readonly toneEvents?: boolean;
  /** Whether background noise may be described and not sent, both ways. @see RFC 3389 */
  readonly comfortNoise?: boolean;
  /** How many packets each packet of ours repeats, where the far end takes that. @see RFC 2198 */
  readonly redundancy?: number;
  /** Whether modems may be sent as a format of their own, both ways. @see ITU-T V.152 */
  readonly voiceBand?: boolean;
}

/** The sixteen digits and the hook flash. @see RFC 4733 §3.2, RFC 2833 §3.10 (16) */
const EVENTS = "0-16";
/** ANS and its kin, CNG, the flags of V.21. @see RFC 4734 §2 */
const TONE_EVENTS = [32, 33, 34, 35, 36, 54];
const EVENTS_WITH_TONES = `${EVENTS},32-36,54`;
/** As parsed SDP names them. */
const EVENT_NAME = "TELEPHONE-EVENT";
/** @see RFC 3551 §6, table 4 */
const COMFORT_NOISE = 13;
const COMFORT_NOISE_RATE_HZ = 8000;
/** Events of the line's own rate have the number that the configuration gives. */
const LINE_RATE_HZ = 8000;
/** Payload types that mean what SDP says, in the order in which they are given away. */
const DYNAMIC = [
  ...Array.from({ length: 26 }, (_, n) => 102 + n),
  ...Array.from({ length: 6 }, (_, n) => 96 + n),
];

const format = (
  name: string,
  payloadType: number,
  clockRateHz: number,
  fmtp?: string,
): SdpCodec => ({ name, payloadType, clockRateHz, channels: 1, fmtp });

/**
 * What our offer lists beside its codecs: events at the clock of each codec, since a stream's
 * timestamps have one clock; comfort noise; redundancy of the first codec and of its events,
 * each with a format of its own, which names all that is in it. @see RFC 7587 §7, RFC 2198 §5
 */
export function offeredAuxiliary(
  ours: AuxiliaryWishes,
  codecs: readonly Pick<SdpCodec, "name" | "payloadType" | "clockRateHz">[],
): ListedAuxiliary {
  const { telephoneEventPayloadType: events, comfortNoise, redundancy = 0 } = ours;
  const taken = new Set(codecs.map(({ payloadType }) => payloadType));
  if (events !== undefined) taken.add(events);
  const next = (): number => {
    const free = DYNAMIC.find((payloadType) => !taken.has(payloadType)) ?? 127;
    taken.add(free);
    return free;
  };
  const clocks = [...new Set(codecs.map(({ clockRateHz }) => clockRateHz))];
  const last: SdpCodec[] = [];
  for (const clock of events === undefined ? [] : clocks) {
    const payloadType = clock === LINE_RATE_HZ ? events : undefined;
    const list = ours.toneEvents === true ? EVENTS_WITH_TONES : EVENTS;
    last.push(format("telephone-event", payloadType ?? next(), clock, list));
  }
  if (comfortNoise === true) last.push(format("CN", COMFORT_NOISE, COMFORT_NOISE_RATE_HZ));
  const voiceBand = ours.voiceBand === true ? offeredVoiceBand(codecs, next()) : undefined;
  if (voiceBand !== undefined) {
    last.push(voiceBandFormat(voiceBand));
    // What the first codec's copies are is not what a modem's are.
    if (redundancy > 0) last.push(redFormat(next(), voiceBandFormat(voiceBand), redundancy));
  }
  const lines = voiceBandLines(voiceBand);
  const [codec] = codecs;
  if (redundancy === 0 || codec === undefined) return { first: [], last, lines };
  const first = [redFormat(next(), codec, redundancy)];
  const event = last.find((one) => isEvent(one, codec));
  if (event !== undefined) last.push(redFormat(next(), event, redundancy));
  return { first, last, lines };
}

const isEvent = ({ name, clockRateHz }: SdpCodec, codec: Pick<SdpCodec, "clockRateHz">): boolean =>
  name.toUpperCase() === EVENT_NAME && clockRateHz === codec.clockRateHz;

/** `red/8000` with the payload type of each generation, the newest first. @see RFC 2198 §5 */
function redFormat(
  payloadType: number,
  codec: Pick<SdpCodec, "payloadType" | "clockRateHz">,
  generations: number,
): SdpCodec {
  const types = Array<number>(generations + 1).fill(codec.payloadType);
  return format("red", payloadType, codec.clockRateHz, types.join("/"));
}

/** What a far end's stream has beside a codec that we can do as well. */
export function matchAuxiliary(
  theirs: readonly SdpCodec[],
  codec: SdpCodec,
  ours: AuxiliaryWishes,
  voiceBands: readonly VoiceBandData[] = [],
): AuxiliaryFormats {
  const isVoiceBand = voiceBands.some(({ payloadType }) => payloadType === codec.payloadType);
  const voiceBand = isVoiceBand ? undefined : voiceBands[0];
  const find = (name: string): SdpCodec | undefined =>
    theirs.find((one) => one.name === name && one.clockRateHz === codec.clockRateHz);
  const event = ours.telephoneEventPayloadType === undefined ? undefined : find(EVENT_NAME);
  const noise = ours.comfortNoise === true ? find("CN") : undefined;
  const red = redOf(theirs, codec, ours.redundancy ?? 0);
  const eventRed = event && redOf(theirs, event, ours.redundancy ?? 0);
  return {
    ...(event === undefined ? {} : { telephoneEvent: event.payloadType }),
    ...(event === undefined || ours.toneEvents !== true ? {} : knownTones(event.fmtp ?? "")),
    ...(noise === undefined ? {} : { comfortNoise: noise.payloadType }),
    ...(red === undefined ? {} : { red }),
    ...(eventRed === undefined ? {} : { eventRed }),
    ...(isVoiceBand && ours.voiceBand === true ? { isVoiceBand: true } : {}),
    ...(voiceBand === undefined || ours.voiceBand !== true || codec.clockRateHz !== LINE_RATE_HZ
      ? {}
      : { voiceBand: withRed(voiceBand, theirs, ours.redundancy ?? 0) }),
  };
}

/** A format for modems, with the copies of it that both want. @see ITU-T V.152 §1, RFC 2198 */
function withRed(
  voiceBand: VoiceBandData,
  theirs: readonly SdpCodec[],
  wanted: number,
): VoiceBandData {
  const redundancy = redOf(theirs, voiceBandFormat(voiceBand), wanted);
  return redundancy === undefined ? voiceBand : { ...voiceBand, redundancy };
}

/** The tones that a far end lists among its events: numbers and ranges. @see RFC 4733 §2.4.1 */
function knownTones(list: string): Pick<AuxiliaryFormats, "toneEvents"> {
  const ranges = list.split(",").flatMap((part) => {
    const range = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    return range === null ? [] : [[Number(range[1]), Number(range[2] ?? range[1])] as const];
  });
  const toneEvents = TONE_EVENTS.filter((event) =>
    ranges.some(([first, last]) => event >= first && event <= last),
  );
  return toneEvents.length === 0 ? {} : { toneEvents };
}

/** Redundancy of this format alone, as deep as both want it. */
function redOf(
  theirs: readonly SdpCodec[],
  codec: SdpCodec,
  wanted: number,
): AuxiliaryFormats["red"] {
  for (const { name, clockRateHz, payloadType, fmtp = "" } of theirs) {
    if (name !== "RED" || clockRateHz !== codec.clockRateHz) continue;
    const types = fmtp.trim().split("/");
    if (types.length < 2 || types.some((type) => type !== `${codec.payloadType}`)) continue;
    const generations = Math.min(wanted, types.length - 1);
    if (generations > 0) return { payloadType, generations };
  }
  return undefined;
}

/** What our answer lists around its one codec. */
export function answeredAuxiliary(found: AuxiliaryFormats, codec: SdpCodec): ListedAuxiliary {
  const { telephoneEvent, toneEvents, comfortNoise, red, eventRed, voiceBand } = found;
  const last: SdpCodec[] = [];
  if (telephoneEvent !== undefined) {
    const list = toneEvents === undefined ? EVENTS : EVENTS_WITH_TONES;
    last.push(format("telephone-event", telephoneEvent, codec.clockRateHz, list));
  }
  if (comfortNoise !== undefined) last.push(format("CN", comfortNoise, COMFORT_NOISE_RATE_HZ));
  if (voiceBand !== undefined) {
    const { redundancy } = voiceBand;
    last.push(voiceBandFormat(voiceBand));
    if (redundancy !== undefined) {
      const { payloadType, generations } = redundancy;
      last.push(redFormat(payloadType, voiceBandFormat(voiceBand), generations));
    }
  }
  const first = red === undefined ? [] : [redFormat(red.payloadType, codec, red.generations)];
  if (eventRed !== undefined && telephoneEvent !== undefined) {
    const event = { payloadType: telephoneEvent, clockRateHz: codec.clockRateHz };
    last.push(redFormat(eventRed.payloadType, event, eventRed.generations));
  }
  const marked = found.isVoiceBand === true ? codec : voiceBand;
  return { first, last, lines: voiceBandLines(marked) };
}
