import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { KeptConfig } from "../kept-provisioning.ts";
import type { Look } from "../provision-once.ts";
import { FollowServer } from "./follow-server.ts";

function config(text: string): KeptConfig {
  return { origin: "o", from: "https://a/x", text };
}

function setUp(text: string | undefined, looks: readonly (Look | Error)[]) {
  const world = new World({ seed: 1 });
  const log: string[] = [];
  const told: string[] = [];
  const disk: { kept?: KeptConfig } = text === undefined ? {} : { kept: config(text) };
  const answers = [...looks];
  let looked = 0;
  const schedule = { everyMs: 3_600_000, chance: 0, isKept: text !== undefined };
  const following = new FollowServer(schedule, text, {
    clock: world.clock,
    log: (event) => log.push(`${event.level}: ${event.text}`),
    look: async () => {
      looked++;
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next ?? { kind: "same", from: "https://a/x" };
    },
    keep: async (kept) => {
      disk.kept = kept;
    },
    kept: async () => disk.kept,
    changed: () => told.push("changed"),
    unchanged: () => told.push("unchanged"),
  });
  return { world, following, log, told, disk, looked: () => looked };
}

const FAILED: Look = { kind: "failed", problems: ["https://a/x is not there (404)"] };

describe("FollowServer", () => {
  it("keeps what is new, and has it taken over", async () => {
    const candidate = config("country: at");
    const { world, following, told, disk, log } = setUp("country: de", [
      { kind: "new", candidate },
    ]);
    following.start();
    await world.advance(0);
    expect(disk.kept).toEqual(candidate);
    expect(told).toEqual(["changed"]);
    expect(log).toEqual([expect.stringMatching(/^info: the configuration of https:\/\/a\/x is/)]);
  });

  it("leaves all as it is where nothing is new", async () => {
    const { world, following, told, log, looked } = setUp("country: de", []);
    following.start();
    await world.advance(3_600_000 * 0.9 - 1);
    expect(looked()).toBe(1);
    await world.advance(1);
    expect(looked()).toBe(2);
    expect([told, log]).toEqual([[], []]);
  });

  it("takes over what another command has kept", async () => {
    const { world, following, told, disk } = setUp("country: de", []);
    disk.kept = config("country: at");
    following.start();
    await world.advance(0);
    expect(told).toEqual(["changed"]);
  });

  it("asked, it says that nothing is new, once", async () => {
    const { world, following, told } = setUp("country: de", []);
    following.start();
    await world.advance(60_000);
    following.asked();
    await world.advance(0);
    expect(told).toEqual(["unchanged"]);
    await world.advance(3_600_000);
    expect(told).toEqual(["unchanged"]);
  });

  it("forgets who asked too soon, and starts nothing over for him much later", async () => {
    const { world, following, told, looked } = setUp("country: de", []);
    following.start();
    await world.advance(30_000);
    following.asked();
    await world.advance(3_600_000);
    await world.advance(0);
    expect([looked(), told]).toEqual([2, []]);
  });

  it("tells what is wrong once, until that is something else, and tries again", async () => {
    const looks = [FAILED, FAILED, new Error("the disk is full"), FAILED];
    const { world, following, log, told, looked } = setUp(undefined, looks);
    following.start();
    // In steps: between them promises go on.
    for (let nowMs = 0; nowMs < 140_000; nowMs += 2500) await world.advance(2500);
    expect(looked()).toBe(5);
    const again = "warn: no new configuration was taken over; it is tried again";
    expect(log).toEqual([
      ...["warn: https://a/x is not there (404)", again],
      ...["warn: the disk is full", again],
      ...["warn: https://a/x is not there (404)", again],
    ]);
    expect(told).toEqual([]);
  });

  it("does nothing any more once it is stopped", async () => {
    const candidate = config("country: at");
    const { world, following, told } = setUp("country: de", [{ kind: "new", candidate }]);
    following.start();
    following.stop();
    await world.advance(7_200_000);
    expect(told).toEqual([]);
  });
});
