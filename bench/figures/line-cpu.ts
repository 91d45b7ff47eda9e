import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Digit, ToneSpec } from "../../src/base/audio.ts";
import { countryProfile, createLine } from "../../src/fxs/index.ts";
import { LineDigits } from "../../src/gateway/realtime/line-digits.ts";
import { soundArithmetic } from "../../src/gateway/realtime/sound-arithmetic.ts";
import { FaxToneDetector } from "../../src/media/dsp/fax-tones.ts";
import { createToneSource, LineAudio } from "../../src/media/index.ts";
import { dtmfSignal } from "../../test/hw-sim/audio/dtmf-signal.ts";
import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import { type FigureGroup, figure, type Peer } from "../figure.ts";
import { root } from "../support/product.ts";
import { withScratch } from "../support/scratch.ts";
import { median } from "../support/statistics.ts";

const NAME = "line.dtmf-cpu";
const FRAME = 80;
const FRAME_MS = 10;
const ROUNDS = 5;
/** Of one round. The audio is shorter and comes again. */
const SECONDS = 120;
const SPEECH_MS = 15_000;
/** After the speech: so long on, and so long off. */
const KEY_MS = 80;
const KEYS: readonly Digit[] = ["1", "2", "3", "A", "4", "5", "6", "B", "7", "8", "9", "C"];

const DIAL: ToneSpec = {
  segments: [{ frequenciesHz: [350, 440], levelDbm0: -13 }],
};

/**
 * Processor time of one line for a second of its sound, in the middle of a call: the line's machine
 * and audio graph, DTMF receiver, fax tones, and a dial tone that is played. The telephone
 * says speech, then twelve digits. Beside it spandsp on the same sound: its DTMF receiver, its
 * receivers of the same fax tones, its dial tone; it has no machine and no graph. Rounds in turn.
 */
export const lineCpu: FigureGroup = {
  limits: { [NAME]: undefined },

  async measure(note) {
    const audio = lineAudio();
    const [our, their]: [number[], number[]] = [[], []];
    await withScratch(async (folder) => {
      const peer = compilePeer(folder, note);
      const ours = ownLine(audio);
      ours();
      for (let round = 0; round < ROUNDS; round++) {
        our.push(ours());
        if (peer !== undefined) their.push(peer(audio));
      }
    });
    const peer: Peer | undefined =
      their.length === 0 ? undefined : { name: "spandsp", value: median(their) };
    return [figure(NAME, median(our), "us/line-s", peer)];
  },
};

function lineAudio(): Int16Array {
  const speech = pcm16FromVolts(speechLike(createRandomStream(3, "speech"), SPEECH_MS));
  const keySamples = 2 * KEY_MS * 8;
  const audio = new Int16Array(speech.length + KEYS.length * keySamples);
  audio.set(speech);
  for (const [at, key] of KEYS.entries()) {
    audio.set(pcm16FromVolts(dtmfSignal(key, KEY_MS)), speech.length + at * keySamples);
  }
  return audio.subarray(0, audio.length - (audio.length % FRAME));
}

/** Runs one round; µs for a second. */
function ownLine(audio: Int16Array): () => number {
  const country = countryProfile("us");
  if (!country.ok) throw new Error("there is no country us");
  const line = createLine({
    country: country.value,
    capabilities: {
      onHookTransmission: false,
      reversal: false,
      openLoop: false,
      ringDutyMax: 0.5,
      ringBurstMaxMs: 2000,
      ringTrip: "clean",
    },
  });
  let nowMs = 0;
  line.handle({ kind: "loop", closed: true, atMs: nowMs }, nowMs);
  line.handle({ kind: "watermark", atMs: 1000 }, 1000);
  line.handle({ kind: "command", command: { kind: "collect", on: true } }, 1000);
  const digits = new LineDigits(country.value.dtmf);
  const fax = new FaxToneDetector(soundArithmetic);
  let heard = 0;
  const graph = new LineAudio({
    frameSamples: FRAME,
    detectDigits(frame) {
      fax.hear(frame);
      for (const signal of digits.hear(frame)) {
        const input =
          signal.kind === "begun"
            ? ({ kind: "dtmf", digit: signal.digit, atMs: nowMs } as const)
            : ({ kind: "dtmf-end", atMs: nowMs, durationMs: KEY_MS } as const);
        for (const output of line.handle(input, nowMs)) {
          if (output.kind === "event" && output.event.kind === "digit") heard++;
        }
      }
      return digits.sounding;
    },
  });
  graph.setTone(createToneSource(DIAL, soundArithmetic));
  const playout = new Int16Array(FRAME);
  return () => {
    const rounds = Math.round((SECONDS * 8000) / audio.length);
    heard = 0;
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round++) {
      for (let at = 0; at < audio.length; at += FRAME) {
        nowMs += FRAME_MS;
        graph.hear(audio.subarray(at, at + FRAME), at, nowMs);
        graph.speak(playout, nowMs);
        digits.play(playout);
      }
    }
    const { user, system } = process.cpuUsage(before);
    if (heard !== rounds * KEYS.length) throw new Error(`our line heard ${heard} digits`);
    return ((user + system) * 8000) / (rounds * audio.length);
  };
}

/** Compiles the peer; undefined, and a note, where this machine cannot. */
function compilePeer(
  folder: string,
  note: (text: string) => void,
): ((audio: Int16Array) => number) | undefined {
  const program = join(folder, "line-cpu-peer");
  const source = join(root, "bench/support/line-cpu-peer.c");
  const words = ["-O2", "-o", program, source, "-lspandsp", "-lm"];
  const built = spawnSync("gcc", words, { encoding: "utf8" });
  if (built.status !== 0) {
    note("spandsp is not installed (Debian: gcc libspandsp-dev): no peer's figure");
    return undefined;
  }
  return (audio) => {
    const input = new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength);
    const ran = spawnSync(program, [String(SECONDS)], { input, encoding: "utf8" });
    const [micros = "", heard = ""] = ran.stdout.split("\n");
    const due = Math.floor((SECONDS * 8000) / audio.length) * KEYS.length;
    if (ran.status !== 0 || Number(heard) < due) throw new Error(`spandsp heard ${heard} digits`);
    return Number(micros);
  };
}
