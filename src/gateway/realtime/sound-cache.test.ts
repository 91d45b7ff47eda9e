import { describe, expect, it } from "vitest";
import { PortError } from "../../base/port-fault.ts";
import type { Sounds } from "../../hal/ports/sounds.ts";
import { SOUND_CACHE_LIMIT, SoundCache } from "./sound-cache.ts";

/** Files that count how often they are read. */
class Files implements Sounds {
  readonly reads: string[] = [];
  readonly missing = new Set<string>();

  create(): Promise<never> {
    return Promise.reject(new PortError({ kind: "unsupported", what: "none", advice: "none" }));
  }

  load(name: string): Promise<Int16Array> {
    this.reads.push(name);
    const error = new PortError({ kind: "not-found", what: name, advice: "put it there" });
    return this.missing.has(name) ? Promise.reject(error) : Promise.resolve(Int16Array.of(7));
  }
}

describe("SoundCache", () => {
  it("load() reads a sound once", async () => {
    const files = new Files();
    const cache = new SoundCache(files);
    const [one, other] = await Promise.all([cache.load("a"), cache.load("a")]);
    expect(one).toBe(other);
    await cache.load("b");
    expect(files.reads).toEqual(["a", "b"]);
  });

  it("load() tries again what could not be read", async () => {
    const files = new Files();
    const cache = new SoundCache(files);
    files.missing.add("a");
    await expect(cache.load("a")).rejects.toThrow(/not-found/);
    files.missing.clear();
    expect(await cache.load("a")).toEqual(Int16Array.of(7));
  });

  it("load() keeps so many, and reads others each time", async () => {
    const files = new Files();
    const cache = new SoundCache(files);
    for (let n = 0; n < SOUND_CACHE_LIMIT; n++) await cache.load(`sound${n}`);
    files.reads.length = 0;
    for (const name of ["sound0", "more", "more"]) await cache.load(name);
    expect(files.reads).toEqual(["more", "more"]);
  });
});
