#!/usr/bin/env node
import { existsSync } from "node:fs";
import { errorText } from "../base/thrown.ts";
import { DEFAULT_FILE, readCommandLine, USAGE } from "./cli/command-line.ts";
import { loseOutput, OUTPUTS, onLostOutput } from "./cli/lost-output.ts";
import { ConfigReader } from "./config-reader.ts";

/**
 * The command line. Each command is loaded when it is asked for, so that none pays for another.
 * Exit codes: 0 done, 1 it could not be done (the reason is printed), 2 it was asked wrongly, 128
 * and the signal's number where one stopped a tool.
 */
async function main(words: readonly string[]): Promise<number> {
  const read = readCommandLine(words);
  if (!read.ok) {
    process.stderr.write(`tipring: ${read.error}\n`);
    return 2;
  }
  const { command, options } = read.value;
  onLostOutput(OUTPUTS, (error) => {
    loseOutput(command, error, {
      emit: (signal) => process.emit(signal, signal),
      exit: (code) => process.exit(code),
      say: (text) => void process.stderr.write(text),
    });
  });
  switch (command) {
    case "help":
      process.stdout.write(USAGE);
      return 0;
    case "version": {
      const { packageVersion } = await import("./package-files.ts");
      process.stdout.write(`${await packageVersion()}\n`);
      return 0;
    }
    case "run": {
      const reader = new ConfigReader();
      if (existsSync(options.config ?? DEFAULT_FILE)) reader.prepare();
      return (await import("./cli/run.ts")).run(options, reader);
    }
    case "check":
      return (await import("./cli/check.ts")).check(options);
    case "provision":
      return (await import("./cli/provision.ts")).provision(options);
    case "calls":
      return (await import("./cli/calls.ts")).calls(options);
    case "doctor":
      return (await import("./cli/doctor.ts")).doctor(options);
    case "boards":
      return (await import("./cli/boards.ts")).boards(options);
    case "safe":
      return (await import("./cli/safe.ts")).safe(options);
    case "learn":
      return (await import("./cli/learn.ts")).learn(options);
    case "line-test":
      return (await import("./cli/line-test.ts")).lineTest(options);
    case "card-check":
      return (await import("./cli/card-check.ts")).cardCheck(options);
    case "demo":
      return (await import("./cli/demo.ts")).demo(options);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tipring: ${errorText(error)}\n`);
    process.exitCode = 1;
  },
);
