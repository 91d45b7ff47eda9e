import { describe, expect, it } from "vitest";
import { readConfig } from "./read-config.ts";
import { runBoxes } from "./run.ts";
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

describe("runBoxes()", () => {
  it("runs a box after the other where the machine moves, each at its address", async () => {
    const log: string[] = [];
    const hosts = ["192.0.2.1", "192.0.2.2"];
    const codes = [START_AGAIN, 7];
    const code = await runBoxes(
      async () => ({ ok: true, value: await configAt(hosts.shift()) }),
      { isAsked: false, code: 0 },
      async ({ box }) => {
        log.push(box.control.sipHost);
        return codes.shift() ?? 1;
      },
    );
    expect([code, log]).toEqual([7, ["192.0.2.1", "192.0.2.2"]]);
  });
});
