import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { BENCH_HOST, bench } from "../hw-sim/bench/bench.ts";

const OPUS = ["opus", "PCMU"] as const;
const WORDS = 6;
/** Longer than the encoder talks on before it pauses, and than playout waits for what is lost. */
const PAUSE_MS = 1500;

/** How like each word is to what was said, over a call with pauses in which so much is lost. */
async function heardOver(rtp: UserConfig["rtp"], lossRatio: number): Promise<readonly number[]> {
  const lab = await bench({
    seed: 22,
    network: {},
    config: { exchange: { transport: "udp" }, ...(rtp && { rtp }) },
  });
  const [alice, bob] = lab.phones;
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  await lab.world.advance(1000);
  lab.network.setLink(BENCH_HOST, BENCH_HOST, { lossRatio });
  const heard: number[] = [];
  for (let word = 0; word < WORDS; word++) {
    const [speaker, listener] = word % 2 === 0 ? [alice, bob] : [bob, alice];
    // The first words after a pause are played late, and what follows is hurried after them.
    await speaker.says(lab.speech(`hm ${word}`, 400));
    const words = lab.speech(`word ${word}`, 1200);
    await speaker.says(words);
    heard.push((await listener.heard(words, { correlationOver: 0.5 })).correlation);
    await lab.world.advance(PAUSE_MS);
  }
  lab.network.setLink(BENCH_HOST, BENCH_HOST, { lossRatio: 0 });
  await lab.stop();
  return heard;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/*
 * What its own pauses, the copies in it, and those around it leave of speech where a tenth is lost.
 * A copy that comes late is played late, and the piece of speech around it is less like what was
 * said than one in which the decoder made something up: so copies of two that were lost in a row
 * cost one word the most.
 */
describe("[media.opus-loss] Opus over a call with pauses", () => {
  it.each([
    { dtx: false, redundancy: 0 },
    { dtx: true, redundancy: 0 },
    { dtx: false, redundancy: 2 },
    { dtx: true, redundancy: 1 },
    { dtx: true, redundancy: 2 },
  ])("pauses $dtx, copies $redundancy: a tenth that is lost costs little", async (row) => {
    const { dtx, redundancy } = row;
    const rtp = { codecs: [...OPUS], opus: { dtx }, ...(redundancy > 0 && { redundancy }) };
    const whole = mean(await heardOver(rtp, 0));
    expect(whole).toBeGreaterThan(0.9);
    const lossy = await heardOver(rtp, 0.1);
    expect(Math.min(...lossy)).toBeGreaterThan(0.6);
    expect(mean(lossy)).toBeGreaterThan(whole - 0.07);
  });
});
