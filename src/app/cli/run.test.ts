import { describe, expect, it } from "vitest";
import { readConfig } from "./read-config.ts";
import { hasMoved } from "./run.ts";

async function configAt(host: string | undefined) {
  const read = await readConfig(
    { config: "/dev/null", virtual: false, json: false },
    () => "token",
    (user) => ({
      ...user,
      ...(host === undefined ? {} : { sip: { host } }),
    }),
  );
  if (!read.ok) throw new Error(read.error.join("\n"));
  return read.value;
}

describe("hasMoved()", () => {
  it.each([
    ["the same address", "192.0.2.1", "192.0.2.1", false],
    ["another address", "192.0.2.1", "192.0.2.2", true],
    ["no way anywhere", "192.0.2.1", undefined, false],
    ["a way where there was none", undefined, "192.0.2.1", true],
  ])("with %s is that", async (_what, before, now, moved) => {
    expect(hasMoved(await configAt(before), await configAt(now))).toBe(moved);
  });
});
