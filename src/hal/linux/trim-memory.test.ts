import { describe, expect, it } from "vitest";
import { loadKoffi } from "./koffi-binding.ts";
import { trimMemory } from "./trim-memory.ts";

describe("trimMemory()", () => {
  it("asks the C library to give all of it back", async () => {
    const asked: unknown[][] = [];
    const koffi = await loadKoffi("a test");
    const func = (prototype: string) =>
      Object.assign((...args: unknown[]) => void asked.push([prototype, ...args]), { async() {} });
    await trimMemory(async () => ({ ...koffi, load: () => ({ func }) }));
    expect(asked).toEqual([["int malloc_trim(size_t pad)", 0]]);
  });

  it.each([
    ["koffi is absent", () => Promise.reject(new Error("not installed"))],
    [
      "the library has no such function",
      async () => ({
        ...(await loadKoffi("a test")),
        load: () => ({
          func(): never {
            throw new Error("Cannot find function 'malloc_trim' in shared library");
          },
        }),
      }),
    ],
  ])("does nothing where %s", async (_, load) => {
    await expect(trimMemory(load)).resolves.toBeUndefined();
  });
});
