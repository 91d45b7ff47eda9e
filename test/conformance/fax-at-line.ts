import { pcm16FromVolts, voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";

/** A machine with wires: audio in, audio out, until it hangs up. */
export interface LineMachine {
  readonly isActive: boolean;
  hear(frame: Int16Array): void;
  /** Fills a frame with what it says. */
  say(frame: Int16Array): void;
}

/** What is queued ahead, so that a frame is there when the line asks for it: 30 ms. */
const LEAD_SAMPLES = 240;

/**
 * Plugs the modems of spandsp into a simulated telephone's wires, from now (the receiver is up) on.
 * The result tells whether the machine has hung up.
 */
export function plugFax({ phone }: Pick<BenchPhone, "phone">, machine: LineMachine): () => boolean {
  phone.say(new Int16Array(LEAD_SAMPLES));
  const unplug = phone.onHeard((volts) => {
    machine.hear(pcm16FromVolts(Float64Array.from(volts)));
    const frame = new Int16Array(volts.length);
    machine.say(frame);
    phone.say(voltsFromPcm16(frame));
    if (machine.isActive) return;
    unplug();
    phone.hang();
  });
  return () => !phone.isOffHook;
}
