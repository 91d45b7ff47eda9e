import type { BoardFile } from "../../../src/app/config/board-file.ts";

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
