import { type Bench, type BenchOptions, bench as layOut } from "../../test/hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../test/hw-sim/bench/bench-phone.ts";

/** A simulated box whose two telephones are in a call. */
export interface TalkingBench {
  readonly bench: Bench;
  readonly phones: readonly [BenchPhone, BenchPhone];
}

/** Lays out a bench and brings its first two telephones into a call with each other. */
export async function talkingBench(options: BenchOptions): Promise<TalkingBench> {
  const bench = await layOut(options);
  const [caller, called] = bench.phones;
  caller.lift();
  await caller.hears("dial-tone");
  await caller.dials("102");
  await called.rings({ withCallerId: "101" });
  called.lift();
  await called.hearsNoTone();
  await caller.hearsNoTone();
  // Nobody listens to what the verbs record.
  for (const phone of [caller, called]) phone.phone.stopRecording();
  return { bench, phones: [caller, called] };
}
