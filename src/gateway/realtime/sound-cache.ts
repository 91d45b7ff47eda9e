import type { RecordingFile, Sounds } from "../../hal/ports/sounds.ts";

/** Sounds that are kept once they were loaded; others are read each time. */
export const SOUND_CACHE_LIMIT = 16;

/** Keeps sounds in memory, so that music begins at once and no call waits for a disk. */
export class SoundCache implements Sounds {
  readonly #inner: Sounds;
  readonly #kept = new Map<string, Promise<Int16Array>>();

  constructor(inner: Sounds) {
    this.#inner = inner;
  }

  create(name: string): Promise<RecordingFile> {
    return this.#inner.create(name);
  }

  load(name: string): Promise<Int16Array> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const loading = this.#inner.load(name);
    if (this.#kept.size < SOUND_CACHE_LIMIT) {
      this.#kept.set(name, loading);
      // What could not be read may be there the next time.
      loading.catch(() => this.#kept.delete(name));
    }
    return loading;
  }
}
