/** Nothing for so long, and each time as long again, where something should come, is silence. */
export const SILENT_MS = 5000;

/** When the far end was heard last, and how often its silence was told. */
export class SilenceWatch {
  #heardMs = 0;
  #isHeard = false;
  #told = 0;

  /** From now on something should come. */
  start(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#told = 0;
  }

  /** Something came; true where it is the first ever, or the first after a silence. */
  heard(nowMs: number): boolean {
    const isNew = !this.#isHeard || this.#told > 0;
    this.start(nowMs);
    this.#isHeard = true;
    return isNew;
  }

  /** When silence is to be told next. */
  get dueMs(): number {
    return this.#heardMs + (this.#told + 1) * SILENT_MS;
  }

  /** The silence to be told now, if any. */
  tell(nowMs: number): { readonly silentMs: number; readonly isFirst: boolean } | undefined {
    if (nowMs < this.dueMs) return undefined;
    const silentMs = nowMs - this.#heardMs;
    const isFirst = this.#told === 0;
    // A sum may be reached where the difference falls short of it by a rounding: it goes on anyway.
    this.#told = Math.max(this.#told + 1, Math.floor(silentMs / SILENT_MS));
    return { silentMs, isFirst };
  }
}
