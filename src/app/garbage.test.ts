import { describe, expect, it } from "vitest";
import { collectGarbage } from "./garbage.ts";

/** Of what nobody but the caller could hold. */
const weakly = (): WeakRef<object> => new WeakRef({});

describe("collectGarbage()", () => {
  it.each([undefined, "into-fewer-pages"] as const)(
    "forgets what nobody holds, %s",
    async (how) => {
      const held = { kept: true };
      const gone = weakly();
      const still = new WeakRef(held);
      // A reference that was just made lasts until its task is over.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage(how);
      expect(gone.deref()).toBeUndefined();
      expect(still.deref()).toBe(held);
    },
  );
});
