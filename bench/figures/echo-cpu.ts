import { errorText } from "../../src/base/thrown.ts";
import { soundArithmetic } from "../../src/gateway/realtime/sound-arithmetic.ts";
import { createVectorEchoFilter } from "../../src/hal/drivers/vector-echo-filter.ts";
import { createReferenceEchoFilter, EchoCanceller } from "../../src/media/index.ts";
import { type FigureGroup, figure, type Peer } from "../figure.ts";
import { median } from "../support/statistics.ts";

const FRAME = 80;
/** What one measurement cancels: 20 s of sound. */
const SAMPLES = 20 * 8000;
const ROUNDS = 5;
const TAIL_MS = 32;
const SPEEX_FRAME = 160;

/**
 * Processor time of one line's echo canceller for 20 ms of sound, all of it (double talk control,
 * suppressor, tone disabler), with both ends talking; beside speexdsp's filter of the same tail,
 * which is that filter alone. Rounds of both in turn, medians.
 */
export const echoCpu: FigureGroup = {
  limits: { "media.cpu-echo": { atMost: 15 } },

  async measure(note) {
    const { far, near } = voices();
    const theirs = await speexCanceller(note);
    const [our, their]: [number[], number[]] = [[], []];
    // Compiled, as it is in a box that has warmed up.
    for (let round = 0; round < ROUNDS; round++) microsPer20Ms(ownCanceller(), far, near, FRAME);
    for (let round = 0; round < ROUNDS; round++) {
      our.push(microsPer20Ms(ownCanceller(), far, near, FRAME));
      if (theirs !== undefined) their.push(microsPer20Ms(theirs, far, near, SPEEX_FRAME));
    }
    const peer: Peer | undefined =
      theirs === undefined ? undefined : { name: "speexdsp", value: median(their) };
    return [figure("media.cpu-echo", median(our), "µs/20 ms", peer)];
  },
};

type Cancel = (near: Int16Array, far: Int16Array) => void;

/** Compiled once for all lines, as the product does. */
const createFilter = createVectorEchoFilter() ?? createReferenceEchoFilter;

function ownCanceller(): Cancel {
  const canceller = new EchoCanceller({
    ...{ frameSamples: FRAME, tailMs: TAIL_MS, createFilter },
    arithmetic: soundArithmetic,
  });
  return (near, far) => canceller.process(near, far);
}

async function speexCanceller(note: (text: string) => void): Promise<Cancel | undefined> {
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load("libspeexdsp.so.1");
    const init = library.func("void *speex_echo_state_init(int frame, int tail)");
    const sound = "const int16_t *near, const int16_t *far, _Out_ int16_t *out";
    const cancel = library.func(`void speex_echo_cancellation(void *state, ${sound})`);
    const state = init(SPEEX_FRAME, TAIL_MS * 8);
    const out = new Int16Array(SPEEX_FRAME);
    return (near, far) => cancel(state, near, far, out);
  } catch (error) {
    note(`speexdsp: ${errorText(error)}`);
    return undefined;
  }
}

function microsPer20Ms(cancel: Cancel, far: Int16Array, near: Int16Array, frame: number): number {
  const left = near.slice();
  const before = process.cpuUsage();
  for (let at = 0; at + frame <= SAMPLES; at += frame) {
    cancel(left.subarray(at, at + frame), far.subarray(at, at + frame));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (SAMPLES / 160);
}

/** Two ends that talk in turn and at once; the near one with an echo 10 dB down. */
function voices(): { readonly far: Int16Array; readonly near: Int16Array } {
  const talk = (seed: number, share: number): Int16Array => {
    let state = seed;
    return Int16Array.from({ length: SAMPLES }, (_, at) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const talks = (at + seed * 4000) % 24_000 < 24_000 * share;
      return talks ? (state / 2 ** 31 - 1) * 6000 : 0;
    });
  };
  const far = talk(1, 0.6);
  const near = talk(3, 0.4).map((sample, at) => sample + 0.3 * (far[at - 12] ?? 0));
  return { far, near };
}
