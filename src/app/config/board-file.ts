import type { LineWiring, SlicSpec } from "../../gateway/realtime/realtime-config.ts";

/** How one line of a board is wired. In a template `{n}` stands for the line's number. */
export interface BoardLine extends LineWiring {
  /** The one of `ringSupplies` that it rings from; absent where its card has its own. */
  readonly ringSupply?: string;
  /** What full scale of the sound channel means on the line, where the board's builder measured. */
  readonly levels?: BoardLevels;
}

/** What full scale of a sound channel means on the line, each way. */
export interface BoardLevels {
  readonly captureFullScaleDbm0?: number;
  readonly playbackFullScaleDbm0?: number;
}

/** A board as its `board.json` describes it. */
export interface BoardFile {
  readonly name: string;
  readonly title: string;
  /** The module that opens the board: a package path or one within this package. */
  readonly module: string;
  /** What it is made of, in words for a person; absent where there is no hardware. */
  readonly hardware?: {
    readonly computer: string;
    readonly lineCard: string;
    readonly sound: string;
    /** What has to be set up, one sentence each. */
    readonly needs: readonly string[];
  };
  /** Pins that hardware can toggle, by name: the PWM chip's devices, any of them, and channel. */
  readonly pwm?: Readonly<
    Record<string, { readonly devices: readonly string[]; readonly channel: number }>
  >;
  /** What several lines ring from, by name: ringer equivalence numbers that each carries. */
  readonly ringSupplies?: Readonly<Record<string, { readonly renMax: number }>>;
  /** The lines it has, in order; or a template for up to `linesMax` of them. */
  readonly lines: readonly BoardLine[] | { readonly linesMax: number; readonly each: BoardLine };
}

/** How many lines a board can carry. */
export function boardLinesMax(board: BoardFile): number {
  return "each" in board.lines ? board.lines.linesMax : board.lines.length;
}

/** The wiring of a line, numbered from 1; undefined where the board has no such line. */
export function boardLine(board: BoardFile, line: number): BoardLine | undefined {
  if (line < 1 || line > boardLinesMax(board)) return undefined;
  if (!("each" in board.lines)) return board.lines[line - 1];
  const { slic, pcmChannel, pcmCard, ...rest } = board.lines.each;
  const named = (text: string): string => text.replaceAll("{n}", String(line));
  return {
    slic: namedSlic(slic, named),
    ...(pcmChannel === undefined ? {} : { pcmChannel: named(pcmChannel) }),
    ...(pcmCard === undefined ? {} : { pcmCard: { ...pcmCard, device: named(pcmCard.device) } }),
    ...rest,
  };
}

function namedSlic(slic: SlicSpec, named: (text: string) => string): SlicSpec {
  if (slic.driver === "serial-card") return { ...slic, device: named(slic.device) };
  if (slic.driver === "si321x") {
    const { reset, interrupt } = slic.pins ?? {};
    const pins = {
      ...(reset === undefined ? {} : { reset: named(reset) }),
      ...(interrupt === undefined ? {} : { interrupt: named(interrupt) }),
    };
    return { ...slic, spi: named(slic.spi), pins };
  }
  const { fr, rm, shk, pd } = slic.pins;
  const pins = { fr: named(fr), rm: named(rm), shk: named(shk) };
  return { ...slic, pins: pd === undefined ? pins : { ...pins, pd: named(pd) } };
}
