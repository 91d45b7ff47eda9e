import { SRTP_SUITES } from "../../src/base/srtp-suites.ts";
import { ciphers, loadOpus } from "../../src/hal/node/index.ts";
import { codecsWith, type MediaOutput, MediaSession } from "../../src/media/index.ts";
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
const ADDRESS = { host: "127.0.0.1", port: 4000 };

/** What is measured: a codec, with or without encryption. */
interface Variant {
  readonly name: string;
  readonly codec: { readonly name: string; readonly clockRateHz: number };
  readonly encrypted: boolean;
}

const PCMU = { name: "PCMU", clockRateHz: 8000 };
const VARIANTS: readonly Variant[] = [
  { name: "media.path.pcmu", codec: PCMU, encrypted: false },
  { name: "media.path.pcmu-srtp", codec: PCMU, encrypted: true },
  { name: "media.path.opus", codec: { name: "OPUS", clockRateHz: 48_000 }, encrypted: false },
];

/**
 * Processor time of the media core alone, a call and 20 ms: codec both ways, RTP, RTCP, jitter
 * buffer, watch for modems; no sockets, no line, no thread but this one. Pairs of sessions talk to
 * each other in virtual time; each counts as a call.
 */
export const mediaPath: FigureGroup = {
  limits: {
    "media.path.pcmu": { atMost: 15 },
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

function createRun({ codec, encrypted }: Variant, speech: Int16Array): (ms: number) => void {
  const codecs = codecsWith({ opus: loadOpus() });
  const { keyBytes, saltBytes } = SRTP_SUITES.AES_CM_128_HMAC_SHA1_80;
  const key = new Uint8Array(keyBytes + saltBytes).fill(7);
  const srtp = { suite: "AES_CM_128_HMAC_SHA1_80", send: key, receive: key } as const;
  const sessions = Array.from({ length: SESSIONS }, (_, at) => {
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
  const heard = new Int16Array(FRAME_SAMPLES);
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
        deliver(far, session.push(said, nowMs));
        session.pull(heard, nowMs);
        const dueMs = session.deadlineMs();
        if (dueMs !== undefined && dueMs <= nowMs) {
          deliver(far, session.handle({ kind: "timeout" }, nowMs));
        }
      }
    }
  };
}
