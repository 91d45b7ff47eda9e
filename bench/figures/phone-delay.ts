import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { type Figure, type FigureGroup, figure } from "../figure.ts";
import { talkingBench } from "../support/talking-bench.ts";
import { wireDelayMs } from "../support/wire-delay.ts";

const SPEECH_MS = 4000;
/** The jitter buffer has settled by then. */
const SETTLE_MS = 2000;

/**
 * From the mouth at one simulated telephone to the ear at the other, in virtual time over a network
 * without delay, found by correlating what was heard with what was said. The larger of both
 * directions. And from a packet on the wire to the one that brings it back from the echo service.
 */
export const phoneDelay: FigureGroup = {
  limits: {
    "media.delay-ptime20": { atMost: 45 },
    "media.delay-ptime10": { atMost: 25 },
    "media.delay-wire": { atMost: 25 },
    "media.delay-wire-polled": { atMost: 25 },
    "media.delay-wire-service": { atMost: 25 },
  },

  async measure() {
    const figures: Figure[] = [];
    for (const ptimeMs of [20, 10]) {
      figures.push(figure(`media.delay-ptime${ptimeMs}`, await delayMs(ptimeMs), "ms"));
    }
    const looks = "with frames";
    return [
      ...figures,
      figure("media.delay-wire", wireDelayMs({ ptimeMs: 20 }), "ms"),
      figure("media.delay-wire-polled", wireDelayMs({ ptimeMs: 20, looks }), "ms"),
      figure("media.delay-wire-service", wireDelayMs({ ptimeMs: 20, frameMs: 20, looks }), "ms"),
    ];
  },
};

async function delayMs(ptimeMs: number): Promise<number> {
  const { bench, phones } = await talkingBench({ seed: 7, config: { rtp: { ptimeMs } } });
  await bench.world.advance(SETTLE_MS);
  const [one, other] = phones;
  let most = 0;
  for (const [mouth, ear] of [
    [one, other],
    [other, one],
  ] as const) {
    const volts = speechLike(bench.world.random(`speech ${mouth.name}`), SPEECH_MS);
    const speech = pcm16FromVolts(volts);
    ear.phone.startRecording();
    await mouth.says(speech);
    most = Math.max(most, (await ear.heard(speech)).delayMs);
  }
  await bench.stop();
  return most;
}
