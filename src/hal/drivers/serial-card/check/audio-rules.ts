import type { CardAudio } from "../card-packets.ts";
import { FRAME_SAMPLES, LINE_FLAGS, OPS } from "../wire-numbers.ts";
import type { CameIn } from "./check-link.ts";
import {
  type CheckContext,
  type CheckRule,
  can,
  failed,
  passed,
  ping,
  skipped,
} from "./check-rule.ts";

const ON = [1];
const OFF = [0];
/** µ-law silence. */
const SILENCE = 0xff;
const RATE_OFF_MAX_PPM = 1000;

type Frame = CameIn & { readonly packet: CardAudio };

/** Takes audio for a time, answering each frame if told. */
async function hear(
  { link }: CheckContext,
  ms: number,
  answers: boolean,
): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  const endMs = link.clock.nowMs() + ms;
  for (;;) {
    const found = await link.take(({ kind }) => kind === "audio", endMs - link.clock.nowMs());
    if (found?.packet.kind !== "audio") return frames;
    const { packet } = found;
    frames.push({ ...found, packet });
    const samples = new Uint8Array(packet.samples.length).fill(SILENCE);
    if (answers) {
      link.send({ kind: "audio", lines: packet.lines, position: packet.position, samples });
    }
  }
}

const framesRule: CheckRule = {
  rules: "R28",
  title: "AUDIO-UP comes each 80 samples, in step, at the rate of its clock, and stops when told",
  async run(context) {
    const { link, line, slackMs } = context;
    if (!can(context, LINE_FLAGS.audio)) return skipped("the line has no audio");
    if ((await link.ask(line, OPS.audio, ON))?.status !== 0) return failed("AUDIO on was not done");
    const frames = await hear(context, 2000, true);
    if (Math.abs(frames.length - 200) > 5 + slackMs / 10) {
      return failed(`${frames.length} frames came in 2 s, not 200`);
    }
    for (const [at, { packet }] of frames.entries()) {
      const before = frames[at - 1]?.packet;
      if (packet.lines !== 1 << line) return failed(`lines is ${packet.lines}`);
      if (packet.samples.length < FRAME_SAMPLES) return failed("a frame is too short");
      const step = before === undefined ? FRAME_SAMPLES : (packet.position - before.position) >>> 0;
      if (step !== FRAME_SAMPLES) return failed(`a step of ${step} samples`);
    }
    const { ppm, unsurePpm } = rateOff(frames);
    if (Math.abs(ppm) > RATE_OFF_MAX_PPM + unsurePpm) {
      return failed(`8 kHz is off by ${ppm} ppm`);
    }
    await link.ask(line, OPS.audio, OFF);
    await link.collect(50);
    const after = (await link.collect(200)).filter(({ packet }) => packet.kind === "audio");
    if (after.length > 0) return failed("frames came after AUDIO off");
    return passed(`8 kHz within ${Math.abs(ppm) + unsurePpm} ppm of its own clock`);
  },
};

/**
 * The sample clock against the card's microseconds, by the least squares of both, and how far off
 * that may be: four times its standard error.
 */
function rateOff(frames: readonly Frame[]): { readonly ppm: number; readonly unsurePpm: number } {
  const first = frames[0]?.packet;
  if (first === undefined) return { ppm: 0, unsurePpm: 0 };
  const points = frames.map(({ packet }) => ({
    x: ((packet.position - first.position) >>> 0) / 8000,
    y: ((packet.sentUs - first.sentUs) >>> 0) / 1e6,
  }));
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let sumXx = 0;
  let sumXy = 0;
  for (const { x, y } of points) {
    sumXx += (x - meanX) ** 2;
    sumXy += (x - meanX) * (y - meanY);
  }
  const slope = sumXy / sumXx;
  const rest = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const error = Math.sqrt(rest / (points.length - 2) / sumXx);
  return { ppm: Math.round((slope - 1) * 1e6), unsurePpm: Math.ceil(4 * error * 1e6) };
}

const answersRule: CheckRule = {
  rules: "R29",
  title: "answers in time are played; missing ones are counted",
  async run(context) {
    const { link, line, slackMs } = context;
    if (!can(context, LINE_FLAGS.audio)) return skipped("the line has no audio");
    await link.ask(line, OPS.audio, ON);
    await hear(context, 300, true);
    const before = await ping(link, 11, 100 + slackMs);
    await hear(context, 1000, true);
    const between = await ping(link, 12, 100 + slackMs);
    await hear(context, 500, false);
    const after = await ping(link, 13, 100 + slackMs);
    await link.ask(line, OPS.audio, OFF);
    if (before === undefined || between === undefined || after === undefined) {
      return failed("a PING was not answered while audio was on");
    }
    const late = (from: typeof before, to: typeof before): number =>
      (to.status.counters.lateAudio - from.status.counters.lateAudio) & 0xffff;
    // The PING itself keeps a frame or two from being answered.
    const missed = late(before, between);
    if (missed > 8) return failed(`${missed} of 100 answers were late: try a larger lead`);
    const unanswered = late(between, after);
    if (unanswered < 35) return failed(`50 answers were missing, ${unanswered} were counted`);
    return passed(`${missed} of 100 answers late`);
  },
};

const priorityRule: CheckRule = {
  rules: "R8",
  title: "control waits for one frame of audio at most",
  async run(context) {
    const { link, line, slackMs } = context;
    if (!can(context, LINE_FLAGS.audio)) return skipped("the line has no audio");
    await link.ask(line, OPS.audio, ON);
    let worstMs = 0;
    for (let count = 0; count < 30; count++) {
      const answer = await ping(link, 200 + count, 200 + slackMs);
      if (answer === undefined) return failed("a PING was not answered while audio was on");
      worstMs = Math.max(worstMs, answer.roundTripMs);
      await hear(context, 33, true);
    }
    await link.ask(line, OPS.audio, OFF);
    // A frame of audio each way is under 10 ms at any rate that carries it.
    if (worstMs > 30 + slackMs) return failed(`a PING took ${Math.round(worstMs)} ms`);
    return passed(`a PING took ${Math.round(worstMs * 10) / 10} ms at most`);
  },
};

/** What a card must do with audio. */
export const AUDIO_RULES: readonly CheckRule[] = [framesRule, answersRule, priorityRule];
