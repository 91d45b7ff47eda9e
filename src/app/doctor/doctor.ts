import type { ReadConfig } from "../cli/read-config.ts";
import { boardLine } from "../config/board-file.ts";
import { boardParts } from "./board-parts.ts";
import { checkCards } from "./check-cards.ts";
import { checkPins } from "./check-pins.ts";
import { checkProgram, checkRights } from "./check-program.ts";
import { checkSound } from "./check-sound.ts";
import { checkClock, checkFax, checkNetwork } from "./check-surroundings.ts";
import { type Finding, good } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** What the doctor is told beside the configuration. */
export interface DoctorOptions {
  /** Whether what can be put right without harm is to be. */
  readonly fix: boolean;
  /** A card's mixer as it was kept with its levels; "" where none was. */
  readonly keptMixer: (card: string) => string;
  /** The address of this machine that a registrar can answer to. */
  readonly addressToward: (registrar: string) => Promise<string | undefined>;
}

/** Looks at everything that a configuration needs of a machine. It keeps nothing for itself. */
export async function examine(
  config: ReadConfig,
  machine: Machine,
  options: DoctorOptions,
): Promise<readonly Finding[]> {
  const parts = boardParts(config);
  const hasLevels = (channel: string): boolean =>
    config.box.realtime.lines.some(
      ({ line, pcmChannel }) =>
        pcmChannel === channel &&
        (config.lines[line - 1]?.levels ?? boardLine(config.board, line)?.levels) !== undefined,
    );
  const hardware = parts.hasHardware
    ? []
    : [good("board", `${config.board.name} is simulated: it needs no hardware`)];
  return [
    ...(await checkProgram(machine, parts)),
    ...hardware,
    ...checkRights(machine, parts),
    ...(await checkPins(machine, parts)),
    ...(await checkCards(machine, config, parts)),
    ...(await checkSound(machine, parts, { ...options, hasLevels })),
    ...(await checkFax(machine, config.user, config.lines)),
    ...(await checkClock(machine)),
    ...(await checkNetwork(machine, config.user, options.addressToward)),
  ];
}
