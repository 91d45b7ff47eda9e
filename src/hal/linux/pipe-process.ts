import { spawn } from "node:child_process";
import { PortError, type PortFault, type PortFaultKind } from "../../base/port-fault.ts";
import { errorCode } from "../node/system-fault.ts";
import { SOUND_ADVICE } from "./alsa-card.ts";

/** How long the first sample may take at opening. */
const OPEN_MAX_MS = 4000;

/** What is used of a process that was begun. */
export interface SoundChild {
  readonly stdin: {
    write(bytes: Uint8Array): unknown;
    end(): unknown;
    on(event: "error", told: (error: Error) => void): unknown;
  };
  readonly stdout: { on(event: "data", take: (bytes: Uint8Array) => void): unknown };
  readonly stderr: { on(event: "data", take: (bytes: Uint8Array) => void): unknown };
  on(event: "error", told: (error: Error) => void): unknown;
  on(event: "close", told: (code: number | null) => void): unknown;
  kill(signal: "SIGKILL"): unknown;
}

/** Begins a program; for tests. */
export type StartProgram = (program: string, args: readonly string[]) => SoundChild;

/** What it says is read here, so it is to say it in English. */
const startProgram: StartProgram = (program, args) =>
  spawn(program, args, { env: { ...process.env, LC_ALL: "C" }, stdio: ["pipe", "pipe", "pipe"] });

/** A run of `arecord` or `aplay`: its pipes, what it said last, its xruns and its end. */
export class PipeProcess {
  readonly #what: string;
  readonly #child: SoundChild;
  #said = "";
  /** Whether it said that it ran over or dry, since this was read last. */
  #hadXrun = false;
  #end: PortFault | undefined;
  /** Resolved when it is gone, whatever the reason. */
  readonly ended: Promise<void>;
  /** Rejects with `PortError` when it ends; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when it ends well; else rejects with `PortError`. */
  readonly succeeded: Promise<void>;

  constructor(what: string, program: string, args: readonly string[], start = startProgram) {
    this.#what = what;
    this.#child = start(program, args);
    this.#child.stderr.on("data", (bytes) => this.#hear(new TextDecoder().decode(bytes)));
    // A process that is gone breaks its pipe; its end is told by `exit`.
    this.#child.stdin.on("error", () => {});
    const exit = new Promise<number | null>((resolve) => {
      this.#child.on("error", (error) => {
        this.#end = spawnFault(error, program, this.#what);
        resolve(null);
      });
      this.#child.on("close", (code) => {
        this.#end ??= exitFault(this.#said, this.#what);
        resolve(code);
      });
    });
    this.ended = exit.then(() => {});
    this.failed = exit.then(() => this.#fail());
    this.succeeded = exit.then((code) => {
      if (code !== 0) this.#fail();
    });
    // Whoever waits is told; nobody need wait.
    this.failed.catch(() => {});
    this.succeeded.catch(() => {});
  }

  /** Why it is gone; undefined while it runs. */
  get end(): PortFault | undefined {
    return this.#end;
  }

  takeXrun(): boolean {
    const had = this.#hadXrun;
    this.#hadXrun = false;
    return had;
  }

  onData(take: (bytes: Uint8Array) => void): void {
    this.#child.stdout.on("data", take);
  }

  write(bytes: Uint8Array): void {
    if (this.#end === undefined) this.#child.stdin.write(bytes);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** What is awaited, or `PortError` `io` when it takes too long. */
  async within<T>(awaited: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const advice = `it took longer than ${OPEN_MAX_MS} ms: unplug it and plug it in again`;
      const fault: PortFault = { kind: "io", what: this.#what, advice };
      timer = setTimeout(() => reject(new PortError(fault)), OPEN_MAX_MS);
    });
    try {
      return await Promise.race([awaited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-500);
    if (/overrun|underrun/i.test(text)) this.#hadXrun = true;
  }

  #fail(): never {
    throw new PortError(this.#end ?? exitFault(this.#said, this.#what));
  }
}

/** The program could not be run at all. */
function spawnFault(error: Error, program: string, what: string): PortFault {
  if (errorCode(error) !== "ENOENT") return { kind: "io", what, advice: error.message };
  const advice = `install "${program}": apt-get install alsa-utils`;
  return { kind: "unsupported", what, advice };
}

/** What the program said before it ended, by its words. */
const SAID: readonly (readonly [RegExp, PortFaultKind])[] = [
  [/busy/i, "busy"],
  [/permission denied|not permitted/i, "permission"],
  [/read error|write error|disconnect/i, "gone"],
  [/no such|unknown pcm|not found|invalid card/i, "not-found"],
  [/no[nt] available/i, "unsupported"],
];

function exitFault(said: string, what: string): PortFault {
  const kind = SAID.find(([words]) => words.test(said))?.[1] ?? "io";
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const known: Partial<Record<PortFaultKind, string>> = SOUND_ADVICE;
  return { kind, what, advice: known[kind] ?? `it said: ${lines.at(-1) ?? "nothing"}` };
}
