import type { TraceEvent } from "./trace.ts";

/**
 * A value change dump of what a trace tells of pins, wires and registers, for waveform viewers.
 *
 *     $var wire 1 ! line1-fr $end        declared once
 *     #1250                              a time, microseconds
 *     1!                                 a pin is high; `z` where nobody drives it
 *     r-48 "                             volts
 *     b1000000 #                         a register
 *
 * @see IEEE 1364-2001 §18
 */

/** What kind of signal a variable is. */
type Kind = "wire" | "real" | "register";

interface Signal {
  readonly scope: string;
  readonly name: string;
  readonly kind: Kind;
  readonly id: string;
}

interface Change {
  readonly atUs: number;
  readonly signal: Signal;
  readonly value: string;
}

/** Changes that are kept; a run of hours is cut off there. */
const CHANGES_MAX = 5_000_000;
const REGISTER_BITS = 8;
/** Identifiers are made of the printable characters from `!` on. */
const ID_FIRST = 33;
const ID_COUNT = 94;

/** Collects changes from a trace's events, and prints them. */
export class VcdRecorder {
  readonly #signals = new Map<string, Signal>();
  readonly #changes: Change[] = [];

  /** Takes any event; what is no signal is passed over. */
  add(event: TraceEvent): void {
    const { atMs, source, kind } = event;
    if (source.startsWith("pin ")) {
      const { level } = event;
      const value = level === 0 || level === 1 ? String(level) : "z";
      this.#change(atMs, "pins", source.slice(4), "wire", value);
    } else if (source.endsWith(" loop")) this.#loop(event, source.slice(0, -5));
    else if (source.endsWith(" chip") && kind === "write") {
      const { register, value } = event;
      const bits = typeof value === "number" ? value.toString(2) : "x";
      this.#change(atMs, source.slice(0, -5), `R${String(register)}`, "register", `b${bits}`);
    } else if (source.startsWith("phone ") && (kind === "lift" || kind === "hang")) {
      this.#change(atMs, "phones", source.slice(6), "wire", kind === "lift" ? "1" : "0");
    }
  }

  /** The dump as a file's text, ASCII. */
  print(): string {
    const lines = ["$version Tipring hw-sim $end", "$timescale 1us $end"];
    const scopes = new Set([...this.#signals.values()].map(({ scope }) => scope));
    for (const scope of scopes) {
      lines.push(`$scope module ${scope} $end`);
      for (const signal of this.#signals.values()) {
        if (signal.scope === scope) lines.push(declaration(signal));
      }
      lines.push("$upscope $end");
    }
    lines.push("$enddefinitions $end", "$dumpvars");
    for (const signal of this.#signals.values()) lines.push(changeLine(signal, unknown(signal)));
    lines.push("$end");
    let lastUs = -1;
    // Times of one source never run backwards; those of two may be told a little out of order.
    for (const { atUs, signal, value } of this.#changes.toSorted((a, b) => a.atUs - b.atUs)) {
      if (atUs !== lastUs) lines.push(`#${atUs}`);
      lastUs = atUs;
      lines.push(changeLine(signal, value));
    }
    return `${lines.join("\n")}\n`;
  }

  #loop(event: TraceEvent, line: string): void {
    const { atMs, closed, volts, milliamps } = event;
    this.#change(atMs, line, "closed", "wire", closed === true ? "1" : "0");
    this.#change(atMs, line, "volts", "real", `r${String(volts ?? 0)}`);
    this.#change(atMs, line, "milliamps", "real", `r${String(milliamps ?? 0)}`);
  }

  #change(atMs: number, scope: string, name: string, kind: Kind, value: string): void {
    if (this.#changes.length >= CHANGES_MAX) return;
    const key = `${scope} ${name}`;
    let signal = this.#signals.get(key);
    if (signal === undefined) {
      signal = { scope: clean(scope), name: clean(name), kind, id: idOf(this.#signals.size) };
      this.#signals.set(key, signal);
    }
    this.#changes.push({ atUs: Math.round(atMs * 1000), signal, value });
  }
}

/** Blanks part words in this format. */
function clean(name: string): string {
  return name.replaceAll(/\s+/g, "_");
}

function idOf(number: number): string {
  const digit = String.fromCharCode(ID_FIRST + (number % ID_COUNT));
  return number < ID_COUNT ? digit : digit + idOf(Math.floor(number / ID_COUNT) - 1);
}

function declaration({ kind, id, name }: Signal): string {
  if (kind === "real") return `$var real 64 ${id} ${name} $end`;
  if (kind === "register") return `$var reg ${REGISTER_BITS} ${id} ${name} $end`;
  return `$var wire 1 ${id} ${name} $end`;
}

function unknown({ kind }: Signal): string {
  return kind === "real" ? "r0" : kind === "register" ? "bx" : "x";
}

/** One bit stands right before its name, a vector or a number a blank away. */
function changeLine({ kind, id }: Signal, value: string): string {
  return kind === "wire" ? `${value}${id}` : `${value} ${id}`;
}
