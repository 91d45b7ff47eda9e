/**
 * Direct registers of the Si3210 and Si3215, by the number that their datasheets give them.
 * @see Si3210/Si3211 Rev 1.x and Si3215 Rev 0.92, "Control Registers"
 */

/** Which of the family a chip is. */
export type Si321xKind = "si3210" | "si3215";

/** Numbers of the registers that the model acts on, named as in the datasheets. */
export const R = {
  SPI_MODE: 0,
  PCM_MODE: 1,
  LOOPBACK: 8,
  AUDIO_GAIN: 9,
  IMPEDANCE: 10,
  HYBRID: 11,
  POWER_DOWN_1: 14,
  IRQ_STATUS_1: 18,
  IRQ_STATUS_2: 19,
  IRQ_STATUS_3: 20,
  IRQ_ENABLE_1: 21,
  DTMF: 24,
  IDA_LOW: 28,
  IDA_HIGH: 29,
  IAA: 30,
  IAS: 31,
  OSC1: 32,
  OSC2: 33,
  RING_OSC: 34,
  PULSE_METER: 35,
  OAT1: 36,
  OIT1: 38,
  OAT2: 40,
  OIT2: 42,
  PAT: 44,
  PIT: 46,
  RAT: 48,
  RIT: 50,
  LCD: 63,
  LINEFEED: 64,
  BATTERY_FEED: 66,
  AUTO_MANUAL: 67,
  LOOP_STATUS: 68,
  LCDI: 69,
  RTDI: 70,
  ILIM: 71,
  VOC: 72,
  VCM: 73,
  VBATH: 74,
  VBATL: 75,
  POWER_POINTER: 76,
  POWER_VALUE: 77,
  LVS: 78,
  LCS: 79,
  VTIP: 80,
  VRING: 81,
  VBAT1: 82,
  VBAT2: 83,
  IQ1: 84,
  DCDC_PERIOD: 92,
  DCDC: 93,
  DCDC_WIDTH: 94,
  CAL1: 96,
  CAL2: 97,
  CALGMR: 98,
  CALGMT: 99,
  CMDCPK: 107,
  ENHANCE: 108,
} as const;

/** One register: what it holds after reset, and which bits the SPI may change. */
interface RegisterSpec {
  readonly reset: number;
  readonly writable: number;
}

const rw = (reset: number, writable = 0xff): RegisterSpec => ({ reset, writable });
const ro = (reset = 0): RegisterSpec => ({ reset, writable: 0 });

/** A pair of registers that hold 16 bits, low byte first. */
const word = (low: number): readonly (readonly [number, RegisterSpec])[] => [
  [low, rw(0)],
  [low + 1, rw(0)],
];

/** Registers that both have. Interrupt status is written one to clear, apart from this table. */
const COMMON: readonly (readonly [number, RegisterSpec])[] = [
  [R.SPI_MODE, rw(0x05, 0xc0)],
  [2, rw(0)],
  [3, rw(0, 0x03)],
  [4, rw(0)],
  [5, rw(0, 0x03)],
  [R.LOOPBACK, rw(0x02, 0x07)],
  [R.AUDIO_GAIN, rw(0)],
  [R.IMPEDANCE, rw(0x08, 0x3f)],
  [R.HYBRID, rw(0x33, 0x77)],
  [R.POWER_DOWN_1, rw(0x10, 0x1b)],
  [15, rw(0, 0x3f)],
  [R.IRQ_STATUS_1, ro()],
  [R.IRQ_STATUS_2, ro()],
  [R.IRQ_STATUS_3, ro()],
  [R.IRQ_ENABLE_1, rw(0)],
  [22, rw(0)],
  [23, rw(0, 0x07)],
  [R.IDA_LOW, rw(0)],
  [R.IDA_HIGH, rw(0)],
  [R.IAA, rw(0)],
  [R.IAS, ro()],
  [R.OSC1, rw(0, 0x7f)],
  [R.OSC2, rw(0, 0x3f)],
  [R.RING_OSC, rw(0, 0x1b)],
  ...word(R.OAT1),
  ...word(R.OIT1),
  ...word(R.OAT2),
  ...word(R.OIT2),
  ...word(R.RAT),
  ...word(R.RIT),
  [52, rw(0, 0x01)],
  [R.LCD, rw(0x54)],
  [R.LINEFEED, rw(0, 0x07)],
  [65, rw(0x61, 0x7f)],
  [R.BATTERY_FEED, rw(0x03, 0x1f)],
  [R.AUTO_MANUAL, rw(0x1f, 0x7f)],
  [R.LOOP_STATUS, ro(0x04)],
  [R.LCDI, rw(0x0a, 0x7f)],
  [R.RTDI, rw(0x0a, 0x7f)],
  [R.ILIM, rw(0, 0x07)],
  [R.VOC, rw(0x20, 0x7f)],
  [R.VCM, rw(0x02, 0x3f)],
  [R.VBATH, rw(0x32, 0x3f)],
  [R.VBATL, rw(0x10, 0x3f)],
  [R.POWER_POINTER, rw(0, 0x07)],
  [R.POWER_VALUE, ro()],
  ...[R.LVS, R.LCS, R.VTIP, R.VRING, R.VBAT1, R.VBAT2].map((at) => [at, ro()] as const),
  ...[0, 1, 2, 3, 4, 5].map((at) => [R.IQ1 + at, ro()] as const),
  [R.DCDC_PERIOD, rw(0xff)],
  [R.DCDC, rw(0x14, 0x9f)],
  [R.DCDC_WIDTH, ro()],
  [R.CAL1, rw(0x1f, 0x7f)],
  [R.CAL2, rw(0x1f, 0x1f)],
  [R.CALGMR, rw(0x10, 0x1f)],
  [R.CALGMT, rw(0x10, 0x1f)],
  [100, rw(0x11, 0x1f)],
  [101, rw(0x11, 0x1f)],
  [102, rw(0x08, 0x0f)],
  [103, rw(0x88)],
  [104, rw(0)],
  [105, rw(0)],
  [106, rw(0)],
  [R.CMDCPK, rw(0x08, 0x0f)],
  [R.ENHANCE, rw(0)],
];

/** What only the Si3210 has: DTMF decoder, pulse metering, and pins of its own. */
const SI3210_ONLY: readonly (readonly [number, RegisterSpec])[] = [
  [R.PCM_MODE, rw(0x08, 0x3f)],
  [6, rw(0)],
  [R.DTMF, ro()],
  [R.PULSE_METER, rw(0, 0x1c)],
  ...word(R.PAT),
  ...word(R.PIT),
];

/** The part number's bits in register 6 are not in the text at hand: read as zero. */
const SI3215_ONLY: readonly (readonly [number, RegisterSpec])[] = [
  [R.PCM_MODE, rw(0x88, 0x3f)],
  [6, ro()],
];

const MAPS = {
  si3210: new Map([...COMMON, ...SI3210_ONLY]),
  si3215: new Map([...COMMON, ...SI3215_ONLY]),
} as const satisfies Record<Si321xKind, ReadonlyMap<number, RegisterSpec>>;

/** A register; undefined where the datasheet lists none, which must not be written. */
export function registerSpec(kind: Si321xKind, address: number): RegisterSpec | undefined {
  return MAPS[kind].get(address);
}

/** Every register with what it holds after reset. */
export function resetValues(kind: Si321xKind): readonly (readonly [number, number])[] {
  return [...MAPS[kind]].map(([address, { reset }]) => [address, reset]);
}

/**
 * Indirect registers by name: address in the Si3210 and in the Si3215; undefined where a part has
 * none. @see Si3210 and Si3215 datasheets, "Indirect Registers"
 */
const INDIRECT = {
  OSC1: [13, 0],
  OSC1X: [14, 1],
  OSC1Y: [15, 2],
  OSC2: [16, 3],
  OSC2X: [17, 4],
  OSC2Y: [18, 5],
  ROFF: [19, 6],
  RCO: [20, 7],
  RNGX: [21, 8],
  RNGY: [22, 9],
  PLSD: [23, undefined],
  PLSX: [24, undefined],
  PLSCO: [25, undefined],
  DACG: [26, 13],
  ADCG: [27, 14],
  LCRT: [28, 15],
  RPTP: [29, 16],
  PPT12: [32, 19],
  PPT34: [33, 20],
  PPT56: [34, 21],
  NCLR: [35, 22],
  NRTP: [36, 23],
  NQ12: [37, 24],
  NQ34: [38, 25],
  NQ56: [39, 26],
  VCMR: [40, 27],
  VMIND: [41, 64],
  LCRTL: [43, 66],
} as const satisfies Record<string, readonly [number, number | undefined]>;

/** An indirect register that the model acts on. */
export type IndirectName = keyof typeof INDIRECT;

/** Where an indirect register is; undefined where the part has none. */
export function indirectAddress(kind: Si321xKind, name: IndirectName): number | undefined {
  return INDIRECT[name][kind === "si3210" ? 0 : 1];
}
