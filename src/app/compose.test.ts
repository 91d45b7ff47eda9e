import { describe, expect, it } from "vitest";
import { SIM_BOARD_FILE } from "../../test/hw-sim/bench/sim-board-file.ts";
import { MemoryStore } from "../../test/hw-sim/board/memory-store.ts";
import { createNameTable } from "../../test/hw-sim/world/names.ts";
import { VirtualNetwork } from "../../test/hw-sim/world/network.ts";
import { hashes } from "../../test/hw-sim/world/real-time-ports.ts";
import { World } from "../../test/hw-sim/world/world.ts";
import { createTokenSource } from "../gateway/control/token.ts";
import type { RealtimeHost } from "../gateway/realtime/host.ts";
import { compose } from "./compose.ts";
import { resolveConfig } from "./config/resolve-config.ts";

const HOST = "10.0.0.1";

/** A box over a real-time plane that does as told. */
function setUp(start: RealtimeHost["start"]) {
  const world = new World({ seed: 1 });
  const machine = new VirtualNetwork(world).host(HOST);
  const createToken = createTokenSource(world.random("box"));
  const user = { sip: { host: HOST }, exchange: { transport: "udp" } } as const;
  const config = resolveConfig(user, { board: SIM_BOARD_FILE, version: "test", createToken });
  if (!config.ok) throw new Error("the configuration is wrong");
  let stops = 0;
  const realtime: RealtimeHost = {
    start,
    send() {},
    async stop() {
      stops++;
    },
  };
  const begin = () =>
    compose(config.value, {
      clock: world.clock,
      udp: machine.udp,
      streams: machine.streams,
      resolver: createNameTable(world),
      hashes,
      random: world.random("box"),
      store: new MemoryStore(world),
      realtime,
      log() {},
      wallTime: () => ({ iso: "", utc: "", month: 1, day: 1, hour: 0, minute: 0 }),
      onEvent() {},
    });
  return { world, machine, begin, stops: () => stops };
}

describe("compose()", () => {
  it("leaves nothing open where the real-time plane does not start", async () => {
    let boundMeanwhile = 0;
    const { world, machine, begin, stops } = setUp(async () => {
      boundMeanwhile = machine.bound.length;
      throw new Error("no such board");
    });
    await expect(world.complete(begin(), 1000)).rejects.toThrow("no such board");
    expect(boundMeanwhile).toBe(2);
    expect(machine.bound).toEqual([]);
    expect(stops()).toBe(1);
  });

  it("keeps its sockets while it runs, and closes them when it is stopped", async () => {
    const { world, machine, begin, stops } = setUp(async () => {});
    const box = await world.complete(begin(), 1000);
    await world.advance(1000);
    expect(machine.bound).toHaveLength(2);
    expect(box.status().every(({ registration }) => registration === "registered")).toBe(true);
    await world.complete(box.stop(), 5000);
    expect(machine.bound).toEqual([]);
    expect(stops()).toBe(1);
  });
});
