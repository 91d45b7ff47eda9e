import { ByteReader, ByteWriter } from "../../../../src/base/bytes.ts";
import type { CardAudio } from "./card-audio.ts";
import { type CardLine, FEED } from "./card-line.ts";

/** Packet types. @see docs/serial-line-card.md §2 */
export const FROM_HOST = {
  HELLO: 0x01,
  COMMAND: 0x02,
  ACK: 0x03,
  PING: 0x04,
  AUDIO_DOWN: 0x05,
  BYE: 0x06,
} as const;

/** Packet types. @see docs/serial-line-card.md §2 */
export const TO_HOST = {
  WELCOME: 0x81,
  REPLY: 0x82,
  EVENTS: 0x83,
  STATUS: 0x84,
  AUDIO_UP: 0x85,
  OUT_OF_SESSION: 0x86,
} as const;

/** How a command went. @see docs/serial-line-card.md R18 */
export const STATUS_CODE = {
  DONE: 0,
  UNKNOWN_OP: 1,
  BAD_ARGUMENTS: 2,
  NO_SUCH_LINE: 3,
  CANNOT: 4,
  WRONG_STATE: 5,
} as const;

/** What is done with a command. @see docs/serial-line-card.md §5 */
const OP = { RESET: 1, FEED: 2, RING: 3, MEASURE: 7, AUDIO: 0x0a, STATE: 0x0b } as const;
/** Ops that the page knows and this card's lines cannot: their flags are not set. */
const CANNOT = new Set([0x04, 0x05, 0x06, 0x08, 0x09, 0x10]);

/** A reply's status and data. */
export interface Outcome {
  readonly status: number;
  readonly data: Uint8Array;
}

const NOTHING = new Uint8Array();
const only = (status: number): Outcome => ({ status, data: NOTHING });

/** Carries commands out, each of them once. */
export class CardCommands {
  readonly #lines: readonly CardLine[];
  readonly #audio: CardAudio;
  /** The last tag of each line, and how it went. */
  readonly #last = new Map<number, { readonly tag: number; readonly outcome: Outcome }>();

  constructor(lines: readonly CardLine[], audio: CardAudio) {
    this.#lines = lines;
    this.#audio = audio;
  }

  /** A session begins: the first tag of each line is new. */
  begin(): void {
    this.#last.clear();
  }

  /** The outcome, now or of the first time that this tag came. */
  carryOut(line: number, tag: number, op: number, args: Uint8Array): Outcome {
    const at = this.#lines[line];
    if (at === undefined) return only(STATUS_CODE.NO_SUCH_LINE);
    const last = this.#last.get(line);
    if (last?.tag === tag) return last.outcome;
    const outcome = this.#do(at, op, new ByteReader(args));
    this.#last.set(line, { tag, outcome });
    return outcome;
  }

  /** Brings the codecs in line with what the lines have on. */
  updateAudio(): void {
    const bits = this.#lines.reduce((sum, line, at) => (line.audio ? sum | (1 << at) : sum), 0);
    this.#audio.setLines(bits);
  }

  #do(line: CardLine, op: number, args: ByteReader): Outcome {
    switch (op) {
      case OP.RESET:
        line.makeSafe();
        this.updateAudio();
        return state(line);
      case OP.FEED:
        return this.#feed(line, args);
      case OP.RING:
        return this.#ring(line, args);
      case OP.AUDIO: {
        const on = args.u8();
        if (args.overrun || on > 1) return only(STATUS_CODE.BAD_ARGUMENTS);
        line.audio = on === 1;
        this.updateAudio();
        return only(STATUS_CODE.DONE);
      }
      case OP.MEASURE:
        return measured(line);
      case OP.STATE:
        return state(line);
      default:
        return only(CANNOT.has(op) ? STATUS_CODE.CANNOT : STATUS_CODE.UNKNOWN_OP);
    }
  }

  #feed(line: CardLine, args: ByteReader): Outcome {
    const feed = args.u8();
    if (args.overrun || feed > FEED.POWER_DOWN) return only(STATUS_CODE.BAD_ARGUMENTS);
    if (feed === FEED.OPEN) return only(STATUS_CODE.CANNOT);
    line.setFeed(feed);
    return only(STATUS_CODE.DONE);
  }

  #ring(line: CardLine, args: ByteReader): Outcome {
    const on = args.u8();
    if (args.overrun || on > 1) return only(STATUS_CODE.BAD_ARGUMENTS);
    if (on === 0) {
      line.stopRinging();
      return only(STATUS_CODE.DONE);
    }
    args.u8(); // the shape is the module's own
    const frequencyHz = args.u16() / 10;
    args.u8(); // and so is the voltage
    const ms = args.u16();
    if (args.overrun) return only(STATUS_CODE.BAD_ARGUMENTS);
    if (line.feed === FEED.POWER_DOWN) return only(STATUS_CODE.WRONG_STATE);
    line.ring(frequencyHz, ms);
    return only(STATUS_CODE.DONE);
  }
}

function state(line: CardLine): Outcome {
  const data = Uint8Array.of(line.feed, line.ringing ? 1 : 0, line.loop ? 1 : 0, line.fault);
  return { status: STATUS_CODE.DONE, data };
}

/** Current in 10 µA, volts in 10 mV, as far as 16 bits go. */
function measured(line: CardLine): Outcome {
  const { milliamps, tipVolts, ringVolts, batteryVolts } = line.measure();
  const data = new ByteWriter();
  for (const value of [milliamps, tipVolts, ringVolts, batteryVolts]) {
    const steps = Math.max(-0x8000, Math.min(0x7fff, Math.round(value * 100)));
    data.u16(steps & 0xffff);
  }
  return { status: STATUS_CODE.DONE, data: data.finish() };
}
