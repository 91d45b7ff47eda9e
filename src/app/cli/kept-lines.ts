import { errorText } from "../../base/thrown.ts";
import type { LineWiring, SlicSpec } from "../../gateway/realtime/realtime-config.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Store } from "../../hal/ports/store.ts";
import type { BoardFile, BoardLine } from "../config/board-file.ts";
import type { ReadConfig } from "./read-config.ts";

/** The file that keeps how the lines are wired that `tipring run` has in its hands, or had last. */
export const LINES_FILE = "lines.json";

/**
 * Keeps how a box's lines are wired, before it touches them: `tipring safe` needs no more, and no
 * configuration then. Where that cannot be written the box runs all the same.
 */
export async function keepLines(store: Store, config: ReadConfig, log: LogSink): Promise<void> {
  const text = `${JSON.stringify(boardAsWired(config), undefined, 2)}\n`;
  try {
    if ((await store.read(LINES_FILE)) !== text) await store.write(LINES_FILE, text);
  } catch (error) {
    const what = `"tipring safe" will need a good configuration: ${LINES_FILE} cannot be written`;
    log({ level: "warn", area: "box", text: `${what}: ${errorText(error)}` });
  }
}

/** A board's file with the lines of a configuration alone, each as that has it. */
export function boardAsWired({ board, box }: ReadConfig): BoardFile {
  const { name, title, module, pwm } = board;
  return {
    ...{ name, title, module },
    ...(pwm === undefined ? {} : { pwm }),
    lines: box.realtime.lines.map(lineAsWired),
  };
}

function lineAsWired({ slic, pcmChannel, pcmCard }: LineWiring): BoardLine {
  return {
    slic: withoutSettings(slic),
    ...(pcmChannel === undefined ? {} : { pcmChannel }),
    ...(pcmCard === undefined ? {} : { pcmCard: withoutSettings(pcmCard) }),
  };
}

/** Gains and impedances are not wiring. */
function withoutSettings<T extends SlicSpec | NonNullable<LineWiring["pcmCard"]>>(spec: T): T {
  if (!("settings" in spec)) return spec;
  const { settings: _, ...rest } = spec;
  // `settings` is optional in each of them.
  return rest as T;
}
