import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileStore } from "../../hal/node/index.ts";
import { calls, callWords, lastCalls } from "./calls.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-calls-"));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const idsOf = async (last: number, line?: string) =>
  (await lastCalls(folder, { last, line })).map(({ record }) => record["id"]);

describe("lastCalls()", () => {
  it("reads across the files that were put aside, the last ones last", async () => {
    const limits = { "calls.jsonl": { maxBytes: 100, files: 4 } };
    const store = createFileStore(folder, limits);
    for (let id = 1; id <= 12; id++) {
      await store.append("calls.jsonl", JSON.stringify({ id, line: (id % 2) + 1 }));
    }
    expect(await idsOf(5)).toEqual([8, 9, 10, 11, 12]);
    expect(await idsOf(1000)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await idsOf(3, "02")).toEqual([7, 9, 11]);
  });

  it("leaves out what is no record, and a number between files", async () => {
    const torn = '{"id":1}\n{"torn":\n[1]\nnull\n{"id":2}\n';
    writeFileSync(join(folder, "calls.jsonl"), '{"id":3}\n');
    writeFileSync(join(folder, "calls.2.jsonl"), torn);
    expect(await idsOf(9)).toEqual([1, 2, 3]);
  });

  it("finds none where none were kept", async () => expect(await idsOf(9)).toEqual([]));
});

describe("callWords()", () => {
  const record = {
    line: 1,
    direction: "out",
    from: "101",
    to: "102",
    startedAt: "2026-11-27T03:48:42.573+00:00",
    durationMs: 10_197,
    result: "answered",
  };

  it.each([
    [{}, "2026-11-27 03:48:42  line 1  out  101 -> 102  answered, 10 s"],
    [
      { direction: "in", durationMs: 0, result: "busy", sipStatus: 486 },
      "2026-11-27 03:48:42  line 1  in   101 -> 102  busy (486)",
    ],
    [{ to: undefined }, "2026-11-27 03:48:42  line 1  out  101 -> ?  answered, 10 s"],
  ])("with %j", (more, words) => expect(callWords({ ...record, ...more })).toBe(words));
});

describe("calls()", () => {
  it("prints calls in words, or as they were kept", async () => {
    const out: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
    const config = join(folder, "tipring.yaml");
    writeFileSync(config, `data: ${folder}\n`);
    const options = { virtual: false, json: false, config };
    expect(await calls(options)).toBe(0);
    expect(out.splice(0)).toEqual(["no calls were kept\n"]);
    writeFileSync(join(folder, "calls.jsonl"), '{"line":1,"from":"\\u001b[2J"}\n');
    expect(await calls(options)).toBe(0);
    expect(out.splice(0).join("")).toMatch(/^\? {2}line 1 {2}\? {4}\ufffd\[2J -> \?/);
    expect(await calls({ ...options, json: true })).toBe(0);
    expect(out).toEqual(['{"line":1,"from":"\\u001b[2J"}\n']);
  });
});
