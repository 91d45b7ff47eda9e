import { expect } from "vitest";
import { voltsFromPcm16 } from "../../hw-sim/audio/levels.ts";
import { segmentCorrelation } from "../../hw-sim/audio/segment-correlation.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone, HeardLimits } from "../../hw-sim/bench/bench-phone.ts";
import type { FarEnd } from "./far-end.ts";

/** How much has been said on each bench: the same words in the same run, whatever ran before. */
const pieces = new WeakMap<Bench, number>();

/** One says something that nobody has said before, and the other hears it. */
export async function tells(
  bench: Bench,
  from: BenchPhone,
  to: BenchPhone,
  limits: HeardLimits = {},
): Promise<void> {
  const piece = (pieces.get(bench) ?? 0) + 1;
  pieces.set(bench, piece);
  const speech = bench.speech(`piece ${piece}`);
  await from.says(speech);
  await to.heard(speech, limits);
}

/** Both ways, one after the other. */
export async function talk(
  bench: Bench,
  a: BenchPhone,
  b: BenchPhone,
  limits: HeardLimits = {},
): Promise<void> {
  await tells(bench, a, b, limits);
  await tells(bench, b, a, limits);
}

/** The first lifts and dials, the second's bell rings and it answers. */
export async function call(from: BenchPhone, number: string, to: BenchPhone): Promise<void> {
  await from.calls(number);
  await to.rings();
  await from.hears("ringback");
  to.lift();
  await from.hearsNoTone();
  await to.hearsNoTone();
}

/** Speech both ways between a telephone and the far end's own RTP, which must be sending. */
export async function talkWithFarEnd(
  bench: Bench,
  phone: BenchPhone,
  far: FarEnd,
  delayUnderMs = 80,
): Promise<void> {
  const said = bench.speech(`to far end ${bench.world.clock.nowMs()}`);
  const startedMs = bench.world.clock.nowMs();
  await phone.says(said);
  await bench.world.advance(200);
  const from = Math.round((startedMs - (far.rtp.firstHeardAtMs ?? Number.NaN)) * 8);
  const heard = voltsFromPcm16(far.rtp.heard().subarray(from - 400));
  expect(segmentCorrelation(voltsFromPcm16(said), heard).correlation).toBeGreaterThan(0.9);

  const told = bench.speech(`from far end ${bench.world.clock.nowMs()}`);
  const saidAtMs = bench.world.clock.nowMs();
  far.rtp.say(told);
  await bench.world.advance(2000);
  await phone.heard(told, { saidAtMs, delayUnderMs });
}

/** Line 1 calls line 2 and is heard there; both hang up. */
export async function callsAndIsHeard(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  alice.forget();
  bob.forget();
  await alice.calls("102");
  await bob.rings({ withCallerId: "101" });
  bob.lift();
  await lab.world.advance(500);
  const speech = lab.speech("after", 1500);
  await alice.says(speech);
  await bob.heard(speech);
  alice.hang();
  bob.hang();
  await lab.world.advance(2000);
}
