import { SRTP_SUITES } from "../../src/base/srtp-suites.ts";
import { LineDigits } from "../../src/gateway/realtime/line-digits.ts";
import { createLineEcho } from "../../src/gateway/realtime/line-echo.ts";
import { createLineLevels } from "../../src/gateway/realtime/line-levels.ts";
import { soundArithmetic } from "../../src/gateway/realtime/sound-arithmetic.ts";
import { ciphers, loadOpus } from "../../src/hal/node/index.ts";
import { codecsWith, LineAudio, type MediaOutput, MediaSession } from "../../src/media/index.ts";
import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import { type FigureGroup, figure } from "../figure.ts";
import { median } from "../support/statistics.ts";

const SESSIONS = 32;
const FRAME_SAMPLES = 80;
const FRAME_MS = 10;
const PACKET_MS = 20;
const SPEECH_MS = 10_000;
const WARM_MS = 4000;
const RUN_MS = 10_000;
const RUNS = 5;
const TAIL_MS = 32;
const ADDRESS = { host: "127.0.0.1", port: 4000 };

/** What is measured: a codec, with or without encryption, bare or behind a line. */
interface Variant {
  readonly name: string;
  readonly codec: { readonly name: string; readonly clockRateHz: number };
  readonly encrypted?: boolean;
  readonly line?: boolean;
}

const PCMU = { name: "PCMU", clockRateHz: 8000 };
const OPUS = { name: "OPUS", clockRateHz: 48_000 };
const VARIANTS: readonly Variant[] = [
  { name: "media.path.pcmu", codec: PCMU },
  { name: "media.path.pcmu-full", codec: PCMU, line: true },
  { name: "media.path.pcmu-srtp", codec: PCMU, encrypted: true },
  { name: "media.path.opus", codec: OPUS },
];

/**
 * Processor time of the media core alone, a call and 20 ms: codec both ways, RTP, RTCP, jitter
 * buffer, watch for modems; no sockets, no thread but this one. Pairs of sessions talk to each
 * other in virtual time; each counts as a call. `full` is all that a line's sound goes through as
 * well: levels, echo canceller, digits both to be told and to be withheld; half of each line's time
 * its telephone is silent, and what is played comes back 12 dB down.
 */
export const mediaPath: FigureGroup = {
  limits: {
    "media.path.pcmu": { atMost: 8 },
    "media.path.pcmu-full": { atMost: 15 },
    "media.path.pcmu-srtp": undefined,
    "media.path.opus": undefined,
  },
  async measure() {
    const speech = pcm16FromVolts(speechLike(createRandomStream(1, "speech"), SPEECH_MS));
    return VARIANTS.map((variant) => {
      const run = createRun(variant, speech);
      run(WARM_MS);
      const costs = Array.from({ length: RUNS }, () => {
        const before = process.cpuUsage();
        run(RUN_MS);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / (SESSIONS * (RUN_MS / PACKET_MS));
      });
      return figure(variant.name, median(costs), "us/call-frame");
    });
  },
};

function createSessions({ codec, encrypted = false }: Variant): readonly MediaSession[] {
  const codecs = codecsWith({ opus: loadOpus() });
  const { keyBytes, saltBytes } = SRTP_SUITES.AES_CM_128_HMAC_SHA1_80;
  const key = new Uint8Array(keyBytes + saltBytes).fill(7);
  const srtp = { suite: "AES_CM_128_HMAC_SHA1_80", send: key, receive: key } as const;
  return Array.from({ length: SESSIONS }, (_, at) => {
    const session = new MediaSession({
      session: `s${at}`,
      frameSamples: FRAME_SAMPLES,
      ssrc: at + 1,
      firstSequence: at,
      firstTimestamp: at,
      cname: "bench",
      wallAtZeroMs: 0,
      random: () => 0.5,
      ciphers,
      codecs,
      arithmetic: soundArithmetic,
    });
    session.setFlow(
      {
        remote: ADDRESS,
        remoteRtcp: { ...ADDRESS, port: 4001 },
        codec: { ...codec, payloadType: codec.name === "PCMU" ? 0 : 111, ptimeMs: PACKET_MS },
        telephoneEventPayloadType: 101,
        send: true,
        receive: true,
        ...(encrypted ? { srtp } : {}),
      },
      0,
    );
    return session;
  });
}

/** One frame of a session: what is said goes in, packets come out. */
type Frame = (said: Int16Array, nowMs: number) => readonly MediaOutput[];

function bare(session: MediaSession): Frame {
  const heard = new Int16Array(FRAME_SAMPLES);
  return (said, nowMs) => {
    const outputs = session.push(said, nowMs);
    session.pull(heard, nowMs);
    return outputs;
  };
}

/** A session behind a line's audio, wired as the real-time plane does it. */
function behindLine(session: MediaSession, index: number): Frame {
  const digits = new LineDigits();
  const pcm = { frameSamples: FRAME_SAMPLES, start() {}, stop() {}, close() {} };
  const audio = new LineAudio({
    frameSamples: FRAME_SAMPLES,
    detectDigits(frame) {
      digits.hear(frame);
      return digits.withholds(frame);
    },
    ...createLineEcho({ echoTailMs: TAIL_MS }, pcm),
    ...createLineLevels({}, FRAME_SAMPLES),
  });
  audio.join(session);
  const captured = new Int16Array(FRAME_SAMPLES);
  const playout = new Int16Array(FRAME_SAMPLES);
  const silentMs = index % 2 === 0 ? 0 : 2000;
  return (said, nowMs) => {
    const isSilent = (nowMs + silentMs) % 4000 < 2000;
    for (let at = 0; at < FRAME_SAMPLES; at++) {
      captured[at] = 0.25 * (playout[at] ?? 0) + (isSilent ? 0 : (said[at] ?? 0));
    }
    const outputs = [...audio.hear(captured, 0, nowMs), ...audio.speak(playout, nowMs)];
    digits.play(playout);
    return outputs.filter((output) => output.kind !== "source-done");
  };
}

function createRun(variant: Variant, speech: Int16Array): (ms: number) => void {
  const sessions = createSessions(variant);
  const frames = sessions.map((session, at) =>
    variant.line === true ? behindLine(session, at) : bare(session),
  );
  let nowMs = 0;
  const deliver = (to: MediaSession | undefined, outputs: readonly MediaOutput[]): void => {
    for (const out of outputs) {
      if (out.kind !== "send") continue;
      to?.handle({ kind: out.channel, bytes: out.bytes, from: ADDRESS }, nowMs);
    }
  };
  return (ms) => {
    for (const endMs = nowMs + ms; nowMs < endMs; ) {
      nowMs += FRAME_MS;
      const from = (nowMs * 8) % (speech.length - FRAME_SAMPLES);
      const said = speech.subarray(from, from + FRAME_SAMPLES);
      for (const [at, session] of sessions.entries()) {
        const far = sessions[at ^ 1];
        deliver(far, frames[at]?.(said, nowMs) ?? []);
        const dueMs = session.deadlineMs();
        if (dueMs !== undefined && dueMs <= nowMs) {
          deliver(far, session.handle({ kind: "timeout" }, nowMs));
        }
      }
    }
  };
}
