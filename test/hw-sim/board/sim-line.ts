import type { LineId } from "../../../src/base/line-messages.ts";
import { AG1170 } from "../chips/ag1170.ts";
import { AG1171 } from "../chips/ag1171.ts";
import type { ChipViolation } from "../chips/chip-violation.ts";
import { KS0835F } from "../chips/ks0835f.ts";
import type { SerialCard } from "../chips/serial-card/serial-card.ts";
import type { BatterySupplyOptions } from "../chips/si321x/battery-supply.ts";
import type { Si321xKind } from "../chips/si321x/register-map.ts";
import type { Si321x } from "../chips/si321x/si321x.ts";
import type { ModuleFigures, ModuleOptions, SlicModule } from "../chips/slic-module.ts";
import type { CopperLoop, CopperLoopOptions } from "../loop/copper-loop.ts";
import type { LoopEnd, Terminal } from "../loop/terminal.ts";
import type { PcmChannelOptions } from "./sim-pcm.ts";

/** The modules on GPIO pins, by the name that a line's options give them. */
export const MODULES = {
  ag1171: AG1171,
  ag1170: AG1170,
  ks0835f: KS0835F,
} as const satisfies Record<string, ModuleFigures>;

/** A chip that a line can have. */
export type SimChipName = keyof typeof MODULES | "si3210" | "si3215" | "serial-card";

/**
 * One line of a simulated board: its chip, what is fitted around it, and its copper. What another
 * chip has is ignored.
 */
export interface SimLineOptions extends ModuleOptions {
  readonly chip: SimChipName;
  readonly loop?: CopperLoopOptions;
  /** The sound card's channel of this line. */
  readonly pcm?: PcmChannelOptions;
  /** F/R is a pin with a square wave of its own. */
  readonly pwm?: boolean;
  /** A resistor from the RESET of an Si321x to ground; without it the pin is pulled up. */
  readonly resetPulledDown?: boolean;
  /** How the converter of an Si321x behaves. */
  readonly supply?: BatterySupplyOptions;
  /**
   * The daisy chain that an Si321x is in: all lines that name it share its chip select, the first
   * line's chip at the head. Left out: a chip select of its own.
   */
  readonly spiChain?: string;
  /**
   * The serial line card that this line is on, by the name of its port; a card has up to eight, in
   * their order on the board. Default `card1`.
   */
  readonly card?: string;
  /** The rate that the card is set to; left out, it is on USB and takes any. */
  readonly cardBaud?: number;
}

/** The names under which the program under test finds what a line has. */
export interface SimLineNames {
  readonly forwardReverse: string;
  readonly ringMode: string;
  readonly switchHook: string;
  readonly powerDown: string;
  /** An Si321x's chip select and its pins. */
  readonly spi: string;
  readonly interrupt: string;
  readonly reset: string;
  /** The serial port of the card that the line is on. */
  readonly serial: string;
  readonly pcmChannel: string;
}

/** What every chip can tell. */
export interface SimChip {
  /** What went against its datasheet so far. */
  readonly violations: readonly ChipViolation[];
  /** Ringing is on the line, or (a module) could be at each change of F/R. */
  readonly isRinging: boolean;
}

/** One line of a built board. */
export interface SimLine {
  readonly id: LineId;
  readonly names: SimLineNames;
  readonly chip: SimChip;
  /** The chip, where it is a module on GPIO pins. */
  readonly module: SlicModule | undefined;
  /** The card that the line is on, where it is on one, and which of its lines it is, from 0. */
  readonly card: { readonly card: SerialCard; readonly line: number } | undefined;
  /** The chip, where it is a ProSLIC. */
  readonly si321x: Si321x | undefined;
  readonly loop: CopperLoop;
  /** Plugs a telephone into the line's socket. */
  attach(terminal: Terminal): LoopEnd;
}

/**
 * The names of a line: `line1-fr`, `line1-rm`, `line1-shk`, `line1-pd`; `line1-spi`, `line1-int`,
 * `line1-reset`; serial port `card1`; channel `line1`.
 */
export function simLineNames(id: LineId, options?: SimLineOptions): SimLineNames {
  return {
    forwardReverse: `line${id}-fr`,
    ringMode: `line${id}-rm`,
    switchHook: `line${id}-shk`,
    powerDown: `line${id}-pd`,
    spi: options?.spiChain ?? `line${id}-spi`,
    interrupt: `line${id}-int`,
    reset: `line${id}-reset`,
    serial: options?.card ?? "card1",
    pcmChannel: `line${id}`,
  };
}

/** Whether a chip is a ProSLIC. */
export function isSi321x(chip: SimChipName): chip is Si321xKind {
  return chip === "si3210" || chip === "si3215";
}

/** Whether a chip is a module on GPIO pins. */
export function isModule(chip: SimChipName): chip is keyof typeof MODULES {
  return Object.hasOwn(MODULES, chip);
}
