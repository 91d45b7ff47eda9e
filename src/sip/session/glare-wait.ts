import { fractionOf } from "../fraction.ts";

/** Offers that are tried again after a glare before it is told. */
const GLARE_RETRIES_MAX = 3;

/**
 * The wait after two re-INVITEs met (491). The owner of the Call-ID waits 2.1–4 s, the other side
 * 0–2 s, in steps of 10 ms, so that they meet no second time. @see RFC 3261 §14.1
 */
export class GlareWait {
  readonly #isOwner: boolean;
  readonly #createToken: () => string;
  #retries = 0;
  #untilMs: number | undefined;

  constructor(isOwner: boolean, createToken: () => string) {
    this.#isOwner = isOwner;
    this.#createToken = createToken;
  }

  /** When the wait ends; `undefined` where there is none. */
  get untilMs(): number | undefined {
    return this.#untilMs;
  }

  /** Starts a wait; false where there were too many already. */
  begin(nowMs: number): boolean {
    if (this.#retries >= GLARE_RETRIES_MAX) {
      this.reset();
      return false;
    }
    this.#retries++;
    const fraction = fractionOf(this.#createToken());
    const waitMs = this.#isOwner
      ? 2100 + 10 * Math.floor(fraction * 191)
      : 10 * Math.floor(fraction * 201);
    this.#untilMs = nowMs + waitMs;
    return true;
  }

  /** Whether nothing is left to wait for; ends a wait that is due. */
  isOver(nowMs: number): boolean {
    if (this.#untilMs !== undefined && this.#untilMs <= nowMs) this.#untilMs = undefined;
    return this.#untilMs === undefined;
  }

  /** Forgets the wait and how many there were. */
  reset(): void {
    this.#retries = 0;
    this.#untilMs = undefined;
  }
}
