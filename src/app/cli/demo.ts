import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorText } from "../../base/thrown.ts";
import { makeDirectory } from "../../hal/node/index.ts";
import type { CommandOptions } from "./command-line.ts";

/** What the simulator's demonstration tells of a step. */
interface DemoStep {
  readonly name: string;
  readonly atMs: number;
  readonly ok: boolean;
  readonly detail: string;
}

/** What it leaves behind. */
interface Files {
  readonly callerHeard: Uint8Array;
  readonly calledHeard: Uint8Array;
  readonly recorded:
    | {
        readonly pcapng: Uint8Array;
        readonly vcd: string;
        readonly wires: readonly Uint8Array[];
      }
    | undefined;
}

/** The part of `tipring/hw-sim` that the demonstration is. */
interface DemoModule {
  runDemo(options: {
    seed: number;
    virtual: boolean;
    phone: "touch-tone" | "rotary";
    record: boolean;
    onStep: (step: DemoStep) => void;
    onTraceLine?: (line: string) => void;
  }): Promise<{
    readonly result: { readonly ok: boolean };
    readonly files: Files;
  }>;
}

/** The module's name in a variable: the simulator is loaded when it is asked for, not built in. */
const SIMULATOR = "tipring/hw-sim";

/** `tipring demo`: one complete call, observed step by step at the telephones. */
export async function demo(options: CommandOptions): Promise<number> {
  const seed = Number(options.seed ?? "1");
  const phone = options.phone === "rotary" ? "rotary" : "touch-tone";
  // The package's own simulator; the shape above is what it exports.
  const { runDemo } = (await import(SIMULATOR)) as DemoModule;
  const traceLines: string[] = [];
  const { result, files } = await runDemo({
    seed,
    virtual: options.virtual,
    phone,
    record: [options.pcap, options.vcd, options.wav].some((file) => file !== undefined),
    onStep: (step) => tell(step, options.json),
    ...(options.trace === undefined
      ? {}
      : { onTraceLine: (line: string) => void traceLines.push(line) }),
  });
  const folder = options.out ?? "recordings";
  await save(join(folder, "caller-heard.wav"), files.callerHeard);
  await save(join(folder, "called-heard.wav"), files.calledHeard);
  if (options.trace !== undefined) await save(options.trace, `${traceLines.join("\n")}\n`);
  await saveRecorded(options, files.recorded);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    process.stdout.write(
      `${result.ok ? "Every step was observed." : "A step was not observed."} ` +
        `What the two telephones heard is in ${folder}/.\n`,
    );
  }
  return result.ok ? 0 : 1;
}

/** The narration; with --json it goes to standard error, so that the object stands alone. */
function tell(step: DemoStep, json: boolean): void {
  const seconds = (step.atMs / 1000).toFixed(3).padStart(8);
  const mark = step.ok ? "ok  " : "FAIL";
  const line = `${seconds} s  ${mark}  ${step.name.padEnd(16)}${step.detail}\n`;
  (json ? process.stderr : process.stdout).write(line);
}

async function saveRecorded(
  { pcap, vcd, wav }: CommandOptions,
  recorded: Files["recorded"],
): Promise<void> {
  if (recorded === undefined) return;
  if (pcap !== undefined) await save(pcap, recorded.pcapng);
  if (vcd !== undefined) await save(vcd, recorded.vcd);
  if (wav === undefined) return;
  for (const [at, wire] of recorded.wires.entries()) {
    await save(join(wav, `line${at + 1}.wav`), wire);
  }
}

async function save(file: string, content: Uint8Array | string): Promise<void> {
  try {
    await makeDirectory(dirname(file));
    await writeFile(file, content);
  } catch (error) {
    const why = errorText(error);
    throw new Error(`${file} cannot be written: ${why}`);
  }
}
