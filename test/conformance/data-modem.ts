import { createRequire } from "node:module";
import type { LineMachine } from "./fax-at-line.ts";
import { type CompiledLibrary, compileLibrary } from "./line-judges.ts";

/** Those of spandsp that talk while they listen, in the order of the judge's numbers. */
export const DATA_MODEMS = ["V.22", "V.22bis", "V.21", "Bell 103", "V.23"] as const;
/** One of {@link DATA_MODEMS}. */
export type DataModemKind = (typeof DATA_MODEMS)[number];

/** What an answer begins with, by spandsp's numbers. @see spandsp 0.0.6: modem_connect_tones.h */
const TONES = { plain: 2, reversed: 3 } as const;

/** What one modem has heard of the other. */
export interface DataModemFigures {
  readonly bits: number;
  readonly errors: number;
  /** How often it lost the other one, or trained anew. */
  readonly lost: number;
}

/** The modems, compiled. */
export class DataModems {
  readonly #built: CompiledLibrary;
  readonly #open: (...args: unknown[]) => unknown;
  readonly #say: (...args: unknown[]) => unknown;
  readonly #hear: (...args: unknown[]) => unknown;
  readonly #figures: (...args: unknown[]) => unknown;
  readonly #close: (...args: unknown[]) => unknown;
  readonly #states: unknown[] = [];

  constructor() {
    this.#built = compileLibrary("data-modem");
    const koffi: {
      load(name: string): { func(prototype: string): (...args: unknown[]) => unknown };
    } = createRequire(import.meta.url)("koffi");
    const library = koffi.load(this.#built.file);
    this.#open = library.func("void *data_open(int calling, int modem, int tone)");
    this.#say = library.func("void data_say(void *s, void *amp, int count)");
    this.#hear = library.func("void data_hear(void *s, const void *amp, int count)");
    this.#figures = library.func("void data_figures(void *s, void *out)");
    this.#close = library.func("void data_close(void *s)");
  }

  /** One that calls, or one that answers, with a tone of 3.3 s. */
  modem(
    role: "calls" | "answers",
    kind: DataModemKind,
    tone: keyof typeof TONES,
  ): LineMachine & { readonly figures: DataModemFigures } {
    const calling = role === "calls" ? 1 : 0;
    const state = this.#open(calling, DATA_MODEMS.indexOf(kind), TONES[tone]);
    this.#states.push(state);
    const figuresOf = this.#figures;
    return {
      isActive: true,
      hear: (frame) => void this.#hear(state, frame, frame.length),
      say: (frame) => void this.#say(state, frame, frame.length),
      get figures() {
        const words = new Int32Array(4);
        figuresOf(state, words);
        const [bits = 0, errors = 0, , lost = 0] = words;
        return { bits, errors, lost };
      },
    };
  }

  close(): void {
    for (const state of this.#states) this.#close(state);
    this.#built.close();
  }
}
