import { PortError, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { Store } from "../../../src/hal/ports/store.ts";
import type { World } from "../world/world.ts";

/** A store whose files are texts in memory: they outlast the program under test, not the world. */
export class MemoryStore implements Store {
  /** The files by name, for a test to read or to lay down. */
  readonly files = new Map<string, string>();
  readonly #world: World;
  #fault: PortFaultKind | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Makes every call fail (a full or broken card), or (undefined) work again. */
  setFault(kind: PortFaultKind | undefined): void {
    this.#fault = kind;
  }

  read(name: string): Promise<string | undefined> {
    return this.#world.promise(() => {
      this.#check(name);
      return this.files.get(name);
    });
  }

  write(name: string, text: string): Promise<void> {
    return this.#world.promise(() => {
      this.#check(name);
      this.files.set(name, text);
    });
  }

  append(name: string, line: string): Promise<void> {
    return this.#world.promise(() => {
      this.#check(name);
      this.files.set(name, `${this.files.get(name) ?? ""}${line}\n`);
    });
  }

  #check(name: string): void {
    const what = `file "${name}" of the simulated store`;
    if (!/^[A-Za-z0-9._-]+$/.test(name)) {
      const advice = "Use letters, digits, dot, dash and underline in a name, and no path.";
      throw new PortError({ kind: "not-found", what, advice });
    }
    if (this.#fault !== undefined) {
      const advice = "The simulated store was told to fail.";
      throw new PortError({ kind: this.#fault, what, advice });
    }
  }
}
