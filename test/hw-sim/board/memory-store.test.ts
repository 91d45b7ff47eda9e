import { describe, expect, it } from "vitest";
import { World } from "../world/world.ts";
import { MemoryStore } from "./memory-store.ts";

describe("MemoryStore", () => {
  it("reads what was written and appended, undefined where there is no file", async () => {
    const store = new MemoryStore(new World({ seed: 1 }));
    expect(await store.read("calls.jsonl")).toBeUndefined();
    await store.append("calls.jsonl", "one");
    await store.append("calls.jsonl", "two");
    expect(await store.read("calls.jsonl")).toBe("one\ntwo\n");
    await store.write("calls.jsonl", "new");
    expect(store.files.get("calls.jsonl")).toBe("new");
  });

  it.each(["", "a/b", "../x", "a b", "é"])("rejects the name %j", async (name) => {
    const store = new MemoryStore(new World({ seed: 1 }));
    await expect(store.write(name, "")).rejects.toThrow("no path");
    await expect(store.read(name)).rejects.toThrow("no path");
  });

  it("fails when told and keeps what it had", async () => {
    const store = new MemoryStore(new World({ seed: 1 }));
    await store.write("a", "1");
    store.setFault("io");
    await expect(store.write("a", "2")).rejects.toThrow("io");
    await expect(store.append("a", "2")).rejects.toThrow("io");
    await expect(store.read("a")).rejects.toThrow("io");
    store.setFault(undefined);
    expect(await store.read("a")).toBe("1");
  });
});
