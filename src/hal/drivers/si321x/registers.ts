/**
 * The direct registers of Si3210 and Si3215, by their numbers in the data sheets (Si3215 Rev. 0.92,
 * Si3230 Rev. 0.96, which share the map). What is not listed here must not be written.
 */
export const REGISTERS = {
  SPI_MODE: 0,
  PCM_MODE: 1,
  PCM_TX_START_LOW: 2,
  PCM_TX_START_HIGH: 3,
  PCM_RX_START_LOW: 4,
  PCM_RX_START_HIGH: 5,
  LOOPBACK: 8,
  AUDIO_GAIN: 9,
  TWO_WIRE_IMPEDANCE: 10,
  HYBRID: 11,
  POWER_DOWN_1: 14,
  POWER_DOWN_2: 15,
  IRQ_STATUS_1: 18,
  IRQ_STATUS_2: 19,
  IRQ_STATUS_3: 20,
  IRQ_ENABLE_1: 21,
  IRQ_ENABLE_2: 22,
  IRQ_ENABLE_3: 23,
  INDIRECT_DATA_LOW: 28,
  INDIRECT_DATA_HIGH: 29,
  INDIRECT_ADDRESS: 30,
  INDIRECT_STATUS: 31,
  RING_OSCILLATOR: 34,
  PULSE_METERING: 35,
  RING_ACTIVE_TIMER_LOW: 48,
  RING_ACTIVE_TIMER_HIGH: 49,
  LOOP_CLOSURE_DEBOUNCE_RINGING: 63,
  LINEFEED: 64,
  BATTERY_FEED: 66,
  AUTOMATIC: 67,
  LOOP_STATUS: 68,
  LOOP_CLOSURE_DEBOUNCE: 69,
  RING_TRIP_DEBOUNCE: 70,
  LOOP_CURRENT_LIMIT: 71,
  ON_HOOK_VOLTAGE: 72,
  COMMON_MODE_VOLTAGE: 73,
  HIGH_BATTERY: 74,
  LOW_BATTERY: 75,
  LOOP_CURRENT_SENSE: 79,
  TIP_VOLTAGE_SENSE: 80,
  RING_VOLTAGE_SENSE: 81,
  BATTERY_SENSE_1: 82,
  Q5_CURRENT_SENSE: 88,
  Q6_CURRENT_SENSE: 89,
  DCDC_PERIOD: 92,
  DCDC_SWITCHING: 93,
  CALIBRATION_1: 96,
  CALIBRATION_2: 97,
  RING_GAIN_MISMATCH: 98,
  TIP_GAIN_MISMATCH: 99,
  DIFFERENTIAL_GAIN: 100,
  COMMON_MODE_GAIN: 101,
  CURRENT_LIMIT_CALIBRATION: 102,
  ADC_OFFSET: 103,
  DAC_ADC_OFFSET: 104,
  DAC_OFFSET: 105,
  COMMON_MODE_BALANCE: 106,
  DCDC_PEAK_CURRENT: 107,
  ENHANCEMENT: 108,
} as const;

/** What LINEFEED's low three bits say. Reversed is the same state with bit 2 set. */
export const LINE_FEEDS = {
  open: 0,
  forwardActive: 1,
  forwardOnHookTransmission: 2,
  ringing: 4,
  reverseActive: 5,
  reverseOnHookTransmission: 6,
} as const;

/** Bits of registers, named as in the data sheets. */
export const BITS = {
  /** SPI_MODE: daisy chain on. */
  SPIDC: 0x80,
  /** PCM_MODE: the part is of the Si3215 family. */
  PNI2: 0x80,
  /** POWER_DOWN_1: the dc-dc converter forced off. */
  DCOF: 0x10,
  /** IRQ_STATUS_2: the loop closure changed; ring trip. */
  LCIP: 0x02,
  RTIP: 0x01,
  /** IRQ_STATUS_2: power alarms of Q1 (bit 2) to Q6 (bit 7). */
  POWER_ALARMS: 0xfc,
  /** LOOP_STATUS: ring trip; loop closure. */
  RTP: 0x02,
  LCR: 0x01,
  /** INDIRECT_STATUS: an access is under way. */
  IAS: 0x01,
  /** RING_OSCILLATOR: trapezoid; the active timer ends the ringing. */
  TSWS: 0x01,
  RTAE: 0x10,
  /** PULSE_METERING: the oscillator on. */
  PMOE: 0x04,
  /** CALIBRATION_1: started, or under way. */
  CAL: 0x40,
  /** DCDC_SWITCHING: calibrate, or calibrating; the pin says a MOSFET is driven. */
  DCCAL: 0x80,
  DCPOL: 0x20,
} as const;

/** What LOOPBACK holds after a reset: the sign that the chip lost its settings. */
export const LOOPBACK_AFTER_RESET = 0x02;
/** The same of HYBRID and LINEFEED. */
export const HYBRID_AFTER_RESET = 0x33;

/** Volts for one step of the voltage sense registers. */
export const SENSE_VOLTS = 0.376;
/** Volts for one step of the voltage settings. */
export const SETTING_VOLTS = 1.5;
/** Milliamperes for one step of LOOP_CURRENT_SENSE. */
export const SENSE_MILLIAMPS = 1.25;
