/** A part of the family. */
export type Si321xChip = "si3210" | "si3215";

/** What drives tip and ring: the Si3201 line feed chip, or six transistors. */
export type OutputStage = "si3201" | "discrete";

/** One indirect register: where each part has it, and what it is set to. */
export interface IndirectRegister {
  readonly name: string;
  /** Absent where the part has no such register. */
  readonly si3210?: number;
  readonly si3215?: number;
  readonly value: number;
  /** With an Si3201, where that differs. */
  readonly si3201Value?: number;
}

/**
 * The indirect registers of a line at rest. They hold anything after a reset: all are written. The
 * values are those of the data sheets' examples and public drivers for 600 Ω, 10 mA off-hook
 * threshold, 34 mA ring trip, 20 Hz; thresholds in bits 9 and up, n × 1.27 mA.
 *
 * @see Si3215 data sheet, Rev. 0.92, section 4 (indirect registers)
 */
export const INDIRECT_REGISTERS: readonly IndirectRegister[] = [
  { name: "ROW0", si3210: 0, value: 0x55c2 },
  { name: "ROW1", si3210: 1, value: 0x51e6 },
  { name: "ROW2", si3210: 2, value: 0x4b85 },
  { name: "ROW3", si3210: 3, value: 0x4937 },
  { name: "COL", si3210: 4, value: 0x3333 },
  { name: "FWDTW", si3210: 5, value: 0x0202 },
  { name: "REVTW", si3210: 6, value: 0x0202 },
  { name: "ROWREL", si3210: 7, value: 0x0198 },
  { name: "COLREL", si3210: 8, value: 0x0198 },
  { name: "ROW2H", si3210: 9, value: 0x0611 },
  { name: "COL2H", si3210: 10, value: 0x0202 },
  { name: "PWRMIN", si3210: 11, value: 0x00e5 },
  { name: "HOTL", si3210: 12, value: 0x0a1c },
  { name: "OSC1", si3210: 13, si3215: 0, value: 0x7b30 },
  { name: "OSC1X", si3210: 14, si3215: 1, value: 0x0063 },
  { name: "OSC1Y", si3210: 15, si3215: 2, value: 0x0000 },
  { name: "OSC2", si3210: 16, si3215: 3, value: 0x7870 },
  { name: "OSC2X", si3210: 17, si3215: 4, value: 0x007d },
  { name: "OSC2Y", si3210: 18, si3215: 5, value: 0x0000 },
  { name: "ROFF", si3210: 19, si3215: 6, value: 0x0000 },
  { name: "RCO", si3210: 20, si3215: 7, value: 0x7efd },
  { name: "RNGX", si3210: 21, si3215: 8, value: 0x0177 },
  { name: "RNGY", si3210: 22, si3215: 9, value: 0x0000 },
  { name: "PLSD", si3210: 23, value: 0x2000 },
  { name: "PLSX", si3210: 24, value: 0x2000 },
  { name: "PLSCO", si3210: 25, value: 0x0000 },
  // 0 dB: what the levels of a line change.
  { name: "DACG", si3210: 26, si3215: 13, value: 0x4000 },
  { name: "ADCG", si3210: 27, si3215: 14, value: 0x4000 },
  { name: "LCRT", si3210: 28, si3215: 15, value: 0x1000 },
  { name: "RPTP", si3210: 29, si3215: 16, value: 0x3600 },
  { name: "CML", si3210: 30, si3215: 17, value: 0x1000 },
  { name: "CMH", si3210: 31, si3215: 18, value: 0x0200 },
  { name: "PPT12", si3210: 32, si3215: 19, value: 0x07c0, si3201Value: 0x0ff0 },
  { name: "PPT34", si3210: 33, si3215: 20, value: 0x2600, si3201Value: 0x7f80 },
  { name: "PPT56", si3210: 34, si3215: 21, value: 0x1b80, si3201Value: 0x0ff0 },
  { name: "NCLR", si3210: 35, si3215: 22, value: 0x8000 },
  { name: "NRTP", si3210: 36, si3215: 23, value: 0x0320 },
  { name: "NQ12", si3210: 37, si3215: 24, value: 0x008c, si3201Value: 0x0010 },
  { name: "NQ34", si3210: 38, si3215: 25, value: 0x0100, si3201Value: 0x0010 },
  { name: "NQ56", si3210: 39, si3215: 26, value: 0x0010 },
  { name: "VCMR", si3210: 40, si3215: 27, value: 0x0c00 },
  { name: "VMIND", si3210: 41, si3215: 64, value: 0x0c00 },
  { name: "LCRTL", si3210: 43, si3215: 66, value: 0x1000 },
  { name: "FSK0X", si3210: 99, si3215: 69, value: 0x00da },
  { name: "FSK0", si3210: 100, si3215: 70, value: 0x6b60 },
  { name: "FSK1X", si3210: 101, si3215: 71, value: 0x0074 },
  { name: "FSK1", si3210: 102, si3215: 72, value: 0x79c0 },
  { name: "FSK01", si3210: 103, si3215: 73, value: 0x1120 },
  { name: "FSK10", si3210: 104, si3215: 74, value: 0x3be0 },
];

/** The filters: until the chip is calibrated they let everything through. */
export const FILTERS: readonly string[] = ["NCLR", "NRTP", "NQ12", "NQ34", "NQ56"];
/** A filter that lets everything through. */
export const FILTER_OFF = 0x8000;

/** Accumulators without a name, set to 0 at the end of the bring-up: the Si3210's addresses. */
export const SI3210_ACCUMULATORS: readonly number[] = [
  ...Array.from({ length: 8 }, (_, at) => 88 + at),
  97,
  ...Array.from({ length: 18 }, (_, at) => 194 + at),
];

/** The address of an indirect register; undefined where the part has none of that name. */
export function indirectAddress(chip: Si321xChip, name: string): number | undefined {
  return INDIRECT_REGISTERS.find((register) => register.name === name)?.[chip];
}

/** What a register is set to at rest. */
export function indirectValue(register: IndirectRegister, stage: OutputStage): number {
  return stage === "si3201" ? (register.si3201Value ?? register.value) : register.value;
}
