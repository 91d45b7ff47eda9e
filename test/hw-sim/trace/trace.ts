import { Sha256 } from "./sha256.ts";

/** What a trace can hold: what JSON can. Undefined members are left out. */
export type TraceValue =
  | string
  | number
  | boolean
  | null
  | readonly TraceValue[]
  | { readonly [name: string]: TraceValue | undefined };

/**
 * One thing that happened in the world. `source` names where, e.g. `line1 loop`; `kind` what, in
 * kebab case; any other members tell more.
 */
export interface TraceEvent {
  readonly atMs: number;
  readonly source: string;
  readonly kind: string;
  readonly [name: string]: TraceValue | undefined;
}

/** Events that are put into words only where somebody looks, by number; none of them changes. */
export interface LaterEvents {
  toTrace(number: number): TraceEvent;
}

/** Where the parts of the simulator tell what happens. */
export type TraceSink = (event: TraceEvent) => void;

/** How a trace keeps its events. */
export interface TraceOptions {
  /** How many lines are kept for {@link Trace.lines}; the hash takes all of them. */
  readonly keptMax?: number;
  /** Each line as it comes, without its line end. */
  readonly onLine?: (line: string) => void;
  /** Each event as it comes. */
  readonly onEvent?: (event: TraceEvent) => void;
}

const KEPT_MAX = 1_000_000;

/**
 * The record of a run: one JSON object a line, in ASCII, times rounded to the microsecond, and a
 * running SHA-256 over the lines and their ends. Two runs are the same run if the hashes agree.
 */
export class Trace {
  readonly #hash = new Sha256();
  /** Kept events; what was asked for once is a line from then on. */
  readonly #kept: (TraceEvent | LaterEvents | string)[] = [];
  /** Of each kept one, which of its later events it is; 0 where it is none of those. */
  readonly #numbers: number[] = [];
  readonly #keptMax: number;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onEvent: ((event: TraceEvent) => void) | undefined;
  #count = 0;
  /** Kept events are written out and hashed when somebody asks: most runs never do. */
  #hashedLines = 0;

  constructor(options: TraceOptions = {}) {
    this.#keptMax = options.keptMax ?? KEPT_MAX;
    this.#onLine = options.onLine;
    this.#onEvent = options.onEvent;
  }

  /**
   * Takes an event, which must not change any more; bound, so that it can be handed out as a
   * {@link TraceSink}.
   */
  readonly add: TraceSink = (event) => {
    this.#onEvent?.(event);
    this.#keep(event, 0);
  };

  /** Takes one of some later events. False where it is not wanted any more: it is in words now. */
  addLater(events: LaterEvents, number: number): boolean {
    this.#onEvent?.(events.toTrace(number));
    return this.#keep(events, number);
  }

  #keep(event: TraceEvent | LaterEvents, number: number): boolean {
    this.#count++;
    const room = this.#kept.length < this.#keptMax;
    if (room) this.#numbers.push(number);
    if (room && this.#onLine === undefined) {
      this.#kept.push(event);
      return true;
    }
    const line = jsonLineFromEvent(inWords(event, number));
    if (room) this.#kept.push(line);
    else {
      this.#catchUp();
      this.#take(line);
    }
    this.#onLine?.(line);
    return false;
  }

  /** How many events came. */
  get count(): number {
    return this.#count;
  }

  /** The kept lines, oldest first. */
  get lines(): readonly string[] {
    return this.#kept.map((_, at) => this.#line(at));
  }

  /** SHA-256 of all so far, lower-case hexadecimal. */
  sha256(): string {
    this.#catchUp();
    return this.#hash.hex();
  }

  /** The kept lines as one text, JSON Lines. */
  jsonLines(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }

  #line(at: number): string {
    const kept = this.#kept[at] ?? "";
    if (typeof kept === "string") return kept;
    const line = jsonLineFromEvent(inWords(kept, this.#numbers[at] ?? 0));
    this.#kept[at] = line;
    return line;
  }

  #catchUp(): void {
    for (; this.#hashedLines < this.#kept.length; this.#hashedLines++) {
      this.#take(this.#line(this.#hashedLines));
    }
  }

  #take(line: string): void {
    this.#hash.updateAscii(line).updateAscii("\n");
  }
}

function inWords(event: TraceEvent | LaterEvents, number: number): TraceEvent {
  return isLater(event) ? event.toTrace(number) : event;
}

function isLater(event: TraceEvent | LaterEvents): event is LaterEvents {
  // No member of a trace event has that name.
  return "toTrace" in event;
}

/** An event as one line of ASCII JSON: time, source, kind, then the rest in the order given. */
export function jsonLineFromEvent(event: TraceEvent): string {
  const { atMs, source, kind, ...rest } = event;
  const json = JSON.stringify({ atMs: Math.round(atMs * 1000) / 1000, source, kind, ...rest });
  return json.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** An event as a line for people: `   1234.567 ms  line1 loop  ringing volts=-72`. */
export function textLineFromEvent(event: TraceEvent): string {
  const { atMs, source, kind, ...rest } = event;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return [`${atMs.toFixed(3).padStart(12)} ms `, source.padEnd(14), kind, ...details].join(" ");
}

function textOf(value: TraceValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
