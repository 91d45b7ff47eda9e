import { PortError, type PortFault } from "../../../base/port-fault.ts";
import { done, err } from "../../../base/result.ts";
import type { Random } from "../../ports/random.ts";
import type { Serial, SerialLink, SerialLinkEvents } from "../../ports/serial-link.ts";
import { HandClock } from "../testing/hand-clock.ts";

/** A packet of the host as the card's side of a test sees it. */
export interface HeardPacket {
  readonly atMs: number;
  readonly type: number;
  readonly seq: number;
  readonly body: readonly number[];
}

/** Numbers of the document, big-endian. */
export const be16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
/** The same, four bytes. */
export const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value)];

/** Line, control and audio, on-hook transmission, reversal, power-down: an Ag1171. */
export const AG1171_LINE = [...be16(0x57), 33, 20, 20, 25, 65, 0];
/** Everything a card can: flags 0 to 14. */
export const FULL_LINE = [...be16(0x7fff), 100, 255, 16, 50, 65, 0];

/**
 * The outside of a serial port with a card on it, written from docs/serial-line-card.md without
 * the driver's code: slow and plain, bit by bit. It answers what a card must; a test says when not.
 */
export class ScriptedCard implements Serial {
  readonly clock = new HandClock(5000);
  readonly heard: HeardPacket[] = [];
  /** Lines as WELCOME describes them. */
  lines: readonly (readonly number[])[] = [AG1171_LINE, AG1171_LINE];
  coding = 2;
  /** One way, ms. */
  delayMs = 1;
  /** What the card's clock was when ours stood at 0, µs, and how fast it runs. */
  startUs = 0xfff0_0000;
  ppm = 0;
  loops = 0;
  nextEvent = 0;
  /** Types and ops that the card does not answer any more. */
  readonly deaf = new Set<number>();
  /** Replies other than done, by op. */
  readonly replies = new Map<number, { status: number; data: readonly number[] }>();
  openFault: PortFault | undefined;
  writeFault: PortFault | undefined;
  pendingBytes = 0;
  opened = 0;
  closed = 0;
  lastBaud = 0;
  #events: SerialLinkEvents | undefined;
  #partial: number[] = [];
  #seq = 0;

  readonly random: Random = {
    bytes: (count) => Uint8Array.from({ length: count }, (_, at) => 0x10 + at + this.opened),
  };

  async open(_device: string, baud: number, events: SerialLinkEvents): Promise<SerialLink> {
    if (this.openFault !== undefined) throw new PortError(this.openFault);
    this.opened++;
    this.lastBaud = baud;
    this.#events = events;
    this.#partial = [];
    const isOpen = (): boolean => this.#events === events;
    const self = this;
    return {
      write: (bytes) => {
        if (this.writeFault !== undefined) return err(this.writeFault);
        for (const byte of bytes) this.#byte(byte);
        return done;
      },
      get pendingBytes() {
        return self.pendingBytes;
      },
      close: () => {
        if (!isOpen()) return;
        this.closed++;
        this.#events = undefined;
      },
    };
  }

  nowUs(): number {
    return Math.round(this.startUs + this.clock.nowMs() * 1000 * (1 + this.ppm / 1e6)) % 2 ** 32;
  }

  /** The link goes, as an adapter that is pulled out. */
  unplug(fault: PortFault): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onFault(fault);
  }

  /** Puts a packet on the wire. */
  say(type: number, body: readonly number[], seq = this.#seq): void {
    const content = [type, seq, ...body];
    this.#seq = (seq + 1) & 0xff;
    this.raw([...cobs([...content, ...be16(crc(content))]), 0]);
  }

  /** Puts bytes on the wire. */
  raw(bytes: readonly number[]): void {
    this.clock.at(this.clock.nowMs() + this.delayMs, () =>
      this.#events?.onBytes(Uint8Array.from(bytes), this.clock.nowMs()),
    );
  }

  /** A change of a line's loop, now or `agoMs` before. */
  loop(line: number, closed: boolean, agoMs = 0): void {
    this.loops = closed ? this.loops | (1 << line) : this.loops & ~(1 << line);
    this.say(0x83, [this.nextEvent, 1, ...this.event(line, 1, Number(closed), agoMs)]);
    this.nextEvent = (this.nextEvent + 1) & 0xff;
  }

  event(line: number, kind: number, value: number, agoMs = 0): number[] {
    return [line, kind, ...be32(this.nowUs() - agoMs * 1000), ...be16(value)];
  }

  /** A frame of audio of the lines of `mask`, each filled with one 16-bit sample. */
  audio(mask: number, position: number, sample: number): void {
    const lines = [0, 1, 2, 3, 4, 5, 6, 7].filter((line) => ((mask >> line) & 1) === 1);
    const samples = lines.flatMap(() => Array.from({ length: 80 }, () => be16(sample)).flat());
    const head = [mask, ...be32(position), ...be32(this.nowUs()), this.nextEvent];
    this.say(0x85, [...head, ...samples]);
  }

  /** What came of a type since the last call. */
  taken(type: number): HeardPacket[] {
    const found = this.heard.filter((packet) => packet.type === type);
    this.heard.splice(0, this.heard.length, ...this.heard.filter((one) => one.type !== type));
    return found;
  }

  /** The commands since the last call, `line op args`, numbers in decimal. */
  commands(): string[] {
    return this.taken(0x02).map(({ body: [line, , op, ...args] }) => [line, op, ...args].join(" "));
  }

  #byte(byte: number): void {
    if (byte !== 0) {
      this.#partial.push(byte);
      return;
    }
    const frame = this.#partial;
    this.#partial = [];
    if (frame.length === 0) return;
    const packet = uncobs(frame);
    if (crc(packet) !== 0) throw new Error(`the host sent a wrong CRC: ${packet.join(" ")}`);
    const [type = 0, seq = 0, ...rest] = packet.slice(0, -2);
    const heard = { atMs: this.clock.nowMs(), type, seq, body: rest };
    this.heard.push(heard);
    this.clock.at(this.clock.nowMs() + this.delayMs, () => this.#answer(heard));
  }

  #answer({ type, body }: HeardPacket): void {
    if (this.deaf.has(type)) return;
    if (type === 0x01) {
      this.nextEvent = 0;
      const session = body.slice(4, 8);
      const head = [...session, 1, this.lines.length, 7, this.coding, 2, ...be16(1400)];
      this.say(0x81, [...head, ...this.lines.flat(), 4, 0x74, 0x65, 0x73, 0x74], 0);
    } else if (type === 0x02) {
      const [line = 0, tag = 0, op = 0] = body;
      if (this.deaf.has(op)) return;
      const state = [1, 0, (this.loops >> line) & 1, 0];
      const data = op === 1 || op === 0x0b ? state : [];
      const reply = this.replies.get(op) ?? { status: 0, data };
      this.say(0x82, [line, tag, op, reply.status, ...reply.data]);
    } else if (type === 0x04) {
      const now = be32(this.nowUs());
      const counters = [1, 2, 3, 4, 5, 6].flatMap(be16);
      const head = [...body.slice(0, 4), ...now, ...now, this.nextEvent, this.loops, 0];
      this.say(0x84, [...head, ...counters]);
    }
  }
}

/** CRC-16/IBM-3740, bit by bit. */
export function crc(bytes: readonly number[]): number {
  let value = 0xffff;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((value >> 15) & 1) ^ ((byte >> bit) & 1);
      value = ((value << 1) & 0xffff) ^ (carry === 1 ? 0x1021 : 0);
    }
  }
  return value;
}

/** COBS of the document, block by block. */
export function cobs(bytes: readonly number[]): number[] {
  const out: number[] = [];
  let block: number[] = [];
  for (const byte of bytes) {
    if (block.length === 254) {
      out.push(255, ...block);
      block = [];
    }
    if (byte === 0) {
      out.push(block.length + 1, ...block);
      block = [];
    } else block.push(byte);
  }
  return [...out, block.length + 1, ...block];
}

function uncobs(frame: readonly number[]): number[] {
  const out: number[] = [];
  for (let at = 0; at < frame.length; ) {
    const code = frame[at] ?? 0;
    out.push(...frame.slice(at + 1, at + code));
    at += code;
    if (code < 255 && at < frame.length) out.push(0);
  }
  return out;
}
