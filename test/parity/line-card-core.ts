import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { done } from "../../src/base/result.ts";
import { HandClock } from "../../src/hal/drivers/testing/hand-clock.ts";
import type { Serial, SerialLink, SerialLinkEvents } from "../../src/hal/ports/serial-link.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** How the core must compile. */
export const C_FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-Wshadow"];

interface Shim {
  readonly init: (lines: number, flags: number, nowUs: number) => void;
  readonly receive: (bytes: Uint8Array, count: number, nowUs: number) => void;
  readonly tick: (nowUs: number) => void;
  readonly loop: (line: number, closed: number, atUs: number) => void;
  readonly fault: (line: number, fault: number, over: number, atUs: number) => void;
  readonly ringTrip: (line: number, atUs: number) => void;
  readonly ringFails: (status: number) => void;
  readonly frame: (captured: Int16Array, playout: Int16Array, nowUs: number) => void;
  readonly position: (position: number) => void;
  readonly next: (out: Uint8Array, nowUs: number) => number;
  readonly crc: (bytes: Uint8Array, count: number) => number;
  readonly text: (out: Uint8Array) => number;
}

/** Whether this machine has what that takes: a compiler, and the optional package `koffi`. */
export function canBuildCore(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return spawnSync("gcc", ["--version"]).status === 0;
  } catch {
    return false;
  }
}

/**
 * Compiles the C core and the shim around it, and loads them. `mutate` may break the core's text
 * first, to see whether a check notices.
 */
export function buildCore(mutate?: (source: string) => string): {
  shim: Shim;
  remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), "line-card-"));
  const library = join(folder, "core.so");
  const core = join(ROOT, "firmware/line-card");
  const source = join(folder, "line_card.c");
  const whole = readFileSync(join(core, "line_card.c"), "utf8");
  writeFileSync(source, mutate === undefined ? whole : mutate(whole));
  const sources = [source, join(ROOT, "test/parity/line-card-shim.c")];
  const flags = [
    ...(mutate === undefined ? C_FLAGS : ["-w"]),
    "-O1",
    "-fsanitize=undefined",
    "-fsanitize-undefined-trap-on-error",
  ];
  execFileSync("gcc", [...flags, "-I", core, "-shared", "-fPIC", "-o", library, ...sources]);
  // koffi's own declarations do not fit a prototype that is a text.
  const koffi = createRequire(import.meta.url)("koffi") as {
    load: (path: string) => { func: (prototype: string) => (...args: unknown[]) => unknown };
  };
  const loaded = koffi.load(library);
  // Each prototype below says what the shim's member of that name does.
  const load = (prototype: string) => loaded.func(prototype) as never;
  const shim: Shim = {
    init: load("void shim_init(int, int, uint32_t)"),
    receive: load("void shim_receive(const uint8_t *, int, uint32_t)"),
    tick: load("void shim_tick(uint32_t)"),
    loop: load("void shim_loop(int, int, uint32_t)"),
    fault: load("void shim_fault(int, int, int, uint32_t)"),
    ringTrip: load("void shim_ring_trip(int, uint32_t)"),
    ringFails: load("void shim_ring_fails(int)"),
    frame: load("void shim_frame(int16_t *, _Inout_ int16_t *, uint32_t)"),
    position: load("void shim_position(uint32_t)"),
    next: load("int shim_next(_Out_ uint8_t *, uint32_t)"),
    crc: load("int shim_crc(const uint8_t *, int)"),
    text: load("int shim_text(_Out_ uint8_t *)"),
  };
  return { shim, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What happens to bytes on the way, whole frames of them; undefined loses them. */
export type Damage = (frame: Uint8Array) => readonly Uint8Array[];

const LINES = 8;
const FRAME_SAMPLES = 80;

/**
 * The C core on a serial line in virtual time: a UART of a certain rate each way, a sample clock, a
 * millisecond tick, and a microsecond counter that is off by `ppm`.
 */
export class CoreCard implements Serial {
  readonly clock = new HandClock(1000);
  readonly random = { bytes: (count: number) => new Uint8Array(count).fill(7) };
  readonly captured = new Int16Array(LINES * FRAME_SAMPLES);
  readonly playout = new Int16Array(LINES * FRAME_SAMPLES);
  toCard: Damage = (frame) => [frame];
  toHost: Damage = (frame) => [frame];
  /** Called after each frame of the sample clock, before the next is captured. */
  onFrame: () => void = () => {};
  mute = false;
  readonly #shim: Shim;
  readonly #baud: number;
  readonly #ppm: number;
  #events: SerialLinkEvents | undefined;
  #cardBusyMs = 0;
  #hostBusyMs = 0;
  #frames = 0;
  readonly #startMs = 1000;

  constructor(
    shim: Shim,
    { lines = 2, flags = 0x7fff, baud = 921_600, ppm = 0, startUs = 0xfff0_0000 } = {},
  ) {
    this.#shim = shim;
    this.#baud = baud;
    this.#ppm = ppm;
    this.#startUs = startUs;
    shim.init(lines, flags, this.nowUs());
    this.#tick();
  }

  readonly #startUs: number;

  nowUs(): number {
    const us = this.#startUs + this.clock.nowMs() * 1000 * (1 + this.#ppm / 1e6);
    return Math.round(us) % 2 ** 32;
  }

  async open(_device: string, _baud: number, events: SerialLinkEvents): Promise<SerialLink> {
    this.#events = events;
    const self = this;
    return {
      write: (bytes) => {
        this.#fromHost(bytes);
        return done;
      },
      get pendingBytes() {
        return Math.max(0, Math.ceil((self.#hostBusyMs - self.clock.nowMs()) / self.#byteMs));
      },
      close: () => {
        if (this.#events === events) this.#events = undefined;
      },
    };
  }

  /** A change of a line's loop, now. */
  loop(line: number, closed: boolean): void {
    this.#shim.loop(line, Number(closed), this.nowUs());
    this.#transmit();
  }

  fault(line: number, fault: number, over: boolean): void {
    this.#shim.fault(line, fault, Number(over), this.nowUs());
  }

  /** The card starts anew, as by its reset. */
  restart(lines: number, flags: number): void {
    this.#shim.init(lines, flags, this.nowUs());
  }

  /** What the lines were told since the last call. */
  told(): string[] {
    const out = new Uint8Array(1 << 16);
    const length = this.#shim.text(out);
    const text = new TextDecoder().decode(out.subarray(0, length));
    return text.split("\n").filter((line) => line !== "");
  }

  get #byteMs(): number {
    return 10_000 / this.#baud;
  }

  #fromHost(bytes: Uint8Array): void {
    const startMs = Math.max(this.clock.nowMs(), this.#hostBusyMs);
    this.#hostBusyMs = startMs + bytes.length * this.#byteMs;
    const copy = bytes.slice();
    this.clock.at(this.#hostBusyMs, () => {
      for (const piece of this.toCard(copy)) {
        this.#shim.receive(piece, piece.length, this.nowUs());
      }
      this.#transmit();
    });
  }

  #tick(): void {
    const due = this.#startMs + (this.#frames + 1) * 10 * (1 - this.#ppm / 1e6);
    if (this.clock.nowMs() >= due) {
      this.#frames++;
      this.#shim.frame(this.captured, this.playout, this.nowUs());
      this.onFrame();
    }
    this.#shim.tick(this.nowUs());
    this.#transmit();
    this.clock.at(this.clock.nowMs() + 1, () => this.#tick());
  }

  #transmit(): void {
    const nowMs = this.clock.nowMs();
    if (nowMs < this.#cardBusyMs) return;
    const out = new Uint8Array(1407);
    const length = this.#shim.next(out, this.nowUs());
    if (length === 0) return;
    this.#cardBusyMs = nowMs + length * this.#byteMs;
    this.clock.at(this.#cardBusyMs, () => {
      const pieces = this.mute ? [] : this.toHost(out.slice(0, length));
      for (const piece of pieces) this.#events?.onBytes(piece, this.clock.nowMs());
      this.#transmit();
    });
  }
}
