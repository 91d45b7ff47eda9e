import { IMPEDANCES } from "../../../base/impedance.ts";
import { HYBRIDS_DB, type LineSettings } from "../serial-card/line-settings.ts";
import type { ChipBus } from "./chip-bus.ts";
import { gainSetup } from "./gains.ts";
import { BITS, LINE_FEEDS, REGISTERS, SETTING_VOLTS } from "./registers.ts";
import { SI321X_DEFAULTS, type Si321xConfig } from "./si321x-config.ts";

/** Ring trip and loop closure make the line active, and a power alarm opens it, without us. */
const AUTOMATIC = 0x1f;

/** PCM enabled, with the coding; linear takes two slots. */
const PCM_MODES = { pcmu: 0x28, pcma: 0x20, linear: 0x3c } as const;

const COMMON_MODE_STEPS = 2;

/** Loop closure, ring trip, and the power alarms of Q1 to Q6. */
const IRQ_2 = 0xff;

/** The metering hybrid of register 11 at 0 dB. */
const METERING_HYBRID = 0x30;

/**
 * The longest that the chip rings by itself, in 125 µs: 8.19 s, should nobody be there any more to
 * end it. Its inactive timer is off, so it does not ring again.
 */
const RING_LIMIT_TICKS = 0xffff;

/** 5 ms: dial pulses of 20 a second keep their shape, contacts of a hook have settled. */
const LOOP_DEBOUNCE = 0x04;
/** A line feed is written so often until the chip does not ring. */
const QUIET_TRIES_MAX = 5;

/** What stays as it is while the line is in service, whatever it does. */
export function serviceRegisters(
  config: Si321xConfig,
): readonly (readonly [register: number, value: number])[] {
  const start = config.pcmStart ?? SI321X_DEFAULTS.pcmStart;
  const volts = config.onHookVolts ?? SI321X_DEFAULTS.onHookVolts;
  return [
    [REGISTERS.IRQ_ENABLE_1, 0x00],
    [REGISTERS.IRQ_ENABLE_2, IRQ_2],
    [REGISTERS.IRQ_ENABLE_3, 0x00],
    [REGISTERS.RING_ACTIVE_TIMER_LOW, RING_LIMIT_TICKS & 0xff],
    [REGISTERS.RING_ACTIVE_TIMER_HIGH, RING_LIMIT_TICKS >> 8],
    [REGISTERS.LOOP_CLOSURE_DEBOUNCE_RINGING, 0x54],
    [REGISTERS.AUTOMATIC, AUTOMATIC],
    [REGISTERS.LOOP_CLOSURE_DEBOUNCE, LOOP_DEBOUNCE],
    [REGISTERS.PCM_MODE, PCM_MODES[config.pcmCoding ?? SI321X_DEFAULTS.pcmCoding]],
    [REGISTERS.PCM_TX_START_LOW, start & 0xff],
    [REGISTERS.PCM_TX_START_HIGH, start >> 8],
    [REGISTERS.PCM_RX_START_LOW, start & 0xff],
    [REGISTERS.PCM_RX_START_HIGH, start >> 8],
    [REGISTERS.COMMON_MODE_VOLTAGE, COMMON_MODE_STEPS],
    [REGISTERS.ON_HOOK_VOLTAGE, Math.max(0, Math.min(0x3f, Math.round(volts / SETTING_VOLTS)))],
    ...audioRegisters(config.settings ?? {}),
  ];
}

/** Impedance with its synthesis on, the hybrid (metering's as after a reset), analog gains. */
function audioRegisters(
  settings: LineSettings,
): readonly (readonly [register: number, value: number])[] {
  const { impedance, impedanceIfAble, hybridDb = 0, toPhoneDb = 0, fromPhoneDb = 0 } = settings;
  const preset = IMPEDANCES.indexOf(impedance ?? impedanceIfAble ?? "600");
  const gains = (gainSetup(fromPhoneDb).step << 2) | gainSetup(toPhoneDb).step;
  return [
    [REGISTERS.TWO_WIRE_IMPEDANCE, 0x08 | preset],
    [REGISTERS.HYBRID, METERING_HYBRID | HYBRIDS_DB.indexOf(hybridDb)],
    [REGISTERS.AUDIO_GAIN, gains],
  ];
}

/**
 * Puts right what noise on the bus has changed, in a register or by going to the wrong one: a line
 * that cannot be heard tells nobody. `isDown`: the converter is off because it was told to be.
 * Throws `PortError` where the bus fails.
 */
export function mendRegisters(bus: ChipBus, config: Si321xConfig, isDown: boolean): void {
  const power = [REGISTERS.POWER_DOWN_1, isDown ? BITS.DCOF : 0] as const;
  for (const [register, value] of [power, ...serviceRegisters(config)]) {
    // The part's own bit of PCM_MODE cannot be written.
    const known = register === REGISTERS.PCM_MODE ? 0xff & ~BITS.PNI2 : 0xff;
    const isRight = (): boolean => ((bus.read(register) ^ value) & known) === 0;
    // The noise may have been in the reading.
    if (!isRight() && !isRight()) bus.write(register, value);
  }
}

/** Writes a line feed that is not ringing until the chip tells that it is none. */
export function writeQuietFeed(bus: ChipBus, feed: number): void {
  for (let attempt = 0; attempt < QUIET_TRIES_MAX; attempt++) {
    bus.write(REGISTERS.LINEFEED, feed);
    if (((bus.read(REGISTERS.LINEFEED) >> 4) & 7) !== LINE_FEEDS.ringing) return;
  }
}

/** Whether a reading of SPI_MODE names no part: the wire from the chip is stuck. */
export function isNoPart(mode: number): boolean {
  const part = mode & 0x0f;
  return part === 0 || part === 0x0f;
}

/**
 * Whether nothing comes back from the chip: it may have been reset as well, and what has no
 * settings is not to be fed.
 */
export function tellsNothing(bus: ChipBus): boolean {
  try {
    return isNoPart(bus.read(REGISTERS.SPI_MODE));
  } catch {
    return true;
  }
}
