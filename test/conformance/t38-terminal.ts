import { createRequire } from "node:module";
import type { SocketAddress } from "../../src/base/address.ts";
import type { UdpSocket } from "../../src/hal/ports/net.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { type CompiledLibrary, compileLibrary } from "./line-judges.ts";

interface Library {
  func(prototype: string): (...args: unknown[]) => unknown;
}

/** How a terminal's call went. */
export interface TerminalFigures {
  readonly bitRate: number;
  readonly pagesSent: number;
  readonly pagesReceived: number;
  readonly badRows: number;
  /** 0 is well. */
  readonly status: number;
  readonly recovered: number;
  readonly lost: number;
  readonly ecm: boolean;
}

/** How a terminal is set. */
export interface TerminalOptions {
  /** A caller sends `file`, an answering one writes what it receives there. */
  readonly calling: boolean;
  readonly file: string;
  readonly ecm: boolean;
  readonly version: number;
  readonly correction: "redundancy" | "fec";
}

const DEPTH = 3;
const DATAGRAM_BYTES = 2048;
const TICK_MS = 20;

/** spandsp's terminals and its packets, compiled here. */
export class T38Judge {
  readonly #built: CompiledLibrary;
  readonly calls: Readonly<Record<string, (...args: unknown[]) => unknown>>;

  constructor() {
    this.#built = compileLibrary("t38-terminal");
    const koffi: { load(name: string): Library } = createRequire(import.meta.url)("koffi");
    const library = koffi.load(this.#built.file);
    const open = "int calling, const char *file, int ecm, int version, int fec, int depth";
    this.calls = {
      open: library.func(`void *terminal_open(${open})`),
      tick: library.func("void terminal_tick(void *s, int samples)"),
      take: library.func("int terminal_take(void *s, void *out)"),
      receive: library.func("int terminal_receive(void *s, const void *bytes, int length)"),
      active: library.func("int terminal_active(void *s)"),
      figures: library.func("void terminal_figures(void *s, void *out)"),
      close: library.func("void terminal_close(void *s)"),
      indicator: library.func("int ifp_indicator(int version, int indicator, void *out)"),
      data: library.func(
        "int ifp_data(int version, int type, int field, int last, const void *bytes, int length, " +
          "void *out)",
      ),
    };
  }

  /** Removes the compiled file. */
  close(): void {
    this.#built.close();
  }
}

/** A T.38 terminal on a bench's network, whose datagrams get lost by chance, both ways. */
export class T38Terminal {
  readonly #calls: T38Judge["calls"];
  readonly #state: unknown;
  readonly #lab: Bench;
  readonly #loses: () => boolean;
  #socket: UdpSocket | undefined;
  #to: SocketAddress | undefined;
  /** Datagrams of the box that were none, by spandsp's or the judge's reading. */
  malformed = 0;
  lost = 0;

  constructor(judge: T38Judge, lab: Bench, options: TerminalOptions, loses: () => boolean) {
    const { calling, file, ecm, version, correction } = options;
    this.#calls = judge.calls;
    this.#lab = lab;
    this.#loses = loses;
    const fec = correction === "fec" ? 1 : 0;
    this.#state = this.#call("open", calling ? 1 : 0, file, ecm ? 1 : 0, version, fec, DEPTH);
  }

  /** Begins: from now on it runs on the world's clock, until it has hung up. */
  async start(local: SocketAddress, to: SocketAddress): Promise<void> {
    this.#to = to;
    this.#socket = await this.#lab.udp(local.host).bind({
      ...local,
      onDatagram: (payload) => this.#receive(payload),
      onFault() {},
    });
    this.#tick();
  }

  get isActive(): boolean {
    return this.#call("active", this.#state) !== 0;
  }

  get figures(): TerminalFigures {
    const words = new Int32Array(8);
    this.#call("figures", this.#state, words);
    const [bitRate = 0, pagesSent = 0, pagesReceived = 0, badRows = 0, status = 0] = words;
    const [recovered = 0, lost = 0, ecm = 0] = words.subarray(5);
    return { bitRate, pagesSent, pagesReceived, badRows, status, recovered, lost, ecm: ecm !== 0 };
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#call("close", this.#state);
  }

  #receive(payload: Uint8Array): void {
    // What is left of the voice may still come.
    if ((payload[0] ?? 0) >> 6 === 2) return;
    if (this.#loses()) {
      this.lost++;
      return;
    }
    if (this.#call("receive", this.#state, payload, payload.length) !== 0) this.malformed++;
    this.#flush();
  }

  #tick(): void {
    if (this.#socket === undefined) return;
    this.#call("tick", this.#state, TICK_MS * 8);
    this.#flush();
    const { clock } = this.#lab.world;
    clock.at(clock.nowMs() + TICK_MS, () => this.#tick());
  }

  #flush(): void {
    const out = new Uint8Array(DATAGRAM_BYTES);
    for (;;) {
      const length = Number(this.#call("take", this.#state, out));
      if (length === 0) return;
      if (this.#loses()) this.lost++;
      else if (this.#to !== undefined) this.#socket?.send(out.slice(0, length), this.#to);
    }
  }

  #call(name: string, ...args: readonly unknown[]): unknown {
    return this.#calls[name]?.(...args);
  }
}
