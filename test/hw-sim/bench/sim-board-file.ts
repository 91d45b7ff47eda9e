import type { BoardFile, BoardLine } from "../../../src/app/config/board-file.ts";
import { isSi321x, type SimLineOptions, simLineNames } from "../board/sim-line.ts";

/**
 * The simulated board as `boards/hw-sim/board.json` describes it; a test holds the two together.
 */
export const SIM_BOARD_FILE: BoardFile = {
  name: "hw-sim",
  title: "The simulated board: chips, copper and telephones without hardware",
  module: "tipring/hw-sim",
  lines: {
    linesMax: 48,
    each: {
      slic: {
        driver: "gpio-slic",
        profile: "ag1171",
        pins: { fr: "line{n}-fr", rm: "line{n}-rm", shk: "line{n}-shk", pd: "line{n}-pd" },
        ohtBias: true,
      },
      pcmChannel: "line{n}",
    },
  },
};

/**
 * The simulated board's file for lines with chips of their own kind: each is wired as its chip
 * wants it. Chips of one daisy chain share the first one's reset; lines of one card are counted.
 */
export function simBoardFile(lines: readonly SimLineOptions[]): BoardFile {
  if (lines.every(({ chip }) => chip === "ag1171")) return SIM_BOARD_FILE;
  const wired = lines.map((options, at) => wiringOf(lines, options, at));
  return { ...SIM_BOARD_FILE, lines: wired };
}

function wiringOf(
  lines: readonly SimLineOptions[],
  options: SimLineOptions,
  at: number,
): BoardLine {
  const { chip } = options;
  const names = simLineNames(at + 1, options);
  if (chip === "serial-card") {
    const before = lines.slice(0, at).filter((one, index) => {
      return one.chip === chip && simLineNames(index + 1, one).serial === names.serial;
    });
    const slic = { driver: chip, device: names.serial, line: before.length + 1 } as const;
    return { slic: options.cardBaud === undefined ? slic : { ...slic, baud: options.cardBaud } };
  }
  const { pcmChannel, forwardReverse: fr, ringMode: rm, switchHook: shk, powerDown: pd } = names;
  if (!isSi321x(chip)) {
    const pins = { fr, rm, shk, pd };
    const ohtBias = options.ohtBias ?? true;
    return { slic: { driver: "gpio-slic", profile: chip, pins, ohtBias }, pcmChannel };
  }
  const { spiChain } = options;
  const chain =
    spiChain === undefined
      ? []
      : lines.flatMap((one, index) => (one.spiChain === spiChain ? [index] : []));
  const reset = simLineNames((chain[0] ?? at) + 1).reset;
  return {
    slic: {
      driver: "si321x",
      chip,
      spi: names.spi,
      pins: { reset, interrupt: names.interrupt },
      outputStage: "si3201",
      ...(spiChain === undefined ? {} : { chainPlace: chain.indexOf(at) + 1 }),
    },
    pcmChannel,
  };
}
