/**
 * Measures: `tsx bench/run.ts [--json] [part of a name…]`.
 *
 * Prints our figure, the peer's from the same run, the ratio, and whether the figure keeps its
 * limit; with `--json` one line a figure. It ends with 1 where something could not be measured, and
 * says what; a figure past its limit is printed as such and is no failure of the run.
 */
import { errorText } from "../src/base/thrown.ts";
import { type Figure, type FigureGroup, isWithin, type Limit } from "./figure.ts";
import { echoCpu } from "./figures/echo-cpu.ts";
import { eightCalls } from "./figures/eight-calls.ts";
import { idle } from "./figures/idle.ts";
import { lineCpu } from "./figures/line-cpu.ts";
import { mediaPath } from "./figures/media-path.ts";
import { opusCalls } from "./figures/opus-calls.ts";
import { phoneDelay } from "./figures/phone-delay.ts";
import { simWaveform } from "./figures/sim-waveform.ts";
import { sipFlood } from "./figures/sip-flood.ts";
import { sipLoad } from "./figures/sip-load.ts";
import { sipParse } from "./figures/sip-parse.ts";
import { startTime } from "./figures/start-time.ts";

/** Every figure there is. */
const GROUPS: readonly FigureGroup[] = [
  simWaveform,
  echoCpu,
  lineCpu,
  phoneDelay,
  sipParse,
  sipLoad,
  sipFlood,
  startTime,
  idle,
  mediaPath,
  eightCalls,
  opusCalls,
];

async function main(words: readonly string[]): Promise<number> {
  const json = words.includes("--json");
  const filters = words.filter((word) => word !== "--json");
  const wants = (name: string): boolean =>
    filters.length === 0 || filters.some((part) => name.includes(part));
  const groups = GROUPS.filter((group) => Object.keys(group.limits).some(wants));
  if (groups.length === 0) {
    const names = GROUPS.flatMap((group) => Object.keys(group.limits));
    process.stderr.write(`bench: no figure is named so; there are ${names.join(", ")}\n`);
    return 2;
  }
  let status = 0;
  for (const group of groups) {
    try {
      const note = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
      const figures = await group.measure(note, wants);
      for (const one of figures.filter(({ name }) => wants(name))) {
        const line = json ? JSON.stringify(one) : printFigure(one, group.limits[one.name]);
        process.stdout.write(`${line}\n`);
      }
    } catch (error) {
      const why = errorText(error);
      process.stderr.write(`bench: ${Object.keys(group.limits).join(", ")}: ${why}\n`);
      status = 1;
    }
  }
  return status;
}

function printFigure({ name, ours, unit, peer, peerName, ratio }: Figure, limit?: Limit): string {
  const beside = peer === null ? "" : `${peerName} ${peer} ${unit}, ratio ${ratio ?? "-"}`;
  const bound = limit === undefined ? "" : printLimit(ours, limit);
  const columns = [name.padEnd(28), `${ours} ${unit}`.padEnd(28), beside.padEnd(46), bound];
  return columns.join(" ").trimEnd();
}

function printLimit(value: number, limit: Limit): string {
  const bound = "atMost" in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
  return `${bound}: ${isWithin(value, limit) ? "kept" : "NOT KEPT"}`;
}

process.exitCode = await main(process.argv.slice(2));
