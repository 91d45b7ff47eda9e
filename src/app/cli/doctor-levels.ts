import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PortError } from "../../base/port-fault.ts";
import type { SimCommand } from "../../base/sim-messages.ts";
import { errorHead } from "../../base/thrown.ts";
import { parseSoundChannel } from "../../hal/linux/index.ts";
import { makeDirectory, replaceFile } from "../../hal/node/index.ts";
import type { Board, OpenBoard } from "../../hal/ports/board.ts";
import { type BoardLevels, boardLine } from "../config/board-file.ts";
import { mixerCard, readMixer } from "../doctor/check-sound.ts";
import { type Finding, good, isHealthy, note, printFindings } from "../doctor/finding.ts";
import { KEY_DBM0, type LevelsPlan } from "../doctor/levels.ts";
import type { Machine } from "../doctor/machine.ts";
import { measureLine, playTone, TONE_SECONDS } from "../doctor/measure-line.ts";
import { openBoard } from "../open-board.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { keptMixerFile } from "./kept-mixer.ts";
import { noSuchLine } from "./line-to-probe.ts";
import type { ReadConfig } from "./read-config.ts";
import { stopSignal } from "./stop-signals.ts";

/** How long the person at a simulated telephone thinks before doing what is asked, ms. */
const SIM_THINKS_MS = 300;
/** What sounds like a key that is held down, to a measurement. */
const SIM_KEYS = "5".repeat(12);

/**
 * `tipring doctor --levels`: measures one line's levels, says what they are and what is wrong
 * with them, and prints the lines of configuration that put them right. Exit codes as of doctor.
 * With the simulated board the telephone does what is asked by itself.
 */
export async function doctorLevels(
  config: ReadConfig,
  options: CommandOptions,
  machine: Machine,
  open: OpenBoard = openBoard,
): Promise<number> {
  const line = Number(options.line ?? "1");
  const wiring = config.box.realtime.lines.find((one) => one.line === line);
  if (wiring === undefined) {
    refuse(noSuchLine(options.line, config.lines.length));
    return 2;
  }
  const volts = options.volts === undefined ? undefined : Number(options.volts);
  const spec = boardSpec(config);
  // Counted from the converter's own full scale: with levels set it would be counted twice.
  const bare = { ...spec, options: { ...spec.options, levels: {} } };
  const board = await open(bare, () => {});
  const stop = stopSignal();
  try {
    if (options.tone === true) {
      process.stdout.write(
        `a tone of 1004 Hz plays on line ${line} for ${TONE_SECONDS} s: measure AC between TIP\n` +
          "and RING, receiver off the hook, then run this with --volts and what it showed\n",
      );
      const driftPpm = await playTone(board.ports, wiring, stop.signal);
      if (driftPpm !== undefined) process.stdout.write(`${printDrift(driftPpm)}\n`);
      return 0;
    }
    const plan: LevelsPlan = {
      known: config.lines[line - 1]?.levels ?? boardLine(config.board, line)?.levels ?? {},
      withKey: volts === undefined && options.loop !== true,
      keyDbm0: KEY_DBM0,
      loop: options.loop === true,
      ask: (text) => {
        process.stdout.write(`${text}\n`);
        if (config.board.module === "tipring/hw-sim") holdKey(board, line);
      },
      ...(volts === undefined ? {} : { volts }),
    };
    const { findings, levels } = await measureLine(board.ports, wiring, plan, stop.signal);
    const stopped = stop.exitCode();
    if (stopped !== undefined) return stopped;
    const kept = await keepMixer(config, wiring.pcmChannel, machine);
    const written = tell([...findings, ...kept], levels, config, line, options);
    return written && isHealthy(findings) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return stop.exitCode() ?? refuse(error.message);
  } finally {
    stop.forget();
    board.close();
  }
}

/** The person at a simulated telephone does what is asked. */
function holdKey(board: Board, line: number): void {
  const { clock } = board.ports;
  clock.at(clock.nowMs() + SIM_THINKS_MS, () => {
    const doings: readonly SimCommand[] = [
      { kind: "lift", line },
      { kind: "dial", line, digits: SIM_KEYS },
    ];
    for (const doing of doings) board.receive(doing);
  });
}

/** What a sound card's clock is, against this machine's. */
export function printDrift(driftPpm: number): string {
  const told = `the sound card's clock runs ${Math.abs(driftPpm).toFixed(0)} ppm`;
  return `${told} ${driftPpm < 0 ? "slower" : "faster"} than this machine's`;
}

function refuse(why: string): number {
  process.stderr.write(`tipring doctor: ${why}\n`);
  return 1;
}

/** False where the file cannot be written: what was to be in it is printed then. */
function tell(
  findings: readonly Finding[],
  levels: BoardLevels,
  config: ReadConfig,
  line: number,
  { json, out }: CommandOptions,
): boolean {
  const yaml = levelsYaml(config, line, levels);
  const hasLevels = Object.keys(levels).length > 0;
  const failure = out === undefined || !hasLevels ? undefined : write(out, yaml);
  if (failure !== undefined) refuse(`${out} cannot be written: ${failure}`);
  if (json) {
    const told = { line, ok: isHealthy(findings), findings, levels };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return failure === undefined;
  }
  process.stdout.write(`${printFindings(findings).join("\n")}\n`);
  if (!hasLevels) return true;
  const isWritten = out !== undefined && failure === undefined;
  const where = isWritten ? `written to ${out}` : "put this into your configuration";
  process.stdout.write(`\n${where}:\n\n${yaml}`);
  return failure === undefined;
}

/** Why it cannot be written; undefined where it was. */
function write(file: string, text: string): string | undefined {
  try {
    writeFileSync(file, text);
    return undefined;
  } catch (error) {
    return errorHead(error);
  }
}

/** The part of a configuration that sets a line's levels. */
export function levelsYaml(
  { lines }: Pick<ReadConfig, "lines">,
  line: number,
  levels: BoardLevels,
): string {
  const rows = lines.flatMap(({ number }, at) => [
    `  - number: ${JSON.stringify(number)}`,
    ...(at === line - 1
      ? ["    levels:", ...Object.entries(levels).map(([name, dbm0]) => `      ${name}: ${dbm0}`)]
      : []),
  ]);
  return `lines:\n${rows.join("\n")}\n`;
}

/** Keeps the mixer as it stands: levels are true with it alone. */
async function keepMixer(
  { user }: ReadConfig,
  channel: string | undefined,
  machine: Machine,
): Promise<readonly Finding[]> {
  const card = channel === undefined ? undefined : mixerCard(parseSoundChannel(channel).card);
  if (card === undefined) return [];
  const controls = await readMixer(machine, card);
  if (typeof controls === "string") {
    const advice = "see that the card is there, and run: amixer scontents";
    return [note("mixer", `the mixer of ${card} could not be kept: ${controls}`, advice)];
  }
  const file = keptMixerFile(user.data, card);
  try {
    await makeDirectory(dirname(file));
    await replaceFile(file, JSON.stringify(controls));
  } catch (error) {
    const why = `the mixer of ${card} could not be kept in ${file}: ${errorHead(error)}`;
    return [
      note("mixer", why, "run this as the user that runs Tipring, or set data to its folder"),
    ];
  }
  return [good("mixer", `the mixer of ${card} is kept in ${file}, and compared at each doctor`)];
}
