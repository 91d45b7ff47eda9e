import type { Later } from "./later.ts";

/** When it is looked after a change, ms after the look before: routes come later than addresses. */
const LOOKS_MS = [0, 2000, 8000, 20_000] as const;
/** And on and on from there, while it is not sure where the box belongs. */
const UNSURE_LOOK_MS = 30_000;

/** Where a box belongs: where it is, at another address, or that cannot be said yet. */
export type Whereabouts = "here" | "elsewhere" | "unsure";

/** What looking takes. */
export interface MovesPorts {
  readonly look: () => Promise<Whereabouts>;
  /** The box is to begin anew at another address; nothing more is looked at. */
  readonly moved: () => void;
  readonly later: Later;
}

/**
 * Looks whether a box has to follow this machine to another address: some times after each change,
 * and for as long as it takes while that is not sure. A look that fails has found nothing.
 */
export class LookForMoves {
  readonly #ports: MovesPorts;
  #isSure: boolean;
  #cancel: (() => void) | undefined;
  /** Counts changes and stops: a look of before the last one counts no more. */
  #changes = 0;

  /** `isSure`: the box has begun where it belongs. */
  constructor(ports: MovesPorts, isSure: boolean) {
    this.#ports = ports;
    this.#isSure = isSure;
    this.#next(this.#changes, LOOKS_MS.length);
  }

  /** Something is another than it was. */
  changed(): void {
    this.#cancel?.();
    this.#changes++;
    this.#next(this.#changes, 0);
  }

  stop(): void {
    this.#cancel?.();
    this.#changes++;
  }

  #next(change: number, look: number): void {
    const ms = LOOKS_MS[look] ?? (this.#isSure ? undefined : UNSURE_LOOK_MS);
    if (ms === undefined) return;
    this.#cancel = this.#ports.later(() => {
      this.#ports
        .look()
        .catch(() => undefined)
        .then((found) => {
          if (change !== this.#changes) return;
          if (found === "elsewhere") {
            this.#ports.moved();
            return;
          }
          if (found !== undefined) this.#isSure = found === "here";
          this.#next(change, look + 1);
        });
    }, ms);
  }
}
