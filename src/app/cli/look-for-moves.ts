import type { Later } from "./log-output.ts";

/** When it is looked after a change, ms after the look before: routes come later than addresses. */
const LOOKS_MS = [0, 2000, 8000, 20_000] as const;
/** And on and on from there, where no way leads to the registrar yet. */
const LOST_LOOK_MS = 30_000;

/** What looking takes. */
export interface MovesPorts {
  /** Whether the box is to begin anew at another address. */
  readonly isElsewhere: () => Promise<boolean>;
  /** It is; nothing more is looked at. */
  readonly moved: () => void;
  readonly later: Later;
}

/**
 * Looks whether a box has to follow this machine to another address: some times after each change,
 * and for as long as it takes where the box has begun without a way to its registrar. A look that
 * fails has found nothing.
 */
export class LookForMoves {
  readonly #ports: MovesPorts;
  readonly #isLost: boolean;
  #cancel: (() => void) | undefined;
  /** Counts changes and stops: a look of before the last one counts no more. */
  #changes = 0;

  constructor(ports: MovesPorts, isLost: boolean) {
    this.#ports = ports;
    this.#isLost = isLost;
    if (isLost) this.#next(this.#changes, LOOKS_MS.length);
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
    const ms = LOOKS_MS[look] ?? (this.#isLost ? LOST_LOOK_MS : undefined);
    if (ms === undefined) return;
    this.#cancel = this.#ports.later(() => {
      this.#ports
        .isElsewhere()
        .catch(() => false)
        .then((isElsewhere) => {
          if (change !== this.#changes) return;
          if (isElsewhere) this.#ports.moved();
          else this.#next(change, look + 1);
        });
    }, ms);
  }
}
