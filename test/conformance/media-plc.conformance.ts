import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Concealment } from "../../src/media/dsp/concealment.ts";
import { AAL2_G726, type CodecSpec, G722, G726, PCMU } from "../../src/media/index.ts";
import { compileJudge, type Judge, judgesAvailable } from "./line-judges.ts";
import { spectralDistanceDb } from "./media-spectrum.ts";
import { recordedSpeech, speechAvailable } from "./media-speech.ts";

/** Packets of 20 ms. */
const PACKET = 160;

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Which packets are lost: each by itself, or in bursts of three on average. */
function lossesOf(kind: "random" | "bursty", part: number, packets: number): readonly boolean[] {
  const random = createRandom(kind === "random" ? 11 : 12);
  const leaves = kind === "random" ? 1 - part : 1 / 3;
  const enters = kind === "random" ? part : (part * leaves) / (1 - part);
  let lost = false;
  return Array.from({ length: packets }, () => {
    lost = lost ? random() >= leaves : random() < enters;
    return lost;
  });
}

type Fill = (lost: readonly boolean[], audio: Int16Array) => Int16Array;

const ours: Fill = (lost, audio) => {
  const concealment = new Concealment();
  const out = audio.slice();
  lost.forEach((isLost, at) => {
    const packet = out.subarray(at * PACKET, (at + 1) * PACKET);
    if (isLost) concealment.conceal(packet);
    else concealment.good(packet);
  });
  return out;
};

const repetition: Fill = (lost, audio) => {
  const out = audio.slice();
  lost.forEach((isLost, at) => {
    if (isLost && at > 0) out.copyWithin(at * PACKET, (at - 1) * PACKET, at * PACKET);
  });
  return out;
};

const spandspBy =
  (judge: Judge): Fill =>
  (lost, audio) => {
    const words = new Int16Array(lost.length * (PACKET + 1));
    lost.forEach((isLost, at) => {
      const from = at * (PACKET + 1);
      words[from] = isLost ? 0 : 1;
      if (!isLost) words.set(audio.subarray(at * PACKET, (at + 1) * PACKET), from + 1);
    });
    return judge.process(words, [`${PACKET}`]);
  };

/** Speech as a codec gives it. */
function coded(spec: CodecSpec, speech: Int16Array): Int16Array {
  const codec = spec.createCodec();
  const bytes = new Uint8Array(spec.maxPayloadBytes(PACKET));
  const out = new Int16Array(speech.length);
  for (let at = 0; at + PACKET <= speech.length; at += PACKET) {
    const length = codec.encode(speech.subarray(at, at + PACKET), bytes);
    codec.decode(bytes.subarray(0, length), out.subarray(at, at + PACKET));
  }
  return out;
}

const CONDITIONS = (["random", "bursty"] as const).flatMap((kind) =>
  [0.01, 0.03, 0.05, 0.1].map((part) => ({ kind, part })),
);

describe.skipIf(!speechAvailable || !judgesAvailable)("recorded speech [media.plc]", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("plc-judge");
  });
  afterAll(() => judge.close());

  it.each([
    ["G.711", PCMU],
    ["G.722", G722],
    ["G.726", [...G726, ...AAL2_G726].find(({ name }) => name === "G726-32") ?? PCMU],
  ])("%s: nearer to what was lost than spandsp's plc and repetition are", (name, spec) => {
    const speeches = ["en_US", "fr_CA", "es_MX"].map((voice) =>
      coded(spec, recordedSpeech(voice, 60, 30)),
    );
    const rows = CONDITIONS.map(({ kind, part }) => {
      const [our = 0, their = 0, plain = 0] = [ours, spandspBy(judge), repetition].map((fill) => {
        const distances = speeches.map((speech) => {
          const lost = lossesOf(kind, part, speech.length / PACKET);
          return spectralDistanceDb(speech, fill(lost, speech), lost, PACKET);
        });
        return distances.reduce((sum, one) => sum + one, 0) / distances.length;
      });
      return { kind, part, our, their, plain };
    });
    const lines = rows.map(({ kind, part, our, their, plain }) => {
      const numbers = [our, their, plain].map((one) => one.toFixed(2).padStart(6)).join(" /");
      return `${name} ${kind} ${(100 * part).toFixed(0).padStart(2)} %: ${numbers}`;
    });
    process.stdout.write(`log-spectral distance, dB, ours / spandsp / repetition\n`);
    process.stdout.write(`${lines.join("\n")}\n`);
    const mean = (pick: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
    expect(mean(({ our }) => our)).toBeLessThan(mean(({ their }) => their));
    expect(mean(({ our }) => our)).toBeLessThan(mean(({ plain }) => plain));
  });
});
