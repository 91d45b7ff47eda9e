import type { CodecEngines } from "../../base/codec-engines.ts";
import type { JitterSettings } from "../../base/media-messages.ts";
import type { DigitRelay } from "../../call/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { RtpConfig } from "../../gateway/realtime/realtime-config.ts";
import {
  CODECS,
  DEFAULT_JITTER,
  DEFAULT_OPUS,
  DIGIT_TIMES,
  ENGINE_CODECS,
} from "../../media/index.ts";
import type { BoardFile } from "./board-file.ts";
import { DATA_FOLDER } from "./call-records.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { UserConfig } from "./user-config.ts";

/** Default range of RTP ports, as common adapters have it. */
const RTP_PORTS = { portMin: 16384, portMax: 32767 };
/** The first dynamic payload type in common use for it. @see RFC 4733 §2.4.1 */
const TELEPHONE_EVENT_PAYLOAD_TYPE = 101;
/** Where payload types begin that mean what SDP says. @see RFC 3551 §6 */
const DYNAMIC_PAYLOAD_TYPE_MIN = 96;
/** What everybody has, and the line loses nothing by. */
const DEFAULT_CODECS = ["PCMU", "PCMA"];
/** An INFO beside a tone that is left in the audio may be counted twice: it is for who wants it. */
const DEFAULT_DIGIT_RELAYS = ["rfc4733", "in-band"] as const satisfies readonly DigitRelay[];

/** The module of boards that run Linux and nothing but this. */
const LINUX_BOARD = "linux";
/** Above all ordinary programs, below what the kernel's own threads have (50). */
const VOICE_PRIORITY = 10;

/** Beside the call records. */
/** The folder that recordings go into unless told. */
export const DEFAULT_RECORDINGS = `${DATA_FOLDER}/recordings`;
const DEFAULT_SOUNDS = `${DATA_FOLDER}/sounds`;
/** Two packets of 20 ms: what a modem on an ordinary network asks for. */
const FIXED_JITTER_MS = 40;
/** Expedited forwarding. @see RFC 3246, RFC 4594 §4.1 */
const VOICE_DSCP = 46;
/** What Opus is offered as: the number that browsers made common. */
const OPUS_PAYLOAD_TYPE = 111;
/** The line's own bandwidth; more than it would be lost. @see RFC 7587 §6.1 */
const OPUS_PARAMETERS = "maxplaybackrate=8000;sprop-maxcapturerate=8000;stereo=0;sprop-stereo=0";
/** Without annex B: its library describes silence in a way of its own. @see RFC 4856 §2.1.9 */
const G729_PARAMETERS = "annexb=no";

/** Why the machine lacks a codec from outside, by its engine. */
export type CodecFaults = Readonly<Partial<Record<keyof CodecEngines, string>>>;

/** Payload types of their own for codecs that have one, the rest counted up from 96. */
export function codecOffers(user: UserConfig): CallSettings["codecs"] {
  const names = [...new Set(user.rtp?.codecs ?? DEFAULT_CODECS)];
  const { payloadType: opusType = OPUS_PAYLOAD_TYPE } = user.rtp?.opus ?? {};
  const taken = new Set([eventPayloadType(user)]);
  if (names.includes("opus")) taken.add(opusType);
  const next = (): number => {
    let free = DYNAMIC_PAYLOAD_TYPE_MIN;
    while (taken.has(free)) free++;
    taken.add(free);
    return free;
  };
  const known = [...CODECS, ...ENGINE_CODECS];
  return names.flatMap((wanted) => {
    const codec = known.find(({ name }) => name === wanted);
    if (codec === undefined) return [];
    const { name, clockRateHz, staticPayloadType } = codec;
    if (name === "opus") {
      const fmtp = opusParameters(user);
      return [{ name, payloadType: opusType, clockRateHz, channels: 2, fmtp }];
    }
    const fmtp = name === "G729" ? { fmtp: G729_PARAMETERS } : {};
    return [{ name, payloadType: staticPayloadType ?? next(), clockRateHz, ...fmtp }];
  });
}

function opusParameters(user: UserConfig): string {
  const { fec, dtx } = { ...DEFAULT_OPUS, ...user.rtp?.opus };
  return `${OPUS_PARAMETERS};useinbandfec=${fec ? 1 : 0};usedtx=${dtx ? 1 : 0}`;
}

/** The ways that keyed digits may go, best first. */
export function digitRelays({ rtp }: UserConfig): readonly DigitRelay[] {
  const relay = rtp?.dtmfRelay ?? DEFAULT_DIGIT_RELAYS;
  return typeof relay === "string" ? [relay] : relay;
}

/** The payload type of telephone events in our offers. */
export function eventPayloadType(user: UserConfig): number {
  return user.rtp?.eventPayloadType ?? TELEPHONE_EVENT_PAYLOAD_TYPE;
}

/** Whether a fax machine that is heard changes what the call is like. */
function passesModems(user: UserConfig): boolean {
  return user.rtp?.fax !== "off";
}

/** A board of its own has nothing else that is as urgent; the simulated one shares a machine. */
function priorityOf({ rtp }: UserConfig, board: BoardFile): Pick<RtpConfig, "realtimePriority"> {
  const asked = rtp?.realtimePriority;
  if (asked === "off") return {};
  if (asked !== undefined) return { realtimePriority: { priority: asked, isAsked: true } };
  if (board.module !== LINUX_BOARD) return {};
  return { realtimePriority: { priority: VOICE_PRIORITY, isAsked: false } };
}

/** What the real-time plane is told of RTP; what does not fit together is added to `problems`. */
export function resolveRtp(
  user: UserConfig,
  sipHost: string,
  board: BoardFile,
  faults: CodecFaults,
  problems: ConfigProblem[],
): RtpConfig {
  const { rtp = {} } = user;
  const portMin = rtp.portMin ?? RTP_PORTS.portMin;
  const portMax = rtp.portMax ?? Math.max(RTP_PORTS.portMax, Math.min(65535, portMin + 200));
  if (portMax <= portMin) {
    problems.push({
      path: ["rtp", "portMax"],
      text: `is ${portMax}; it must be above rtp.portMin, ${portMin}`,
    });
  }
  const { payloadType: opusType = OPUS_PAYLOAD_TYPE, ...opus } = rtp.opus ?? {};
  if (opusType === eventPayloadType(user)) {
    const text = `is ${opusType}, which means telephone events (rtp.eventPayloadType)`;
    problems.push({ path: ["rtp", "opus", "payloadType"], text });
  }
  const engines = enginesOf(rtp.codecs ?? DEFAULT_CODECS, faults, problems);
  return {
    host: rtp.host ?? sipHost,
    portMin,
    portMax,
    jitter: jitterOf(user, problems),
    digits: { ...DIGIT_TIMES, ...rtp.digits },
    dscp: rtp.dscp ?? VOICE_DSCP,
    ...priorityOf(user, board),
    ...soundsOf(user, faults, problems),
    passesModems: passesModems(user),
    ice: rtp.ice === "lite",
    engines,
    opus: { ...DEFAULT_OPUS, ...opus },
    ...(rtp.g726Packing === undefined ? {} : { g726Packing: rtp.g726Packing }),
  };
}

function jitterOf({ rtp }: UserConfig, problems: ConfigProblem[]): JitterSettings {
  const { mode = DEFAULT_JITTER.mode, ...written } = rtp?.jitter ?? {};
  const { minMs = mode === "fixed" ? FIXED_JITTER_MS : DEFAULT_JITTER.minMs } = written;
  const { maxMs = Math.max(minMs, DEFAULT_JITTER.maxMs) } = written;
  if (maxMs < minMs) {
    const text = `is ${maxMs}; it must not be below rtp.jitter.minMs, ${minMs}`;
    problems.push({ path: ["rtp", "jitter", "maxMs"], text });
  }
  return { mode, minMs, maxMs };
}

/** Recording is off unless told: in many places it needs the consent of both ends. */
function soundsOf(
  user: UserConfig,
  faults: CodecFaults,
  problems: ConfigProblem[],
): Pick<RtpConfig, "sounds" | "playedSounds" | "recordsCalls"> {
  const { calls = "off", format = "wav", ...folders } = user.recording ?? {};
  const lacksOpus = format === "opus" ? faults.opus : undefined;
  if (lacksOpus !== undefined) {
    const text = `is "opus", which this machine does not have. ${lacksOpus}`;
    problems.push({ path: ["recording", "format"], text });
  }
  const { folder = DEFAULT_RECORDINGS, sounds = DEFAULT_SOUNDS } = folders;
  const { musicOnHold, announcements = {} } = user.dialing ?? {};
  const named = [musicOnHold, ...Object.values(announcements)].filter((name) => name !== undefined);
  return {
    sounds: { recordings: folder, sounds, format },
    playedSounds: [...new Set(named)],
    recordsCalls: calls === "all",
  };
}

/** The engines that the named codecs need; one that the machine lacks is a problem. */
function enginesOf(
  names: readonly string[],
  faults: CodecFaults,
  problems: ConfigProblem[],
): readonly (keyof CodecEngines)[] {
  return ENGINE_CODECS.filter(({ name }) => names.includes(name)).map(({ name, engine }) => {
    const why = faults[engine];
    if (why !== undefined) {
      const text = `is "${name}", which this machine does not have. ${why}`;
      problems.push({ path: ["rtp", "codecs", names.indexOf(name)], text });
    }
    return engine;
  });
}
