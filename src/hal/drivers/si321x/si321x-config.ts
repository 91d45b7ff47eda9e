import type { LineSettings } from "../serial-card/line-settings.ts";
import type { OutputStage, Si321xChip } from "./indirect-registers.ts";

/** One ProSLIC and how it is wired. */
export interface Si321xConfig {
  readonly chip: Si321xChip;
  /** Its chip select by the name of the SPI port: `/dev/spidev0.0`. */
  readonly spi: string;
  /** Default 1 MHz: the chip takes up to 16. */
  readonly spiHz?: number;
  /**
   * Its place among up to eight chips of a daisy chain on one chip select, 1 for the first; such a
   * chain needs its reset pin.
   */
  readonly chainPlace?: number;
  readonly pins?: {
    /** RESET, low active. Chips of a chain share it. */
    readonly reset?: string;
    /** INT, low active; absent: the loop is looked at every `pollMs`. Chips may share it. */
    readonly interrupt?: string;
  };
  readonly outputStage: OutputStage;
  /** How samples cross the PCM bus. Default `linear`. */
  readonly pcmCoding?: "pcmu" | "pcma" | "linear";
  /** The PCLK after FSYNC at which its time slot begins. Default 0. */
  readonly pcmStart?: number;
  readonly settings?: LineSettings;
  /** Off-hook loop current, mA, 20–41. Default 20. */
  readonly loopMilliamps?: number;
  /** On-hook volts between tip and ring. Default 48. */
  readonly onHookVolts?: number;
  /** Open-circuit ringing volts, effective, unless a call says otherwise. Default 45. */
  readonly ringVoltsRms?: number;
  /** Default `sine`. */
  readonly ringShape?: "sine" | "trapezoid";
  /** The converter's period and off time, DCDC_PERIOD and DCDC_SWITCHING: its inductor decides. */
  readonly dcdc?: { readonly period: number; readonly offTime: number };
  /** How often the loop is looked at where INT is not wired, ms. Default 4. */
  readonly pollMs?: number;
}

/** Where values are not configured. */
export const SI321X_DEFAULTS = {
  spiHz: 1_000_000,
  pcmCoding: "linear",
  pcmStart: 0,
  loopMilliamps: 20,
  onHookVolts: 48,
  ringVoltsRms: 45,
  ringShape: "sine",
  pollMs: 4,
} as const;
