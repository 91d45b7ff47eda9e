import type { FileState, GpioKernel } from "./gpio-chardev-kernel.ts";

/**
 * The longest single wait. A program that exits waits for it to end, so it is short; each end
 * costs one look at nothing.
 */
const waitMaxMs = 200;

/** Whoever is told that a line's file has something to read, or that its chip is gone. */
export type FileListener = (state: "readable" | "broken") => void;

/**
 * Waits for edges of all input lines together: one wait is under way as long as any line is
 * watched, and none else.
 *
 *            add (first)                       all removed
 *     idle ---------------> waiting ----------------------------> idle
 *                            |   ^
 *                            |   | wait again, on the files of now
 *       an edge, a change    v   |
 *       of the files, 200 ms told
 */
export class EdgeWatch {
  readonly #kernel: GpioKernel;
  readonly #listeners = new Map<number, FileListener>();
  #waiting = false;
  /** Callbacks of those who wait for the wait under way to end. */
  #afterWait: (() => void)[] = [];

  constructor(kernel: GpioKernel) {
    this.#kernel = kernel;
  }

  /** Tells the listener whenever the file is not quiet, never inside this call. */
  add(file: number, listener: FileListener): void {
    this.#listeners.set(file, listener);
    if (this.#waiting) this.#kernel.wake();
    else void this.#run();
  }

  /** Tells nothing of this file any more. The kernel may still be looking at it. */
  remove(file: number): void {
    if (this.#listeners.delete(file) && this.#waiting) this.#kernel.wake();
  }

  /**
   * Runs once no wait looks at files that were removed before now: a file that is waited for is
   * not let go by the kernel when it is closed, and its number may be another's already.
   */
  whenQuiet(run: () => void): void {
    if (this.#waiting) this.#afterWait.push(run);
    else run();
  }

  async #run(): Promise<void> {
    this.#waiting = true;
    while (this.#listeners.size > 0) {
      const states = await this.#wait([...this.#listeners.keys()]);
      this.#settle();
      for (const { file, state } of states) this.#listeners.get(file)?.(state);
    }
    this.#waiting = false;
    this.#settle();
  }

  /** Where the kernel does not wait at all, no line can be heard any more. */
  async #wait(files: readonly number[]): Promise<readonly FileState[]> {
    try {
      return await this.#kernel.wait(files, waitMaxMs);
    } catch {
      return files.map((file) => ({ file, state: "broken" }));
    }
  }

  #settle(): void {
    const done = this.#afterWait;
    this.#afterWait = [];
    for (const run of done) run();
  }
}
