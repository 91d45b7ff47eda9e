import { type ChildProcess, spawn } from "node:child_process";
import { waitUntil, within } from "./patience.ts";

/** What to start. */
export interface ProgramSpec {
  /** What a log is headed with. */
  readonly title: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a program ended: one of the two is set. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a program may take to end after it was asked to. */
const GRACE_MS = 3000;
/** What is kept of a program's output, from its end. */
const LOG_LIMIT_CHARS = 60_000;
/** What a program writes for a terminal to turn into colours. */
const COLOURS = /\u001b\[[0-9;]*m/g;

/**
 * Becomes the program, and leaves a guard behind in its group that ends the whole group when
 * standard input does: so no program outlives us, not even where we are killed.
 */
const GUARDED = `exec 3<&0
(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-`;

/** A program of this machine in a process group of its own, with all that it wrote. */
export class RunningProgram {
  readonly title: string;
  /** Resolves when it has ended. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  #end: ProgramEnd | undefined;
  #log = "";

  constructor(spec: ProgramSpec) {
    this.title = spec.title;
    this.#child = spawn("/bin/sh", ["-c", GUARDED, "sh", spec.path, ...spec.args], {
      cwd: spec.folder,
      env: { ...process.env, ...spec.environment },
      // A group of its own: what it starts is ended with it.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Nothing is written to it; that it is gone is told by `close`.
    this.#child.stdin?.on("error", () => {});
    const keep = (text: string): void => {
      this.#log = (this.#log + text.replace(COLOURS, "")).slice(-LOG_LIMIT_CHARS);
    };
    this.#child.stdout?.setEncoding("utf8").on("data", keep);
    this.#child.stderr?.setEncoding("utf8").on("data", keep);
    this.ended = new Promise((resolve) => {
      const finish = (end: ProgramEnd): void => {
        this.#end = end;
        resolve(end);
      };
      this.#child.once("error", (cause) => {
        keep(`${cause.message}\n`);
        finish({ code: null, signal: null });
      });
      this.#child.once("close", (code, signal) => finish({ code, signal }));
    });
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** The last of what it wrote, standard output and error as they came. */
  get log(): string {
    return this.#log;
  }

  /** Waits until it has written something. Throws where it ends before, or takes too long. */
  async writes(text: string | RegExp, limitMs = 10_000): Promise<void> {
    const written = (): boolean =>
      typeof text === "string" ? this.#log.includes(text) : text.test(this.#log);
    await waitUntil(() => written() || !this.isRunning, limitMs);
    if (written()) return;
    const why = this.isRunning ? `has not within ${limitMs} ms` : `ended (${this.#describeEnd()})`;
    throw new Error(`${this.title} should write ${String(text)}, but ${why}`);
  }

  /** Waits for its end by itself. Throws where it does not come, or where it ends with a fault. */
  async succeeds(limitMs: number): Promise<void> {
    const end = await within(this.ended, limitMs);
    if (end === undefined) throw new Error(`${this.title} has not ended within ${limitMs} ms`);
    if (end.code !== 0) throw new Error(`${this.title} failed (${this.#describeEnd()})`);
  }

  /** Asks it to end, and ends it. Resolves when the whole group is gone. */
  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (this.isRunning) {
      signalGroup(pid, "SIGTERM");
      await within(this.ended, GRACE_MS);
    }
    signalGroup(pid, "SIGKILL");
    await this.ended;
  }

  #describeEnd(): string {
    return this.#end?.signal ?? `exit code ${this.#end?.code ?? "unknown"}`;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
