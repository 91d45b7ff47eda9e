import type { ReadConfig } from "../cli/read-config.ts";
import type { BoardFile } from "../config/board-file.ts";

/** A pin of a line, and what it is for. */
export interface NeededPin {
  readonly pin: string;
  readonly purpose: string;
}

/** What the lines of a configuration need of the machine, each once. */
export interface BoardParts {
  readonly board: BoardFile;
  readonly pins: readonly NeededPin[];
  /** Device files of serial ports. */
  readonly serial: readonly string[];
  /** Device files of SPI chip selects. */
  readonly spi: readonly string[];
  /** Sound channels, in the lines' order. */
  readonly sound: readonly string[];
  /** Whether hardware is worked at all: not on the simulated board. */
  readonly hasHardware: boolean;
}

/** The module of boards whose hardware this package drives itself. */
const LINUX = "linux";

/** The pins of a line card as its data sheet calls them. */
const PIN_NAMES: Readonly<Record<string, string>> = {
  ...{ fr: "F/R", rm: "RM", shk: "SHK", pd: "PD" },
  ...{ reset: "RESET", interrupt: "INT" },
};

/** Collects what the lines need. */
export function boardParts({ board, box }: Pick<ReadConfig, "board" | "box">): BoardParts {
  const pins: NeededPin[] = [];
  const serial = new Set<string>();
  const spi = new Set<string>();
  const sound = new Set<string>();
  for (const { line, slic, pcmChannel, pcmCard } of box.realtime.lines) {
    if (pcmChannel !== undefined) sound.add(pcmChannel);
    if (pcmCard !== undefined) serial.add(pcmCard.device);
    if ("device" in slic) serial.add(slic.device);
    if (slic.driver === "si321x") spi.add(slic.spi);
    if (slic.driver === "serial-card") continue;
    for (const [name, pin] of Object.entries(slic.pins ?? {})) {
      if (typeof pin === "string")
        pins.push({ pin, purpose: `${PIN_NAMES[name] ?? name} of line ${line}` });
    }
  }
  return {
    ...{ board, pins },
    ...{ serial: [...serial], spi: [...spi], sound: [...sound] },
    hasHardware: board.module === LINUX,
  };
}
