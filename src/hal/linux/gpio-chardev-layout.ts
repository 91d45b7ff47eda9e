import type { Level } from "../ports/gpio.ts";

/**
 * The kernel's interface to GPIO chips, version 2 (Linux 5.10 and later), as data: request numbers
 * and where each field of its structures lies. All numbers are little-endian, as on every machine
 * this runs on. A test compiles the kernel's own header and compares.
 *
 * A record of an edge, as it is read from a line (48 bytes):
 *
 *      0        8      12       16      20           24       48
 *      +--------+------+--------+-------+------------+--------+
 *      | time   | edge | offset | seqno | line_seqno | unused |
 *      | u64 ns | u32  | u32    | u32   | u32        |        |
 *      +--------+------+--------+-------+------------+--------+
 *
 * @see https://docs.kernel.org/userspace-api/gpio/chardev.html, include/uapi/linux/gpio.h
 */
export const GPIO_REQUESTS = {
  GPIO_GET_CHIPINFO_IOCTL: 0x8044_b401,
  GPIO_V2_GET_LINEINFO_IOCTL: 0xc100_b405,
  GPIO_V2_GET_LINE_IOCTL: 0xc250_b407,
  GPIO_V2_LINE_GET_VALUES_IOCTL: 0xc010_b40e,
  GPIO_V2_LINE_SET_VALUES_IOCTL: 0xc010_b40f,
} as const;

/** Size of each structure and offset of each field that is used, in bytes. */
export const GPIO_STRUCTS = {
  gpiochip_info: { size: 68, fields: { name: 0, label: 32, lines: 64 } },
  gpio_v2_line_info: { size: 256, fields: { name: 0, consumer: 32, offset: 64, flags: 72 } },
  gpio_v2_line_values: { size: 16, fields: { bits: 0, mask: 8 } },
  gpio_v2_line_attribute: { size: 16, fields: { id: 0, values: 8 } },
  gpio_v2_line_config_attribute: { size: 24, fields: { attr: 0, mask: 16 } },
  gpio_v2_line_config: { size: 272, fields: { flags: 0, num_attrs: 8, attrs: 32 } },
  gpio_v2_line_request: {
    size: 592,
    fields: {
      offsets: 0,
      consumer: 256,
      config: 288,
      num_lines: 560,
      event_buffer_size: 564,
      fd: 588,
    },
  },
  gpio_v2_line_event: {
    size: 48,
    fields: { timestamp_ns: 0, id: 8, offset: 12, seqno: 16, line_seqno: 20 },
  },
} as const;

/** How a line is used: bits of `flags`, all below 32. */
export const GPIO_FLAGS = {
  GPIO_V2_LINE_FLAG_USED: 1,
  GPIO_V2_LINE_FLAG_INPUT: 4,
  GPIO_V2_LINE_FLAG_OUTPUT: 8,
  GPIO_V2_LINE_FLAG_EDGE_RISING: 16,
  GPIO_V2_LINE_FLAG_EDGE_FALLING: 32,
  GPIO_V2_LINE_FLAG_OPEN_DRAIN: 64,
} as const;

/** The other values that are used. */
export const GPIO_VALUES = {
  GPIO_MAX_NAME_SIZE: 32,
  GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES: 2,
  GPIO_V2_LINE_EVENT_RISING_EDGE: 1,
  GPIO_V2_LINE_EVENT_FALLING_EDGE: 2,
} as const;

/** What the kernel tells of a chip. */
export interface ChipInfo {
  readonly name: string;
  readonly label: string;
  readonly lineCount: number;
}

/** What the kernel tells of a line; names are "" where it has none. */
export interface LineInfo {
  readonly name: string;
  /** Who holds the line. */
  readonly consumer: string;
  readonly used: boolean;
}

/** What a line is asked to be. */
export interface LineRequest {
  readonly offset: number;
  readonly consumer: string;
  readonly flags: number;
  /** The level of an output, from the first moment on. */
  readonly initial?: Level;
  /** How many edges the kernel keeps until they are read; 0 is its own choice. */
  readonly eventCapacity: number;
}

/** One edge as the kernel recorded it. */
export interface EdgeRecord {
  /** On the kernel's monotonic clock, in milliseconds with a fraction. */
  readonly atMs: number;
  readonly level: Level;
  /** Counts this line's edges from 1; a gap is what did not fit into the kernel's buffer. */
  readonly number: number;
}

/** An empty structure, to be filled by the kernel. */
export function emptyStruct(name: keyof typeof GPIO_STRUCTS): Uint8Array {
  return new Uint8Array(GPIO_STRUCTS[name].size);
}

/** Reads a filled `gpiochip_info`. */
export function decodeChipInfo(bytes: Uint8Array): ChipInfo {
  const { name, label, lines } = GPIO_STRUCTS.gpiochip_info.fields;
  return {
    name: readName(bytes, name),
    label: readName(bytes, label),
    lineCount: viewOf(bytes).getUint32(lines, true),
  };
}

/** A `gpio_v2_line_info` that asks about a line. */
export function encodeLineInfoQuery(offset: number): Uint8Array {
  const bytes = emptyStruct("gpio_v2_line_info");
  viewOf(bytes).setUint32(GPIO_STRUCTS.gpio_v2_line_info.fields.offset, offset, true);
  return bytes;
}

/** Reads a filled `gpio_v2_line_info`. */
export function decodeLineInfo(bytes: Uint8Array): LineInfo {
  const { name, consumer, flags } = GPIO_STRUCTS.gpio_v2_line_info.fields;
  return {
    name: readName(bytes, name),
    consumer: readName(bytes, consumer),
    used: (viewOf(bytes).getUint32(flags, true) & GPIO_FLAGS.GPIO_V2_LINE_FLAG_USED) !== 0,
  };
}

/** A `gpio_v2_line_request` for one line. */
export function encodeLineRequest(request: LineRequest): Uint8Array {
  const bytes = emptyStruct("gpio_v2_line_request");
  const view = viewOf(bytes);
  const { fields } = GPIO_STRUCTS.gpio_v2_line_request;
  const config = GPIO_STRUCTS.gpio_v2_line_config.fields;
  view.setUint32(fields.offsets, request.offset, true);
  writeName(bytes, fields.consumer, request.consumer);
  view.setUint32(fields.num_lines, 1, true);
  view.setUint32(fields.event_buffer_size, request.eventCapacity, true);
  view.setUint32(fields.config + config.flags, request.flags, true);
  if (request.initial !== undefined) {
    const outer = GPIO_STRUCTS.gpio_v2_line_config_attribute.fields;
    const inner = GPIO_STRUCTS.gpio_v2_line_attribute.fields;
    const at = fields.config + config.attrs;
    view.setUint32(fields.config + config.num_attrs, 1, true);
    const { GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES: outputValues } = GPIO_VALUES;
    view.setUint32(at + outer.attr + inner.id, outputValues, true);
    view.setUint32(at + outer.attr + inner.values, request.initial, true);
    view.setUint32(at + outer.mask, 1, true);
  }
  return bytes;
}

/** The number of the opened line's file, in a `gpio_v2_line_request` that was granted. */
export function decodeLineFile(bytes: Uint8Array): number {
  return viewOf(bytes).getInt32(GPIO_STRUCTS.gpio_v2_line_request.fields.fd, true);
}

/** A `gpio_v2_line_values` for the one line of a request: its level, or 0 to ask for it. */
export function encodeLineValues(level: Level): Uint8Array {
  const bytes = emptyStruct("gpio_v2_line_values");
  const view = viewOf(bytes);
  const { bits, mask } = GPIO_STRUCTS.gpio_v2_line_values.fields;
  view.setUint32(bits, level, true);
  view.setUint32(mask, 1, true);
  return bytes;
}

/** The level in a filled `gpio_v2_line_values`. */
export function decodeLineValues(bytes: Uint8Array): Level {
  const { bits } = GPIO_STRUCTS.gpio_v2_line_values.fields;
  return (viewOf(bytes).getUint32(bits, true) & 1) === 1 ? 1 : 0;
}

/** Reads whole edge records; what is left of one at the end, or is no edge, is passed over. */
export function decodeEdges(bytes: Uint8Array): readonly EdgeRecord[] {
  const view = viewOf(bytes);
  const { size, fields } = GPIO_STRUCTS.gpio_v2_line_event;
  const edges: EdgeRecord[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    const id = view.getUint32(at + fields.id, true);
    const rising = id === GPIO_VALUES.GPIO_V2_LINE_EVENT_RISING_EDGE;
    if (!rising && id !== GPIO_VALUES.GPIO_V2_LINE_EVENT_FALLING_EDGE) continue;
    edges.push({
      // A double holds nanoseconds exactly for 104 days after boot, and to 2 ns for years.
      atMs: Number(view.getBigUint64(at + fields.timestamp_ns, true)) / 1e6,
      level: rising ? 1 : 0,
      number: view.getUint32(at + fields.line_seqno, true),
    });
  }
  return edges;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readName(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + GPIO_VALUES.GPIO_MAX_NAME_SIZE);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Writes a name, cut so that the zero behind it fits. */
function writeName(bytes: Uint8Array, at: number, name: string): void {
  const text = new TextEncoder().encode(name).subarray(0, GPIO_VALUES.GPIO_MAX_NAME_SIZE - 1);
  bytes.set(text, at);
}
