import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "./command-options.ts";
import { loseOutput, onLostOutput } from "./lost-output.ts";

const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe("onLostOutput()", () => {
  it.each(["EPIPE", "ENOSPC", "EIO"])("tells of %s once, and never throws it", (code) => {
    const streams = [new EventEmitter(), new EventEmitter()];
    const told: string[] = [];
    const forget = onLostOutput(streams, (error) => told.push(error.message));
    for (const stream of [...streams, ...streams]) stream.emit("error", failure(code));
    expect(told).toEqual([`${code}: no`]);
    forget();
    expect(streams.flatMap((stream) => stream.eventNames())).toEqual([]);
  });
});

describe("loseOutput()", () => {
  const lose = (command: (typeof COMMANDS)[number], code: string, holdsLine: boolean) => {
    const did: string[] = [];
    loseOutput(command, failure(code), {
      emit: (signal) => {
        did.push(signal);
        return holdsLine;
      },
      exit: (exitCode) => void did.push(`exit ${exitCode}`),
      say: () => void did.push("says it"),
    });
    return did;
  };

  it.each(COMMANDS.filter((command) => command !== "run" && command !== "safe"))(
    "ends %s: as done where the reader has gone, as failed where a disk is full",
    (command) => {
      expect(lose(command, "EPIPE", false)).toEqual(["SIGHUP", "exit 0"]);
      expect(lose(command, "ENOSPC", false)).toEqual(["says it", "SIGHUP", "exit 1"]);
    },
  );

  it.each(["learn", "line-test", "card-check", "doctor"] as const)(
    "has %s leave its line safe first, which ends it",
    (command) => {
      expect(lose(command, "EPIPE", true)).toEqual(["SIGHUP"]);
      expect(lose(command, "EIO", true)).toEqual(["says it", "SIGHUP"]);
    },
  );

  it.each(["run", "safe"] as const)("lets %s go on: lines matter more", (command) => {
    expect(lose(command, "EPIPE", true)).toEqual([]);
    expect(lose(command, "ENOSPC", true)).toEqual([]);
  });
});
