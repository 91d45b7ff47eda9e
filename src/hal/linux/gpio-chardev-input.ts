import type { PortFault } from "../../base/port-fault.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { GpioInput, GpioInputEvents, Level } from "../ports/gpio.ts";
import { decodeEdges, GPIO_STRUCTS } from "./gpio-chardev-layout.ts";

/**
 * How long after a moment an edge of that moment can be read at the latest: the kernel stamps it in
 * the interrupt and puts it into the line's buffer in a thread of real-time priority.
 */
const edgeSettleMs = 2;

/** How many edges are taken out of the kernel at once. */
const edgesPerRead = 32;

/** What an input pin does with its line. Each call throws what the kernel said. */
export interface InputLine {
  level(): Level;
  /** Bytes of edge records read, 0 where there are none. */
  readEdges(bytes: Uint8Array): number;
  /** Stops waiting for edges and lets the line go. */
  close(): void;
  /** Stops waiting for edges. */
  unwatch(): void;
}

/**
 * An input pin by the character device. The kernel keeps the edges with their times until they are
 * read, so it does not matter how late that is: what is reported is when it happened.
 *
 * The kernel reads an edge's level a moment after its time, so a very short pulse can show as two
 * edges to the same level: the second is left out, which keeps the promise that they alternate.
 */
export class ChardevInput implements GpioInput {
  readonly #line: InputLine;
  readonly #events: GpioInputEvents;
  readonly #clock: Clock;
  readonly #faultFrom: (error: unknown) => PortFault;
  readonly #bytes = new Uint8Array(edgesPerRead * GPIO_STRUCTS.gpio_v2_line_event.size);
  #reported: Level;
  #deadline: Timer | undefined;
  /** No edge before this is reported any more. */
  #toldToMs = 0;
  #broken = false;
  #released = false;

  constructor(
    line: InputLine,
    events: GpioInputEvents,
    clock: Clock,
    faultFrom: (error: unknown) => PortFault,
  ) {
    this.#line = line;
    this.#events = events;
    this.#clock = clock;
    this.#faultFrom = faultFrom;
    this.#reported = line.level();
  }

  read(): Result<Level, PortFault> {
    try {
      // The number of a file that was closed may by now be another pin's.
      if (this.#released) throw Object.assign(new Error("released"), { code: "EBADF" });
      return ok(this.#line.level());
    } catch (error) {
      return err(this.#faultFrom(error));
    }
  }

  requestWatermark(atMs: number): void {
    this.#deadline?.cancel();
    if (this.#released) return;
    const readableMs = Math.max(atMs, this.#clock.nowMs()) + edgeSettleMs;
    this.#deadline = this.#clock.at(readableMs, () => this.#answer(atMs));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#deadline?.cancel();
    this.#line.close();
  }

  /** The line has something to tell. */
  onReady(state: "readable" | "broken"): void {
    if (state === "readable") this.#tellEdges();
    else this.#break(Object.assign(new Error("the chip went away"), { code: "ENODEV" }));
  }

  #answer(atMs: number): void {
    const request = this.#deadline;
    this.#tellEdges();
    // Whoever was told an edge may have asked anew, or let go.
    if (this.#released || this.#deadline !== request) return;
    this.#toldToMs = Math.max(this.#toldToMs, atMs);
    this.#events.onWatermark(atMs);
  }

  /** Takes all edges out of the kernel and tells them. */
  #tellEdges(): void {
    for (let filled = true; filled && !this.#released && !this.#broken; ) {
      let length = 0;
      try {
        length = this.#line.readEdges(this.#bytes);
      } catch (error) {
        this.#break(error);
        return;
      }
      filled = length === this.#bytes.length;
      for (const edge of decodeEdges(this.#bytes.subarray(0, length))) {
        if (this.#released) return;
        if (edge.level === this.#reported) continue;
        this.#reported = edge.level;
        // The kernel was later than all we allow for: the promise counts, not the moment.
        const atMs = Math.max(this.#toldToMs, Math.min(edge.atMs, this.#clock.nowMs()));
        this.#toldToMs = atMs;
        this.#events.onEdge({ level: edge.level, atMs });
      }
    }
  }

  /** Nothing more can come from this line; it is told once. */
  #break(error: unknown): void {
    if (this.#released || this.#broken) return;
    this.#broken = true;
    this.#line.unwatch();
    this.#events.onFault(this.#faultFrom(error));
  }
}
