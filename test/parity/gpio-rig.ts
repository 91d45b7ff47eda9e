import type { Clock } from "../../src/hal/ports/clock.ts";
import type { Gpio, Level } from "../../src/hal/ports/gpio.ts";

/** How a pin is driven by the program. */
export type Drive = Level | "floating";

/** In what the adapters differ, each within the port's contract. */
export interface GpioGrain {
  /** An edge is stamped at most this long after it happened, ms; 0 where the kernel stamps it. */
  readonly stampLateMs: number;
  /** A level that holds this long is seen, ms; a shorter pulse may be missed. */
  readonly pulseMinMs: number;
}

/** The kernel's own times of edges, or events of each. */
export const EXACT: GpioGrain = { stampLateMs: 0, pulseMinMs: 1 };

/** A GPIO adapter and the world around it: virtual, or a real kernel's. */
export interface GpioRig {
  readonly gpio: Gpio;
  readonly clock: Clock;
  /** `missing` is a pin that is not there. */
  readonly pins: Readonly<Record<"input" | "output" | "spare" | "missing", string>>;
  readonly grain: GpioGrain;
  /** How soon whatever can be told is told at the latest, ms; on a busy real machine, any time. */
  readonly soonMs: number;
  /** The world drives the input pin, now. */
  drive(level: Level): void;
  /** What the output pin is driven to, now. */
  output(): Drive;
  /** All that the output pin was driven to, one entry a change, where it can be known. */
  readonly history?: () => readonly Drive[];
  /** Another program takes the output pin, or it is forbidden; undefined makes it free again. */
  refuse(kind: "busy" | "permission" | undefined): Promise<void> | void;
  /** The chip goes away. */
  takeAway(): void;
  /** Time goes on; whatever is due happens. */
  advance(ms: number): Promise<void>;
  /** Edges are told this much after they happened, where the adapter knows their time itself. */
  readonly setLateness?: (lateMs: number) => void;
  remove(): Promise<void> | void;
}

/** Lets time go on until something holds; whether it does, `soonMs` later at the latest. */
export async function soon(rig: GpioRig, holds: () => boolean): Promise<boolean> {
  const endMs = rig.clock.nowMs() + rig.soonMs;
  while (!holds() && rig.clock.nowMs() < endMs) await rig.advance(1);
  return holds();
}
