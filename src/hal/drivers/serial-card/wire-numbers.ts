/** The protocol's numbers. @see docs/serial-line-card.md */

/** The version of the protocol that this is. */
export const VERSION = 1;

/** With type, seq and CRC. */
export const PACKET_MIN_BYTES = 4;
/** The longest packet, CRC included. */
export const PACKET_MAX_BYTES = 1400;
/** The longest frame before its 0x00: the longest packet with a code byte each 254. */
export const FRAME_MAX_BYTES = 1406;
/** The most lines of a card. */
export const CARD_LINES_MAX = 8;
/** Samples of a line in one AUDIO packet: 10 ms. */
export const FRAME_SAMPLES = 80;
/** The most events of one packet. */
export const EVENTS_MAX = 16;

/** What the first byte of a packet says. */
export const PACKET_TYPES = {
  hello: 0x01,
  command: 0x02,
  ack: 0x03,
  ping: 0x04,
  audioDown: 0x05,
  bye: 0x06,
  welcome: 0x81,
  reply: 0x82,
  events: 0x83,
  status: 0x84,
  audioUp: 0x85,
  outOfSession: 0x86,
} as const;

/** What a command asks for. */
export const OPS = {
  reset: 0x01,
  feed: 0x02,
  ring: 0x03,
  onHookTransmission: 0x04,
  metering: 0x05,
  lamp: 0x06,
  measure: 0x07,
  levels: 0x08,
  impedance: 0x09,
  audio: 0x0a,
  state: 0x0b,
  spi: 0x10,
} as const;

/** How samples cross the link, in the order of their codes. */
export const CODINGS = ["pcmu", "pcma", "linear"] as const;
/** One of {@link CODINGS}. */
export type CardCoding = (typeof CODINGS)[number];

/** The bits of a line's flags in WELCOME. */
export const LINE_FLAGS = {
  slic: 1 << 0,
  audio: 1 << 1,
  onHookTransmission: 1 << 2,
  switchedOnHookTransmission: 1 << 3,
  reversal: 1 << 4,
  openLoop: 1 << 5,
  powerDown: 1 << 6,
  cleanRingTrip: 1 << 7,
  metering12kHz: 1 << 8,
  metering16kHz: 1 << 9,
  lamp: 1 << 10,
  measures: 1 << 11,
  spi: 1 << 12,
  levels: 1 << 13,
  impedance: 1 << 14,
} as const;

/** Kinds of events. */
export const EVENT_KINDS = { loop: 1, fault: 2, faultOver: 3, ringStopped: 4 } as const;
