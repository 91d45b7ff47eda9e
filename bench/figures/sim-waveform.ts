import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FigureGroup, figure } from "../figure.ts";
import { bundle } from "../support/bundle.ts";
import { withScratch } from "../support/scratch.ts";
import { median } from "../support/statistics.ts";
import type { WorldTimes } from "../support/talking-world.ts";

const LINES = 2;
const MINUTES = 10;
const WARM_MINUTES = 2;
const RUNS = 3;

/**
 * How fast the simulated world goes: seconds of one line's wave per second of wall time, over a
 * ten-minute call between two telephones that both talk all the while, with everything on: copper,
 * noise, echo, tone detectors at both ears, our whole program, the network and the trace. It runs
 * in one thread of a process of its own, warm; median of some runs. The second figure divides by
 * processor time, so that what else the machine does counts less.
 */
export const simWaveform: FigureGroup = {
  limits: { "sim.waveform": { atLeast: 200 }, "sim.waveform-cpu": undefined },

  async measure() {
    const runs = await withScratch(async (folder) => {
      const { world } = await bundle(folder, { world: "bench/support/talking-world.ts" });
      const times: WorldTimes[] = [];
      for (let run = 0; run < RUNS; run++) times.push(await timesOf(world));
      return times;
    });
    const rate = (ms: (times: WorldTimes) => number): number =>
      (LINES * MINUTES * 60_000) / median(runs.map(ms));
    return [
      figure(
        "sim.waveform",
        rate(({ wallMs }) => wallMs),
        "line-s/s",
      ),
      figure(
        "sim.waveform-cpu",
        rate(({ cpuMs }) => cpuMs),
        "line-s/cpu-s",
      ),
    ];
  },
};

async function timesOf(program: string): Promise<WorldTimes> {
  const words = [program, String(MINUTES), String(WARM_MINUTES)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString("latin1");
  });
  // Not `exit`: what was printed last may still be on its way then.
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the simulated world ended with ${code}`);
  // Our own program, just above, prints this shape.
  return JSON.parse(printed) as WorldTimes;
}
