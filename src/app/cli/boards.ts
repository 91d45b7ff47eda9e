import { boardLinesMax } from "../config/board-file.ts";
import { boardNames, readBoard } from "../package-files.ts";
import type { CommandOptions } from "./command-line.ts";

/** `tipring boards`: the boards that ship with this package, and what each is made of. */
export async function boards({ json }: CommandOptions): Promise<number> {
  const rows = [];
  for (const name of [...(await boardNames())].sort()) {
    const board = await readBoard(name);
    if (!board.ok) continue;
    const { title, hardware } = board.value;
    rows.push({ name, title, lines: boardLinesMax(board.value), ...hardware });
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return 0;
  }
  for (const { name, title, lines, computer, lineCard, sound, needs } of rows) {
    process.stdout.write(
      `${name}\n  ${title}; ${lines === 1 ? "1 line" : `up to ${lines} lines`}\n`,
    );
    if (computer === undefined) continue;
    process.stdout.write(`  ${computer}, ${lineCard}, ${sound}\n`);
    for (const need of needs ?? []) process.stdout.write(`  - ${need}\n`);
  }
  process.stdout.write('"tipring doctor --board NAME" says what this machine lacks for one.\n');
  return 0;
}
