import { displayModem } from "../../fxs/index.ts";
import type { BoardSpec } from "../../hal/ports/board.ts";
import { boardLine } from "../config/board-file.ts";
import type { LinuxBoardOptions } from "../linux-board.ts";
import type { ReadConfig } from "./read-config.ts";

/** The board that a configuration asks for, with all that its module is told. */
export function boardSpec(config: ReadConfig): BoardSpec {
  return {
    module: config.board.module,
    lineCount: config.lines.length,
    options: {
      phones: config.box.realtime.lines.map(({ country }, at) => ({
        kind: config.lines[at]?.phone ?? "touch-tone",
        country: country.code,
        callerId: country.callerId.scheme,
        callerIdModem: displayModem(country.callerId),
        callerIdParts: country.callerId,
      })),
      ...linuxOptions(config),
    },
  };
}

/** What a board that runs Linux is told of its pins and of its lines' levels. */
function linuxOptions({ board, box, lines }: ReadConfig): LinuxBoardOptions {
  const levels = box.realtime.lines.flatMap(({ line, pcmChannel }) => {
    const written = lines[line - 1]?.levels ?? boardLine(board, line)?.levels;
    return written === undefined || pcmChannel === undefined
      ? []
      : [[pcmChannel, written] as const];
  });
  return { pwm: board.pwm ?? {}, levels: Object.fromEntries(levels) };
}
