import { PortError } from "../../../src/base/port-fault.ts";
import type { RecordingFile, Sounds } from "../../../src/hal/ports/sounds.ts";

/** Recordings and sounds without a disk. */
export class MemorySounds implements Sounds {
  /** What was recorded, by name: both channels in turn. */
  readonly recorded = new Map<string, number[]>();
  /** Names of recordings that were completed. */
  readonly closed: string[] = [];
  readonly #sounds: ReadonlyMap<string, Int16Array>;

  constructor(sounds: Readonly<Record<string, Int16Array>> = {}) {
    this.#sounds = new Map(Object.entries(sounds));
  }

  create(name: string): Promise<RecordingFile> {
    const samples: number[] = [];
    this.recorded.set(name, samples);
    return Promise.resolve({
      write: (stereo) => {
        for (const sample of stereo) samples.push(sample);
      },
      close: () => {
        this.closed.push(name);
        return Promise.resolve(undefined);
      },
    });
  }

  load(name: string): Promise<Int16Array> {
    const sound = this.#sounds.get(name);
    if (sound !== undefined) return Promise.resolve(sound);
    const advice = "give it to MemorySounds";
    return Promise.reject(new PortError({ kind: "not-found", what: `sound ${name}`, advice }));
  }

  /** One side of a recording. */
  channel(name: string, side: "near" | "far"): Int16Array {
    const first = side === "near" ? 0 : 1;
    return Int16Array.from(this.recorded.get(name)?.filter((_, at) => at % 2 === first) ?? []);
  }
}
