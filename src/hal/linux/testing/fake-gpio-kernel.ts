import { invariant } from "../../../base/invariant.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Level } from "../../ports/gpio.ts";
import type { FileState, GpioKernel } from "../gpio-chardev-kernel.ts";
import { GPIO_FLAGS, GPIO_REQUESTS, GPIO_STRUCTS, GPIO_VALUES } from "../gpio-chardev-layout.ts";

/** A chip of the fake machine. */
export interface FakeChip {
  readonly label: string;
  /** Each line's name, "" where it has none. */
  readonly lines: readonly string[];
}

/** What a line does on the wire: driven, or nothing. */
export type FakeDrive = Level | "floating";

interface Line {
  readonly name: string;
  /** Who holds it: another program's name, ours, or nobody. */
  consumer: string;
  held: boolean;
  worldLevel: Level;
  drive: FakeDrive;
  history: FakeDrive[];
  refusal: string | undefined;
}

interface LineFile {
  readonly line: Line;
  readonly flags: number;
  readonly capacity: number;
  records: Uint8Array[];
  count: number;
  nonBlocking: boolean;
  /** Closed, but a wait still looks at it: the kernel keeps the line until that ends. */
  closed: boolean;
}

interface Wait {
  readonly files: readonly number[];
  readonly end: (states: readonly FileState[]) => void;
}

const { fields: REQUEST } = GPIO_STRUCTS.gpio_v2_line_request;
const { fields: CONFIG } = GPIO_STRUCTS.gpio_v2_line_config;
const { fields: INFO } = GPIO_STRUCTS.gpio_v2_line_info;

/** The kernel's own number of edges kept for one line that asks for none. */
const defaultCapacity = 16;

/**
 * The kernel's side of GPIO chips, version 2, as its documentation tells it: it reads and fills the
 * same bytes as the real one. The world drives lines and takes chips away; time is the clock's.
 *
 * @see https://docs.kernel.org/userspace-api/gpio/chardev.html
 */
export class FakeGpioKernel implements GpioKernel {
  /** Ioctls the kernel does not know: an older one has no version 2. */
  unknownRequests: readonly number[] = [];
  /** The error with which opening a chip fails. */
  chipRefusal: string | undefined;
  /** How much later than its time an edge can be read. */
  latencyMs = 0;
  readonly #clock: Clock;
  readonly #chips: { readonly label: string; readonly lines: Line[]; gone: boolean }[];
  readonly #chipFiles = new Map<number, number>();
  readonly #lineFiles = new Map<number, LineFile>();
  #nextFile = 10;
  #wait: Wait | undefined;
  #woken = false;

  constructor(clock: Clock, chips: readonly FakeChip[]) {
    this.#clock = clock;
    this.#chips = chips.map(({ label, lines }) => ({
      label,
      gone: false,
      lines: lines.map((name) => ({
        name,
        consumer: "",
        held: false,
        worldLevel: 0,
        drive: "floating",
        history: [],
        refusal: undefined,
      })),
    }));
  }

  /** Files that are open now: none may be left over. */
  get openFiles(): number {
    return this.#chipFiles.size + this.#lineFiles.size;
  }

  get isWaiting(): boolean {
    return this.#wait !== undefined;
  }

  /** The world drives a line, now. */
  driveLine(chip: number, offset: number, level: Level): void {
    const line = this.#line(chip, offset);
    if (line.worldLevel === level) return;
    line.worldLevel = level;
    this.record(chip, offset, level);
  }

  /** The kernel notes an edge, whatever the level is. */
  record(chip: number, offset: number, level: Level): void {
    const line = this.#line(chip, offset);
    const atMs = this.#clock.nowMs();
    for (const file of this.#lineFiles.values()) {
      const edge =
        level === 1
          ? GPIO_FLAGS.GPIO_V2_LINE_FLAG_EDGE_RISING
          : GPIO_FLAGS.GPIO_V2_LINE_FLAG_EDGE_FALLING;
      if (file.line !== line || (file.flags & edge) === 0) continue;
      const record = encodeRecord(atMs, level, offset, ++file.count);
      this.#clock.at(atMs + this.latencyMs, () => {
        file.records.push(record);
        if (file.records.length > file.capacity) file.records.shift();
        this.#endWait();
      });
    }
  }

  /** How a line is driven by the program: now, and all that it ever was. */
  output(chip: number, offset: number): { now: FakeDrive; history: readonly FakeDrive[] } {
    const { drive, history } = this.#line(chip, offset);
    return { now: drive, history };
  }

  /** Another program takes a line. */
  hold(chip: number, offset: number, consumer: string | undefined): void {
    const line = this.#line(chip, offset);
    line.held = consumer !== undefined;
    line.consumer = consumer ?? "";
  }

  /** Requests for a line fail with this error, or no longer. */
  refuse(chip: number, offset: number, code: string | undefined): void {
    this.#line(chip, offset).refusal = code;
  }

  /** The chip is unplugged, or back. */
  setGone(chip: number, gone: boolean): void {
    const found = this.#chips[chip];
    invariant(found !== undefined, "there is such a chip");
    found.gone = gone;
    this.#endWait();
  }

  chipPaths(): readonly string[] {
    return this.#chips.flatMap((chip, index) => (chip.gone ? [] : [`/dev/gpiochip${index}`]));
  }

  open(path: string): number {
    const index = this.chipPaths().includes(path) ? Number(path.slice(13)) : -1;
    if (index < 0) throw kernelError("ENOENT");
    if (this.chipRefusal !== undefined) throw kernelError(this.chipRefusal);
    const file = this.#nextFile++;
    this.#chipFiles.set(file, index);
    return file;
  }

  ioctl(file: number, request: number, bytes: Uint8Array): void {
    if (this.unknownRequests.includes(request)) throw kernelError("EINVAL");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const chip = this.#chipFiles.get(file);
    if (chip !== undefined) this.#chipRequest(chip, request, bytes, view);
    else this.#lineRequest(this.#lineFile(file), request, view);
  }

  setNonBlocking(file: number): void {
    this.#lineFile(file).nonBlocking = true;
  }

  read(file: number, bytes: Uint8Array): number {
    const open = this.#lineFile(file);
    if (this.#isGone(open.line)) throw kernelError("ENODEV");
    if (bytes.length < GPIO_STRUCTS.gpio_v2_line_event.size) throw kernelError("EINVAL");
    invariant(open.records.length > 0 || open.nonBlocking, "this read would wait for ever");
    let length = 0;
    while (length + GPIO_STRUCTS.gpio_v2_line_event.size <= bytes.length) {
      const record = open.records.shift();
      if (record === undefined) break;
      bytes.set(record, length);
      length += record.length;
    }
    return length;
  }

  close(file: number): void {
    if (this.#chipFiles.delete(file)) return;
    const open = this.#lineFile(file);
    open.closed = true;
    if (this.#wait?.files.includes(file) !== true) this.#letGo(file, open);
  }

  wait(files: readonly number[], timeoutMs: number): Promise<readonly FileState[]> {
    invariant(this.#wait === undefined, "one wait at a time");
    invariant(timeoutMs > 0 && timeoutMs <= 250, "a wait ends by itself, and soon");
    return new Promise((resolve) => {
      const wait: Wait = { files, end: resolve };
      this.#wait = wait;
      const soon = this.#woken ? 0 : timeoutMs;
      this.#clock.at(this.#clock.nowMs() + soon, () => {
        if (this.#wait === wait) this.#endWait(true);
      });
      this.#endWait();
    });
  }

  wake(): void {
    this.#woken = true;
    this.#clock.at(this.#clock.nowMs(), () => {
      if (this.#woken) this.#endWait(true);
    });
  }

  #endWait(anyway = false): void {
    const wait = this.#wait;
    if (wait === undefined) return;
    const states = wait.files.flatMap((file): readonly FileState[] => {
      const open = this.#lineFiles.get(file);
      if (open === undefined || this.#isGone(open.line)) return [{ file, state: "broken" }];
      return open.records.length > 0 ? [{ file, state: "readable" }] : [];
    });
    if (states.length === 0 && !anyway) return;
    this.#wait = undefined;
    this.#woken = false;
    for (const file of wait.files) {
      const open = this.#lineFiles.get(file);
      if (open?.closed === true) this.#letGo(file, open);
    }
    wait.end(states);
  }

  #chipRequest(chip: number, request: number, bytes: Uint8Array, view: DataView): void {
    const found = this.#chips[chip];
    invariant(found !== undefined, "an open chip is there");
    if (found.gone) throw kernelError("ENODEV");
    if (request === GPIO_REQUESTS.GPIO_GET_CHIPINFO_IOCTL) {
      const { fields } = GPIO_STRUCTS.gpiochip_info;
      writeText(bytes, fields.name, `gpiochip${chip}`);
      writeText(bytes, fields.label, found.label);
      view.setUint32(fields.lines, found.lines.length, true);
    } else if (request === GPIO_REQUESTS.GPIO_V2_GET_LINEINFO_IOCTL) {
      const line = found.lines[view.getUint32(INFO.offset, true)];
      if (line === undefined) throw kernelError("EINVAL");
      writeText(bytes, INFO.name, line.name);
      writeText(bytes, INFO.consumer, line.consumer);
      const used = line.held ? GPIO_FLAGS.GPIO_V2_LINE_FLAG_USED : 0;
      view.setBigUint64(INFO.flags, BigInt(used), true);
    } else if (request === GPIO_REQUESTS.GPIO_V2_GET_LINE_IOCTL) {
      this.#grant(found.lines, bytes, view);
    } else throw kernelError("ENOTTY");
  }

  #grant(lines: readonly Line[], bytes: Uint8Array, view: DataView): void {
    const line = lines[view.getUint32(REQUEST.offsets, true)];
    const flags = Number(view.getBigUint64(REQUEST.config + CONFIG.flags, true));
    const isInput = (flags & GPIO_FLAGS.GPIO_V2_LINE_FLAG_INPUT) !== 0;
    const isOutput = (flags & GPIO_FLAGS.GPIO_V2_LINE_FLAG_OUTPUT) !== 0;
    const one = view.getUint32(REQUEST.num_lines, true) === 1;
    if (line === undefined || !one || isInput === isOutput) throw kernelError("EINVAL");
    if (line.refusal !== undefined) throw kernelError(line.refusal);
    if (line.held) throw kernelError("EBUSY");
    line.held = true;
    line.consumer = readText(bytes, REQUEST.consumer);
    const capacity = view.getUint32(REQUEST.event_buffer_size, true) || defaultCapacity;
    const file = this.#nextFile++;
    this.#lineFiles.set(file, {
      ...{ line, flags, capacity },
      ...{ records: [], count: 0, nonBlocking: false, closed: false },
    });
    if (isOutput) setDrive(line, flags, initialLevel(view));
    else line.drive = "floating";
    view.setInt32(REQUEST.fd, file, true);
  }

  #lineRequest(open: LineFile, request: number, view: DataView): void {
    const { fields } = GPIO_STRUCTS.gpio_v2_line_values;
    if (this.#isGone(open.line)) throw kernelError("ENODEV");
    if (open.line.refusal !== undefined) throw kernelError(open.line.refusal);
    if (view.getBigUint64(fields.mask, true) !== 1n) throw kernelError("EINVAL");
    if (request === GPIO_REQUESTS.GPIO_V2_LINE_GET_VALUES_IOCTL) {
      view.setBigUint64(fields.bits, BigInt(open.line.worldLevel), true);
    } else if (request === GPIO_REQUESTS.GPIO_V2_LINE_SET_VALUES_IOCTL) {
      if ((open.flags & GPIO_FLAGS.GPIO_V2_LINE_FLAG_OUTPUT) === 0) throw kernelError("EPERM");
      setDrive(open.line, open.flags, view.getBigUint64(fields.bits, true) === 1n ? 1 : 0);
    } else throw kernelError("EINVAL");
  }

  #letGo(file: number, open: LineFile): void {
    open.line.held = false;
    open.line.consumer = "";
    this.#lineFiles.delete(file);
  }

  #isGone(line: Line): boolean {
    return this.#chips.some((chip) => chip.gone && chip.lines.includes(line));
  }

  #lineFile(file: number): LineFile {
    const open = this.#lineFiles.get(file);
    if (open === undefined || open.closed) throw kernelError("EBADF");
    return open;
  }

  #line(chip: number, offset: number): Line {
    const line = this.#chips[chip]?.lines[offset];
    invariant(line !== undefined, "there is such a line");
    return line;
  }
}

function initialLevel(view: DataView): Level {
  const outer = GPIO_STRUCTS.gpio_v2_line_config_attribute.fields;
  const inner = GPIO_STRUCTS.gpio_v2_line_attribute.fields;
  const at = REQUEST.config + CONFIG.attrs;
  if (view.getUint32(REQUEST.config + CONFIG.num_attrs, true) === 0) return 0;
  const id = view.getUint32(at + outer.attr + inner.id, true);
  const mask = view.getBigUint64(at + outer.mask, true);
  if (id !== GPIO_VALUES.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES || mask !== 1n) return 0;
  return view.getBigUint64(at + outer.attr + inner.values, true) === 1n ? 1 : 0;
}

function setDrive(line: Line, flags: number, level: Level): void {
  const openDrain = (flags & GPIO_FLAGS.GPIO_V2_LINE_FLAG_OPEN_DRAIN) !== 0;
  line.drive = openDrain && level === 1 ? "floating" : level;
  line.history.push(line.drive);
}

function encodeRecord(atMs: number, level: Level, offset: number, number: number): Uint8Array {
  const { size, fields } = GPIO_STRUCTS.gpio_v2_line_event;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(fields.timestamp_ns, BigInt(Math.round(atMs * 1e6)), true);
  view.setUint32(fields.id, level === 1 ? 1 : 2, true);
  view.setUint32(fields.offset, offset, true);
  view.setUint32(fields.seqno, number, true);
  view.setUint32(fields.line_seqno, number, true);
  return bytes;
}

function writeText(bytes: Uint8Array, at: number, text: string): void {
  bytes.fill(0, at, at + GPIO_VALUES.GPIO_MAX_NAME_SIZE);
  bytes.set(new TextEncoder().encode(text).subarray(0, GPIO_VALUES.GPIO_MAX_NAME_SIZE - 1), at);
}

function readText(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + GPIO_VALUES.GPIO_MAX_NAME_SIZE);
  return new TextDecoder().decode(field.subarray(0, field.indexOf(0)));
}

/** An error as the kernel's calls throw it. */
export function kernelError(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code });
}
