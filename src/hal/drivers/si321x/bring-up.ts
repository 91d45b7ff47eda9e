import { type Calibration, calibrate, restoreCalibration } from "./calibration.ts";
import type { ChipBus } from "./chip-bus.ts";
import { gainSetup } from "./gains.ts";
import {
  FILTER_OFF,
  FILTERS,
  INDIRECT_REGISTERS,
  indirectValue,
  SI3210_ACCUMULATORS,
} from "./indirect-registers.ts";
import {
  BITS,
  HYBRID_AFTER_RESET,
  LINE_FEEDS,
  LOOPBACK_AFTER_RESET,
  REGISTERS,
  SENSE_VOLTS,
} from "./registers.ts";
import { peakOf, ringingSetup } from "./ringing.ts";
import { serviceRegisters } from "./service-registers.ts";
import { SI321X_DEFAULTS, type Si321xConfig } from "./si321x-config.ts";

const LOOK_MS = 10;
/** The converter is up when the battery has so many volts; it may take so long. */
const BATTERY_UP_VOLTS = 60;
const BATTERY_UP_MAX_MS = 500;
/** With the converter off, a battery without a leak has more than this after so long. */
const LEAK_MIN_RAW = 0x06;
const LEAK_TEST_MS = 500;
/** The converter's settings of public drivers: for a bipolar transistor, for a MOSFET. */
const DCDC_DEFAULTS = {
  bipolar: { period: 0xff, offTime: 0x19 },
  mosfet: { period: 0x7f, offTime: 0x19 },
} as const;
/** What the calibration measures with: 75 V and 24 V. */
const HIGH_BATTERY = 0x32;
const LOW_BATTERY = 0x10;
/** ILIMEN, FSKEN, DCSU, LCVE, DCFIL, HYSTEN: what revision C and later can. */
const ENHANCEMENTS = 0xeb;
/** Battery tracking on. */
const BATTERY_TRACKING = 0x01;
const CURRENT_LIMIT = { minMilliamps: 20, stepMilliamps: 3, steps: 7 } as const;

/** Whether a part of the family answers, the right one, and, told `fresh`, as after a reset. */
export function checkPresence(bus: ChipBus, { chip }: Si321xConfig, fresh: boolean): void {
  const mode = bus.read(REGISTERS.SPI_MODE);
  if ((mode & 0x0f) === 0 || (mode & 0x0f) === 0x0f) {
    const advice = "check its supply, its reset, its chip select, and SPI mode 3";
    throw bus.fault("not-found", `no chip answers (register 0 reads ${mode})`, advice);
  }
  const isSi3215 = (bus.read(REGISTERS.PCM_MODE) & BITS.PNI2) !== 0;
  if (isSi3215 !== (chip === "si3215")) {
    const found = isSi3215 ? "si3215" : "si3210";
    throw bus.fault("unsupported", `it is not an ${chip}`, `it looks like an ${found}: name that`);
  }
  if (!fresh) return;
  const asReset =
    bus.read(REGISTERS.LOOPBACK) === LOOPBACK_AFTER_RESET &&
    bus.read(REGISTERS.LINEFEED) === LINE_FEEDS.open &&
    bus.read(REGISTERS.HYBRID) === HYBRID_AFTER_RESET;
  if (asReset) return;
  const advice = "check the wire of its reset pin, and noise on SPI";
  throw bus.fault("io", "its registers are not as after a reset", advice);
}

/**
 * Brings a chip from whatever state to forward active, as its data sheet and application note 35
 * want it: registers, converter, leakage test, calibration, filters. With a calibration of before
 * test and calibration are left out. Returns the calibration. Rejects with `PortError`, with the
 * converter off.
 */
export async function bringUp(
  bus: ChipBus,
  config: Si321xConfig,
  known?: Calibration,
): Promise<Calibration> {
  bus.write(REGISTERS.POWER_DOWN_1, BITS.DCOF);
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open);
  try {
    await bus.sleep(0);
    await writeIndirects(bus, config, true);
    writeBasics(bus, config);
    await powerUp(bus);
    let calibration = known;
    if (calibration === undefined) {
      await testLeakage(bus);
      await powerUp(bus);
      calibration = await calibrate(bus, config);
    } else {
      restoreCalibration(bus, calibration);
    }
    await writeIndirects(bus, config, false);
    await flushAccumulators(bus, config);
    await bus.settled();
    startService(bus, config);
    return calibration;
  } catch (error) {
    powerOff(bus);
    throw error;
  }
}

/** Line open and converter off, as far as the chip still listens. */
function powerOff(bus: ChipBus): void {
  try {
    bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open);
    bus.write(REGISTERS.POWER_DOWN_1, BITS.DCOF);
  } catch {
    // The bus itself is gone, which is told by what led here.
  }
}

/** With `bare`, everything and the filters open; else the filters alone. */
async function writeIndirects(bus: ChipBus, config: Si321xConfig, bare: boolean): Promise<void> {
  const levels = levelsOf(config);
  for (const register of INDIRECT_REGISTERS) {
    const address = register[config.chip];
    const isFilter = FILTERS.includes(register.name);
    if (address === undefined || (!bare && !isFilter)) continue;
    const value = levels.get(register.name) ?? indirectValue(register, config.outputStage);
    await bus.writeIndirect(address, bare && isFilter ? FILTER_OFF : value);
  }
}

function levelsOf({ settings }: Si321xConfig): ReadonlyMap<string, number> {
  return new Map([
    ["DACG", gainSetup(settings?.toPhoneDb ?? 0).digital],
    ["ADCG", gainSetup(settings?.fromPhoneDb ?? 0).digital],
  ]);
}

function writeBasics(bus: ChipBus, config: Si321xConfig): void {
  bus.write(REGISTERS.LOOPBACK, 0);
  bus.write(REGISTERS.ENHANCEMENT, ENHANCEMENTS);
  bus.write(REGISTERS.AUTOMATIC, 0x07);
  bus.write(REGISTERS.BATTERY_FEED, BATTERY_TRACKING);
  const drivesMosfet = (bus.read(REGISTERS.DCDC_SWITCHING) & BITS.DCPOL) !== 0;
  const dcdc = config.dcdc ?? (drivesMosfet ? DCDC_DEFAULTS.mosfet : DCDC_DEFAULTS.bipolar);
  bus.write(REGISTERS.DCDC_PERIOD, dcdc.period);
  bus.write(REGISTERS.DCDC_SWITCHING, dcdc.offTime);
  bus.write(REGISTERS.HIGH_BATTERY, HIGH_BATTERY);
  bus.write(REGISTERS.LOW_BATTERY, LOW_BATTERY);
  const milliamps = config.loopMilliamps ?? SI321X_DEFAULTS.loopMilliamps;
  const { minMilliamps, stepMilliamps, steps } = CURRENT_LIMIT;
  const limit = Math.round((milliamps - minMilliamps) / stepMilliamps);
  bus.write(REGISTERS.LOOP_CURRENT_LIMIT, Math.max(0, Math.min(steps, limit)));
}

async function powerUp(bus: ChipBus): Promise<void> {
  bus.write(REGISTERS.POWER_DOWN_1, 0);
  for (let waitedMs = 0; waitedMs <= BATTERY_UP_MAX_MS; waitedMs += LOOK_MS) {
    if (bus.read(REGISTERS.BATTERY_SENSE_1) * SENSE_VOLTS >= BATTERY_UP_VOLTS) return;
    await bus.sleep(LOOK_MS);
  }
  const volts = Math.round(bus.read(REGISTERS.BATTERY_SENSE_1) * SENSE_VOLTS);
  const advice = "check the converter's supply, its transistor, and its settings (dcdc)";
  throw bus.fault("io", `its battery reaches ${volts} V, not ${BATTERY_UP_VOLTS}`, advice);
}

/** With nothing to draw on it the battery falls slowly; where it does not, something leaks. */
async function testLeakage(bus: ChipBus): Promise<void> {
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open);
  bus.write(REGISTERS.POWER_DOWN_1, BITS.DCOF);
  for (let waitedMs = 0; waitedMs < LEAK_TEST_MS; waitedMs += LOOK_MS) {
    await bus.sleep(LOOK_MS);
    if (bus.read(REGISTERS.BATTERY_SENSE_1) > LEAK_MIN_RAW) continue;
    const advice = "look for a short on the line, and at the chip's own circuit";
    throw bus.fault("io", "its battery leaks", advice);
  }
}

async function flushAccumulators(bus: ChipBus, { chip }: Si321xConfig): Promise<void> {
  // Where the Si3215 has its own is not public: its values settle by themselves.
  if (chip !== "si3210") return;
  for (const address of SI3210_ACCUMULATORS) await bus.writeIndirect(address, 0);
}

function startService(bus: ChipBus, config: Si321xConfig): void {
  for (const status of [REGISTERS.IRQ_STATUS_1, REGISTERS.IRQ_STATUS_2, REGISTERS.IRQ_STATUS_3]) {
    bus.write(status, 0xff);
  }
  for (const [register, value] of serviceRegisters(config)) bus.write(register, value);
  const volts = config.ringVoltsRms ?? SI321X_DEFAULTS.ringVoltsRms;
  bus.write(REGISTERS.RING_TRIP_DEBOUNCE, ringingSetup(20, "sine", peakOf(volts, "sine")).rtdi);
  bus.write(REGISTERS.RING_OSCILLATOR, BITS.RTAE);
  bus.write(REGISTERS.HIGH_BATTERY, HIGH_BATTERY);
  bus.write(REGISTERS.LINEFEED, LINE_FEEDS.forwardActive);
}
