import { networkInterfaces } from "node:os";

/** How often the addresses of this machine are looked at, ms. */
const LOOK_EVERY_MS = 2_000;

/**
 * A step of the wall clock against the monotonic one that is news: a time server was reached, and
 * certificates can be judged now that could not before. Ordinary corrections are far smaller.
 */
const CLOCK_STEP_MS = 3_600_000;

/** What a watch looks at; given only by tests. */
export interface WatchedMachine {
  /** Every address of this machine, in any order. */
  addresses(): readonly string[];
  monotonicMs(): number;
  wallMs(): number;
}

/**
 * Looks whether this machine's addresses changed or its clock was set, and tells once each time.
 * Polling, since no runtime tells of either; a look costs some microseconds.
 */
export class NetworkWatch {
  readonly #machine: WatchedMachine;
  readonly #onChange: (what: string) => void;
  #addresses: string;
  #wallAheadMs: number;

  constructor(onChange: (what: string) => void, machine: WatchedMachine = THIS_MACHINE) {
    this.#machine = machine;
    this.#onChange = onChange;
    this.#addresses = printed(machine);
    this.#wallAheadMs = machine.wallMs() - machine.monotonicMs();
  }

  /** Looks from now on, until what is returned is called. Keeps no process alive. */
  start(): () => void {
    const timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Looks once. */
  look(): void {
    const addresses = printed(this.#machine);
    if (addresses !== this.#addresses) {
      this.#addresses = addresses;
      this.#onChange(`this machine's addresses are ${addresses || "none"} now`);
    }
    const wallAheadMs = this.#machine.wallMs() - this.#machine.monotonicMs();
    const stepMs = Math.abs(wallAheadMs - this.#wallAheadMs);
    this.#wallAheadMs = wallAheadMs;
    if (stepMs >= CLOCK_STEP_MS) this.#onChange("this machine's clock was set");
  }
}

/** The addresses that others could reach, sorted; loopback never changes. */
function printed(machine: WatchedMachine): string {
  return [...machine.addresses()].sort().join(", ");
}

const THIS_MACHINE: WatchedMachine = {
  addresses: () =>
    Object.values(networkInterfaces()).flatMap((entries = []) =>
      entries.filter(({ internal }) => !internal).map(({ address }) => address),
    ),
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};
