import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AudioSource } from "../../src/base/audio.ts";

const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
const sources = fileURLToPath(new URL("judges/", import.meta.url));

/** Whether this machine can compile judges: gcc and spandsp's headers. */
export const judgesAvailable =
  required ||
  spawnSync("gcc", ["-fsyntax-only", "-include", "spandsp.h", "-x", "c", "/dev/null"]).status === 0;

/** A small program around another project's receiver: audio in, what was heard out. */
export interface Judge {
  /** The lines of its output. */
  hear(samples: Int16Array, words?: readonly string[]): readonly string[];
  /** The samples that it writes: of a judge that answers with audio. */
  process(samples: Int16Array, words?: readonly string[]): Int16Array;
  /** Removes the program. */
  close(): void;
}

/** Compiles `judges/NAME.c` against a library, spandsp where none is named. */
export function compileJudge(name: string, library = "spandsp"): Judge {
  const folder = mkdtempSync(join(tmpdir(), "tipring-judge-"));
  const program = join(folder, name);
  const built = spawnSync(
    "gcc",
    ["-O2", "-Wall", "-Wextra", "-o", program, join(sources, `${name}.c`), `-l${library}`, "-lm"],
    { encoding: "utf8" },
  );
  if (built.status !== 0) throw new Error(`${name}.c does not compile: ${built.stderr}`);
  return {
    hear(samples, words = []) {
      const input = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      const ran = spawnSync(program, words, { input, encoding: "utf8", maxBuffer: 1 << 24 });
      if (ran.status !== 0) throw new Error(`${name} ended with ${ran.status}: ${ran.stderr}`);
      return ran.stdout.split("\n").filter((line) => line !== "");
    },
    process(samples, words = []) {
      const input = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      const ran = spawnSync(program, words, { input, maxBuffer: 1 << 26 });
      if (ran.status !== 0) throw new Error(`${name} ended with ${ran.status}: ${ran.stderr}`);
      const { stdout } = ran;
      return new Int16Array(
        stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length),
      );
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A judge to be called into: a shared library. */
export interface CompiledLibrary {
  readonly file: string;
  /** Removes the file. */
  close(): void;
}

/** Compiles `judges/NAME.c` to a shared library on spandsp. */
export function compileLibrary(name: string): CompiledLibrary {
  const folder = mkdtempSync(join(tmpdir(), "tipring-judge-"));
  const file = join(folder, `${name}.so`);
  const built = spawnSync(
    "gcc",
    [
      ...["-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", file],
      ...[join(sources, `${name}.c`), "-lspandsp", "-lm"],
    ],
    { encoding: "utf8" },
  );
  if (built.status !== 0) throw new Error(`${name}.c does not compile: ${built.stderr}`);
  return { file, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Audio of a source, `leadMs` of silence before it, cut or filled up to `durationMs` in all. */
export function renderForJudge(source: AudioSource, durationMs: number, leadMs = 200): Int16Array {
  const samples = new Int16Array(durationMs * 8);
  source.render(samples.subarray(leadMs * 8));
  return samples;
}
