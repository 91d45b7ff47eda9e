import { describe, expect, it } from "vitest";
import { PCMU } from "../../src/media/index.ts";
import { Playout } from "../../src/media/playout.ts";
import { HeardDelay } from "./media-heard-delay.ts";
import { recordedSpeech, speechAvailable } from "./media-speech.ts";

const FRAME = 80;
/** Frames begin so long after packets are sent, ms. */
const FRAME_WAIT_MS = 3;

interface Law {
  readonly seconds: number;
  readonly ptimeMs: number;
  /** Of packet `n`. */
  readonly delayMs: (n: number) => number;
  /** The receiver's clock against the sender's. */
  readonly driftPpm?: number;
  /** Where what is heard lies is looked for so far back. */
  readonly looksForMs?: number;
}

/** What is heard is looked at each 230 ms: in all places of a packet in turn. */
const LOOK_FRAMES = 23;

/** Plays recorded speech over a network; nothing is kept but figures. */
function play(
  { seconds, ptimeMs, delayMs, driftPpm = 0, looksForMs = 0 }: Law,
  speech: Int16Array,
) {
  const codec = PCMU.createCodec();
  const playout = new Playout(FRAME, 1, () => codec);
  const samples = ptimeMs * 8;
  const payload = new Uint8Array(samples);
  const frame = new Int16Array(FRAME);
  const frameMs = 10 * (1 + driftPpm / 1e6);
  const said = speech.subarray(0, speech.length - samples);
  const heard = new HeardDelay(said);
  const waiting: { atMs: number; n: number }[] = [];
  let sent = 0;
  let beforeMs = 0;
  let frames = 0;
  let sum = 0;
  let most = 0;
  for (let nowMs = FRAME_WAIT_MS; nowMs < seconds * 1000; nowMs += frameMs) {
    while ((sent + 1) * ptimeMs <= nowMs) {
      waiting.push({ atMs: (sent + 1) * ptimeMs + delayMs(sent), n: sent });
      sent++;
    }
    waiting.sort((a, b) => a.atMs - b.atMs);
    for (let head = waiting[0]; head !== undefined && head.atMs <= nowMs; head = waiting[0]) {
      waiting.shift();
      const from = (head.n * samples) % said.length;
      codec.encode(speech.subarray(from, from + samples), payload);
      const timestamp = head.n * samples;
      const packet = { sequence: head.n, timestamp, payloadType: 0, payload, samples };
      playout.put(packet, (head.atMs - beforeMs) / frameMs);
    }
    beforeMs = nowMs;
    playout.pull(frame);
    if (nowMs < 10_000) continue;
    if (looksForMs > 0) {
      heard.hear(frame);
      // Its last sample sounds at the frame's end.
      if (frames % LOOK_FRAMES === LOOK_FRAMES - 1) {
        heard.look(Math.round((nowMs + 10) * 8), looksForMs);
      }
    }
    frames++;
    const buffered = playout.delaySamples / 8;
    sum += buffered;
    most = Math.max(most, buffered);
  }
  const concealed = playout.framesConcealed;
  return {
    ...{ meanMs: sum / frames, mostMs: most, concealed, part: concealed / (seconds * 100) },
    heard: heard.figures,
  };
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Exponential, clipped at 80 ms. */
const law = (meanMs: number, seed: number) => {
  const random = createRandom(seed);
  return () => Math.min(80, -meanMs * Math.log(1 - random()));
};

/** Nothing buffered is to be heard a packet, and the wait for a frame, after it was said. */
const bufferedByEarMs = ({ meanMs }: HeardDelay["figures"], ptimeMs: number): number =>
  meanMs - ptimeMs - FRAME_WAIT_MS;

describe.skipIf(!speechAvailable)("recorded speech [media.jitter]", () => {
  const speech = speechAvailable ? recordedSpeech("en_US", 60, 0) : new Int16Array();

  it.each([10, 20, 30])("exponential jitter of 10 ms, packets of %i ms", (ptimeMs) => {
    const delayMs = law(10, ptimeMs);
    const { meanMs, part, heard } = play(
      { seconds: 300, ptimeMs, delayMs, looksForMs: 150 },
      speech,
    );
    const byEarMs = bufferedByEarMs(heard, ptimeMs);
    const madeUp = `${(100 * part).toFixed(2)} % made up`;
    const share = `${(100 * heard.foundShare).toFixed(1)} % of ${heard.looks} looks`;
    const found = `${byEarMs.toFixed(1)} by ear (${share})`;
    process.stdout.write(
      `jitter, ${ptimeMs} ms: ${meanMs.toFixed(1)} ms buffered, ${found}, ${madeUp}\n`,
    );
    // 99.5 % of the law are within 53 ms.
    expect(meanMs).toBeLessThanOrEqual(53 + 10);
    expect(byEarMs).toBeLessThanOrEqual(53 + 10);
    expect(part).toBeLessThan(0.01);
    expect(heard.foundShare).toBeGreaterThan(0.9);
  });

  it.each([300, -300])("an hour with clocks %i ppm apart", (driftPpm) => {
    const result = play({ seconds: 3600, ptimeMs: 20, delayMs: () => 1, driftPpm }, speech);
    expect(result.mostMs).toBeLessThanOrEqual(25);
    // 1080 ms were stretched or cut; made up would be 108 frames.
    expect(result.concealed).toBeLessThanOrEqual(3);
  });

  it.each([10, 20])("buffers nothing on a perfect network, packets of %i ms", (ptimeMs) => {
    const result = play({ seconds: 60, ptimeMs, delayMs: () => 0, looksForMs: 100 }, speech);
    // From the wire to a frame is the wait for the next frame then: 10 ms at the most.
    expect(result.mostMs).toBe(0);
    expect(bufferedByEarMs(result.heard, ptimeMs)).toBeCloseTo(0, 5);
    expect(result.heard.foundShare).toBe(1);
    expect(result.concealed).toBe(0);
  });
});
