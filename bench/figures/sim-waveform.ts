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
const IDLE_LINES = 8;
const IDLE_MINUTES = 600;
const IDLE_WARM_MINUTES = 60;
const RUNS = 3;

/**
 * How fast the simulated world goes: seconds of one line's wave per second of wall time, over a
 * ten-minute call between two telephones that both talk all the while, with everything on: copper,
 * noise, echo, tone detectors at both ears, our whole program, the network and the trace. It runs
 * in one thread of a process of its own, warm; median of some runs. The second figure divides by
 * processor time, so that what else the machine does counts less. `sim.copper-cpu` is that of
 * chips, copper and telephones alone, without a program between them. `sim.idle` is the same of
 * eight registered lines whose telephones nobody lifts.
 */
export const simWaveform: FigureGroup = {
  limits: {
    "sim.waveform": { atLeast: 200 },
    "sim.waveform-cpu": undefined,
    "sim.copper-cpu": { atLeast: 500 },
    "sim.idle": { atLeast: 50_000 },
  },

  async measure() {
    return withScratch(async (folder) => {
      const { talking, copper, idle } = await bundle(folder, {
        talking: "bench/support/talking-world.ts",
        copper: "bench/support/copper-world.ts",
        idle: "bench/support/idle-world.ts",
      });
      const calls = await runsOf([talking, MINUTES, WARM_MINUTES]);
      const bare = await runsOf([copper, MINUTES, WARM_MINUTES]);
      const idles = await runsOf([idle, IDLE_LINES, IDLE_MINUTES, IDLE_WARM_MINUTES]);
      const inCall = LINES * MINUTES * 60_000;
      const atRest = IDLE_LINES * IDLE_MINUTES * 60_000;
      return [
        figure("sim.waveform", inCall / median(calls.map(({ wallMs }) => wallMs)), "line-s/s"),
        figure(
          "sim.waveform-cpu",
          inCall / median(calls.map(({ cpuMs }) => cpuMs)),
          "line-s/cpu-s",
        ),
        figure("sim.copper-cpu", inCall / median(bare.map(({ cpuMs }) => cpuMs)), "line-s/cpu-s"),
        figure("sim.idle", atRest / median(idles.map(({ wallMs }) => wallMs)), "line-s/s"),
      ];
    });
  },
};

async function runsOf(words: readonly (string | number)[]): Promise<readonly WorldTimes[]> {
  const times: WorldTimes[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await timesOf(words.map(String)));
  return times;
}

async function timesOf(words: readonly string[]): Promise<WorldTimes> {
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString("latin1");
  });
  // Not `exit`: what was printed last may still be on its way then.
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the simulated world ended with ${code}`);
  // Our own programs, just above, print this shape.
  return JSON.parse(printed) as WorldTimes;
}
