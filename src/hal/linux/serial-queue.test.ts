import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { loadOutputQueue, OUTPUT_QUEUE_REQUEST } from "./serial-queue.ts";
import { canCompileWith, evaluateC } from "./testing/run-c.ts";

function hasKoffi(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return process.platform === "linux";
  } catch {
    return false;
  }
}

describe.skipIf(!canCompileWith("stdio.h"))("the kernel's own header", () => {
  it("has the same request number", () => {
    expect(evaluateC(["sys/ioctl.h"], ["TIOCOUTQ"])).toEqual({ TIOCOUTQ: OUTPUT_QUEUE_REQUEST });
  });
});

// The system call itself, on files that every kernel has.
describe.skipIf(!hasKoffi())("loadOutputQueue()", () => {
  it("is 0 for a file that is no terminal, and for none at all", async () => {
    const queued = await loadOutputQueue();
    const file = openSync("/dev/null", "r+");
    expect(queued(file)).toBe(0);
    closeSync(file);
    expect(queued(-1)).toBe(0);
  });

  it("is 0 for a terminal that has sent everything", async () => {
    const queued = await loadOutputQueue();
    const file = openSync("/dev/ptmx", "r+");
    expect(queued(file)).toBe(0);
    closeSync(file);
  });
});
