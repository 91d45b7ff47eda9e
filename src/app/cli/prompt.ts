import { readFile, writeFile } from "node:fs/promises";
import { createInterface, type Interface } from "node:readline";
import type { SimCommand, SimTold } from "../../base/sim-messages.ts";
import { errorText } from "../../base/thrown.ts";
import type { Box } from "../compose.ts";
import { printable } from "./log.ts";
import { tellLine, tellPhone } from "./plain-words.ts";
import { PROMPT_HELP, type PromptCommand, parsePromptCommand } from "./prompt-command.ts";

const PROMPT = "tipring> ";

/** The prompt at which a person works the simulated telephones. */
export class Prompt {
  readonly #lineCount: number;
  readonly #write: (text: string) => boolean;
  readonly #readline: Interface;
  readonly #recordings = new Map<number, string>();
  #box: Box | undefined;
  #onQuit: () => void;

  /** `write` takes a line with its end; false where the terminal takes none. */
  constructor(lineCount: number, onQuit: () => void, write: (text: string) => boolean) {
    this.#lineCount = lineCount;
    this.#write = write;
    this.#onQuit = onQuit;
    this.#readline = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: PROMPT,
    });
    this.#readline.on("line", (text) => {
      this.#typed(text).catch((error: unknown) => {
        this.print(errorText(error));
      });
    });
    this.#readline.on("close", () => this.#quit());
    this.#readline.on("SIGTSTP", () =>
      this.print("it cannot be put to sleep: it has lines to see to"),
    );
  }

  /** Begins to take commands. */
  open(box: Box): void {
    this.#box = box;
    this.#readline.prompt();
  }

  /** Prints a line above what is being typed. */
  print(line: string): void {
    const isWritten = this.#write(`\r\x1b[K${printable(line)}\n`);
    if (isWritten && this.#box !== undefined) this.#readline.prompt(true);
  }

  /** What is being recorded ends, and is kept. */
  close(): void {
    this.#onQuit = () => {};
    for (const line of this.#recordings.keys()) this.#send({ kind: "record", line, on: false });
    this.#box = undefined;
    this.#readline.close();
  }

  /** Takes what the telephones tell. */
  told(told: SimTold): void {
    if (told.kind === "recorded") {
      const file = this.#recordings.get(told.line);
      this.#recordings.delete(told.line);
      if (file === undefined) return;
      writeFile(file, told.wav).then(
        () => this.print(`phone ${told.line}: what it heard is in ${file}`),
        (error: Error) => this.print(`${file}: cannot be written: ${error.message}`),
      );
      return;
    }
    const line = tellPhone(told);
    if (line !== undefined) this.print(line);
  }

  /** Asked twice is asked once. */
  #quit(): void {
    const quit = this.#onQuit;
    this.#onQuit = () => {};
    quit();
  }

  async #typed(text: string): Promise<void> {
    const command = parsePromptCommand(text, this.#lineCount);
    if (command.ok) await this.#carryOut(command.value);
    else this.print(command.error);
    if (this.#box !== undefined) this.#readline.prompt();
  }

  async #carryOut(command: PromptCommand): Promise<void> {
    switch (command.kind) {
      case "nothing":
        return;
      case "help":
        process.stdout.write(PROMPT_HELP);
        return;
      case "quit":
        this.#quit();
        return;
      case "status":
        this.#status();
        return;
      case "lift":
      case "hang":
      case "dial":
      case "flash":
        this.#send(command);
        return;
      case "say":
        await this.#say(command.line, command.file);
        return;
      case "record":
        this.#record(command.line, command.file);
        return;
    }
  }

  async #say(line: number, file: string): Promise<void> {
    try {
      this.#send({ kind: "say", line, wav: await readFile(file) });
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      const why = errorText(error);
      this.print(missing ? `there is no file ${file} here` : `${file} cannot be read: ${why}`);
    }
  }

  #record(line: number, file: string | undefined): void {
    if (file !== undefined) {
      this.#recordings.set(line, file);
      this.#send({ kind: "record", line, on: true });
    } else if (this.#recordings.has(line)) {
      this.#send({ kind: "record", line, on: false });
    } else {
      this.print(`phone ${line} is not being recorded; to begin: record ${line} out.wav`);
    }
  }

  #send(command: SimCommand): void {
    this.#box?.board(command);
  }

  #status(): void {
    for (const line of this.#box?.status() ?? []) {
      process.stdout.write(`${tellLine(line)}\n`);
    }
  }
}
