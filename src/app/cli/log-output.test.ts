import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Later } from "./later.ts";
import { FileOutput, LOG_WAITING_MAX_BYTES, type LogOutput, lossyWriter } from "./log-output.ts";

const note = (lines: number, why: string): string => `(${lines} lost: ${why})\n`;
const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

const never: Later = () => () => {};

/** An output that fails as it is told to. */
function setUp() {
  const written: string[] = [];
  let fault: Error | undefined;
  let waitingBytes = 0;
  const due: (() => void)[] = [];
  const later: Later = (run) => {
    due.push(run);
    return () => void due.splice(due.indexOf(run), 1);
  };
  const output: LogOutput = {
    write(text, done) {
      if (fault === undefined) written.push(text);
      done(fault);
    },
    get waitingBytes() {
      return waitingBytes;
    },
  };
  return {
    written,
    ...lossyWriter(output, note, later),
    /** Time passes; how many times that has something happen. */
    pass: () => due.splice(0).map((run) => run()).length,
    fail: (code: string | undefined) => {
      fault = code === undefined ? undefined : failure(code);
    },
    wait: (bytes: number) => {
      waitingBytes = bytes;
    },
  };
}

describe("lossyWriter()", () => {
  it.each(["ENOSPC", "EIO", "EDQUOT", "EFBIG", "EAGAIN"])(
    "counts lines lost by %s, and tells of them once it is written again",
    (code) => {
      const { written, write, fail } = setUp();
      write("one\n");
      fail(code);
      for (const line of ["two\n", "three\n", "four\n"]) write(line);
      fail(undefined);
      for (const line of ["five\n", "six\n"]) write(line);
      expect(written).toEqual(["one\n", `(3 lost: ${code}: no)\nfive\n`, "six\n"]);
    },
  );

  it("writes nothing more once its reader has gone", () => {
    const { written, write, fail } = setUp();
    fail("EPIPE");
    write("one\n");
    fail(undefined);
    write("two\n");
    expect(written).toEqual([]);
  });

  it("tells of what was lost though no line comes any more, once that can be done", () => {
    const { written, write, fail, wait, pass } = setUp();
    fail("ENOSPC");
    expect(write("one\n")).toBe(true);
    expect(pass()).toBe(1);
    fail(undefined);
    wait(LOG_WAITING_MAX_BYTES + 1);
    expect(write("two\n")).toBe(false);
    expect(pass()).toBe(1);
    wait(0);
    expect(written).toEqual([]);
    expect(pass()).toBe(1);
    expect(written).toEqual(["(2 lost: it is not read as fast as it is written)\n"]);
    write("three\n");
    expect([pass(), ...written.slice(1)]).toEqual([0, "three\n"]);
  });

  it.each([
    ["tells of what was lost", undefined, ["(1 lost: ENOSPC: no)\n"], 0],
    ["tells nothing while it still fails", "ENOSPC", [], 0],
  ] as const)("%s as the run ends", (_, code, told, more) => {
    const { written, write, fail, close, pass } = setUp();
    fail("ENOSPC");
    write("one\n");
    fail(code);
    close();
    expect([written, pass()]).toEqual([told, more]);
  });

  it("tries nothing more later once its reader has gone", () => {
    const { write, fail, pass, written } = setUp();
    fail("EPIPE");
    write("one\n");
    fail(undefined);
    expect([pass(), written]).toEqual([0, []]);
  });

  it.each([
    [LOG_WAITING_MAX_BYTES, ["one\n", "two\n"]],
    [LOG_WAITING_MAX_BYTES + 1, ["(1 lost: it is not read as fast as it is written)\ntwo\n"]],
  ])("with %i bytes that a slow reader left writes %j", (bytes, lines) => {
    const { written, write, wait } = setUp();
    wait(bytes);
    write("one\n");
    wait(0);
    write("two\n");
    expect(written).toEqual(lines);
  });
});

describe("FileOutput", () => {
  let folder = "";
  let fd = -1;
  const file = (): string => join(folder, "log");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tipring-log-"));
    fd = openSync(file(), "w");
  });

  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it("writes lines as they come", () => {
    const { write } = lossyWriter(new FileOutput(fd), note, never);
    write("one\n");
    write("zwei ☎\n");
    expect(readFileSync(file(), "utf8")).toBe("one\nzwei ☎\n");
  });

  it("of a device that is always full throws nothing", () => {
    const full = openSync("/dev/full", "w");
    try {
      let told: Error | null | undefined;
      new FileOutput(full).write("one\n", (error) => {
        told = error;
      });
      expect(told?.message).toMatch(/ENOSPC/);
    } finally {
      closeSync(full);
    }
  });

  it("ends a line that a full disk tore before the next one", () => {
    // Takes so many bytes and no more, as a disk does that is full in the middle of a line.
    let room = 6;
    const taken: number[] = [];
    const output = new FileOutput(0, (_fd, bytes, at) => {
      if (room === 0) throw failure("ENOSPC");
      const part = bytes.subarray(at, at + room);
      room -= part.length;
      taken.push(...part);
      return part.length;
    });
    const { write } = lossyWriter(output, note, never);
    write("one\n");
    write("three\n");
    write("four\n");
    room = 1000;
    write("five\n");
    expect(Buffer.from(taken).toString()).toBe("one\nth\n(2 lost: ENOSPC: no)\nfive\n");
  });
});
