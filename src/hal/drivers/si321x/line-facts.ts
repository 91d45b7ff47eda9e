import type { LineReading, SlicCapabilities } from "../../ports/slic.ts";
import type { ChipBus } from "./chip-bus.ts";
import type { Si321xChip } from "./indirect-registers.ts";
import { REGISTERS, SENSE_MILLIAMPS, SENSE_VOLTS } from "./registers.ts";

/** The chip's own timer ends the ringing after 8.19 s: a burst is over before. */
const RING_BURST_MAX_MS = 8000;
/** Volts of a wire count down from ground in eight bits. */
const SENSE_MAX = 0xff;

/** What a line on a part can do. */
export function si321xCapabilities(chip: Si321xChip): SlicCapabilities {
  return {
    onHookTransmission: true,
    reversal: true,
    openLoop: true,
    ringDutyMax: 1,
    ringBurstMaxMs: RING_BURST_MAX_MS,
    ringTrip: "clean",
    measuredVolts: { lowest: -SENSE_VOLTS * SENSE_MAX, highest: 0 },
    measuredStepMa: SENSE_MILLIAMPS,
    ...(chip === "si3210" ? { meteringHz: [12_000, 16_000] } : {}),
  };
}

/** The line at this moment, ringing included. Throws `PortError` where the bus fails. */
export function readLine(bus: ChipBus): LineReading {
  const sensed = bus.read(REGISTERS.LOOP_CURRENT_SENSE);
  const milliamps = (sensed & 0x3f) * SENSE_MILLIAMPS;
  return {
    loopMilliamps: (sensed & 0x40) === 0 ? milliamps : -milliamps,
    tipVolts: -SENSE_VOLTS * bus.read(REGISTERS.TIP_VOLTAGE_SENSE),
    ringVolts: -SENSE_VOLTS * bus.read(REGISTERS.RING_VOLTAGE_SENSE),
    batteryVolts: -SENSE_VOLTS * bus.read(REGISTERS.BATTERY_SENSE_1),
  };
}
