import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, type BenchOptions, bench } from "../../hw-sim/bench/bench.ts";
import { type ProgramSpec, RunningProgram } from "./running-program.ts";

/** How much of each program's log is shown where a test failed. */
const SHOWN_CHARS = 12_000;

/**
 * All that one test puts up: programs, our box, a folder for their files. It is taken down again
 * whatever happens; where the test failed, what everybody wrote goes with the error.
 */
export class Stage {
  /** For configurations, recordings and logs; removed at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), "tipring-interop-"));
  readonly #programs: RunningProgram[] = [];
  readonly #benches: Bench[] = [];
  readonly #logFiles: { readonly title: string; readonly path: string }[] = [];
  readonly #stopped = new Set<Bench>();
  /** In the order they are run in: the last one put up goes first. */
  readonly #takeDown: (() => unknown)[] = [];

  /** Writes a file into the folder; where it is. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  start(spec: Omit<ProgramSpec, "folder">): RunningProgram {
    const program = new RunningProgram({ ...spec, folder: this.folder });
    this.#programs.push(program);
    this.atEnd(() => program.stop());
    return program;
  }

  /** Our box with its simulated telephones, in wall time and on real sockets. */
  async bench(options: BenchOptions): Promise<Bench> {
    const made = await bench({ ...options, realTime: true });
    this.#benches.push(made);
    this.atEnd(() => this.stop(made));
    return made;
  }

  /** Stops our box before the end of the test; it takes its registrations back. */
  async stop(made: Bench): Promise<void> {
    if (this.#stopped.has(made)) return;
    this.#stopped.add(made);
    await made.stop();
  }

  /** Where a program is to write a log that is shown where the test fails. */
  logFile(title: string): string {
    const path = join(this.folder, `log-${this.#logFiles.length}.txt`);
    this.#logFiles.push({ title, path });
    return path;
  }

  /** Something to be done when the test is over, whether it passed or failed. */
  atEnd(run: () => unknown): void {
    this.#takeDown.unshift(run);
  }

  /** What everybody wrote, for a person who looks for the cause of a failure. */
  report(): string {
    const programs = this.#programs.map(({ title, log }) => ({ title, log }));
    const boxes = this.#benches.map(({ logs, records }) => ({
      title: "our box",
      log: [
        ...logs.map(({ level, area, text }) => `${level} ${area}: ${text}`),
        ...records.map((record) => JSON.stringify(record)),
      ].join("\n"),
    }));
    const files = this.#logFiles
      .filter(({ path }) => existsSync(path))
      .map(({ title, path }) => ({ title, log: readFileSync(path, "utf8") }));
    return [...programs, ...files, ...boxes]
      .map(({ title, log }) => `--- ${title}\n${log.slice(-SHOWN_CHARS).trimEnd()}\n`)
      .join("");
  }

  /** Takes everything down. Throws the first fault of that, after the rest is down too. */
  async close(): Promise<void> {
    const faults: unknown[] = [];
    for (const run of this.#takeDown.splice(0)) {
      try {
        await run();
      } catch (fault) {
        faults.push(fault);
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    if (faults.length > 0) throw faults[0];
  }
}

/** Runs a test on a stage of its own; a function for vitest's `it`. */
export function onStage(run: (stage: Stage) => Promise<void>): () => Promise<void> {
  return async () => {
    const stage = new Stage();
    let failed = true;
    try {
      await run(stage);
      failed = false;
    } catch (fault) {
      process.stderr.write(`${stage.report()}\n`);
      throw fault;
    } finally {
      await stage.close().catch((fault: unknown) => {
        // What went wrong in the test itself says more.
        if (!failed) throw fault;
      });
    }
  };
}
