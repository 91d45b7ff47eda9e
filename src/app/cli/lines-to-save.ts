import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LineWiring } from "../../gateway/realtime/realtime-config.ts";
import type { BoardSpec } from "../../hal/ports/board.ts";
import { type BoardFile, boardLine, boardLinesMax } from "../config/board-file.ts";
import { DATA_FOLDER } from "../config/call-records.ts";
import { type Salvaged, salvage } from "../config/salvage.ts";
import { readBoard } from "../package-files.ts";
import { boardSpec } from "./board-spec.ts";
import { type CommandOptions, DEFAULT_FILE } from "./command-line.ts";
import { LINES_FILE } from "./kept-lines.ts";
import type { ReadConfig } from "./read-config.ts";

/** Lines of one board that are to be made safe. */
export interface LinesToSave {
  readonly board: BoardSpec;
  /** The first is line 1. */
  readonly lines: readonly LineWiring[];
  /** Where they are known from, where that is no good configuration. */
  readonly from?: string;
}

/** What there is to be made safe where the configuration cannot be used. */
export interface Salvage {
  readonly boards: readonly LinesToSave[];
  /** Why there may be more than that, a sentence each; empty where there is none. */
  readonly doubts: readonly string[];
}

/** The lines of a configuration. */
export function configuredLines(config: ReadConfig): LinesToSave {
  return { board: boardSpec(config), lines: config.box.realtime.lines };
}

/**
 * The lines that can be known without a configuration: those that `tipring run` had in its hands
 * last, and those of the board that is named, on the command line or in what can be read of the
 * file. Pins of a board that nobody named are left alone: something else may hang on them.
 */
export async function salvagedLines(options: CommandOptions): Promise<Salvage> {
  const file = options.config ?? DEFAULT_FILE;
  const written = await readFile(file, "utf8").then(salvage, () => undefined);
  const keptFile = join(written?.data ?? DATA_FOLDER, LINES_FILE);
  const kept = await readBoard(keptFile);
  const name = options.board ?? written?.board;
  const named = name === undefined ? undefined : await readBoard(name);
  const boards: LinesToSave[] = [];
  const doubts: string[] = [];
  if (kept.ok)
    boards.push(linesOf(kept.value, undefined, `"tipring run" had them last (${keptFile})`));
  if (named?.ok === true && !(kept.ok && kept.value.name === named.value.name)) {
    const from = `the board ${named.value.name} has them, unless told`;
    boards.push(linesOf(named.value, written, from));
    doubts.push("what the configuration says of them is not known");
  }
  if (named?.ok === false) doubts.push(`the board ${named.error}`);
  if (boards.length === 0) doubts.push("no board is known");
  return { boards, doubts };
}

function linesOf(board: BoardFile, written: Salvaged | undefined, from: string): LinesToSave {
  const most = boardLinesMax(board);
  const count = Math.min(written?.lineCount || most, most);
  const lines = Array.from({ length: count }, (_, at) => boardLine(board, at + 1));
  return {
    board: {
      module: board.module,
      lineCount: count,
      options: { pwm: board.pwm ?? {}, levels: {} },
    },
    lines: lines.filter((line) => line !== undefined),
    from,
  };
}
