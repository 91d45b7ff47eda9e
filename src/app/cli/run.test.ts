import { describe, expect, it } from "vitest";
import { readConfig } from "./read-config.ts";
import { followMoves, hasMoved } from "./run.ts";
import { START_AGAIN } from "./run-end.ts";

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

describe("followMoves()", () => {
  it("runs a box after the other where the machine moves, each at its address", async () => {
    let host: string | undefined = "192.0.2.1";
    const log: (string | boolean)[] = [];
    /** What happens while each box runs, and what it ends with. */
    const lives = [
      async (isElsewhere: () => Promise<boolean>) => {
        host = undefined;
        log.push(await isElsewhere());
        host = "192.0.2.2";
        log.push(await isElsewhere());
        return START_AGAIN;
      },
      async (isElsewhere: () => Promise<boolean>) => {
        log.push(await isElsewhere());
        return 7;
      },
    ];
    const code = await followMoves(
      async () => ({ ok: true, value: await configAt(host) }),
      { isAsked: false, code: 0 },
      async ({ box }, isElsewhere) => {
        log.push(box.control.sipHost);
        const code = await lives.shift()?.(isElsewhere);
        log.push("ended");
        return code ?? 1;
      },
    );
    const first = ["192.0.2.1", false, true, "ended"];
    expect([code, log]).toEqual([7, [...first, "192.0.2.2", false, "ended"]]);
  });
});
