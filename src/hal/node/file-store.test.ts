import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFaultKind } from "../../base/port-fault.ts";
import { createFileStore, rotatedName } from "./file-store.ts";

let directory = "";

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "tipring-store-")), "data");
});

afterEach(async () => {
  await rm(join(directory, ".."), { recursive: true, force: true });
});

async function kindOf(attempt: Promise<unknown>): Promise<PortFaultKind | "none" | "other"> {
  try {
    await attempt;
    return "none";
  } catch (error) {
    return error instanceof PortError ? error.fault.kind : "other";
  }
}

describe("createFileStore()", () => {
  it("read() of what was never written is undefined, also without a directory", async () => {
    expect(await createFileStore(directory).read("state.json")).toBeUndefined();
  });

  it("write() then read() gives the text, and leaves nothing else behind", async () => {
    const store = createFileStore(directory);
    await store.write("state.json", "old");
    await store.write("state.json", "naïve ☎\n");
    expect(await store.read("state.json")).toBe("naïve ☎\n");
    expect(await readdir(directory)).toEqual(["state.json"]);
    expect((await stat(join(directory, "state.json"))).mode & 0o777).toBe(0o600);
  });

  it("write() of one name happens in the order asked", async () => {
    const store = createFileStore(directory);
    const texts = Array.from({ length: 20 }, (_, index) => "x".repeat(20 - index));
    const writes = texts.map((text) => store.write("a", text));
    expect(await store.read("a")).toBe("x");
    await Promise.all(writes);
  });

  it("append() adds whole lines in the order asked, mixed with write()", async () => {
    const store = createFileStore(directory);
    await Promise.all([
      store.append("calls.jsonl", "lost"),
      store.write("calls.jsonl", "head\n"),
      store.append("calls.jsonl", "one"),
      store.append("calls.jsonl", "two"),
    ]);
    expect(await store.read("calls.jsonl")).toBe("head\none\ntwo\n");
  });

  it("append() closes a line that a power cut tore", async () => {
    const store = createFileStore(directory);
    await store.append("calls.jsonl", "one");
    await writeFile(join(directory, "calls.jsonl"), '{"torn":');
    await createFileStore(directory).append("calls.jsonl", "two");
    expect(await readFile(join(directory, "calls.jsonl"), "utf8")).toBe('{"torn":\ntwo\n');
  });

  it("append() begins new files, and deletes the oldest beyond their number", async () => {
    const line = fc.string({ maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, ""));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 40 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 2, max: 4 }),
        async (lines, maxBytes, files) => {
          await rm(directory, { recursive: true, force: true });
          const limits = { "calls.jsonl": { maxBytes, files } };
          for (const one of lines) {
            // Anew each time, as after a restart.
            await createFileStore(directory, limits).append("calls.jsonl", one);
          }
          const names = lines.length === 0 ? [] : (await readdir(directory)).sort().reverse();
          expect(names.length).toBeLessThanOrEqual(files);
          // Of one digit: `calls.jsonl` sorts behind them, which makes it the first here.
          const [newest, ...older] = names;
          const oldestFirst = [...older, ...(newest === undefined ? [] : [newest])];
          let kept = "";
          for (const name of oldestFirst) {
            const text = await readFile(join(directory, name), "utf8");
            const isOne = text.indexOf("\n") === text.length - 1;
            expect(isOne || Buffer.byteLength(text) <= maxBytes).toBe(true);
            kept += text;
          }
          const all = lines.map((one) => `${one}\n`).join("");
          expect(all.endsWith(kept)).toBe(true);
          if (names.length < files) expect(kept).toBe(all);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("append() loses nothing where a power cut left a number between files out", async () => {
    const limits = { "calls.jsonl": { maxBytes: 4, files: 4 } };
    const store = createFileStore(directory, limits);
    for (const line of ["one", "two", "three", "four"]) await store.append("calls.jsonl", line);
    // As it stands after the first of three renames: 3 is taken, 2 is free.
    await rename(join(directory, "calls.3.jsonl"), join(directory, "calls.2.jsonl.gone"));
    await rename(join(directory, "calls.2.jsonl"), join(directory, "calls.3.jsonl"));
    await rm(join(directory, "calls.2.jsonl.gone"));
    await createFileStore(directory, limits).append("calls.jsonl", "five");
    const texts = ["calls.3.jsonl", "calls.2.jsonl", "calls.1.jsonl", "calls.jsonl"].map((name) =>
      readFile(join(directory, name), "utf8"),
    );
    expect((await Promise.all(texts)).join("")).toBe("two\nthree\nfour\nfive\n");
  });

  it("append() goes on in a file that cannot be put aside, and tells so until it can", async () => {
    const limits = { "calls.jsonl": { maxBytes: 4, files: 2 } };
    const told: string[] = [];
    const store = createFileStore(directory, limits, (text) => told.push(text));
    await store.append("calls.jsonl", "one");
    const inTheWay = join(directory, "calls.1.jsonl/full");
    await mkdir(inTheWay, { recursive: true });
    for (const line of ["two", "three"]) await store.append("calls.jsonl", line);
    expect(await store.read("calls.jsonl")).toBe("one\ntwo\nthree\n");
    const path = join(directory, "calls.jsonl");
    const stuck = expect.stringMatching(/ cannot be put aside and grows on: E[A-Z]+: /);
    expect(told).toEqual([stuck]);
    expect(told[0]?.startsWith(`${path} `)).toBe(true);
    await rm(join(directory, "calls.1.jsonl"), { recursive: true });
    await store.append("calls.jsonl", "four");
    expect(await store.read("calls.jsonl")).toBe("four\n");
    await rm(join(directory, "calls.1.jsonl"));
    await mkdir(inTheWay, { recursive: true });
    for (const line of ["five", "six"]) await store.append("calls.jsonl", line);
    expect(told).toEqual([stuck, stuck]);
  });

  it("append() refuses a line with a line end, since it would be two", async () => {
    const store = createFileStore(directory);
    expect(await kindOf(store.append("a", "one\ntwo"))).toBe("other");
    expect(await store.read("a")).toBeUndefined();
  });

  it.each([
    ["", "not-found"],
    [".", "not-found"],
    ["..", "not-found"],
    ["a/b", "not-found"],
    ["../a", "not-found"],
    ["a~1", "not-found"],
    ["a\0", "not-found"],
    ["x".repeat(129), "not-found"],
    ["x".repeat(128), "none"],
    ["A.z-0_9", "none"],
    ["...", "none"],
  ] as const)("the name %j: %s", async (name, kind) => {
    const store = createFileStore(directory);
    expect(await kindOf(store.write(name, ""))).toBe(kind);
    expect(await kindOf(store.append(name, ""))).toBe(kind);
    expect(await kindOf(store.read(name))).toBe(kind);
  });

  it("a directory that is a file fails, and does not block later writes", async () => {
    await writeFile(directory, "");
    const store = createFileStore(directory);
    expect(await kindOf(store.write("a", "1"))).toMatch(/not-found|io/);
    await rm(directory);
    await store.write("a", "2");
    expect(await store.read("a")).toBe("2");
  });

  it.skipIf(process.getuid?.() === 0)("a directory without rights is permission", async () => {
    const store = createFileStore(directory);
    await store.write("a", "1");
    await chmod(directory, 0o500);
    expect(await kindOf(store.write("a", "2"))).toBe("permission");
    await chmod(directory, 0o700);
    expect(await store.read("a")).toBe("1");
  });
});

it.each([
  ["calls.jsonl", 1, "calls.1.jsonl"],
  ["calls", 2, "calls.2"],
  [".calls", 3, ".calls.3"],
  ["a.b.c", 99, "a.b.99.c"],
])("rotatedName() of %s, %i is %s", (name, age, aged) => {
  expect(rotatedName(name, age)).toBe(aged);
});
