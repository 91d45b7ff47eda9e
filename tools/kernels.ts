/**
 * Builds the WebAssembly kernels: `tsx tools/kernels.ts`. Sources are in `kernels/`, in
 * AssemblyScript; what comes out is kept in the repository as a module of text beside the adapter
 * that uses it, so that it goes wherever the program goes. A test holds it to be what the sources
 * give, byte for byte.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Every kernel: its source, and where the adapter finds it. */
export const KERNELS = [
  {
    source: "kernels/echo-filter.ts",
    output: "src/hal/drivers/echo-filter-code.ts",
    name: "ECHO_FILTER_CODE",
  },
  { source: "kernels/dtmf.ts", output: "src/hal/drivers/dtmf-code.ts", name: "DTMF_CODE" },
  {
    source: "kernels/sim-pair.ts",
    output: "test/hw-sim/audio/pair-kernel-code.ts",
    name: "PAIR_KERNEL_CODE",
  },
  {
    source: "kernels/sim-spectrum.ts",
    output: "test/hw-sim/audio/spectrum-kernel-code.ts",
    name: "SPECTRUM_KERNEL_CODE",
  },
  { source: "kernels/sound.ts", output: "src/hal/drivers/sound-code.ts", name: "SOUND_CODE" },
] as const;

/** Hexadecimal digits a line of the module of text. */
const LINE_DIGITS = 92;

/** No allocator, no bounds checks of our own, the fixed-width vector instructions. */
const OPTIONS = [
  ...["--enable", "simd", "--enable", "bulk-memory", "--runtime", "stub"],
  ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert"],
  ...["--initialMemory", "1"],
];

/** Compiles one source; its bytes. Throws with what the compiler said. */
export function compileKernel(root: string, source: string): Uint8Array {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  const scratch = mkdtempSync(join(tmpdir(), "tipring-kernel-"));
  try {
    const output = join(scratch, "kernel.wasm");
    const words = [compiler, source, ...OPTIONS, "--outFile", output];
    const ran = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`${source}: ${ran.stderr}${ran.stdout}`);
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The bytes of a kernel as the module that is kept. */
export function printKernel(source: string, name: string, bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  const lines = hex.match(new RegExp(`.{1,${LINE_DIGITS}}`, "g")) ?? [];
  const rows = lines.map((line) => `  "${line}",`).join("\n");
  const head = `/** ${source} compiled by tools/kernels.ts: ${bytes.length} bytes as text. */`;
  return `${head}\nexport const ${name} = [\n${rows}\n] as const;\n`;
}

/**
 * Compiles every kernel of the project in `root` and writes it to its place; what is there already
 * is left as it is, for others may be reading it.
 */
export function buildKernels(root: string): void {
  for (const { source, output, name } of KERNELS) {
    const text = printKernel(source, name, compileKernel(root, source));
    const path = join(root, output);
    const isThere = existsSync(path) && readFileSync(path, "utf8") === text;
    if (!isThere) writeFileSync(path, text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildKernels(fileURLToPath(new URL("..", import.meta.url)));
}
