import type { Ciphers } from "../../base/ciphers.ts";
import type { CodecEngines } from "../../base/codec-engines.ts";
import type { FaxEngine } from "../../base/fax-engine.ts";
import type { Clock } from "./clock.ts";
import type { Gpio } from "./gpio.ts";
import type { Udp } from "./net.ts";
import type { Pcm } from "./pcm-stream.ts";
import type { Random } from "./random.ts";
import type { Serial } from "./serial-link.ts";
import type { Sounds } from "./sounds.ts";
import type { Spi } from "./spi.ts";

/** All that the real-time plane touches. Built inside its thread: ports cannot cross one. */
export interface RealtimePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly udp: Udp;
  readonly gpio: Gpio;
  readonly pcm: Pcm;
  /** Without it no call is encrypted. */
  readonly ciphers?: Ciphers;
  /** Recordings and sounds; without it there are none. */
  readonly sounds?: Sounds;
  /** Codecs from outside; what is not here is never offered. */
  readonly codecs?: CodecEngines;
  /** Modems for T.38; without it there is none. */
  readonly fax?: FaxEngine;
  /** Absent where the board has no such bus. */
  readonly spi?: Spi;
  /** Absent where the board has no serial lines. */
  readonly serial?: Serial;
}

/** Which board to open, as a value that can cross a thread. */
export interface BoardSpec {
  /** The module that opens it, e.g. `tipring/hw-sim`. */
  readonly module: string;
  /** How many lines the configuration uses. */
  readonly lineCount: number;
  /** What this module understands beside that (seed, phones); plain data. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A clock and sockets made as those of the board are, on a time that stands still until it is told
 * to go on: what is done with them runs the code that calls will run.
 */
export interface Rehearsal {
  readonly clock: Clock;
  readonly udp: Udp;
  /** Lets time pass, and runs what is due in it. */
  advance(ms: number): void;
}

/**
 * A board, opened. `receive` takes a message meant for the board itself and not for a line (the
 * simulated board's people: "lift phone 1"); what it has to say goes to the `tell` it was given.
 */
export interface Board {
  readonly ports: RealtimePorts;
  /** Absent where nothing is gained by it: time or network are not this machine's own. */
  readonly rehearse?: () => Rehearsal;
  receive(message: unknown): void;
  close(): void;
}

/** What a board's module exports. Rejects with `PortError`. */
export type OpenBoard = (spec: BoardSpec, tell: (message: unknown) => void) => Promise<Board>;
