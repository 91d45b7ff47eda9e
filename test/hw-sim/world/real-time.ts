import { performance } from "node:perf_hooks";
import { createPacer, type RealTimePacer, type RealTimePacerOptions } from "./pacer.ts";
import type { World } from "./world.ts";

/** Paces a world by the clock and the timers of Node.js: see {@link createPacer}. */
export function createRealTimePacer(world: World, options?: RealTimePacerOptions): RealTimePacer {
  const host = {
    nowMs: () => performance.now(),
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
  return createPacer(world, host, options);
}
