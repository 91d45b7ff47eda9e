import { createRequire } from "node:module";

/** The functions of spandsp that make a fax machine: no code of this project. */
interface Spandsp {
  func(prototype: string): (...args: unknown[]) => unknown;
}

const LIBRARY = "libspandsp.so.2";

function load(): Spandsp | undefined {
  try {
    const koffi: { load(name: string): Spandsp } = createRequire(import.meta.url)("koffi");
    return koffi.load(LIBRARY);
  } catch {
    return undefined;
  }
}

const spandsp = load();

/** Whether this machine has spandsp, and koffi to call it with. */
export const faxAvailable =
  spandsp !== undefined || process.env["TIPRING_VECTORS_REQUIRED"] === "1";

const func = (prototype: string): ((...args: unknown[]) => unknown) => {
  if (spandsp === undefined)
    return () => {
      throw new Error(`${LIBRARY} is not installed`);
    };
  return spandsp.func(prototype);
};

const faxInit = func("void *fax_init(void *state, int calling)");
const faxRx = func("int fax_rx(void *state, void *samples, int count)");
const faxTx = func("int fax_tx(void *state, void *samples, int count)");
const transmitOnIdle = func("void fax_set_transmit_on_idle(void *state, int on)");
const t30Of = func("void *fax_get_t30_state(void *state)");
const setTxFile = func("void t30_set_tx_file(void *t30, const char *file, int first, int last)");
const setRxFile = func("void t30_set_rx_file(void *t30, const char *file, int last)");
const setEcm = func("void t30_set_ecm_capability(void *t30, int on)");
const isActive = func("int t30_call_active(void *t30)");
const statistics = func("void t30_get_transfer_statistics(void *t30, void *figures)");

const tonesInit = func("void *modem_connect_tones_tx_init(void *state, int kind)");
const tonesTx = func("int modem_connect_tones_tx(void *state, void *samples, int count)");

/** How a machine's call went. */
export interface FaxFigures {
  readonly bitRate: number;
  readonly pagesSent: number;
  readonly pagesReceived: number;
  readonly badRows: number;
  /** 0 is well. */
  readonly status: number;
}

/** One fax machine at a telephone line: audio in, audio out. */
export class FaxMachine {
  readonly #fax: unknown;
  readonly #t30: unknown;

  /** A caller sends `file`, an answering machine writes what it receives there. */
  constructor(options: {
    readonly calling: boolean;
    readonly file: string;
    readonly ecm: boolean;
  }) {
    this.#fax = faxInit(null, options.calling ? 1 : 0);
    this.#t30 = t30Of(this.#fax);
    transmitOnIdle(this.#fax, 1);
    setEcm(this.#t30, options.ecm ? 1 : 0);
    if (options.calling) setTxFile(this.#t30, options.file, -1, -1);
    else setRxFile(this.#t30, options.file, -1);
  }

  get isActive(): boolean {
    return isActive(this.#t30) !== 0;
  }

  hear(frame: Int16Array): void {
    faxRx(this.#fax, frame, frame.length);
  }

  /** Fills a frame with what it says. */
  say(frame: Int16Array): void {
    const count = Number(faxTx(this.#fax, frame, frame.length));
    frame.fill(0, count);
  }

  /** @see spandsp t30.h, t30_stats_t (0.0.6) */
  get figures(): FaxFigures {
    const words = new Int32Array(64);
    statistics(this.#t30, words);
    const [bitRate = 0, , pagesSent = 0, pagesReceived = 0] = words;
    return {
      bitRate,
      pagesSent,
      pagesReceived,
      badRows: words[BAD_ROWS_AT] ?? -1,
      status: words[STATUS_AT] ?? -1,
    };
  }
}

const BAD_ROWS_AT = 11;
const STATUS_AT = 14;

/** ANSam with reversals. @see spandsp 0.0.6: modem_connect_tones.h, MODEM_CONNECT_TONES_ANSAM_PR */
const ANSAM_REVERSED = 5;

/** A machine that could do V.34 as one of Group 3 hears it: its answer tone is that of V.8. */
export class SuperG3Answer {
  readonly #machine: FaxMachine;
  readonly #tone = tonesInit(null, ANSAM_REVERSED);
  #is: "silent" | "answering" | "talking" = "silent";

  constructor(machine: FaxMachine) {
    this.#machine = machine;
  }

  get isActive(): boolean {
    return this.#machine.isActive;
  }

  hear(frame: Int16Array): void {
    this.#machine.hear(frame);
  }

  /** Its first sound is the answer tone, up to the silence after it. */
  say(frame: Int16Array): void {
    this.#machine.say(frame);
    const isSilent = frame.every((sample) => sample === 0);
    if (this.#is === "silent" && !isSilent) this.#is = "answering";
    else if (this.#is === "answering" && isSilent) this.#is = "talking";
    if (this.#is === "answering") tonesTx(this.#tone, frame, frame.length);
  }
}
