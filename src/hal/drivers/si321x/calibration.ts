import type { ChipBus } from "./chip-bus.ts";
import { BITS, LINE_FEEDS, REGISTERS } from "./registers.ts";
import type { Si321xConfig } from "./si321x-config.ts";

/** What a chip found out about itself, to be given back to it after a reset: R98 to R107. */
export type Calibration = readonly (readonly [register: number, value: number])[];

const LOOK_MS = 10;
/** What the data sheet's routines may take. */
const CALIBRATION_MAX_MS = 600;
const DCDC_CALIBRATION_MAX_MS = 200;
/** The manual calibration of Q5 and Q6 waits so long after each step. */
const STEP_MS = 40;
const STEPS = 0x1f;
/** Active so long before the common mode is balanced. */
const COMMON_MODE_SETTLE_MS = 1000;
/** DCDC_PEAK_CURRENT must lie in here, else this. */
const PEAK_CURRENT = { min: 2, max: 13, otherwise: 8 } as const;

const SAVED = [
  REGISTERS.RING_GAIN_MISMATCH,
  REGISTERS.TIP_GAIN_MISMATCH,
  REGISTERS.DIFFERENTIAL_GAIN,
  REGISTERS.COMMON_MODE_GAIN,
  REGISTERS.CURRENT_LIMIT_CALIBRATION,
  REGISTERS.ADC_OFFSET,
  REGISTERS.DAC_ADC_OFFSET,
  REGISTERS.DAC_OFFSET,
] as const;
/** These the Si3215 lacks. */
const SAVED_SI3210 = [REGISTERS.COMMON_MODE_BALANCE] as const;

/**
 * Calibrates a chip that is powered and open, and reads what it found. The Si3210 with an Si3201
 * cannot balance Q5 and Q6 itself: they are stepped by hand until no current is left, the others
 * are calibrated before it. Rejects with `PortError`.
 */
export async function calibrate(bus: ChipBus, config: Si321xConfig): Promise<Calibration> {
  for (const enable of [REGISTERS.IRQ_ENABLE_1, REGISTERS.IRQ_ENABLE_2, REGISTERS.IRQ_ENABLE_3]) {
    bus.write(enable, 0);
  }
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open);
  const byHand = config.chip === "si3210" && config.outputStage === "si3201";
  // All but the common mode, which wants an active line; by hand also but CALR and CALT.
  bus.write(REGISTERS.CALIBRATION_2, 0x1e);
  await run(bus, byHand ? 0x07 : 0x1f);
  if (byHand) {
    await balance(bus, REGISTERS.RING_GAIN_MISMATCH, REGISTERS.Q5_CURRENT_SENSE);
    await balance(bus, REGISTERS.TIP_GAIN_MISMATCH, REGISTERS.Q6_CURRENT_SENSE);
  }
  await balanceCommonMode(bus);
  await calibrateConverter(bus);
  return savedRegisters(config).map((register) => [register, bus.read(register)]);
}

/** Gives a chip back what it, or its predecessor in this place, found out. */
export function restoreCalibration(bus: ChipBus, calibration: Calibration): void {
  for (const [register, value] of calibration) bus.write(register, value);
}

function savedRegisters({ chip }: Si321xConfig): readonly number[] {
  const last = REGISTERS.DCDC_PEAK_CURRENT;
  return chip === "si3210" ? [...SAVED, ...SAVED_SI3210, last] : [...SAVED, last];
}

async function run(bus: ChipBus, what: number): Promise<void> {
  bus.write(REGISTERS.CALIBRATION_1, BITS.CAL | what);
  for (let waitedMs = 0; waitedMs <= CALIBRATION_MAX_MS; waitedMs += LOOK_MS) {
    if (bus.read(REGISTERS.CALIBRATION_1) === 0) return;
    await bus.sleep(LOOK_MS);
  }
  throw bus.fault("io", "its calibration does not end", "check PCLK, FSYNC and its supply");
}

/** Steps a gain mismatch register down until no current flows, or to its end. */
async function balance(bus: ChipBus, mismatch: number, current: number): Promise<void> {
  for (let step = STEPS; step >= 0; step--) {
    bus.write(mismatch, step);
    await bus.sleep(STEP_MS);
    if (bus.read(current) === 0) return;
  }
}

/** Needs the receiver on its hook: where it is not, the common mode stays as it was. */
async function balanceCommonMode(bus: ChipBus): Promise<void> {
  bus.write(REGISTERS.IRQ_ENABLE_3, 0x04);
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.forwardActive);
  await bus.sleep(COMMON_MODE_SETTLE_MS);
  const isOnHook = (bus.read(REGISTERS.LOOP_STATUS) & BITS.LCR) === 0;
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open);
  bus.write(REGISTERS.CALIBRATION_2, isOnHook ? 0x01 : 0x00);
  if (isOnHook) await run(bus, 0);
  bus.write(REGISTERS.IRQ_ENABLE_3, 0);
}

async function calibrateConverter(bus: ChipBus): Promise<void> {
  bus.write(REGISTERS.DCDC_SWITCHING, BITS.DCCAL | (bus.read(REGISTERS.DCDC_SWITCHING) & 0x1f));
  for (let waitedMs = 0; waitedMs <= DCDC_CALIBRATION_MAX_MS; waitedMs += LOOK_MS) {
    if ((bus.read(REGISTERS.DCDC_SWITCHING) & BITS.DCCAL) === 0) break;
    await bus.sleep(LOOK_MS);
  }
  const peak = bus.read(REGISTERS.DCDC_PEAK_CURRENT) & 0x0f;
  if (peak < PEAK_CURRENT.min || peak > PEAK_CURRENT.max) {
    bus.write(REGISTERS.DCDC_PEAK_CURRENT, PEAK_CURRENT.otherwise);
  }
}
