import { describe, expect, it } from "vitest";
import { INSTANCE_FILE, instanceOf } from "./instance-id.ts";

function storeOf(files: Map<string, string>, broken = false) {
  const check = async (): Promise<void> => {
    if (broken) throw new Error("the card is read-only");
  };
  return {
    read: async (name: string) => files.get(name),
    write: async (name: string, text: string) => {
      await check();
      files.set(name, text);
    },
    append: check,
  };
}

const random = (fill: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(fill) });

describe("instanceOf()", () => {
  it("makes an identity once and keeps it", async () => {
    const files = new Map<string, string>();
    const first = await instanceOf(storeOf(files), random(0xff), () => {});
    expect(first).toBe("urn:uuid:ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(await instanceOf(storeOf(files), random(0x11), () => {})).toBe(first);
  });

  it.each(["", "urn:uuid:no", "urn:uuid:FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"])(
    "makes a new one in place of %j",
    async (kept) => {
      const files = new Map([[INSTANCE_FILE, kept]]);
      const made = await instanceOf(storeOf(files), random(0), () => {});
      expect(made).toBe("urn:uuid:00000000-0000-4000-8000-000000000000");
      expect(files.get(INSTANCE_FILE)).toBe(`${made}\n`);
    },
  );

  it("goes on with one of this run where it cannot be kept, and says so", async () => {
    const told: string[] = [];
    const store = storeOf(new Map(), true);
    const made = await instanceOf(store, random(0), ({ text }) => told.push(text));
    expect(made).toMatch(/^urn:uuid:/);
    expect(told.join()).toContain("read-only");
  });
});
